/**
 * Plays a scenario: a script of what happens to two servers, and the transcript of what they say.
 *
 * One line a command: `up SERVER1`, `off SERVER1`, `wait 2s`, `cut SERVER1 public`, `mend …`,
 * `move Apache SERVER2`, `stop Apache`, `start Apache`, `leave SERVER1`, `kill-daemon SERVER1`,
 * `start-daemon SERVER1`, `kill-mirrord SERVER1`, `freeze SERVER1`, `thaw SERVER1`,
 * `fail SERVER1/httpd/start`, `heal SERVER1/httpd/start`, `client off|on`.
 */
import { loadDefinition } from '../src/config/load.ts'
import { coreSettings } from '../src/daemon/settings.ts'
import { Cluster, peerOf, type LinkName, type Server } from '../sim/cluster.ts'

const definitionFolder = new URL('../examples/apache-howto', import.meta.url).pathname

function newCluster(copyMs?: number): Cluster {
  const loaded = loadDefinition(definitionFolder)
  if (!loaded.ok) throw new Error('the example does not load')
  return new Cluster((self) => coreSettings(loaded.definition, self, peerOf(self), 'boot'), copyMs)
}

/** The transcript; the last line says where the group is active and what was violated. */
export function play(script: string): string {
  const cluster = newCluster()
  for (const line of script.split('\n')) {
    const command = line.replace(/#.*/, '').trim()
    if (command !== '') obey(cluster, command)
  }
  const violations = [...cluster.violations, ...cluster.mirror.violations]
  const active = cluster.activeOn().join(' and ') || 'nowhere'
  return [
    ...cluster.log,
    `active: ${active}`,
    ...violations.map((each) => `VIOLATION: ${each}`),
  ].join('\n')
}

function obey(cluster: Cluster, command: string): void {
  const [verb = '', first = '', second = ''] = command.split(/\s+/)
  const server = first as Server
  switch (verb) {
    case 'up':
      return cluster.powerOn(server)
    case 'off':
      return cluster.powerOff(server)
    case 'wait':
      return cluster.run(Number(first.replace('s', '')) * 1000)
    case 'cut':
      return cluster.cut(server, second as LinkName, true)
    case 'mend':
      return cluster.cut(server, second as LinkName, false)
    case 'move':
      return cluster.ask('SERVER1', { kind: 'move', group: first, to: second || null })
    case 'start':
      return cluster.ask('SERVER1', { kind: 'start', group: first, to: second || null })
    case 'stop':
      return cluster.ask('SERVER1', { kind: 'stop', group: first })
    case 'leave':
      return cluster.ask(server, { kind: 'leave' })
    case 'kill-daemon':
      return cluster.killDaemon(server)
    case 'start-daemon':
      return cluster.startDaemon(server)
    case 'kill-mirrord':
      return cluster.killMirrord(server)
    case 'freeze':
      return cluster.freeze(server, true)
    case 'thaw':
      return cluster.freeze(server, false)
    case 'fail':
      return void cluster.faults.failing.add(first)
    case 'heal':
      return void cluster.faults.failing.delete(first)
    case 'client':
      cluster.faults.clientUp = first === 'on'
      return
    default:
      throw new Error(`unknown command: ${command}`)
  }
}
