/**
 * The replication engine of one mirror disk: a mutable object without I/O.
 *
 * It is handed what happens (a client's request, a message from the peer, a session's begin and
 * end, a command, the time) and acts on the world it was given: disk, record, link. Everything it
 * waits for comes back as a callback, so a simulator can run it deterministically in one thread.
 */
import { type Message, say } from '../messages/catalogue.ts'
import { NBD_EIO } from '../wire/nbd.ts'
import type { MirrorCommand, OperatorCommand } from '../wire/mirror-control.ts'
import type { PeerMessage, SequenceRun } from '../wire/peer-message.ts'
import { Activation, type Answer } from './activation.ts'
import { Asynchronous } from './asynchronous.ts'
import {
  endProof,
  type EngineSettings,
  type EngineState,
  type EngineWorld,
  isJoined,
  knownTerm,
  replicates,
} from './engine-state.ts'
import { Meeting } from './meeting.ts'
import type { BlockRequest, Reply } from './block-request.ts'
import { PeerReads } from './peer-reads.ts'
import { Extension } from './extension.ts'
import { OperatorOrders } from './operator-orders.ts'
import { newState } from './new-engine-state.ts'
import { type Carried, PeerWrites } from './peer-writes.ts'
import { RecordKeeper } from './record-keeper.ts'
import type { OpenedMetadata } from './opened-metadata.ts'
import { notServing, Requests } from './requests.ts'
import { Snapshot } from './snapshot.ts'
import { Upkeep } from './upkeep.ts'
import { isSourceInSync, Verify } from './verify.ts'

/** A peer that says nothing of our requests for so long while its link lives is given up. */
const answerTimeoutMs = 30_000
/** Longer runs of answers than anybody can be waiting for. */
const answersMax = 1_000_000

export class MirrorEngine {
  readonly state: EngineState
  readonly requests: Requests
  readonly verify: Verify
  readonly snapshot: Snapshot
  readonly #peerWrites: PeerWrites
  readonly #peerReads: PeerReads
  readonly #activation: Activation
  readonly #meeting: Meeting
  readonly #upkeep: Upkeep
  readonly #orders: OperatorOrders
  readonly #asynchronous: Asynchronous
  readonly #extension: Extension
  #progressMs = 0

  constructor(settings: EngineSettings, world: EngineWorld, replica: OpenedMetadata) {
    const keeper = new RecordKeeper(replica.record, world.storeRecord, (error) =>
      this.metadataFailed(error),
    )
    this.state = newState(settings, world, replica, keeper)
    const { disk, link } = world
    const { ranges, log, differences, unflushed } = this.state
    const diskFailed = (what: 'read' | 'write' | 'flush', error: string): void =>
      this.diskFailed(what, error)
    this.#peerReads = new PeerReads((message) => link.send(message))
    this.requests = new Requests({
      disk,
      ranges,
      log,
      unflushed,
      differing: differences.set,
      counters: this.state.counters,
      nowMs: world.nowMs,
      refusal: () => this.refusal(),
      replicates: () => this.state.role === 'primary' && replicates(this.state.phase),
      send: (message) => link.send(message),
      sendBlocks: (type, offset, data, fua) => link.sendBlocks(type, offset, data, fua),
      room: (bytes) => link.room(bytes),
      mayAcknowledgeAlone: () => this.#activation.mayAcknowledgeAlone(),
      mayAcknowledgeEarly: () => this.#asynchronous.mayAcknowledgeEarly,
      readFromPeer: (offset, length, done) => this.readFromPeer(offset, length, done),
      diskFailed,
      // What was written before the peer was there again was not sent: the map has to name it.
      covered: (epoch) => differences.persist((error) => error ?? log.covered(epoch)),
      coverWanted: () => world.soon(() => this.#upkeep.tick(world.nowMs())),
      moved: () => this.moved(),
    })
    this.#peerWrites = new PeerWrites({
      disk,
      ranges,
      send: (message) => link.send(message),
      soon: world.soon,
      digest: world.digest,
      session: () => this.state.session,
      snapshot: () => this.snapshot.view,
      diskFailed,
    })
    const flushFailed = (error: string): void => diskFailed('flush', error)
    this.#upkeep = new Upkeep(this.state, this.requests, flushFailed)
    this.verify = new Verify(this.state, this.requests, (error) => diskFailed('read', error))
    this.snapshot = new Snapshot(this.state, {
      barrier: (passed) => this.#peerWrites.barrier(passed),
      isMoving: () => this.#activation.moving,
    })
    const parts = { requests: this.requests, peerWrites: this.#peerWrites }
    this.#activation = new Activation(this.state, parts)
    this.#asynchronous = new Asynchronous(this.state, this.#activation)
    this.#activation.beforeLeaving = (go) =>
      this.#asynchronous.leave(() => this.#meeting.commitAgain(go))
    this.#orders = new OperatorOrders(this.state, this.#activation)
    this.#extension = new Extension(this.state)
    this.#meeting = new Meeting(this.state, {
      ...parts,
      activation: this.#activation,
      flushFailed,
    })
    link.term = knownTerm(this.state)
    this.#upkeep.begin()
  }

  // --- clients

  submit(request: BlockRequest, reply: Reply): void {
    this.requests.submit(request, reply)
  }

  /** Whether an NBD client may come in. */
  get serves(): boolean {
    return this.state.role === 'primary' && !this.#activation.moving
  }

  // --- the link

  sessionBegan(): void {
    this.#progressMs = this.state.world.nowMs()
    this.#meeting.sessionBegan()
  }

  sessionEnded(): void {
    const { state } = this
    // What the peer had in its memory alone may be gone with it.
    state.unflushed.moveInto(state.differences.set)
    this.#meeting.sessionEnded()
    this.#peerReads.sessionEnded()
    this.#orders.sessionEnded()
    this.#extension.sessionEnded()
    this.requests.sessionEnded()
    this.verify.sessionEnded()
    this.#activation.sessionEnded()
    this.#asynchronous.sessionEnded()
  }

  received(
    message: PeerMessage,
    frame: { readonly term: number; readonly sequence: number },
  ): void {
    switch (message.type) {
      case 'record':
        return this.#meeting.greeted(message.view)
      case 'ready':
        return this.#meeting.peerReady(message.session)
      case 'commit':
        return this.#meeting.commitAsked(message)
      case 'committed':
        return this.#meeting.commitDone()
      case 'done':
        return this.peerDone(message.runs, message.ok)
      case 'map':
        return this.#meeting.mapArrived(message)
      case 'compared':
        return this.peerCompared(message.sequence, message.equal)
      case 'data':
        return this.#peerReads.answered(message.sequence, message.data)
      case 'activated':
        return this.peerActivated(message.term)
      case 'deactivated':
        this.state.peerActive = false
        this.sayDone(frame.sequence)
        return
      case 'copy':
      case 'copy-zero':
      case 'write':
      case 'zero':
      case 'flush':
      case 'read':
      case 'compare':
        return this.carryOut(message, frame)
      case 'detached':
        return this.#orders.detached()
      case 'detach':
        return this.#orders.detach(frame.sequence)
      case 'lose':
        return this.#orders.lose(message.generation, frame.sequence)
      case 'behind':
        return this.#asynchronous.marked(frame.sequence)
      case 'extend':
        return this.#extension.asked(message.sizeBytes, frame.sequence)
      case 'goodbye':
        return this.state.world.link.closeSession()
    }
  }

  /** There is room again on the way to the peer. */
  roomAgain(): void {
    this.requests.roomAgain()
    this.verify.roomAgain()
    const { phase } = this.state
    if (phase.name === 'copying' && phase.direction === 'source') phase.copy.pump()
  }

  // --- commands and time

  command(command: MirrorCommand | OperatorCommand, clients: number, answer: Answer): void {
    switch (command.command) {
      case 'status':
        return answer(null)
      case 'promote':
        return this.#activation.promote(command, (refused) => {
          if (refused === null) this.snapshot.promoted()
          answer(refused)
        })
      case 'demote':
        return this.#activation.demote(clients, answer)
      case 'permit-alone':
        return this.#activation.permitAlone(command.breakNumber, answer)
      case 'mark-outdated':
        return this.#activation.markOutdated(command, answer)
      case 'fail-io':
        return this.#activation.failIo(answer)
      case 'flush':
        return this.flush(answer)
      case 'quit':
        if (this.state.role === 'primary') return answer(say('mirrord-quit-active'))
        return this.flush(answer)
      case 'verify':
        return this.verify.order(command.repair, answer)
      case 'snapshot-stop':
        return this.snapshot.stop(answer)
      case 'recover':
        return this.#orders.recover(answer)
      case 'cancel':
        if (this.verify.cancel()) return answer(null)
        return this.#orders.cancel(answer)
      case 'break':
        return this.#orders.break(answer)
      case 'force':
        return this.#orders.force(command, answer)
      case 'extend':
        return this.#extension.extend(answer)
      case 'dump':
        return answer(null)
      case 'snapshot-start':
        return answer(say('mirrord-busy'))
    }
  }

  tick(): void {
    const { state } = this
    const now = state.world.nowMs()
    const awayMs = now - state.lastTickMs
    state.lastTickMs = now
    // Stopped meanwhile: one round of the clock passes, with the path asked anew, before we go on.
    if (awayMs <= state.settings.pathTimeoutMs) this.#activation.settle()
    this.#peerWrites.tick(now)
    this.#upkeep.tick(now)
    this.#asynchronous.tick()
    if (state.phase.name === 'copying' && state.phase.direction === 'source') {
      state.phase.copy.tick(now)
    }
    this.verify.tick(now)
    this.snapshot.tick(now)
    this.#meeting.proceed()
    if (this.awaited() === 0 || state.world.link.path === null) this.#progressMs = now
    if (now - this.#progressMs > answerTimeoutMs) {
      state.world.tell(say('mirrord-peer-hangs', { peer: state.settings.peer }))
      state.world.link.closeSession()
    }
  }

  // --- inside

  private flush(answer: Answer): void {
    this.#peerWrites.flush((error) => {
      if (error === null) return this.state.keeper.change((record) => record, answerStored(answer))
      this.diskFailed('flush', error)
      answer(say('mirrord-disk-failed', { what: 'flush', error }))
    })
  }

  private refusal(): number | null {
    if (!this.serves) return notServing
    return this.state.ioFailed || this.state.keeper.error !== null ? NBD_EIO : null
  }

  private awaited(): number {
    const { phase } = this.state
    const copy = phase.name === 'copying' && phase.direction === 'source' ? phase.copy : null
    return this.requests.awaited + this.verify.awaited + (copy?.awaited ?? 0)
  }

  private sayDone(sequence: number): void {
    const runs = [{ first: sequence, last: sequence }]
    this.state.world.link.send({ type: 'done', runs, ok: true })
  }

  private peerDone(runs: readonly SequenceRun[], ok: boolean): void {
    const { state } = this
    this.#progressMs = state.world.nowMs()
    const [only] = runs
    if (only !== undefined && runs.length === 1 && only.first === only.last) {
      if (this.#orders.peerDone(only.first, ok) || this.#extension.peerDone(only.first, ok)) return
    }
    if (!ok) {
      state.world.tell(say('mirrord-peer-disk-failed', { peer: state.settings.peer }))
      return state.world.link.closeSession()
    }
    const { session } = state
    for (const { first, last } of runs) {
      if (last - first > answersMax) return this.misbehaved()
      for (let sequence = first; sequence <= last; sequence += 1) {
        if (this.requests.peerDone(sequence)) continue
        const { phase } = state
        if (phase.name === 'copying' && phase.direction === 'source') {
          if (phase.copy.peerDone(sequence)) continue
        }
        if (this.#asynchronous.peerDone(sequence)) continue
        if (this.verify.answered(sequence, true)) continue
        if (this.#activation.peerDone(sequence)) state.world.changed()
        // An answer can lead to the end of the session.
        if (state.session !== session) return
      }
    }
  }

  private peerCompared(sequence: number, equal: boolean): void {
    const { phase } = this.state
    this.#progressMs = this.state.world.nowMs()
    if (phase.name === 'copying' && phase.direction === 'source') {
      phase.copy.compared(sequence, equal)
    } else this.verify.answered(sequence, equal)
  }

  private misbehaved(): void {
    const { world, settings } = this.state
    world.tell(say('mirrord-peer-misbehaved', { peer: settings.peer }))
    world.link.closeSession()
  }

  /** The peer became active in this session. */
  private peerActivated(term: number): void {
    const { state } = this
    // A promotion under way here is from before, and has to find that when it comes to its end.
    if (this.#activation.moving) {
      state.keeper.change((record) => ({ ...record, peerTerm: Math.max(record.peerTerm, term) }))
    }
    if (state.role === 'primary' || this.#activation.moving || term < knownTerm(state)) {
      this.#activation.foundDouble(`${state.keeper.current.activationTerm} ${term}`)
      return state.world.link.closeSession()
    }
    state.peerActive = true
    state.world.link.term = Math.max(state.world.link.term, term)
    state.keeper.change((record) => ({ ...record, peerTerm: Math.max(record.peerTerm, term) }))
  }

  /** Blocks from the peer: only where this session's roles allow it. */
  private carryOut(
    message: Carried,
    frame: { readonly term: number; readonly sequence: number },
  ): void {
    const { state } = this
    const end = endOf(message)
    const inside = end === null || end <= state.keeper.current.sizeBytes
    if (!inside || !this.isAllowed(message.type, frame.term)) return this.misbehaved()
    this.#peerWrites.carryOut(message, frame.sequence, state.world.nowMs())
    if (message.type === 'copy' || message.type === 'copy-zero') this.#meeting.copied(end ?? 0)
  }

  private isAllowed(type: Carried['type'], term: number): boolean {
    const { state } = this
    const { phase } = state
    const isTarget =
      (phase.name === 'copying' || phase.name === 'committing') && phase.direction === 'target'
    switch (type) {
      case 'copy':
      case 'copy-zero':
        return (phase.name === 'copying' && isTarget) || this.mayBeRepaired(term)
      case 'compare':
        return isTarget || phase.name === 'in-sync'
      case 'flush':
        return (
          (isTarget && state.role === 'secondary') ||
          this.isAllowed('write', term) ||
          this.mayBeRepaired(term)
        )
      case 'write':
      case 'zero': {
        const isSecondary = state.role === 'secondary' && !this.#activation.moving
        const hasTerm = state.peerActive && term >= knownTerm(state)
        return isSecondary && hasTerm && (isTarget || phase.name === 'in-sync')
      }
      case 'read':
        return phase.name === 'in-sync'
    }
  }

  /**
   * In sync, pieces of a copy come only to repair what a comparison found: from the side that may
   * write here anyway, or, while none is active, from the one that counts as right.
   */
  private mayBeRepaired(term: number): boolean {
    const { state } = this
    const isIdle = state.role === 'secondary' && !this.#activation.moving
    const isInSync = state.phase.name === 'in-sync' && term >= knownTerm(state)
    return isIdle && isInSync && !isSourceInSync(state)
  }

  private readFromPeer(offset: number, length: number, done: (data: Buffer | null) => void): void {
    if (this.state.phase.name !== 'in-sync') return done(null)
    this.#peerReads.read(offset, length, done)
  }

  /** A failed read is answered by the peer; after a failed write this side serves no more. */
  private diskFailed(what: 'read' | 'write' | 'flush', error: string): void {
    const { state } = this
    if (!state.keeper.current.failed) {
      state.world.tell(say('mirrord-disk-failed', { what, error }))
      state.keeper.change((record) => ({ ...record, failed: true }))
    }
    if (state.role === 'secondary') {
      endProof(state)
      if (isJoined(state.phase)) state.world.link.closeSession()
    } else if (what !== 'read') {
      endProof(state)
      state.ioFailed = true
      this.requests.failAll()
    }
    state.world.changed()
  }

  private metadataFailed(error: string): void {
    const { state } = this
    const message: Message = say('mirrord-metadata-failed', { error })
    state.world.tell(message)
    state.world.link.closeSession()
    this.requests.failAll()
    state.world.changed()
  }

  private moved(): void {
    this.#activation.seekAlone()
    this.state.world.changed()
  }
}

function answerStored(answer: Answer): (error: string | null) => void {
  return (error) => answer(error === null ? null : say('mirrord-metadata-failed', { error }))
}

/** One past the last byte touched; null for a flush. */
function endOf(message: Carried): number | null {
  if (message.type === 'flush') return null
  const length = 'data' in message ? message.data.length : message.length
  return message.offset + length
}
