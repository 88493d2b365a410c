/**
 * The state of a cluster on one screen of 80 columns, made for somebody who was woken at night:
 * first what is the matter and what to do, then who runs what, then the parts.
 *
 * Shapes and words say everything that colours say. A part that is as it should be takes one line;
 * its reason is only given when it is not.
 */
import type { ClusterStatus, GroupStatus, Health, LinkStatus, MirrorStatus } from '../api.ts'
import { renderAction, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'
import { padded, printable, sentenceOf, widest, widthOf } from './shell.ts'
import { wordsOf, type Words } from './words.ts'
import { wrapped } from './wrap.ts'

export interface ScreenOptions {
  readonly language: Language
  readonly colour: boolean
  readonly columns: number
  /** ISO 8601 -> local time for people. */
  readonly timeText: (iso: string) => string
  readonly sentence?: (message: Message, language: Language) => string
}

interface Page extends ScreenOptions {
  readonly words: Words
  /** A reason; empty when the summary has told it already. */
  readonly why: (part: { readonly health: Health; readonly why: Message }) => string
  readonly say: (message: Message) => string
}

const shapes: Readonly<Record<Health, string>> = { green: '●', yellow: '▲', red: '✖', gray: '○' }
const colours: Readonly<Record<Health, number>> = { green: 32, yellow: 33, red: 31, gray: 90 }
const labelColumns = 10
const barColumns = 20

/** The whole screen, ending with a line end. */
export function statusScreen(status: ClusterStatus, options: ScreenOptions): string {
  const page = pageOf(options, status.summary.why)
  const { columns } = page
  const { labels, seenBy } = page.words
  const title = `${status.cluster} (${status.superCluster})`
  const seen = seenBy(status.reportedBy, page.timeText(status.at))
  const sections = [
    section(labels.cluster, wrapped(`${title}  ${seen}`, columns - labelColumns)),
    section(labels.servers, serverLines(page, status)),
    section(labels.links, [...linkLines(page, status), ...silenceLines(page, status)]),
    section(labels.arbiter, arbiterLines(page, status)),
    ...status.groups.map((group) => section(labels.group, groupLines(page, group))),
    ...status.mirrors.map((mirror) => section(labels.mirror, mirrorLines(page, mirror))),
  ]
  return [...summaryLines(page, status), '', ...sections.flat(), ''].join('\n')
}

export type Part = 'servers' | 'links' | 'arbiter' | 'groups' | 'resources' | 'monitors' | 'mirrors'

/** One kind of parts, each with its reason; ends with a line end. */
export function partScreen(status: ClusterStatus, part: Part, options: ScreenOptions): string {
  const page = pageOf({ ...options, columns: options.columns + labelColumns }, null)
  const { groups } = status
  const lines: Readonly<Record<Part, () => string[]>> = {
    servers: () => serverLines(page, status),
    links: () => [...linkLines(page, status), ...silenceLines(page, status)],
    arbiter: () => arbiterLines(page, status),
    groups: () => groups.flatMap((group) => groupHead(page, group)),
    resources: () =>
      partLines(
        page,
        0,
        groups.flatMap((of) => resourceParts(page, of, true)),
      ),
    monitors: () =>
      partLines(
        page,
        0,
        groups.flatMap((of) => monitorParts(page, of, true)),
      ),
    mirrors: () => status.mirrors.flatMap((mirror) => mirrorLines(page, mirror)),
  }
  return lines[part]()
    .map((line) => `${line}\n`)
    .join('')
}

/** `told`: a reason that is not said again. */
function pageOf(options: ScreenOptions, told: Message | null): Page {
  const { language, sentence = sentenceOf } = options
  const columns = Math.min(Math.max(options.columns, 60), 100)
  const say = (message: Message) => sentence(message, language)
  const toldText = told === null ? '' : say(told)
  const why: Page['why'] = (part) =>
    part.health === 'green' || say(part.why) === toldText ? '' : say(part.why)
  return { ...options, columns, words: wordsOf(language), say, why }
}

function summaryLines(page: Page, { summary }: ClusterStatus): string[] {
  const { words, say, columns } = page
  const head = `${shapes[summary.health]} ${words.health[summary.health]}`
  const indent = widthOf(head) + 2
  const advice = renderAction(summary.why, page.language) ?? words.nothingToDo
  const next = summary.next === null ? printable(advice) : say(summary.next)
  const [first = '', ...rest] = hanging({ text: say(summary.why), indent, columns })
  const nextIndent = indent + widthOf(words.next)
  const [nextFirst = '', ...nextRest] = hanging({ text: next, indent: nextIndent, columns })
  return [
    `${painted(page, summary.health, head)}  ${first}`,
    ...rest,
    `${' '.repeat(indent)}${words.next}${nextFirst}`,
    ...nextRest,
  ]
}

function serverLines(page: Page, { servers }: ClusterStatus): string[] {
  const nameColumns = widest(servers.map((server) => server.name))
  const stateColumns = widest(servers.map((server) => page.words.server[server.state]))
  return servers.flatMap((server) =>
    row(page, {
      health: server.health,
      cells: [
        padded(server.name, nameColumns),
        padded(page.words.server[server.state], stateColumns),
      ],
      text: page.why(server),
    }),
  )
}

function linkLines(page: Page, { links }: ClusterStatus): string[] {
  const { words } = page
  const nameColumns = widest(links.map((link) => link.name))
  const stateColumns = widest(links.map((link) => words.link[link.state]))
  const trips = links.map((link) => tripText(link, words))
  const tripColumns = widest(trips)
  return links.flatMap((link, index) =>
    row(page, {
      health: link.state === 'up' ? 'green' : link.state === 'down' ? 'red' : 'gray',
      cells: [
        padded(link.name, nameColumns),
        padded(words.link[link.state], stateColumns),
        padded(trips[index] ?? '', tripColumns),
      ],
      text: link.carries.map((use) => words.carries[use]).join(', '),
    }),
  )
}

/** What decides when the servers cannot hear each other. */
function arbiterLines(page: Page, { arbiter }: ClusterStatus): string[] {
  const cells = [arbiter.method, page.words.arbiter[arbiter.state]]
  return row(page, { health: arbiter.health, cells, text: page.why(arbiter) })
}

/** How much room the heartbeats leave. */
function silenceLines(page: Page, { heartbeat }: ClusterStatus): string[] {
  const room = page.words.silence(heartbeat.longestSilenceMs, heartbeat.timeoutMs)
  return row(page, { health: heartbeat.health, cells: [room], text: page.why(heartbeat) })
}

function tripText(link: LinkStatus, words: Words): string {
  if (link.state !== 'up' || link.roundTripMs === null) return ''
  return `${link.roundTripMs.toFixed(1)} ${words.milliseconds}`
}

function groupLines(page: Page, group: GroupStatus): string[] {
  const parts = [...resourceParts(page, group), ...monitorParts(page, group)]
  return [...groupHead(page, group), ...partLines(page, 2, parts)]
}

function groupHead(page: Page, group: GroupStatus): string[] {
  const state = page.words.group(group.state, group.owner)
  return [
    ...row(page, { health: group.health, cells: [`${group.name}  ${state}`], text: '' }),
    ...reason(page, page.why(group)),
  ]
}

interface PartRow {
  readonly health: Health
  readonly name: string
  readonly state: string
  readonly text: string
}

/** `isWhole`: with the name of the group. */
function resourceParts({ words, say }: Page, group: GroupStatus, isWhole = false): PartRow[] {
  return group.resources.map(({ name, state, error, detail }) => ({
    health: healthOf(state),
    name: isWhole ? `${group.name}/${name}` : name,
    state: words.resource[state],
    text: error === null ? printable(detail) : say(error),
  }))
}

function monitorParts({ words, say }: Page, group: GroupStatus, isWhole = false): PartRow[] {
  return group.monitors.map(({ name, state, error, type }) => ({
    health: healthOf(state),
    name: isWhole ? `${group.name}/${name}` : name,
    state: words.monitor[state],
    text: error === null ? `${words.labels.monitors} (${type})` : say(error),
  }))
}

function partLines(page: Page, indent: number, parts: readonly PartRow[]): string[] {
  const nameColumns = widest(parts.map(({ name }) => name))
  const stateColumns = widest(parts.map(({ state }) => state))
  return parts.flatMap(({ health, name, state, text }) => {
    const cells = [padded(name, nameColumns), padded(state, stateColumns)]
    return row(page, { health, indent, cells, text })
  })
}

function mirrorLines(page: Page, mirror: MirrorStatus): string[] {
  const { words } = page
  const nameColumns = widest(mirror.replicas.map((replica) => replica.server))
  const stateColumns = widest(mirror.replicas.map((replica) => words.replica[replica.health]))
  return [
    ...row(page, {
      health: mirror.health,
      cells: [`${mirror.name}  ${words.mirror[mirror.state]}`],
      text: progress(mirror, words),
    }),
    ...reason(page, page.why(mirror)),
    ...mirror.replicas.flatMap((replica) =>
      row(page, {
        health: replica.health,
        indent: 2,
        cells: [
          padded(replica.server, nameColumns),
          padded(words.replica[replica.health], stateColumns),
        ],
        text: words.role[replica.role],
      }),
    ),
  ]
}

function progress({ percent, bytesLeft }: MirrorStatus, words: Words): string {
  if (percent === null) return ''
  const done = Math.floor((percent / 100) * barColumns)
  const bar = `[${'#'.repeat(done)}${'.'.repeat(barColumns - done)}] ${Math.floor(percent)} %`
  return bytesLeft === null ? bar : `${bar}  ${words.left(sizeText(bytesLeft))}`
}

/** `1.5 GiB` */
export function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(bytes, 1)) / 10))
  const value = bytes / 1024 ** power
  return `${value >= 10 || power === 0 ? value.toFixed(0) : value.toFixed(1)} ${units[power]}`
}

function healthOf(state: string): Health {
  if (state === 'running' || state === 'ok') return 'green'
  if (state === 'failed' || state === 'failing') return 'red'
  return state === 'starting' || state === 'stopping' ? 'yellow' : 'gray'
}

/** One part: shape, cells, and a text that wraps below itself. The label column is not included. */
function row(
  page: Page,
  part: {
    readonly health: Health
    readonly indent?: number
    readonly cells: readonly string[]
    readonly text: string
  },
): string[] {
  const margin = ' '.repeat(part.indent ?? 0)
  const cells = part.cells.join('  ')
  const head = `${margin}${painted(page, part.health, shapes[part.health])} ${cells}`
  if (part.text === '') return [head.trimEnd()]
  const indent = widthOf(`${margin}${shapes[part.health]} ${cells}`) + 2
  const [first = '', ...rest] = hanging({
    text: part.text,
    indent,
    columns: page.columns - labelColumns,
  })
  return [`${head}  ${first}`, ...rest]
}

function reason(page: Page, text: string): string[] {
  if (text === '') return []
  const indent = 4
  const columns = page.columns - labelColumns
  const [first = '', ...rest] = hanging({ text, indent, columns })
  return [`${' '.repeat(indent)}${first}`, ...rest]
}

/** The first line without its indentation, the others with it. */
function hanging(part: {
  readonly text: string
  readonly indent: number
  readonly columns: number
}): string[] {
  const lines = wrapped(part.text, Math.max(20, part.columns - part.indent))
  return lines.map((line, index) => (index === 0 ? line : ' '.repeat(part.indent) + line))
}

function section(label: string, lines: readonly string[]): string[] {
  return lines.map((line, index) => padded(index === 0 ? label : '', labelColumns) + line)
}

function painted(page: Page, health: Health, text: string): string {
  return page.colour ? `\u001b[1;${colours[health]}m${text}\u001b[0m` : text
}
