/**
 * The language in which scenarios and the explorer say what happens to two servers; one line a
 * command. scenarios/play.ts lists the commands.
 */
import type { AnyOrder } from '../src/core/gossip.ts'
import type { Cluster } from './cluster.ts'
import { servers, usualMirrordStartMs, type LinkName, type Server } from './machine.ts'
import { mustRun } from './rehearsed.ts'

interface Words {
  readonly verb: string
  readonly first: string
  readonly second: string
  /** Where an order is given: `@SERVER2`. */
  readonly at: Server
}

export function obey(cluster: Cluster, command: string): void {
  const words = read(command)
  if (obeyWorld(cluster, words) || obeyServer(cluster, words) || obeyOrder(cluster, words)) return
  throw new Error(`unknown command: ${command}`)
}

/** Every fault ends, every server and daemon runs again; the mirrords are the daemons' business. */
export function heal(cluster: Cluster): void {
  cluster.faults.failing.clear()
  cluster.faults.clientUp = true
  cluster.faults.mirrordStartMs = usualMirrordStartMs
  for (const server of servers) {
    for (const link of cluster.faults.links) {
      if (cluster.faults.cut.has(`${server}/${link}`)) cluster.cut(server, link, false)
    }
    if (cluster.machine(server).frozen) cluster.freeze(server, false)
  }
  revive(cluster)
}

/** What is off is switched on: a server that left, a daemon that was killed. */
export function revive(cluster: Cluster): void {
  for (const server of servers) {
    const { power, daemon } = cluster.machine(server)
    if (!power) cluster.powerOn(server)
    else if (!daemon) cluster.startDaemon(server)
  }
}

function read(command: string): Words {
  const words = command.split(/\s+/)
  const at = words.find((word) => word.startsWith('@'))
  const [verb = '', first = '', second = ''] = words.filter((word) => word !== at)
  return { verb, first, second, at: at === undefined ? 'SERVER1' : serverOf(at.slice(1)) }
}

function obeyWorld(cluster: Cluster, { verb, first, second }: Words): boolean {
  const { faults } = cluster
  switch (verb) {
    case 'fail-disk':
      // Of the server that runs the first group: its mirrord ends, as after a failed write.
      for (const server of servers) {
        if (
          cluster.mirrors[first || Object.keys(cluster.mirrors)[0] || '']?.replicas[server]?.report
            .role === 'primary'
        )
          cluster.killMirrord(server)
      }
      return true
    case mustRun:
      // A question for whoever judges the story; nothing happens.
      return true
    case 'wait':
      cluster.run(Number(first.replace('s', '')) * 1000)
      return true
    case 'cut':
    case 'mend':
      cluster.cut(serverOf(first), linkOf(cluster, second), verb === 'cut')
      return true
    case 'fail':
      faults.failing.add(first)
      return true
    case 'heal':
      faults.failing.delete(first)
      return true
    case 'client':
      faults.clientUp = first === 'on'
      return true
    case 'slow-mirrord':
      faults.mirrordStartMs = Number(first)
      return true
    default:
      return false
  }
}

/** What cannot happen as things are (a second power cut) changes nothing. */
function obeyServer(cluster: Cluster, { verb, first }: Words): boolean {
  const change = serverCommands[verb]
  if (change === undefined) return false
  const server = serverOf(first)
  const { power, daemon, frozen } = cluster.machine(server)
  if (change.when({ power, daemon, frozen })) change.change(cluster, server)
  return true
}

interface Condition {
  readonly power: boolean
  readonly daemon: boolean
  readonly frozen: boolean
}

interface ServerCommand {
  when(now: Condition): boolean
  change(cluster: Cluster, server: Server): void
}

const serverCommands: Readonly<Record<string, ServerCommand>> = {
  up: {
    when: ({ power }) => !power,
    change: (cluster, server) => cluster.powerOn(server),
  },
  off: {
    when: ({ power }) => power,
    change: (cluster, server) => cluster.powerOff(server),
  },
  'kill-daemon': {
    when: ({ daemon, frozen }) => daemon && !frozen,
    change: (cluster, server) => cluster.killDaemon(server),
  },
  'start-daemon': {
    when: ({ power, daemon, frozen }) => power && !daemon && !frozen,
    change: (cluster, server) => cluster.startDaemon(server),
  },
  'kill-mirrord': {
    when: ({ power }) => power,
    change: (cluster, server) => cluster.killMirrord(server),
  },
  freeze: {
    when: ({ power, frozen }) => power && !frozen,
    change: (cluster, server) => cluster.freeze(server, true),
  },
  thaw: {
    when: ({ frozen }) => frozen,
    change: (cluster, server) => cluster.freeze(server, false),
  },
  why: {
    when: ({ daemon }) => daemon,
    change: (cluster, server) => cluster.explain(server),
  },
  leave: {
    when: ({ daemon }) => daemon,
    change: (cluster, server) => cluster.ask(server, { kind: 'leave', afterwards: 'nothing' }),
  },
}

function obeyOrder(cluster: Cluster, { verb, first, second, at }: Words): boolean {
  const isShown = verb === 'force' && second === 'shown'
  const order = orderOf(verb, first, isShown ? '' : second)
  if (order === null) return false
  cluster.ask(at, order)
  if (isShown) cluster.ask(at, { kind: 'force', group: first, seen: tokenIn(cluster) })
  return true
}

/** Of what a forced start may lose, as the latest answer showed it; empty: it showed nothing. */
export function tokenIn({ log }: Cluster): string {
  return /shown as (\w+)/.exec(log.at(-1) ?? '')?.[1] ?? ''
}

/** `first`: a group; of an order for a server, that server. */
function orderOf(verb: string, first: string, to: string): AnyOrder | null {
  switch (verb) {
    case 'move':
    case 'start':
      return { kind: verb, group: first, to: to === '' ? null : to }
    case 'stop':
      return { kind: 'stop', group: first }
    case 'standby':
    case 'online':
    case 'end-wait':
      return { kind: verb, server: first }
    case 'suspend':
    case 'resume': {
      // `cluster`, a group, or a monitor as `group/monitor`.
      const [group = '', monitor = null] = first.split('/')
      return { kind: verb, group: group === 'cluster' ? null : group, monitor }
    }
    case 'force':
      return { kind: verb, group: first, seen: to === '' ? null : to }
    case 'shutdown-cluster':
      return { kind: verb, last: null, afterwards: 'nothing' }
    default:
      return null
  }
}

function serverOf(word: string): Server {
  const found = servers.find((server) => server === word)
  if (found === undefined) throw new Error(`no server: ${word}`)
  return found
}

function linkOf({ faults }: Cluster, word: string): LinkName {
  const found = faults.links.find((link) => link === word)
  if (found === undefined) throw new Error(`no link: ${word}`)
  return found
}
