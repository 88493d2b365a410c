/**
 * Random stories for two servers, told from a seed, and a judge.
 *
 * A story breaks things, then everything is mended, and then the cluster must find its way back
 * alone: safety is judged all the time, liveness after the mending. A story that shows something
 * wrong is shortened as long as it still shows the same.
 */
import type { PhaseKind } from '../src/core/gossip.ts'
import type { Settings } from '../src/core/state.ts'
import { Cluster, secondsOf, type ClusterOptions } from './cluster.ts'
import { heal, obey, revive } from './commands.ts'
import { howtoSettings } from './howto-settings.ts'
import { peerOf, servers, type Server } from './machine.ts'
import { chanceOf, type Chance } from './random.ts'
import { mustRun, rehearsedStory } from './rehearsed.ts'

export interface Story {
  readonly arbiter: Settings['arbiter']
  readonly commands: readonly string[]
}

export interface Finding {
  /** What is wrong, without names and times: stories that find the same say the same. */
  readonly kind: string
  readonly detail: string
}

type Plant = NonNullable<ClusterOptions['plant']>

const group = 'Apache'
/** Long enough after the mending for pauses that have grown, and for one start-up wait. */
const patienceMs = 400_000
/** So many starts are told from a service that jumps to and fro. */
const startsAfterHealingMax = 6

/** Those that need more luck more often. */
const arbiters = [
  ...(['ping', 'ping', 'none', 'fence', 'fence'] as const),
  ...(['witness', 'witness', 'witness'] as const),
]

export function storyOf(seed: number): Story {
  const chance = chanceOf(seed)
  const rehearsed = rehearsedStory(seed, chance)
  if (rehearsed !== null)
    return { ...rehearsed, commands: [...rehearsed.commands, ...trouble(chance, chance.below(4))] }
  const arbiter = chance.pick(arbiters)
  const commands = ['up SERVER1', 'up SERVER2', `wait ${chance.pick(['0.05', '0.3', '1', '5'])}s`]
  if (!chance.oneIn(4)) commands.push('wait 3s', ...sceneOf(chance))
  return { arbiter, commands: [...commands, ...trouble(chance, 2 + chance.below(9))] }
}

function trouble(chance: Chance, incidents: number): string[] {
  const commands: string[] = []
  for (let index = 0; index < incidents; index += 1) {
    commands.push(...incident(chance), `wait ${chance.pick(pauses)}s`)
  }
  return commands
}

/** Where a story may begin, besides the healthy pair: states that chance alone seldom reaches. */
function sceneOf(chance: Chance): string[] {
  const server = chance.pick(servers)
  return chance.pick([
    // A server is cut off: the other one goes on alone.
    [`cut ${server} interconnect`, `cut ${server} public`, 'wait 9s'],
    [`off ${server}`, 'wait 9s', `up ${server}`],
    // Both are off, after one of them went on alone, or not.
    [`off ${server}`, 'wait 9s', 'off SERVER1', 'off SERVER2', 'wait 1s', `up ${server}`],
    ['off SERVER1', 'off SERVER2', 'wait 1s', `up ${server}`],
    ['move Apache SERVER2', 'wait 3s'],
    ['stop Apache', 'wait 3s'],
    ['fail mirror-port', 'wait 3s'],
    [`kill-daemon ${server}`, 'wait 1s', `start-daemon ${server}`],
    [`leave ${server}`, 'wait 5s', `up ${server}`],
    [`standby ${server} @${server}`, 'wait 3s'],
    [`fail ${server}/store`],
    ['fail split', 'wait 9s', 'heal split', 'wait 3s'],
    ['fail fence', 'fail split', 'wait 9s', 'heal fence'],
    ['fail witness', 'wait 3s', `off ${server}`, 'wait 9s'],
    ...foundBySearch(server),
    ['client off', 'wait 3s', 'fail split', 'wait 9s', 'client on', 'heal split'],
    [`fail ${server}/witness`, 'fail split', 'wait 9s', 'heal split'],
    [`fail ${server}/guard`, `move Apache ${server}`, 'wait 3s'],
  ])
}

/** A claim whose answer comes late; a holder that restarts and dies again. (The exhaustive search.) */
function foundBySearch(server: Server): string[][] {
  const peer = peerOf(server)
  const restarts = [`off ${peer}`, 'wait 0.1s', `up ${peer}`, 'wait 0.1s']
  const cut = [`cut ${server} interconnect`, `cut ${server} public`]
  const mend = [`mend ${server} interconnect`, `mend ${server} public`]
  return [
    [
      ...[
        `off ${server}`,
        'fail witness',
        'wait 1.7s',
        `up ${server}`,
        'wait 0.1s',
        'heal witness',
      ],
      ...['wait 1.6s', 'fail split', 'wait 5s', 'heal split'],
    ],
    [
      ...['fail split', 'wait 1.6s', ...restarts, 'heal split', 'wait 0.1s', 'fail witness'],
      ...['wait 0.1s', `off ${peer}`, 'wait 0.2s', 'heal witness', `off ${server}`],
      ...['wait 0.1s', `up ${server}`, 'wait 2s', `end-wait ${server} @${server}`, 'wait 9s'],
    ],
    [
      ...cut,
      'wait 4s',
      'slow-mirrord 3000',
      ...restarts,
      ...mend,
      'wait 1s',
      `off ${peer}`,
      'wait 9s',
    ],
  ]
}

const pauses = ['0.03', '0.1', '0.2', '0.3', '0.5', '0.9', '1.4', '3', '12', '35']

/** One thing, or a few that happen together. */
function incident(chance: Chance): string[] {
  const server = chance.pick(servers)
  const kinds = [powerIncident, linkIncident, processIncident, orderIncident, faultIncident]
  return chance.pick(kinds)(chance, server)
}

function powerIncident(chance: Chance, server: Server): string[] {
  return chance.pick([
    [`off ${server}`],
    [`up ${server}`],
    ['off SERVER1', 'off SERVER2'],
    ['up SERVER1', 'up SERVER2'],
    [`leave ${server}`],
  ])
}

function linkIncident(chance: Chance, server: Server): string[] {
  const link = chance.pick(['interconnect', 'public'])
  return chance.pick([
    [`cut ${server} ${link}`],
    [`mend ${server} ${link}`],
    [`cut ${server} interconnect`, `cut ${server} public`],
    [`cut ${server} interconnect`, `cut ${server} public`],
    [`mend ${server} interconnect`, `mend ${server} public`],
    [`mend ${server} interconnect`, `mend ${server} public`],
    ['client off'],
    ['client on'],
    [`${chance.pick(['fail', 'heal'])} ${chance.pick(['split', `from-${server}`])}`],
  ])
}

function processIncident(chance: Chance, server: Server): string[] {
  return chance.pick([
    [`kill-daemon ${server}`],
    [`start-daemon ${server}`],
    [`kill-daemon ${server}`, 'wait 1s', `start-daemon ${server}`],
    [`kill-mirrord ${server}`],
    [`freeze ${server}`],
    [`thaw ${server}`],
    [`thaw ${server}`],
    // It stands still while its peer goes, and is back.
    [`freeze ${server}`, 'wait 3s', `off ${peerOf(server)}`, 'wait 3s', `thaw ${server}`],
  ])
}

function orderIncident(chance: Chance, server: Server): string[] {
  const to = chance.pick(servers)
  return chance.pick([
    [`move ${group} ${to} @${server}`],
    [`move ${group} @${server}`],
    [`start ${group} @${server}`],
    [`start ${group} ${to} @${server}`],
    [`stop ${group} @${server}`],
    [`standby ${to} @${server}`],
    [`online ${to} @${server}`],
    [`end-wait ${server} @${server}`],
    [`suspend ${group} @${server}`],
    [`resume ${group} @${server}`],
    [`shutdown-cluster @${server}`],
  ])
}

function faultIncident(chance: Chance, server: Server): string[] {
  const fault = chance.pick([
    `${server}/httpd/start`,
    `${server}/httpd/stop`,
    `${server}/httpd/run`,
    `${server}/store`,
    `${server}/mirrord`,
    'mirror-port',
    'fence',
    `${server}/fence`,
    'witness',
    `${server}/witness`,
    'witness-reply',
    `${server}/guard`,
  ])
  return chance.pick([
    [`fail ${fault}`],
    [`fail ${fault}`],
    [`heal ${fault}`],
    [`slow-mirrord ${chance.pick(['100', '600', '3000'])}`],
  ])
}

/** Plays a story to its end. Null: nothing is wrong. */
export function judge(story: Story, plant: Plant | null = null): Finding | null {
  return playStory(story, plant).finding
}

export interface Played {
  readonly finding: Finding | null
  /** Facts that the two cores were given. */
  readonly events: number
  readonly log: readonly string[]
}

/** The same, with what was said on the way. */
export function playStory(story: Story, plant: Plant | null = null): Played {
  const cluster = new Cluster({ settings: (self) => howtoSettings(self, story.arbiter), plant })
  const finding = judgeIn(cluster, story)
  return { finding, events: cluster.events, log: cluster.log }
}

function judgeIn(cluster: Cluster, story: Story): Finding | null {
  try {
    for (const command of story.commands) {
      if (command !== mustRun) obey(cluster, command)
      // Where both have gone on alone, an operator decides.
      else if (!cluster.isExcused && cluster.activeOn().length !== 1) return notTakenOver(cluster)
    }
    const startsBefore = startsIn(cluster)
    mend(cluster)
    let finding = findWrong(cluster)
    if (finding?.isLiveness === true) {
      cluster.run(patienceMs / 2)
      revive(cluster)
      cluster.run(patienceMs / 2)
      finding = findWrong(cluster)
    }
    const starts = startsIn(cluster) - startsBefore
    if (finding !== null) return { kind: finding.kind, detail: finding.detail }
    if (starts <= startsAfterHealingMax) return null
    return { kind: 'flapping', detail: `${starts} starts after everything was mended` }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { kind: `exception: ${text}`, detail: `${secondsOf(cluster.now)} ${text}` }
  }
}

const notTakenOverKind = 'one failure, and the group does not run'

const notTakenOver = (cluster: Cluster): Finding => ({
  kind: notTakenOverKind,
  detail: `${secondsOf(cluster.now)} ${phasesOf(cluster)}`,
})

function mend(cluster: Cluster): void {
  heal(cluster)
  for (const server of servers) obey(cluster, `resume ${group} @${server}`)
  for (let round = 0; round < 4; round += 1) {
    cluster.run(4000)
    revive(cluster)
  }
}

type Judgement = Finding & { readonly isLiveness: boolean }

function findWrong(cluster: Cluster): Judgement | null {
  const violation = cluster.violations.find(({ excuse }) => excuse === null)
  if (violation !== undefined) {
    const kind = violation.what.replace(/:.*/, '').replaceAll(/SERVER[12]/g, 'one')
    const detail = `${secondsOf(violation.atMs)} ${violation.what}`
    return { kind, detail, isLiveness: false }
  }
  const stuck = findStuck(cluster)
  return stuck === null ? null : { kind: stuck, detail: phasesOf(cluster), isLiveness: true }
}

/** With nothing broken any more: what is not as it should be? */
function findStuck(cluster: Cluster): string | null {
  const states = servers.map((server) => cluster.machine(server).state)
  if (states.includes(null)) return 'a daemon does not run'
  const active = cluster.activeOn().length
  const phases = states.map((state) => state?.groups[group]?.phase ?? 'stopped')
  if (isStoppedByOperator(cluster)) {
    const isStopped = active === 0 && phases.every((phase) => phase === 'stopped')
    if (!isStopped) return 'an operator stopped the group, and it is not stopped'
    return isLeftActive(cluster) ? 'a disk is left active' : null
  }
  const mirrors = Object.values(cluster.mirror.replicas)
  // Diverged, with an excuse: an operator has to decide.
  if (mirrors.some(({ report }) => report.link.state === 'split-brain')) return null
  if (active === 0 && states.every((state) => state?.record.standby === true)) return null
  if (active !== 1) return `active on ${active} servers`
  if (states.some((state) => state?.membership.kind !== 'paired')) return 'not paired'
  if (isLeftActive(cluster)) return 'a disk is left active'
  if (!isOneRunning(phases)) return `phases ${phases.toSorted().join(' and ')}`
  return mirrors.every(({ report }) => report.inSync) ? null : 'not in sync'
}

/** Where the group does not run, its disk is not active either. */
function isLeftActive(cluster: Cluster): boolean {
  return servers.some((server) => {
    const isStopped = cluster.machine(server).state?.groups[group]?.phase === 'stopped'
    return isStopped && cluster.mirror.replicas[server]?.report.role === 'primary'
  })
}

function isOneRunning(phases: readonly PhaseKind[]): boolean {
  return phases.toSorted().join(' ') === 'running stopped'
}

/** The newest wish of the two records. */
function isStoppedByOperator(cluster: Cluster): boolean {
  const wishes = servers.flatMap((server) => {
    const wish = cluster.machine(server).state?.record.groups[group]?.wanted
    return wish === undefined ? [] : [wish]
  })
  return wishes.toSorted((a, b) => b.stamp - a.stamp)[0]?.value === 'stop'
}

function phasesOf(cluster: Cluster): string {
  const words = servers.map((server) => {
    const { state } = cluster.machine(server)
    const report = cluster.mirror.replicas[server]?.report
    const mirror = `${report?.role} ${report?.replica} ${report?.link.state}`
    return `${server} ${state?.membership.kind} ${state?.groups[group]?.phase} (${mirror})`
  })
  return words.join(', ')
}

function startsIn(cluster: Cluster): number {
  return cluster.log.filter((line) => line.includes('  KG2002 ')).length
}

/** Leaves out what is not needed to find the same; what a rehearsed story leads to stays whole. */
export function shrink(story: Story, kind: string, plant: Plant | null = null): Story {
  if (kind === notTakenOverKind) return story
  let { commands } = story
  for (let isShorter = true; isShorter; ) {
    isShorter = false
    for (let index = commands.length - 1; index >= 0; index -= 1) {
      const fewer = commands.toSpliced(index, 1)
      if (judge({ ...story, commands: fewer }, plant)?.kind !== kind) continue
      commands = fewer
      isShorter = true
    }
  }
  return { ...story, commands }
}

/** As a scenario file begins. */
export function scriptOf({ arbiter, commands }: Story): string {
  return [...(arbiter === 'ping' ? [] : [`arbiter ${arbiter}`]), ...commands].join('\n')
}
