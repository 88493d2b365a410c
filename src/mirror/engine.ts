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
import type { PeerMessage } from '../wire/peer-message.ts'
import type { ReplicaRecord } from '../wire/superblock.ts'
import { Activation, type Answer } from './activation.ts'
import {
  endProof,
  type EngineSettings,
  type EngineState,
  type EngineWorld,
  isJoined,
  knownTerm,
  replicates,
} from './engine-state.ts'
import { congestedBytes, Meeting } from './meeting.ts'
import type { BlockRequest } from './nbd-conversation.ts'
import { PeerReads } from './peer-reads.ts'
import { PeerWrites } from './peer-writes.ts'
import { createRangeQueue } from './range-queue.ts'
import { RecordKeeper } from './record-keeper.ts'
import { notServing, type Reply, Requests } from './requests.ts'

/** A peer that says nothing of our requests for so long while its link lives is given up. */
const answerTimeoutMs = 30_000

export class MirrorEngine {
  readonly state: EngineState
  readonly requests: Requests
  readonly #peerWrites: PeerWrites
  readonly #peerReads: PeerReads
  readonly #activation: Activation
  readonly #meeting: Meeting
  #progressMs = 0

  constructor(
    settings: EngineSettings,
    world: EngineWorld,
    replica: { readonly record: ReplicaRecord; readonly known: boolean; readonly bound: boolean },
  ) {
    this.state = newState(settings, world, {
      ...replica,
      keeper: new RecordKeeper(replica.record, world.storeRecord, (error) =>
        this.metadataFailed(error),
      ),
    })
    const { disk, link } = world
    const { ranges } = this.state
    const diskFailed = (what: 'read' | 'write' | 'flush', error: string): void =>
      this.diskFailed(what, error)
    this.#peerReads = new PeerReads((message) => link.send(message))
    this.requests = new Requests({
      disk,
      ranges,
      refusal: () => this.refusal(),
      replicates: () => this.state.role === 'primary' && replicates(this.state.phase),
      send: (message) => link.send(message),
      mayAcknowledgeAlone: () => this.#activation.mayAcknowledgeAlone(),
      congested: () => link.keptBytes > congestedBytes * 2,
      readFromPeer: (offset, length, done) => this.readFromPeer(offset, length, done),
      diskFailed,
      moved: () => this.moved(),
    })
    this.#peerWrites = new PeerWrites({
      disk,
      ranges,
      send: (message) => link.send(message),
      session: () => this.state.session,
      diskFailed,
    })
    const parts = { requests: this.requests, peerWrites: this.#peerWrites }
    this.#activation = new Activation(this.state, parts)
    this.#meeting = new Meeting(this.state, { ...parts, activation: this.#activation })
    link.term = knownTerm(this.state)
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
    this.#meeting.sessionEnded()
    this.#peerReads.sessionEnded()
    this.requests.sessionEnded()
    this.#activation.sessionEnded()
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
        return this.peerDone(message.sequence, message.ok)
      case 'data':
        return this.#peerReads.answered(message.sequence, message.data)
      case 'activated':
        return this.peerActivated(message.term)
      case 'deactivated':
        this.state.peerActive = false
        this.state.world.link.send({ type: 'done', sequence: frame.sequence, ok: true })
        return
      case 'copy':
      case 'copy-zero':
      case 'write':
      case 'zero':
      case 'flush':
      case 'read':
        return this.carryOut(message, frame)
      case 'goodbye':
        return this.state.world.link.closeSession()
    }
  }

  // --- commands and time

  command(command: MirrorCommand | OperatorCommand, clients: number, answer: Answer): void {
    switch (command.command) {
      case 'status':
        return answer(null)
      case 'promote':
        return this.#activation.promote(command, answer)
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
      case 'recover':
      case 'cancel':
      case 'break':
      case 'force':
      case 'verify':
      case 'dump':
      case 'snapshot-start':
      case 'snapshot-stop':
      case 'extend':
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
    return this.requests.awaited + (copy?.awaited ?? 0)
  }

  private peerDone(sequence: number, ok: boolean): void {
    const { state } = this
    this.#progressMs = state.world.nowMs()
    if (!ok) {
      state.world.tell(say('mirrord-peer-disk-failed', { peer: state.settings.peer }))
      return state.world.link.closeSession()
    }
    const { phase } = state
    const isCopy = phase.name === 'copying' && phase.direction === 'source'
    const ours =
      (isCopy && phase.copy.peerDone(sequence)) ||
      this.requests.peerDone(sequence) ||
      this.#activation.peerDone(sequence)
    if (!ours) return
    this.#meeting.proceed()
    state.world.changed()
  }

  /** The peer became active in this session. */
  private peerActivated(term: number): void {
    const { state } = this
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
    message: Parameters<PeerWrites['carryOut']>[0],
    frame: { readonly term: number; readonly sequence: number },
  ): void {
    const { state } = this
    const end = endOf(message)
    const inside = end === null || end <= state.keeper.current.sizeBytes
    if (!inside || !this.isAllowed(message.type, frame.term)) {
      state.world.tell(say('mirrord-peer-misbehaved', { peer: state.settings.peer }))
      return state.world.link.closeSession()
    }
    this.#peerWrites.carryOut(message, frame.sequence, state.world.nowMs())
    if (message.type === 'copy' || message.type === 'copy-zero') this.#meeting.copied(end ?? 0)
  }

  private isAllowed(
    type: 'copy' | 'copy-zero' | 'write' | 'zero' | 'flush' | 'read',
    term: number,
  ) {
    const { state } = this
    const { phase } = state
    const isTarget =
      (phase.name === 'copying' || phase.name === 'committing') && phase.direction === 'target'
    switch (type) {
      case 'copy':
      case 'copy-zero':
        return phase.name === 'copying' && isTarget
      case 'write':
      case 'zero':
      case 'flush': {
        const isSecondary = state.role === 'secondary' && !this.#activation.moving
        const hasTerm = state.peerActive && term >= knownTerm(state)
        return isSecondary && hasTerm && (isTarget || phase.name === 'in-sync')
      }
      case 'read':
        return phase.name === 'in-sync'
    }
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

function newState(
  settings: EngineSettings,
  world: EngineWorld,
  replica: { readonly keeper: RecordKeeper; readonly known: boolean; readonly bound: boolean },
): EngineState {
  return {
    settings,
    world,
    ...replica,
    ranges: createRangeQueue(),
    role: 'secondary',
    phase: { name: 'apart' },
    session: {},
    peerActive: false,
    peerBreakNumber: 0,
    inSync: false,
    proof: {},
    breakNumber: 0,
    inBreak: false,
    mayAlone: false,
    ioFailed: false,
    lastTickMs: world.nowMs(),
  }
}

function answerStored(answer: Answer): (error: string | null) => void {
  return (error) => answer(error === null ? null : say('mirrord-metadata-failed', { error }))
}

/** One past the last byte touched; null for a flush. */
function endOf(message: Parameters<PeerWrites['carryOut']>[0]): number | null {
  if (message.type === 'flush') return null
  const length = 'data' in message ? message.data.length : message.length
  return message.offset + length
}
