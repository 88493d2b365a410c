/**
 * The requests of the active side's clients, from arrival to answer.
 *
 * A write goes to the local disk and to the peer at the same time and is answered when both have
 * it. What the peer does not have is answered only while this side may be alone; until then it is
 * held, done but not acknowledged. A flush is a request like a write. Reads are local.
 *
 * Before a write touches anything, its extents are hot in the activity log and its range is free of
 * earlier writes. Mostly both are so at once, and the peer's ring has room: then nothing is copied
 * and nothing waits. Whatever has to wait takes a copy of its bytes first.
 */
import { NBD_EIO, NBD_ESHUTDOWN, NBD_OK } from '../wire/nbd.ts'
import { type PeerMessage, pieceBytesMax } from '../wire/peer-message.ts'
import type { ActivityLog } from './activity-log.ts'
import type { BlockSet } from './block-set.ts'
import type { DiskPort } from './disk-port.ts'
import type { BlockRequest, Reply } from './block-request.ts'
import type { RangeQueue } from './range-queue.ts'
import type { Outcome } from './record-keeper.ts'
import type { Unflushed } from './unflushed.ts'

type Write = Exclude<BlockRequest, { readonly kind: 'read' } | { readonly kind: 'flush' }>
type Trim = Extract<BlockRequest, { readonly kind: 'trim' }>
type Sent = Exclude<Write, Trim>

export interface RequestsHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  readonly log: ActivityLog
  readonly unflushed: Unflushed
  readonly differing: BlockSet
  readonly counters: { replicatedBytes: number }
  nowMs(): number
  /** Null when requests are taken, else the error every request gets. */
  refusal(): number | null
  /** Whether changes go to the peer now. */
  replicates(): boolean
  send(message: PeerMessage): number
  sendBlocks(type: 'write', offset: number, data: Buffer, fua: boolean): number
  room(bytes: number): boolean
  /** Whether what the peer does not have may be acknowledged at this moment. */
  mayAcknowledgeAlone(): boolean
  /** Whether it may be acknowledged although the peer has not answered yet. */
  mayAcknowledgeEarly(): boolean
  readFromPeer(offset: number, length: number, done: (data: Buffer | null) => void): void
  diskFailed(during: 'read' | 'write' | 'flush', error: string): void
  /** Both sides have flushed what was written up to the end of this epoch. */
  covered(epoch: number): void
  /** The activity log is full of extents that are not covered. */
  coverWanted(): void
  /** A request began or stopped waiting, or was answered. */
  moved(): void
}

interface Pending {
  readonly kind: 'write' | 'flush'
  readonly reply: Reply
  /** Ours, at the end of a service: needs no permission when the peer is gone. */
  readonly drains: boolean
  readonly sinceMs: number
  readonly bytes: number
  localDone: boolean
  /** It was sent in a session that lives, or the peer has answered all of it. */
  sent: boolean
  /** Frames the peer has not answered. */
  awaited: number
  answered: boolean
  /** Of a flush: what it covers once both sides have done it. */
  epoch: number
}

/** Waiting for room on the way to the peer, oldest first. */
interface Waiting {
  readonly pending: Pending
  readonly write: Write
  readonly release: () => void
}

/** Smoothed over about this many writes. */
const latencyWeight = 1 / 16

export class Requests {
  readonly #host: RequestsHost
  readonly #pending = new Set<Pending>()
  readonly #bySequence = new Map<number, Pending>()
  readonly #waiting: Waiting[] = []
  #localBusy = 0
  #idle: (() => void)[] = []
  #heldCount = 0
  /** Answered before the peer had them, oldest first. */
  readonly #early = new Set<Pending>()
  #earlyBytes = 0
  /** Of recent writes, from arrival to answer. */
  latencyMs = 0
  lastWriteMs = Number.NEGATIVE_INFINITY

  constructor(host: RequestsHost) {
    this.#host = host
  }

  /** Writes and flushes not answered yet. */
  get pending(): number {
    return this.#pending.size
  }

  /** Those the peer will never answer. */
  get unsent(): number {
    let unsent = 0
    for (const pending of this.#pending) if (!pending.sent) unsent += 1
    return unsent
  }

  /** What was acknowledged and is not known to be at the peer. */
  get backlog(): { readonly bytes: number; readonly seconds: number } {
    const [oldest] = this.#early
    if (oldest === undefined) return { bytes: 0, seconds: 0 }
    return { bytes: this.#earlyBytes, seconds: (this.#host.nowMs() - oldest.sinceMs) / 1000 }
  }

  /** Frames the peer still has to answer. */
  get awaited(): number {
    return this.#bySequence.size
  }

  /** `data` of a write is used only until this returns. */
  submit(request: BlockRequest, reply: Reply): void {
    const refusal = this.#host.refusal()
    if (refusal !== null) return reply(refusal, null)
    if (request.kind === 'read') return this.read(request.offset, request.length, reply)
    if (request.kind === 'flush') {
      const flush = this.newPending('flush', reply, false)
      this.#pending.add(flush)
      return this.startFlush(flush)
    }
    const { ranges, log } = this.#host
    const length = lengthOf(request)
    if (length > log.bytesAtOnce) return this.submitInPieces(ownCopy(request), reply)
    const pending = this.newPending('write', reply, false, length)
    this.#pending.add(pending)
    const isFree = ranges.isFree(request.offset, length) && this.#waiting.length === 0
    if (
      isFree &&
      request.kind !== 'trim' &&
      log.isHot(request.offset, length) &&
      this.hasRoom(request)
    ) {
      return this.start(pending, request, nothingToRelease)
    }
    this.startLater(pending, ownCopy(request), length)
  }

  /** A range with more extents than may be hot at once, a piece after the other. */
  private submitInPieces(request: Write, reply: Reply): void {
    const { bytesAtOnce } = this.#host.log
    const submitNext = (at: number): void => {
      const length = Math.min(bytesAtOnce, lengthOf(request) - at)
      const offset = request.offset + at
      const piece =
        request.kind === 'write'
          ? { ...request, offset, data: request.data.subarray(at, at + length) }
          : { ...request, offset, length }
      this.submit(piece, (error) => {
        if (error !== NBD_OK || at + length === lengthOf(request)) return reply(error, null)
        submitNext(at + length)
      })
    }
    submitNext(0)
  }

  /** The peer has carried out a frame; false when it is none of ours. */
  peerDone(sequence: number): boolean {
    const pending = this.#bySequence.get(sequence)
    if (pending === undefined) return false
    this.#bySequence.delete(sequence)
    pending.awaited -= 1
    if (pending.awaited === 0) {
      if (pending.kind === 'flush') this.#host.unflushed.flushed(sequence)
      if (this.#early.delete(pending)) this.#earlyBytes -= pending.bytes
      // Acknowledged early: nobody settles it any more.
      if (pending.answered && pending.epoch > 0) this.#host.covered(pending.epoch)
      this.settleOne(pending)
    }
    return true
  }

  sessionEnded(): void {
    this.#bySequence.clear()
    this.#early.clear()
    this.#earlyBytes = 0
    for (const pending of this.#pending) {
      if (pending.awaited === 0) continue
      pending.awaited = 0
      pending.sent = false
    }
    this.roomAgain()
  }

  /** There is room again on the way to the peer, or nobody to send to. */
  roomAgain(): void {
    while (this.#waiting.length > 0) {
      const { pending, write, release } = this.#waiting[0] as Waiting
      if (!this.hasRoom(write)) return
      this.#waiting.shift()
      this.startHeated(pending, write, release)
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
    this.#early.clear()
    this.#earlyBytes = 0
    for (const pending of all) this.answer(pending, error)
    this.#host.moved()
  }

  /** Calls back when the local disk is doing nothing for any request, answered or not. */
  whenLocalIdle(done: () => void): void {
    if (this.#localBusy === 0) done()
    else this.#idle.push(done)
  }

  /** Flushes here and, when it is there, at the peer, after all that is under way here. */
  drain(done: () => void): void {
    this.whenLocalIdle(() => this.flushBoth(done, true))
  }

  /** A flush of ours: what was written before is covered when it is done. */
  flushBoth(done: (error: number) => void, drains = false): void {
    const pending = this.newPending('flush', done, drains)
    this.#pending.add(pending)
    this.startFlush(pending)
  }

  /** Flushes at the peer alone: what it has in its memory then needs no copy if it is lost. */
  flushPeer(): void {
    const pending = this.newPending('flush', () => undefined, true)
    pending.localDone = true
    this.#pending.add(pending)
    const sequence = this.#host.send({ type: 'flush' })
    this.#host.unflushed.flushSent(sequence)
    this.await(pending, sequence)
  }

  // --- the start of a request

  private newPending(kind: 'write' | 'flush', reply: Reply, drains: boolean, bytes = 0): Pending {
    return {
      kind,
      reply,
      drains,
      bytes,
      sinceMs: this.#host.nowMs(),
      localDone: false,
      sent: false,
      awaited: 0,
      answered: false,
      epoch: 0,
    }
  }

  /** Zeroes travel as their length, however long they are. */
  private hasRoom(write: Write): boolean {
    const bytes = write.kind === 'write' ? write.data.length : 0
    return !this.#host.replicates() || this.#host.room(bytes)
  }

  /** One thing after the other: the range, the extents, room on the way to the peer. */
  private startLater(pending: Pending, write: Write, length: number): void {
    this.#localBusy += 1
    const { ranges, log } = this.#host
    ranges.acquire(write.offset, length, (release) => {
      const heated = (error: Outcome): void => {
        if (error !== null) return this.refuse(pending, release)
        log.begin(write.offset, length)
        const released = (): void => {
          log.end(write.offset, length)
          release()
          this.localLess()
        }
        if (this.hasRoom(write) && this.#waiting.length === 0) {
          return this.startHeated(pending, write, released)
        }
        this.#waiting.push({ pending, write, release: released })
      }
      if (log.isHot(write.offset, length)) heated(null)
      else {
        log.heat(write.offset, length, heated)
        if (log.wantsCover) this.#host.coverWanted()
      }
    })
    this.#host.moved()
  }

  private refuse(pending: Pending, release: () => void): void {
    release()
    this.localLess()
    if (this.#pending.delete(pending)) this.answer(pending, NBD_EIO)
  }

  private startHeated(pending: Pending, write: Write, release: () => void): void {
    if (pending.answered) return release()
    this.start(pending, write, release)
  }

  private start(pending: Pending, write: Write, release: () => void): void {
    const { disk, log } = this.#host
    const length = lengthOf(write)
    log.touch(write.offset, length)
    if (write.kind === 'trim') return this.trim(pending, write, release)
    this.replicate(pending, write, length)
    // The disk may answer later, and then nothing else may touch the range meanwhile.
    let isDone = false
    let unlock: (() => void) | null = null
    const written = (error: Outcome): void => {
      isDone = true
      unlock?.()
      release()
      if (error !== null || !write.fua) return this.localFinished(pending, error)
      disk.flush((flushed) => this.localFinished(pending, flushed))
    }
    if (write.kind === 'write') disk.write(write.offset, write.data, written)
    else disk.zero(write.offset, length, written)
    if (!isDone && release === nothingToRelease) unlock = this.lock(write.offset, length)
  }

  /** Zeroes on both sides where this one can make them without writing; else nothing on both. */
  private trim(pending: Pending, trim: Trim, release: () => void): void {
    const { offset, length, fua } = trim
    this.#host.disk.trim(offset, length, (error, zeroed) => {
      if (error === null && zeroed) {
        this.replicate(pending, { kind: 'zero', offset, length, fua }, length)
      }
      release()
      if (error !== null || zeroed) return this.localFinished(pending, error)
      if (this.#pending.delete(pending)) this.answer(pending, NBD_OK)
    })
  }

  private answer(pending: Pending, error: number): void {
    pending.answered = true
    pending.reply(error, null)
  }

  /** Holds a free range while the disk is busy with it. */
  private lock(offset: number, length: number): () => void {
    const { ranges, log } = this.#host
    let unlock: () => void = nothingToRelease
    this.#localBusy += 1
    log.begin(offset, length)
    ranges.acquire(offset, length, (release) => {
      unlock = release
    })
    return () => {
      log.end(offset, length)
      unlock()
      this.localLess()
    }
  }

  private replicate(pending: Pending, write: Sent, length: number): void {
    const host = this.#host
    const { offset } = write
    if (!host.replicates()) return host.differing.add(offset, length)
    host.unflushed.add(offset, length)
    host.counters.replicatedBytes += length
    if (write.kind !== 'write') {
      return this.await(pending, host.send({ type: 'zero', offset, length, fua: write.fua }))
    }
    for (let at = 0; at < length; at += pieceBytesMax) {
      const data =
        length <= pieceBytesMax ? write.data : write.data.subarray(at, at + pieceBytesMax)
      this.await(pending, host.sendBlocks('write', offset + at, data, write.fua))
    }
  }

  private await(pending: Pending, sequence: number): void {
    pending.sent = true
    pending.awaited += 1
    this.#bySequence.set(sequence, pending)
  }

  private startFlush(pending: Pending): void {
    const { disk, log, unflushed } = this.#host
    if (this.#host.replicates()) {
      pending.epoch = log.beginEpoch()
      const sequence = this.#host.send({ type: 'flush' })
      unflushed.flushSent(sequence)
      this.await(pending, sequence)
    }
    this.#localBusy += 1
    disk.flush((error) => {
      this.localLess()
      this.localFinished(pending, error)
    })
    this.#host.moved()
  }

  // --- its end

  private localLess(): void {
    this.#localBusy -= 1
    if (this.#localBusy === 0) for (const done of this.#idle.splice(0)) done()
  }

  private localFinished(pending: Pending, error: Outcome): void {
    if (error !== null) {
      const during = pending.kind === 'flush' ? 'flush' : 'write'
      this.#host.diskFailed(during, error)
      return
    }
    pending.localDone = true
    this.settleOne(pending)
  }

  private settleOne(pending: Pending): void {
    if (!pending.localDone || pending.answered) return
    const peerHasIt = (pending.sent || pending.drains) && pending.awaited === 0
    if (!peerHasIt) {
      // What waits for this one wants the peer's flush, not a permission to do without it.
      if (pending.drains) return
      const isEarly = pending.sent && this.#host.mayAcknowledgeEarly()
      if (!isEarly && !this.#host.mayAcknowledgeAlone()) return this.held()
      if (isEarly) {
        this.#early.add(pending)
        this.#earlyBytes += pending.bytes
      }
    }
    if (peerHasIt && pending.sent && pending.epoch > 0) this.#host.covered(pending.epoch)
    pending.answered = true
    this.#pending.delete(pending)
    if (pending.kind === 'write') this.measure(pending)
    pending.reply(NBD_OK, null)
    if (this.#heldCount > 0 && this.#pending.size === 0) {
      this.#heldCount = 0
      this.#host.moved()
    }
  }

  /** It waits for something: for whoever can do something about it. */
  private held(): void {
    if (this.#host.replicates()) return
    this.#heldCount += 1
    this.#host.moved()
  }

  private measure(pending: Pending): void {
    const now = this.#host.nowMs()
    this.lastWriteMs = now
    this.latencyMs += (now - pending.sinceMs - this.latencyMs) * latencyWeight
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

function nothingToRelease(): void {
  // The range was free and is not held.
}

function lengthOf(write: Write): number {
  return write.kind === 'write' ? write.data.length : write.length
}

function ownCopy(write: Write): Write {
  return write.kind === 'write' ? { ...write, data: Buffer.from(write.data) } : write
}

/** The error of a side that serves nobody. */
export const notServing = NBD_ESHUTDOWN
