/**
 * `kagami mirror …`: looks at one mirror disk, and gives the orders that only an operator may give. On a
 * server of a cluster the orders go through kagamid, which brings them to the replica that has to obey;
 * everything else, and everything with `--control`, is asked of one kagami-mirrord itself.
 *
 * An order that gives data up names what was shown: mirrord refuses it when that has changed since.
 */
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { ActionResult } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { MetadataDump, MirrorReport } from '../wire/mirror-control.ts'
import { ask } from './client.ts'
import { askMirror, type MirrorAsk } from './mirror-client.ts'
import { dumpScreen, localTime, mirrorScreen, progressText } from './mirror-screen.ts'
import { mirrorWordsOf } from './mirror-words.ts'
import { giveOrder, told, tellDone } from './order.ts'
import { complain, exitCode, sentenceOf, warn, type ExitCode, type Shell } from './shell.ts'
import { sizeText } from './status-screen.ts'
import { withTexts } from './texts.ts'

export interface MirrorTarget {
  /** The control socket; undefined when none was named. */
  readonly control: string | undefined
  /** The mirror disk; undefined: the only one. */
  readonly disk: string | undefined
  readonly json: boolean
}

interface Done {
  readonly report: MirrorReport
  readonly dump: MetadataDump | null
}

export async function showMirror(shell: Shell, target: MirrorTarget): Promise<ExitCode> {
  const done = await carryOut(shell, target, { command: 'status' })
  if (typeof done === 'number') return done
  if (!target.json) shell.write(mirrorScreen(done.report, shell))
  return exitCode.ok
}

export async function dumpMirror(shell: Shell, target: MirrorTarget): Promise<ExitCode> {
  const done = await carryOut(shell, { ...target, json: false }, { command: 'dump' })
  if (typeof done === 'number') return done
  if (done.dump === null) {
    complain(shell, say('mirror-lost', { socket: target.control ?? '' }))
    return exitCode.unreachable
  }
  shell.write(target.json ? jsonText(shell, done.dump) : dumpScreen(done.dump, shell))
  return exitCode.ok
}

export type SimpleOrder = 'recover' | 'cancel' | 'break' | 'extend' | 'snapshot-stop'

export async function orderMirror(
  shell: Shell,
  target: MirrorTarget,
  order: SimpleOrder,
): Promise<ExitCode> {
  if (
    target.control === undefined &&
    (order === 'recover' || order === 'cancel' || order === 'break')
  ) {
    const disk = diskOf(shell, target)
    if (disk === null) return whichDisk(shell)
    const given = await giveOrder(shell, pathOf(disk, order))
    return 'ended' in given ? given.ended : exitCode.ok
  }
  const done = await carryOut(shell, target, { command: order })
  if (typeof done === 'number') return done
  return tell(shell, target, saidOf(order, done.report))
}

export async function startSnapshot(
  shell: Shell,
  target: MirrorTarget,
  order: { readonly space: string; readonly spaceSize: string; readonly writable: boolean },
): Promise<ExitCode> {
  const spaceBytes = bytesOf(order.spaceSize)
  if (spaceBytes === null) {
    complain(shell, say('mirror-size-wrong', { text: order.spaceSize }))
    return exitCode.usage
  }
  const { writable } = order
  // kagami-mirrord has another current folder.
  const spaceFile = resolve(order.space)
  const command = { command: 'snapshot-start', spaceFile, spaceBytes, writable } as const
  const done = await carryOut(shell, target, command)
  if (typeof done === 'number') return done
  const { mirror, detail } = done.report
  const name = detail.snapshot?.exportName ?? '-'
  return tell(shell, target, say('mirror-snapshot-taken', { mirror, name }))
}

/** Shows the loser as it is, asks, and sends the generation that was shown. */
export async function forceMirror(
  shell: Shell,
  target: MirrorTarget,
  order: { readonly loser: string; readonly yes: boolean },
): Promise<ExitCode> {
  const { loser } = order
  const disk = target.control === undefined ? diskOf(shell, target) : null
  if (disk !== null) return forceThroughDaemon(shell, disk, order)
  const shown = await carryOut(shell, { ...target, json: false }, { command: 'status' })
  if (typeof shown === 'number') return shown
  if (!target.json) shell.write(`${mirrorScreen(shown.report, shell)}\n`)
  warn(shell, say('mirror-force-warning', { loser }))
  if (!order.yes && !(await confirmed(shell, loser))) {
    complain(shell, say('mirror-not-confirmed'))
    return exitCode.failed
  }
  const generation = generationOf(shown.report, loser)
  const command = { command: 'force', loser, loserGeneration: generation } as const
  const done = await carryOut(shell, target, command)
  if (typeof done === 'number') return done
  return tell(shell, target, say('mirror-force-ordered', { mirror: done.report.mirror }))
}

/** What the order would cost, as kagamid says it; the order counts for what was shown alone. */
async function forceThroughDaemon(
  shell: Shell,
  disk: string,
  { loser, yes }: { readonly loser: string; readonly yes: boolean },
): Promise<ExitCode> {
  const path = pathOf(disk, 'force')
  const answer = await ask(shell.socket, { method: 'POST', path, body: { loser, seen: '-' } })
  const { confirm } = answer.ok ? (answer.body as Partial<ActionResult>) : {}
  if (confirm === undefined) {
    const given = told(shell, answer)
    return 'ended' in given ? given.ended : exitCode.ok
  }
  warn(shell, confirm.message)
  if (!yes && !(await confirmed(shell, loser))) {
    complain(shell, say('mirror-not-confirmed'))
    return exitCode.failed
  }
  const given = await giveOrder(shell, path, { loser, seen: confirm.seen })
  return 'ended' in given ? given.ended : exitCode.ok
}

const pathOf = (disk: string, order: string): string =>
  `/api/v1/mirrors/${encodeURIComponent(disk)}/${order}`

/** Waits for the end of the comparison: 0 identical (or made so), 1 not. */
export async function verifyMirror(
  shell: Shell,
  target: MirrorTarget,
  order: { readonly repair: boolean },
): Promise<ExitCode> {
  const before = await carryOut(shell, { ...target, json: false }, { command: 'status' })
  if (typeof before === 'number') return before
  const disk = target.control === undefined ? diskOf(shell, target) : null
  if (disk !== null) {
    // Through kagamid, which finds the active side and writes the order down.
    const body = { repair: order.repair }
    const answer = await ask(shell.socket, { method: 'POST', path: pathOf(disk, 'verify'), body })
    const isHere = before.report.role === 'primary'
    // Here its end is waited for, and told.
    if (!isHere || !answer.ok || (answer.body as Partial<ActionResult>).accepted !== true) {
      const given = told(shell, answer)
      return 'ended' in given ? given.ended : exitCode.ok
    }
  }
  const earlier = JSON.stringify(before.report.detail.verify)
  // kagamid has answered when it had begun.
  let isUnderWay = disk !== null
  const end = (report: MirrorReport): boolean => {
    const { verify } = report.detail
    isUnderWay ||= verify?.running === true || JSON.stringify(verify) !== earlier
    if (!target.json) showProgress(shell, report)
    return isUnderWay && verify?.running !== true
  }
  const command =
    disk === null
      ? ({ command: 'verify', repair: order.repair } as const)
      : ({ command: 'status' } as const)
  const done = await carryOut(shell, target, command, end)
  if (!target.json && shell.isTerminal) shell.writeError('\r\u001b[K')
  if (typeof done === 'number') return done
  const said = verifySaid(done.report)
  if (!target.json && said.id === 'mirror-verify-identical') {
    shell.write(`${sentenceOf(said, shell.language)}\n`)
  } else if (!target.json) {
    shell.write(`${mirrorScreen(done.report, shell)}\n`)
    complain(shell, said)
  }
  const isEqual = said.id === 'mirror-verify-identical' || said.id === 'mirror-verify-repaired'
  return isEqual ? exitCode.ok : exitCode.failed
}

function verifySaid({ mirror, detail: { verify } }: MirrorReport): Message {
  if (verify === null || verify.doneBytes < verify.totalBytes) {
    return say('mirror-verify-unfinished', { mirror })
  }
  const size = sizeText(verify.differingBytes)
  if (verify.differingBytes > 0) {
    return verify.repaired
      ? say('mirror-verify-repaired', { mirror, size })
      : say('mirror-verify-differs', { mirror, size })
  }
  return verify.identicalAsOfMs === null
    ? say('mirror-verify-unfinished', { mirror })
    : say('mirror-verify-identical', { mirror, time: localTime(verify.identicalAsOfMs) })
}

function showProgress(shell: Shell, { detail: { verify } }: MirrorReport): void {
  if (!shell.isTerminal || verify?.running !== true) return
  const words = mirrorWordsOf(shell.language)
  shell.writeError(`\r\u001b[K${progressText(words, verify.doneBytes, verify.totalBytes)}`)
}

function saidOf(order: SimpleOrder, { mirror, sizeBytes }: MirrorReport): Message {
  switch (order) {
    case 'recover':
      return say('mirror-recover-ordered', { mirror })
    case 'cancel':
      return say('mirror-cancel-ordered', { mirror })
    case 'break':
      return say('mirror-break-ordered', { mirror })
    case 'extend':
      return say('mirror-extend-ordered', { mirror, size: sizeText(sizeBytes) })
    case 'snapshot-stop':
      return say('mirror-snapshot-ended', { mirror })
  }
}

/** What came back, or the exit code when the reason was told already. Prints the report as JSON. */
async function carryOut(
  shell: Shell,
  target: MirrorTarget,
  command: MirrorAsk,
  until?: (report: MirrorReport) => boolean,
): Promise<Done | ExitCode> {
  const disk = diskOf(shell, target)
  const control =
    target.control ?? (disk === null ? null : join(dirname(shell.socket), `${disk}.control`))
  if (control === null) return whichDisk(shell)
  const answer = await askMirror(control, command, until)
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const { reply } = answer
  if (!reply.ok) {
    const report = withTexts(reply.report, shell.language)
    complain(shell, reply.error, { report })
    return exitCode.failed
  }
  if (target.json) shell.write(jsonText(shell, reply.report))
  return { report: reply.report, dump: reply.dump ?? null }
}

/** The mirror disk that is meant: the one that was named, or the only one of this server. */
function diskOf(shell: Shell, { disk }: MirrorTarget): string | null {
  if (disk !== undefined) return disk
  const names = namesIn(dirname(shell.socket)).flatMap((name) => {
    const match = /^(.+)\.control$/.exec(name)
    return match?.[1] === undefined ? [] : [match[1]]
  })
  return names.length === 1 ? (names[0] ?? null) : null
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function whichDisk(shell: Shell): ExitCode {
  complain(shell, say('mirror-control-missing'))
  return exitCode.usage
}

function tell(shell: Shell, target: MirrorTarget, said: Message): ExitCode {
  if (!target.json) tellDone(shell, said)
  return exitCode.ok
}

async function confirmed(shell: Shell, name: string): Promise<boolean> {
  shell.writeError(mirrorWordsOf(shell.language).confirm(name))
  const lines = createInterface({ input: process.stdin })
  try {
    for await (const line of lines) return line.trim() === name
    return false
  } finally {
    lines.close()
  }
}

function jsonText(shell: Shell, value: object): string {
  return `${JSON.stringify(withTexts(value, shell.language), null, 2)}\n`
}

/** `512M` -> 536870912; null when it is no size. */
export function bytesOf(text: string): number | null {
  const match = /^(\d{1,15})(?:([KMGT])(?:iB)?)?$/.exec(text)
  if (match === null) return null
  const bytes = Number(match[1]) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(match[2] ?? '')
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null
}

/** What was shown of the loser; `0` when nothing is known of it. */
function generationOf(report: MirrorReport, loser: string): string {
  const { server, peer } = report.detail
  if (loser === server) return report.generation
  return peer?.server === loser ? peer.generation : '0'
}
