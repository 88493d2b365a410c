/**
 * Plays a scenario: a script of what happens to two servers, and the transcript of what they say.
 *
 * One line a command, `#` begins a comment:
 *
 *     arbiter none|fence|witness the first line, if at all: no ping target decides
 *     failback 30s               the next one, if at all: automatic, after so long
 *     wait 2s
 *     up SERVER1                 off, freeze (its kernel still answers), thaw
 *     kill-daemon SERVER1        start-daemon, kill-mirrord
 *     cut SERVER1 public         mend; the other link is `interconnect`
 *     client off                 the ping target goes; `on`
 *     move Apache SERVER2        move Apache, start Apache [SERVER2], stop Apache; the order is
 *                                given at SERVER1, or elsewhere: `stop Apache @SERVER2`
 *     leave SERVER1              an orderly shutdown
 *     standby SERVER1            online SERVER1, end-wait SERVER1: also with @SERVER2
 *     suspend Apache             Apache/page, cluster; resume; shutdown-cluster
 *     force Apache shown         shows what may be lost, then orders just that; also with a token
 *     why SERVER1                what `kagami why` says there
 *     slow-mirrord 3000          every mirrord takes 3000 ms to start from now on; usual is 300
 *     fail FAULT                 heal FAULT ends it
 *
 * Faults: `SERVER1/httpd/start` (any resource), `SERVER1/httpd/stop` (hangs), `SERVER1/httpd/run`
 * (its monitor finds it dead), `SERVER1/store` (records cannot be written), `SERVER1/mirrord` (none
 * can be started), `mirror-port` (no mirror traffic), `from-SERVER1` (nothing it sends arrives at
 * its peer), `split` (no traffic between the servers; both reach everybody else), `fence` (the power
 * device does not answer), `SERVER1/fence` (not to this server), `witness`, `SERVER1/witness` (it is
 * not reached), `witness-reply` (its answers are lost), `SERVER1/guard` (cannot be armed).
 */
import { loadDefinition } from '../src/config/load.ts'
import type { Settings } from '../src/core/state.ts'
import { coreSettings } from '../src/core/settings.ts'
import { Cluster, secondsOf } from '../sim/cluster.ts'
import { obey } from '../sim/commands.ts'
import { howtoSettings } from '../sim/howto-settings.ts'
import { peerOf, servers, type Server } from '../sim/machine.ts'
import type { MirrorReport } from '../src/wire/mirror-control.ts'

const definitionFolder = new URL('../examples/apache-howto', import.meta.url).pathname

/** What the core of a server gets of the example. */
export function exampleSettings(self: Server, arbiter: Settings['arbiter']): Settings {
  const loaded = loadDefinition(definitionFolder)
  if (!loaded.ok) throw new Error('the example does not load')
  const settings = { ...coreSettings(loaded.definition, self, peerOf(self), 'boot'), arbiter }
  const { standbyDelayMs, fenceWithinMs, lease } = howtoSettings(self, arbiter)
  return { ...settings, standbyDelayMs, fenceWithinMs, lease }
}

function arbiterOf(firstLine: string): Settings['arbiter'] {
  const named = /^arbiter (\w+)$/.exec(firstLine)?.[1]
  return named === 'none' || named === 'fence' || named === 'witness' ? named : 'ping'
}

/** The transcript; the last lines say how it is in the end, and what was violated. */
export function play(script: string): string {
  const commands = script
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((command) => command !== '')
  const arbiter = arbiterOf(commands[0] ?? '')
  if (arbiter !== 'ping') commands.shift()
  const quiet = /^failback (\d+)s$/.exec(commands[0] ?? '')?.[1]
  if (quiet !== undefined) commands.shift()
  const settingsFor = (self: Server): Settings => {
    const usual = exampleSettings(self, arbiter)
    if (quiet === undefined) return usual
    const failback = { failback: 'auto', failbackQuietMs: Number(quiet) * 1000 } as const
    return { ...usual, groups: usual.groups.map((group) => ({ ...group, ...failback })) }
  }
  const settings = { SERVER1: settingsFor('SERVER1'), SERVER2: settingsFor('SERVER2') }
  const cluster = new Cluster({ settings: (self) => settings[self] })
  for (const command of commands) obey(cluster, command)
  const active = cluster.activeOn().join(' and ') || 'nowhere'
  const ends = servers.map((server) => endOf(cluster, server))
  return [...cluster.log, `active: ${active}`, ...ends, ...violationsOf(cluster)].join('\n')
}

/** `SERVER1: paired; Apache stopped; NMP1 in sync` */
function endOf(cluster: Cluster, server: Server): string {
  const { power, state } = cluster.machine(server)
  const { alive, report } = cluster.mirror.replicas[server] ?? {}
  if (!power) return `${server}: off`
  const groups = Object.entries(state?.groups ?? {}).map(
    ([name, { phase }]) => `; ${name} ${phase}`,
  )
  const mirror = alive === true && report !== undefined ? wordsOf(report) : 'not running'
  return `${server}: ${state?.membership.kind ?? 'no daemon'}${groups.join('')}; NMP1 ${mirror}`
}

function wordsOf(report: MirrorReport): string {
  if (report.link.state === 'split-brain') return 'split brain'
  const copied = report.copy === null ? '' : ', being copied'
  if (report.inSync) return report.link.state === 'connected' ? 'in sync' : 'in sync, disconnected'
  const marks = [report.outdated ? ', outdated' : '', report.alone ? ', alone' : '']
  return `${report.replica}${marks.join('')}${copied}`
}

function violationsOf(cluster: Cluster): string[] {
  return cluster.violations.map(({ atMs, what, excuse }) =>
    excuse === null
      ? `VIOLATION: ${secondsOf(atMs)} ${what}`
      : `weak arbiter: ${secondsOf(atMs)} ${what} (${excuse})`,
  )
}
