/**
 * One replica on a screen of 80 columns: what is the matter and what to do, then its parts. A part
 * of which there is nothing to say has no line.
 */
import { renderAction, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import type { MetadataDump, MirrorReport } from '../wire/mirror-control.ts'
import { judgeMirror, lossNow, type MirrorHealth } from './mirror-health.ts'
import { mirrorWordsOf, type MirrorWords } from './mirror-words.ts'
import { padded, printable, sentenceOf, widthOf } from './shell.ts'
import { sizeText } from './status-screen.ts'
import { timeText } from './texts.ts'
import { wrapped } from './wrap.ts'

export interface MirrorScreenOptions {
  readonly language: Language
  readonly colour: boolean
  readonly columns: number
}

interface Page extends MirrorScreenOptions {
  readonly words: MirrorWords
}

const shapes: Readonly<Record<MirrorHealth, string>> = {
  green: '●',
  yellow: '▲',
  red: '✖',
  gray: '○',
}
const colours: Readonly<Record<MirrorHealth, number>> = { green: 32, yellow: 33, red: 31, gray: 90 }
const labelColumns = 11
const barColumns = 20
const runsShown = 20

export function mirrorScreen(report: MirrorReport, options: MirrorScreenOptions): string {
  const page = pageOf(options)
  const { labels } = page.words
  const lines = [
    ...headLines(page, report),
    '',
    ...section(page, labels.replica, replicaLines(page, report)),
    ...section(page, labels.records, [recordText(page.words, report)]),
    ...section(page, labels.peer, linkLines(page, report)),
    ...section(page, labels.mode, modeLines(page, report)),
    ...section(page, labels.copy, copyLines(page.words, report)),
    ...section(page, labels.differs, differingLines(page.words, report)),
    ...section(page, labels.verify, verifyLines(page.words, report)),
    ...section(page, labels.snapshot, snapshotLines(page.words, report)),
    ...section(page, labels.clients, [`${report.nbd.clients}  ${report.nbd.socket}`]),
  ]
  return [...lines, ''].join('\n')
}

/** The metadata of one replica, as it lies on its CLUSTER partition. */
export function dumpScreen(dump: MetadataDump, options: MirrorScreenOptions): string {
  const page = pageOf(options)
  const { words } = page
  const texts = words.dump
  const record = Object.entries(dump.record).map(
    ([name, value]) =>
      `${name.padEnd(18)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const runs = dump.runs.slice(0, runsShown).map(({ offset, length }) => words.at(offset, length))
  const left = dump.runCount - runs.length
  const hot = dump.hotExtents.join(' ')
  const lines = [
    ...section(page, texts.version, [String(dump.version)]),
    ...section(page, texts.record, record),
    ...section(page, texts.granule, [sizeText(dump.granuleBytes)]),
    ...section(page, texts.extent, [sizeText(dump.extentBytes)]),
    ...section(page, texts.log, [texts.hot(dump.hotExtents.length, dump.logSlots), hot]),
    ...section(page, texts.map, [
      texts.runs(dump.runCount, sizeText(dump.differingBytes)),
      ...runs,
      ...(left > 0 ? [texts.more(left)] : []),
    ]),
    ...section(page, texts.bad, [texts.badBlocks(dump.badMapBlocks, dump.badLogSectors)]),
  ]
  return [...lines, ''].join('\n')
}

/** `[####....] 20 %  800 MiB left` */
export function progressText(words: MirrorWords, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total)
  const filled = Math.floor(share * barColumns)
  const bar = '#'.repeat(filled) + '.'.repeat(barColumns - filled)
  const left = words.left(sizeText(Math.max(0, total - done)))
  return `[${bar}] ${Math.floor(share * 100)} %  ${left}`
}

function pageOf(options: MirrorScreenOptions): Page {
  const columns = Math.min(Math.max(options.columns, 60), 100)
  return { ...options, columns, words: mirrorWordsOf(options.language) }
}

function headLines(page: Page, report: MirrorReport): string[] {
  const { words, language } = page
  const { health, why } = judgeMirror(report, sizeText)
  const head = `${shapes[health]} ${words.health[health]}`
  const indent = widthOf(head) + 2
  const advice = printable(renderAction(why, language) ?? words.nothingToDo)
  const nextIndent = indent + widthOf(words.next)
  const painted = page.colour ? `\u001b[1;${colours[health]}m${head}\u001b[0m` : head
  const [first = '', ...rest] = hanging(page, sentenceOf(why, language), indent)
  const [next = '', ...nextRest] = hanging(page, advice, nextIndent)
  return [`${painted}  ${first}`, ...rest, `${' '.repeat(indent)}${words.next}${next}`, ...nextRest]
}

function replicaLines({ words }: Page, report: MirrorReport): string[] {
  const { flag } = words
  const flags = [
    report.inSync ? flag.inSync : flag.unproved,
    ...(report.outdated ? [flag.outdated] : []),
    ...(report.failed ? [flag.failed] : []),
    ...(report.alone ? [flag.alone] : []),
  ]
  const parts = [words.role[report.role], words.io[report.io], words.replica[report.replica]]
  return [[...parts, ...flags, sizeText(report.sizeBytes)].filter((part) => part !== '').join('  ')]
}

function recordText(words: MirrorWords, report: MirrorReport): string {
  const named = (hex: string): string => (hex === '0' ? words.none : hex)
  const { term, generation, base } = words
  return (
    `${term} ${report.activationTerm}  ${generation} ${named(report.generation)}  ` +
    `${base} ${named(report.base)}`
  )
}

function linkLines({ words, language }: Page, report: MirrorReport): string[] {
  const { link, detail } = report
  const heard = link.heardMsAgo === null ? '' : words.heard(link.heardMsAgo)
  const parts = [
    words.link[link.state],
    link.path ?? '',
    words.security[detail.linkSecurity],
    heard,
  ]
  const { reason: why } = link
  const action = why === null ? null : renderAction(why, language)
  const said = why === null ? [] : [sentenceOf(why, language)]
  const reason = action === null ? said : [...said, action]
  const hold = detail.hold === null ? [] : [words.hold[detail.hold]]
  return [parts.filter((part) => part !== '').join('  '), ...hold, ...reason]
}

function modeLines({ words, language }: Page, report: MirrorReport): string[] {
  const { mode, backlog } = report.detail
  const behind =
    mode === 'async'
      ? `  ${words.backlog(sizeText(backlog.bytes), backlog.seconds.toFixed(1))}`
      : ''
  const loss: Message | null = lossNow(report, sizeText)
  return [`${words.mode[mode]}${behind}`, ...(loss === null ? [] : [sentenceOf(loss, language)])]
}

function copyLines(words: MirrorWords, { copy, detail }: MirrorReport): string[] {
  if (copy === null) return []
  const more = detail.copy
  const cover = more === null ? '' : `${words.cover[more.cover]}  `
  const progress = progressText(words, copy.bytesDone, copy.bytesTotal)
  const lines = [`${words.direction[copy.direction]}  ${cover}${progress}`]
  if (more === null) return lines
  const parts = [
    words.rate(sizeText(more.bytesPerSecond)),
    ...(more.secondsLeft === null ? [] : [words.duration(durationText(more.secondsLeft))]),
    words.sent(sizeText(more.sentBytes), sizeText(more.equalBytes)),
  ]
  return [...lines, parts.join('  ')]
}

function differingLines(words: MirrorWords, { detail }: MirrorReport): string[] {
  if (detail.differingBytes === 0) return []
  return [`${sizeText(detail.differingBytes)}  ${words.names}`]
}

function verifyLines(words: MirrorWords, { detail: { verify } }: MirrorReport): string[] {
  if (verify === null) return []
  const found = verify.differingBytes === 0 ? [] : [words.differs(sizeText(verify.differingBytes))]
  const repaired = verify.repaired ? [words.repaired] : []
  const asOf = verify.identicalAsOfMs
  const state = verify.running
    ? `${words.running}  ${progressText(words, verify.doneBytes, verify.totalBytes)}`
    : asOf === null
      ? ''
      : words.identicalAsOf(localTime(asOf))
  const first = [state, ...found, ...repaired].filter((part) => part !== '').join('  ')
  return [first, ...verify.places.map(({ offset, length }) => words.at(offset, length))]
}

function snapshotLines(words: MirrorWords, { detail: { snapshot } }: MirrorReport): string[] {
  if (snapshot === null) return []
  if (snapshot.dropped) return [words.dropped]
  const writable = snapshot.writable ? `  ${words.writable}` : ''
  return [
    `${words.snapshot(printable(snapshot.exportName), localTime(snapshot.takenMs))}${writable}`,
    words.used(sizeText(snapshot.usedBytes), sizeText(snapshot.spaceBytes)),
  ]
}

export function localTime(wallMs: number): string {
  return timeText(new Date(wallMs).toISOString())
}

/** `1:02:03`, `4:05`, `7 s` */
function durationText(seconds: number): string {
  const whole = Math.ceil(seconds)
  if (whole < 60) return `${whole} s`
  const two = (value: number): string => String(value).padStart(2, '0')
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`
}

function section(page: Page, label: string, texts: readonly string[]): string[] {
  const lines = texts
    .filter((text) => text !== '')
    .flatMap((text) => wrapped(printable(text), page.columns - labelColumns))
  return lines.map((line, index) =>
    (padded(index === 0 ? label : '', labelColumns) + line).trimEnd(),
  )
}

/** The first line without its indentation, the others with it. */
function hanging(page: Page, text: string, indent: number): string[] {
  const lines = wrapped(text, Math.max(20, page.columns - indent))
  return lines.map((line, index) => (index === 0 ? line : ' '.repeat(indent) + line))
}
