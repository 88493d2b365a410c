/**
 * The requests of the active side's clients, from arrival to answer.
 *
 * A write goes to the local disk and to the peer at the same time and is answered when both have
 * it. What the peer does not have is answered only while this side may be alone; until then it is
 * held, done but not acknowledged. A flush is a request like a write. Reads are local.
 */
import { NBD_EIO, NBD_ESHUTDOWN, NBD_OK } from '../wire/nbd.ts'
import { type PeerMessage, pieceBytesMax } from '../wire/peer-message.ts'
import type { DiskPort } from './disk-port.ts'
import type { BlockRequest } from './nbd-conversation.ts'
import type { RangeQueue } from './range-queue.ts'
import type { Outcome } from './record-keeper.ts'

export type Reply = (error: number, data: Buffer | null) => void
type Change = Exclude<BlockRequest, { readonly kind: 'read' }>

export interface RequestsHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  /** Null when requests are taken, else the error every request gets. */
  refusal(): number | null
  /** Whether changes go to the peer now. */
  replicates(): boolean
  send(message: PeerMessage): number
  /** Whether what the peer does not have may be acknowledged at this moment. */
  mayAcknowledgeAlone(): boolean
  /** So much is on the way to the peer that writers have to wait for it. */
  congested(): boolean
  readFromPeer(offset: number, length: number, done: (data: Buffer | null) => void): void
  diskFailed(during: 'read' | 'write' | 'flush', error: string): void
  /** A request began or stopped waiting, or was answered. */
  moved(): void
}

interface Pending {
  readonly change: Change
  readonly reply: Reply
  /** Ours, at the end of a service: needs no permission when the peer is gone. */
  readonly drains: boolean
  localDone: boolean
  /** It was sent in a session that lives, or the peer has answered all of it. */
  sent: boolean
  /** Sequences the peer has not answered. */
  readonly awaited: Set<number>
}

export class Requests {
  readonly #host: RequestsHost
  readonly #pending = new Set<Pending>()
  readonly #bySequence = new Map<number, Pending>()
  #localBusy = 0
  #idle: (() => void)[] = []

  constructor(host: RequestsHost) {
    this.#host = host
  }

  /** Writes and flushes not answered yet. */
  get pending(): number {
    return this.#pending.size
  }

  /** Those that wait for a permission rather than for a disk or the peer. */
  get held(): number {
    let held = 0
    for (const pending of this.#pending) if (pending.localDone && !pending.sent) held += 1
    return held
  }

  /** Those the peer will never answer. */
  get unsent(): number {
    let unsent = 0
    for (const pending of this.#pending) if (!pending.sent) unsent += 1
    return unsent
  }

  /** Frames the peer still has to answer. */
  get awaited(): number {
    return this.#bySequence.size
  }

  submit(request: BlockRequest, reply: Reply): void {
    const refusal = this.#host.refusal()
    if (refusal !== null) return reply(refusal, null)
    if (request.kind === 'read') return this.read(request.offset, request.length, reply)
    const pending = newPending(request, reply)
    this.#pending.add(pending)
    if (request.kind === 'flush') this.start(pending, () => undefined)
    else {
      const length = request.kind === 'write' ? request.data.length : request.length
      this.#host.ranges.acquire(request.offset, length, (release) => this.start(pending, release))
    }
    this.#host.moved()
  }

  /** The peer has carried out the frame with this sequence; false when it is none of ours. */
  peerDone(sequence: number): boolean {
    const pending = this.#bySequence.get(sequence)
    if (pending === undefined) return false
    this.#bySequence.delete(sequence)
    pending.awaited.delete(sequence)
    this.settleOne(pending)
    return true
  }

  sessionEnded(): void {
    this.#bySequence.clear()
    for (const pending of this.#pending) {
      if (pending.awaited.size === 0) continue
      pending.awaited.clear()
      pending.sent = false
    }
  }

  /** Answers what may be answered now. */
  settle(): void {
    for (const pending of [...this.#pending]) this.settleOne(pending)
  }

  /** Answers everything with an error; what the disk is still doing has no effect any more. */
  failAll(error: number = NBD_EIO): void {
    const all = [...this.#pending]
    this.#pending.clear()
    this.#bySequence.clear()
    for (const pending of all) pending.reply(error, null)
    this.#host.moved()
  }

  /** Calls back when the local disk is doing nothing for any request, answered or not. */
  whenLocalIdle(done: () => void): void {
    if (this.#localBusy === 0) done()
    else this.#idle.push(done)
  }

  /** Flushes here and, when it is there, at the peer, after all that is under way here. */
  drain(done: () => void): void {
    this.whenLocalIdle(() => {
      const pending = { ...newPending({ kind: 'flush' }, () => done()), drains: true }
      this.#pending.add(pending)
      this.start(pending, () => undefined)
    })
  }

  private start(pending: Pending, release: () => void): void {
    if (!this.#pending.has(pending)) return release()
    this.replicate(pending)
    this.#localBusy += 1
    const finished = (error: Outcome): void => {
      this.#localBusy -= 1
      this.localFinished(pending, error)
      if (this.#localBusy === 0) for (const done of this.#idle.splice(0)) done()
    }
    const { disk } = this.#host
    const { change } = pending
    if (change.kind === 'flush') return disk.flush(finished)
    const written = (error: Outcome): void => {
      release()
      if (error !== null || !change.fua) return finished(error)
      disk.flush(finished)
    }
    if (change.kind === 'write') disk.write(change.offset, change.data, written)
    else disk.zero(change.offset, change.length, written)
  }

  private replicate(pending: Pending): void {
    if (!this.#host.replicates()) return
    pending.sent = true
    for (const message of framesOf(pending.change)) {
      const sequence = this.#host.send(message)
      pending.awaited.add(sequence)
      this.#bySequence.set(sequence, pending)
    }
  }

  private localFinished(pending: Pending, error: Outcome): void {
    if (error !== null) {
      const during = pending.change.kind === 'flush' ? 'flush' : 'write'
      this.#host.diskFailed(during, error)
      return
    }
    pending.localDone = true
    this.settleOne(pending)
  }

  private settleOne(pending: Pending): void {
    if (!pending.localDone || !this.#pending.has(pending)) return
    const peerHasIt = (pending.sent || pending.drains) && pending.awaited.size === 0
    if (!peerHasIt) {
      const mayGo = this.#host.mayAcknowledgeAlone()
      if (!mayGo || (pending.sent && this.#host.congested())) return this.#host.moved()
    }
    this.#pending.delete(pending)
    pending.reply(NBD_OK, null)
    this.#host.moved()
  }

  private read(offset: number, length: number, reply: Reply): void {
    this.#host.disk.read(offset, length, (error, data) => {
      if (error === null) return reply(NBD_OK, data)
      this.#host.diskFailed('read', error)
      this.#host.readFromPeer(offset, length, (fromPeer) =>
        reply(fromPeer === null ? NBD_EIO : NBD_OK, fromPeer),
      )
    })
  }
}

function newPending(change: Change, reply: Reply): Pending {
  return { change, reply, drains: false, localDone: false, sent: false, awaited: new Set() }
}

/** The error of a side that serves nobody. */
export const notServing = NBD_ESHUTDOWN

/** A change as the peer gets it: data in pieces of at most 1 MiB. */
function framesOf(change: Change): PeerMessage[] {
  if (change.kind === 'flush') return [{ type: 'flush' }]
  const { offset, fua } = change
  if (change.kind === 'zero') return [{ type: 'zero', offset, length: change.length, fua }]
  const frames: PeerMessage[] = []
  for (let at = 0; at < change.data.length; at += pieceBytesMax) {
    const data = change.data.subarray(at, at + pieceBytesMax)
    frames.push({ type: 'write', offset: offset + at, data, fua })
  }
  return frames
}
