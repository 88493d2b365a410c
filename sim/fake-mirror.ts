/**
 * A mirror disk in a few lines: two replicas that connect, copy, break and go on alone as the real
 * engine does, seen from the control daemon. It holds no blocks, only a version number a replica:
 * each permitted second alone makes a newer version, so a stale promotion is noticed.
 */
import { say } from '../src/messages/catalogue.ts'
import type { Outcome } from '../src/core/event.ts'
import type { MirrorCommand, MirrorReport } from '../src/wire/mirror-control.ts'

export interface FakeReplica {
  alive: boolean
  report: MirrorReport
  /** Counts what was acknowledged into this replica. */
  version: number
}

const sizeBytes = 64 * 1024 * 1024

function newReplica(mirror: string, source: boolean): FakeReplica {
  return {
    alive: false,
    version: source ? 1 : 0,
    report: {
      mirror,
      pid: 1,
      incarnation: '0',
      sizeBytes,
      role: 'secondary',
      replica: source ? 'consistent' : 'never-built',
      outdated: false,
      failed: false,
      alone: source,
      generation: source ? '1' : '0',
      base: '0',
      activationTerm: 0,
      inSync: false,
      link: { state: 'disconnected', path: null, heardMsAgo: null, reason: null },
      copy: null,
      io: 'idle',
      break: null,
      nbd: { socket: '', clients: 0 },
    },
  }
}

export interface FakeMirror {
  readonly replicas: Readonly<Record<string, FakeReplica>>
  /** Everything that happened and must not: a stale replica promoted, two active at once. */
  readonly violations: string[]
  start(server: string): void
  kill(server: string): void
  command(server: string, command: MirrorCommand): Outcome
  /** One round: connect, break, copy, write. `reachable`: a path exists between both. */
  tick(reachable: boolean, elapsedMs: number): void
}

export function fakeMirror(
  mirror: string,
  servers: readonly [string, string],
  copyMs: number,
): FakeMirror {
  const [first, second] = servers
  const replicas: Record<string, FakeReplica> = {
    [first]: newReplica(mirror, true),
    [second]: newReplica(mirror, false),
  }
  const violations: string[] = []
  let lives = 0
  let breaks = 0
  let acknowledged = 1
  let copied = 0
  const at = (server: string): FakeReplica => {
    const found = replicas[server]
    if (found === undefined) throw new Error(`no server ${server}`)
    return found
  }
  const peerOf = (server: string) => at(server === first ? second : first)
  const change = (replica: FakeReplica, change: Partial<MirrorReport>) => {
    replica.report = { ...replica.report, ...change }
  }
  const disconnect = () => {
    for (const replica of Object.values(replicas)) {
      const link = { state: 'disconnected' as const, path: null, heardMsAgo: null, reason: null }
      change(replica, { link, copy: null })
    }
  }
  const refuse = (): Outcome => ({ ok: false, error: say('mirrord-not-reached', { mirror }) })

  const connect = () => {
    const both = Object.values(replicas)
    const source =
      both.find((each) => each.report.role === 'primary') ??
      both.find((each) => each.report.alone) ??
      both.toSorted((a, b) => b.report.activationTerm - a.report.activationTerm)[0]
    const target = both.find((each) => each !== source)
    if (source === undefined || target === undefined) return
    const diverged = target.report.alone && source.report.alone
    const state = diverged ? ('split-brain' as const) : ('connected' as const)
    for (const each of both) {
      change(each, {
        link: { state, path: 'interconnect', heardMsAgo: 10, reason: null },
        inSync: false,
      })
    }
    if (diverged) return
    copied = 0
    const copy = { bytesDone: 0, bytesTotal: sizeBytes }
    change(source, { copy: { direction: 'source', ...copy }, alone: true, break: null })
    if (source.report.role === 'primary') change(source, { io: 'serving' })
    change(target, { copy: { direction: 'target', ...copy }, replica: 'inconsistent' })
  }

  const copyOn = (elapsedMs: number) => {
    copied += elapsedMs
    const done = copied >= copyMs
    const bytesDone = Math.min(sizeBytes, Math.round((sizeBytes * copied) / copyMs))
    const both = Object.values(replicas)
    const source = both.find((each) => each.report.copy?.direction === 'source')
    for (const each of both) {
      const { copy } = each.report
      if (copy === null) continue
      change(
        each,
        done
          ? { copy: null, alone: false, inSync: true, outdated: false, replica: 'consistent' }
          : { copy: { ...copy, bytesDone } },
      )
      if (done && source !== undefined) each.version = source.version
    }
  }

  return {
    replicas,
    violations,
    start(server) {
      lives += 1
      const replica = at(server)
      replica.alive = true
      change(replica, {
        role: 'secondary',
        inSync: false,
        incarnation: String(lives),
        io: 'idle',
        break: null,
        copy: null,
        link: { state: 'disconnected', path: null, heardMsAgo: null, reason: null },
      })
    },
    kill(server) {
      at(server).alive = false
      disconnect()
    },
    command(server, command) {
      const replica = at(server)
      const { report } = replica
      if (!replica.alive) return refuse()
      switch (command.command) {
        case 'promote': {
          const grounds = report.inSync || report.alone || report.copy?.direction === 'source'
          if (report.replica !== 'consistent' || report.outdated || !grounds) return refuse()
          if (replica.version < acknowledged)
            violations.push(`${server}: a stale replica was promoted`)
          const peer = peerOf(server)
          if (peer.alive && peer.report.role === 'primary' && peer.report.io !== 'failed')
            violations.push(`${server}: promoted while the peer is active`)
          if (!report.alone) disconnect()
          change(replica, { role: 'primary', io: 'serving', activationTerm: command.term })
          return { ok: true }
        }
        case 'demote':
          change(replica, { role: 'secondary', io: 'idle', break: null })
          return { ok: true }
        case 'permit-alone':
          if (report.break?.number !== command.breakNumber) return refuse()
          change(replica, {
            alone: true,
            io: 'serving',
            break: { ...report.break, permitted: true, waiting: false },
          })
          return { ok: true }
        case 'mark-outdated':
          change(replica, { outdated: true, inSync: false })
          return { ok: true }
        case 'fail-io':
          change(replica, { io: 'failed' })
          return { ok: true }
        case 'quit':
          replica.alive = false
          disconnect()
          return { ok: true }
        case 'flush':
        case 'status':
          return { ok: true }
      }
    },
    tick(reachable, elapsedMs) {
      const both = Object.values(replicas)
      const canTalk = reachable && both.every((each) => each.alive)
      const connected = both.every((each) => each.report.link.state === 'connected')
      if (connected && !canTalk) disconnect()
      else if (
        !connected &&
        canTalk &&
        both.every((each) => each.report.link.state === 'disconnected')
      )
        connect()
      else if (connected) copyOn(elapsedMs)
      for (const each of both) writeOn(each)
    },
  }

  /** A writer that never rests on whichever side is active. */
  function writeOn(replica: FakeReplica): void {
    const { report } = replica
    if (!replica.alive || report.role !== 'primary' || report.io === 'failed') return
    if (report.link.state === 'connected') {
      acknowledged += 1
      const peer = Object.values(replicas).find((each) => each !== replica)
      replica.version = acknowledged
      if (peer !== undefined && peer.report.inSync) peer.version = acknowledged
    } else if (report.break === null) {
      breaks += 1
      change(replica, { io: 'frozen', break: { number: breaks, waiting: true, permitted: false } })
    } else if (report.break.permitted) {
      acknowledged += 1
      replica.version = acknowledged
    }
  }
}
