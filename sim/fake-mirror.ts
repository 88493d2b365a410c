/**
 * A mirror disk in a few lines: two replicas that connect, copy, break and go on alone as the real
 * engine does, seen from the control daemon. It holds no blocks, only a version number a replica:
 * each acknowledged round makes a newer version, so a stale promotion is noticed.
 */
import { say, type Message } from '../src/messages/catalogue.ts'
import type { Outcome } from '../src/core/event.ts'
import type { MirrorCommand, MirrorReport, OperatorCommand } from '../src/wire/mirror-control.ts'
import { newReplica, notConnected, type FakeReplica } from './fake-replica.ts'

/** Faults of the fake itself, so that a test of the cluster can be seen to fail. */
export type MirrorPlant = 'never-freezes' | 'commit-keeps-alone' | 'copy-never-ends'

export interface MirrorOptions {
  readonly mirror: string
  readonly servers: readonly [string, string]
  readonly copyMs: number
  readonly plant: MirrorPlant | null
  /** Something happened that must not: a stale replica promoted, two active at once. */
  violated(what: string): void
}

export interface Round {
  /** A path exists between both. */
  readonly reachable: boolean
  readonly elapsedMs: number
  /** Servers that stand still: their mirrord neither speaks nor writes. */
  readonly frozen: readonly string[]
}

type Force = Extract<OperatorCommand, { command: 'force' }>
type Promote = Extract<MirrorCommand, { command: 'promote' }>
const done: Outcome = { ok: true }

export class FakeMirror {
  readonly replicas: Readonly<Record<string, FakeReplica>>
  private readonly options: MirrorOptions
  private lives = 0
  /** Versions given out so far: what a client was promised. */
  private acknowledged = 1
  private copiedMs = 0
  private doubleSeen = false
  /** An operator has said that one version counts: what the other replica has is kept beside it. */
  private isForced = false

  constructor(options: MirrorOptions) {
    this.options = options
    const [source, target] = options.servers
    this.replicas = {
      [source]: newReplica(options.mirror, true),
      [target]: newReplica(options.mirror, false),
    }
  }

  /** As the two mirrords report it. */
  adopt(reports: Readonly<Record<string, MirrorReport | null>>): void {
    const isBehind = (server: string): boolean =>
      Object.entries(reports).some(
        ([other, report]) =>
          other !== server && report?.alone === true && report.replica === 'consistent',
      )
    for (const [server, report] of Object.entries(reports)) {
      const replica = this.at(server)
      replica.alive = report !== null
      if (report === null) continue
      const isConnected = report.link.state === 'connected'
      replica.version = isBehind(server) && !report.alone && !report.inSync ? 0 : 1
      replica.breakNumber = report.break?.number ?? 0
      replica.peerTerm = report.activationTerm
      replica.wasActive = report.role === 'primary'
      replica.mayAlone =
        report.break?.permitted === true || (isConnected && report.copy?.direction === 'source')
      change(replica, report)
    }
    this.lives = Object.keys(reports).length
  }

  /** An independent copy that tells `violated` instead. */
  clone(violated: (what: string) => void): FakeMirror {
    const copy = new FakeMirror({ ...this.options, violated })
    for (const [server, replica] of Object.entries(this.replicas)) {
      Object.assign(copy.at(server), replica)
    }
    copy.lives = this.lives
    copy.acknowledged = this.acknowledged
    copy.copiedMs = this.copiedMs
    copy.doubleSeen = this.doubleSeen
    copy.isForced = this.isForced
    return copy
  }

  /** A mirrord starts; one that runs already stays as it is. */
  start(server: string): void {
    const replica = this.at(server)
    if (replica.alive) return
    this.lives += 1
    Object.assign(replica, { alive: true, breakNumber: 0, peerBreakNumber: 0, mayAlone: false })
    const incarnation = String(this.lives)
    const idle = { role: 'secondary', io: 'idle', break: null } as const
    const fresh = { ...idle, inSync: false, copy: null } as const
    change(replica, { ...fresh, incarnation, link: notConnected })
  }

  kill(server: string): void {
    this.at(server).alive = false
    this.disconnect()
  }

  command(server: string, command: MirrorCommand | Force): Outcome {
    const replica = this.at(server)
    if (!replica.alive) return refused(say('mirrord-not-reached', { mirror: this.options.mirror }))
    switch (command.command) {
      case 'promote':
        return this.promote(server, command)
      case 'demote':
        return this.demote(replica)
      case 'permit-alone':
        return this.permitAlone(replica, command.breakNumber)
      case 'mark-outdated':
        return this.markOutdated(replica, command.breakNumber)
      case 'force':
        return this.force(replica)
      case 'fail-io':
        change(replica, { io: 'failed' })
        return done
      case 'quit':
        this.kill(server)
        return done
      case 'flush':
      case 'status':
        return done
    }
  }

  /** One round of everything that happens by itself: connect, lose each other, copy, write. */
  tick(round: Round): void {
    const both = Object.values(this.replicas)
    const canTalk = round.reachable && round.frozen.length === 0 && both.every((each) => each.alive)
    const apart = both.every((each) => each.report.link.state === 'disconnected')
    if (!apart && !canTalk) this.disconnect()
    else if (apart && canTalk) this.connect()
    else if (both.every((each) => each.report.link.state === 'connected')) {
      this.copyOn(round.elapsedMs)
    }
    for (const [server, replica] of Object.entries(this.replicas)) {
      if (!round.frozen.includes(server)) this.writeOn(replica)
    }
  }

  private promote(server: string, command: Promote): Outcome {
    const replica = this.at(server)
    const peer = this.peerOf(replica)
    const error = promotionRefusal({ server, replica, peer, command })
    if (error !== null) return refused(error)
    const { report } = replica
    const isOtherVersion = this.isForced && report.alone
    if (replica.version < this.acknowledged && !isOtherVersion) {
      const versions = `version ${replica.version} of ${this.acknowledged}`
      this.options.violated(`a stale replica was promoted on ${server}: ${versions}`)
    }
    if (peer.alive && peer.report.role === 'primary' && peer.report.io !== 'failed') {
      this.options.violated(`promoted on ${server} while the peer's replica is active`)
    }
    replica.wasActive = true
    // A peer that is in sync is not gone: a later break asks anew (src/mirror/activation.ts).
    const isJoined = report.link.state === 'connected'
    replica.mayAlone = (command.peerExcluded && !isJoined) || report.copy?.direction === 'source'
    change(replica, { role: 'primary', io: 'serving', activationTerm: command.term })
    if (report.link.state === 'connected') peer.peerTerm = command.term
    return done
  }

  /** An operator's word: what others hold counts no more. */
  private force(replica: FakeReplica): Outcome {
    const { report } = replica
    const { mirror } = this.options
    if (report.replica !== 'consistent')
      return refused(say('mirrord-promote-inconsistent', { mirror }))
    this.acknowledged = replica.version
    this.isForced = true
    change(replica, { alone: true, outdated: false })
    return done
  }

  private demote(replica: FakeReplica): Outcome {
    Object.assign(replica, { wasActive: false, mayAlone: false })
    change(replica, { role: 'secondary', io: 'idle', break: null })
    if (replica.report.link.state === 'refused') this.disconnect()
    return done
  }

  private permitAlone(replica: FakeReplica, breakNumber: number): Outcome {
    if (replica.report.break?.number !== breakNumber) {
      return refused(say('mirrord-permit-stale', { number: breakNumber }))
    }
    replica.mayAlone = true
    this.writeOn(replica)
    return done
  }

  private markOutdated(replica: FakeReplica, breakNumber: number): Outcome {
    const { role, link } = replica.report
    if (role === 'primary') return refused(say('mirrord-outdated-active'))
    if (link.state === 'connected' && replica.peerBreakNumber >= breakNumber) {
      return refused(say('mirrord-outdated-stale', { number: breakNumber }))
    }
    change(replica, { outdated: true, inSync: false })
    this.disconnect()
    return done
  }

  private disconnect(): void {
    for (const replica of Object.values(this.replicas)) {
      change(replica, { link: notConnected, copy: null })
    }
  }

  /** Two mirrords meet: the table of src/mirror/which-way.ts, as far as this fake can tell. */
  private connect(): void {
    const both = Object.values(this.replicas)
    if (both.every((each) => each.report.role === 'primary')) return this.foundDouble()
    this.doubleSeen = false
    const diverged = both.every((each) => each.report.alone)
    if (diverged) {
      if (!this.isForced) this.options.violated('the replicas have diverged')
      return this.turnAway('split-brain')
    }
    const source = findSource(both)
    const target = both.find((each) => each !== source)
    if (source === undefined || target === undefined || !isUsable(source) || target.report.alone) {
      return this.turnAway('refused')
    }
    if (source.version < this.acknowledged) {
      const versions = `version ${source.version} of ${this.acknowledged}`
      this.options.violated(`a stale replica became the source of a copy: ${versions}`)
    }
    this.beginCopy(source, target)
  }

  private foundDouble(): void {
    if (!this.doubleSeen) this.options.violated('both replicas were active when they met')
    this.doubleSeen = true
    for (const replica of Object.values(this.replicas)) replica.mayAlone = false
    this.turnAway('refused')
  }

  private turnAway(state: 'refused' | 'split-brain'): void {
    for (const replica of Object.values(this.replicas)) {
      change(replica, { link: { ...notConnected, state }, copy: null })
    }
  }

  private beginCopy(source: FakeReplica, target: FakeReplica): void {
    this.copiedMs = 0
    for (const replica of [source, target]) {
      const peer = this.peerOf(replica)
      replica.peerBreakNumber = peer.breakNumber
      replica.peerTerm = Math.max(replica.peerTerm, peer.report.activationTerm)
      const link = { state: 'connected', path: 'interconnect', heardMsAgo: 10 } as const
      change(replica, { link: { ...link, reason: null }, inSync: false, break: null })
    }
    const { sizeBytes, role } = source.report
    const copy = { bytesDone: 0, bytesTotal: sizeBytes }
    change(source, { copy: { direction: 'source', ...copy }, alone: true })
    change(target, { copy: { direction: 'target', ...copy }, replica: 'inconsistent' })
    if (role !== 'primary') return
    source.mayAlone = true
    if (source.report.io !== 'failed') change(source, { io: 'serving' })
  }

  private copyOn(elapsedMs: number): void {
    const both = Object.values(this.replicas)
    const source = both.find((each) => each.report.copy?.direction === 'source')
    if (source === undefined) return
    this.copiedMs += elapsedMs
    const { copyMs, plant } = this.options
    if (this.copiedMs >= copyMs && plant !== 'copy-never-ends') return this.commit(source)
    for (const each of both) {
      const { copy } = each.report
      if (copy === null) continue
      const bytesDone = Math.round(copy.bytesTotal * Math.min(1, this.copiedMs / copyMs))
      change(each, { copy: { ...copy, bytesDone } })
    }
  }

  private commit(source: FakeReplica): void {
    const equal = { copy: null, inSync: true, outdated: false } as const
    for (const each of Object.values(this.replicas)) {
      const alone = this.options.plant === 'commit-keeps-alone' && each === source
      each.version = source.version
      each.mayAlone = false
      change(each, { ...equal, alone, replica: 'consistent' })
    }
    // What was promised is what the survivor of a divergence has.
    this.acknowledged = source.version
    this.isForced = false
  }

  /** A writer that never rests on whichever side is active. */
  private writeOn(replica: FakeReplica): void {
    const { report } = replica
    if (!replica.alive || report.role !== 'primary' || report.io === 'failed') return
    if (report.link.state === 'connected') {
      this.acknowledged += 1
      replica.version = this.acknowledged
      const peer = this.peerOf(replica)
      if (peer.report.inSync) peer.version = this.acknowledged
      return
    }
    if (report.break === null) replica.breakNumber += 1
    const permitted = replica.mayAlone || this.options.plant === 'never-freezes'
    const now = { number: replica.breakNumber, waiting: !permitted, permitted }
    change(replica, { io: permitted ? 'serving' : 'frozen', break: now })
    if (!permitted) return
    change(replica, { alone: true, inSync: false })
    this.acknowledged += 1
    replica.version = this.acknowledged
  }

  private at(server: string): FakeReplica {
    const found = this.replicas[server]
    if (found === undefined) throw new Error(`no server ${server}`)
    return found
  }

  private peerOf(replica: FakeReplica): FakeReplica {
    const peer = Object.values(this.replicas).find((each) => each !== replica)
    if (peer === undefined) throw new Error('a mirror has two replicas')
    return peer
  }
}

/** Why it may not become the active one: the questions of src/mirror/activation.ts. */
function promotionRefusal(context: {
  readonly server: string
  readonly replica: FakeReplica
  readonly peer: FakeReplica
  readonly command: Promote
}): Message | null {
  const { replica, peer, command } = context
  const { report } = replica
  const { mirror } = report
  const { term, grounds } = command
  if (report.replica === 'never-built') return say('mirrord-promote-never-built', { mirror })
  if (report.replica === 'inconsistent') return say('mirrord-promote-inconsistent', { mirror })
  if (report.outdated) return say('mirrord-promote-outdated', { mirror, asker: 'the peer' })
  const known = Math.max(report.activationTerm, replica.peerTerm)
  const again = term === report.activationTerm && replica.wasActive
  if (term <= known && !again) return say('mirrord-promote-term', { term, known })
  if (report.role === 'primary') return null
  const peerActive = report.link.state !== 'disconnected' && peer.report.role === 'primary'
  if (peerActive && !command.peerExcluded) return say('mirrord-peer-active', { peer: 'the peer' })
  if (grounds === 'register-claim' && command.peerExcluded) return null
  const isSource = report.copy?.direction === 'source'
  const proved = grounds !== 'register-claim' && (report.inSync || isSource || report.alone)
  return proved ? null : say('mirrord-promote-grounds', { mirror, grounds })
}

/** Who has everything that was acknowledged. */
function findSource(both: readonly FakeReplica[]): FakeReplica | undefined {
  return (
    both.find((each) => each.report.role === 'primary') ??
    both.find((each) => each.report.alone) ??
    both
      .filter(isUsable)
      .toSorted((a, b) => b.report.activationTerm - a.report.activationTerm)
      .at(0)
  )
}

/** A source is consistent and not outdated. */
function isUsable(replica: FakeReplica): boolean {
  return replica.report.replica === 'consistent' && !replica.report.outdated
}

function change(replica: FakeReplica, change: Partial<MirrorReport>): void {
  replica.report = { ...replica.report, ...change }
}

function refused(error: Message): Outcome {
  return { ok: false, error }
}
