/**
 * The sending half of a copy: every block that may differ, once, a few pieces at a time.
 *
 * A piece holds its range from before it is read until it is sent, so a client's write to the same
 * blocks is either in what was read or sent after it; the target carries both out in that order.
 * A block leaves the map of differences only when a flush at the target, begun after the block had
 * arrived there, is done. Zeroes travel as their length. Where much turns out to be the same over
 * there, a digest is sent first; a piece that differs is then read again.
 */
import type { PeerMessage } from '../wire/peer-message.ts'
import { BlockSet, type Run } from './block-set.ts'
import { CopyPace, type PaceView } from './copy-pace.ts'
import type { DiskPort } from './disk-port.ts'
import { isZero } from './peer-writes.ts'
import type { RangeQueue } from './range-queue.ts'
import { SpareBuffers } from '../wire/spare-buffers.ts'

export interface CopyHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  readonly differing: BlockSet
  readonly counters: { copySentBytes: number; copyEqualBytes: number }
  send(message: PeerMessage): number
  sendBlocks(type: 'copy', offset: number, data: Buffer, fua: boolean): number
  room(bytes: number): boolean
  digest(data: Buffer): Buffer
  after(delayMs: number, action: () => void): void
  pace(): PaceView
  failed(error: string): void
  /** Something was finished: perhaps all of it. */
  moved(): void
}

type Awaited = { readonly kind: 'copy' | 'compare'; readonly run: Run } | { readonly kind: 'flush' }

/** So much copied since the last flush asks for the next one. */
const flushBytes = 32 * 1024 * 1024
/** The digests are worth it while this share of the pieces is the same. */
const worthwhile = 0.25
const probeEvery = 64
const rateEveryMs = 500

export class CopySource {
  readonly cover: 'difference' | 'full'
  readonly bytesTotal: number
  sentBytes = 0
  equalBytes = 0
  bytesPerSecond = 0
  readonly #host: CopyHost
  readonly #pace = new CopyPace()
  readonly #memory = new SpareBuffers(512 * 1024, 8)
  /** Not begun yet. */
  readonly #todo: BlockSet
  /** Known to differ: to be sent without asking again. */
  readonly #differing: Run[] = []
  readonly #awaited = new Map<number, Awaited>()
  /** Arrived at the target since its last flush began, and before that. */
  #arrived: Run[] = []
  #flushing: Run[] | null = null
  #arrivedBytes = 0
  #cursor = 0
  #underWayBytes = 0
  #pieces = 0
  #count = 0
  #equalShare = 0.5
  #waits = false
  #stopped = false
  #rated = { atMs: 0, bytes: 0 }

  constructor(host: CopyHost, cover: 'difference' | 'full') {
    this.#host = host
    this.cover = cover
    this.#todo = new BlockSet(host.differing)
    this.#todo.addAll(host.differing)
    this.bytesTotal = Math.min(host.differing.bytes, host.differing.sizeBytes)
    this.#rated = { atMs: host.pace().nowMs, bytes: 0 }
  }

  get leftBytes(): number {
    return Math.min(this.#todo.bytes + this.#underWayBytes, this.bytesTotal)
  }

  get bytesDone(): number {
    return this.bytesTotal - this.leftBytes
  }

  get awaited(): number {
    return this.#awaited.size
  }

  get finished(): boolean {
    return this.#pieces === 0 && this.#flushing === null && this.#host.differing.isEmpty
  }

  /** Starts as many pieces as may be under way now. */
  pump(): void {
    while (!this.#stopped && !this.#waits) {
      const pace = this.#pace.next(this.#host.pace())
      if (this.#pieces >= pace.pieces || !this.#host.room(pace.pieceBytes)) return
      const sure = this.#differing.shift()
      const run = sure ?? this.nextRun(pace.pieceBytes)
      if (run === null) return this.flushIfDue(true)
      this.begin(run, sure !== undefined)
      this.flushIfDue(false)
      if (pace.gapMs > 0) return this.pause(pace.gapMs)
    }
  }

  /** The target has carried out what was sent under this sequence; false when it is none of ours. */
  peerDone(sequence: number): boolean {
    const awaited = this.#awaited.get(sequence)
    if (awaited === undefined || awaited.kind === 'compare') return false
    this.#awaited.delete(sequence)
    if (awaited.kind === 'flush') this.flushed()
    else this.arrived(awaited.run)
    this.pump()
    this.#host.moved()
    return true
  }

  /** Whether the target's blocks are the same. */
  compared(sequence: number, equal: boolean): boolean {
    const awaited = this.#awaited.get(sequence)
    if (awaited === undefined || awaited.kind !== 'compare') return false
    this.#awaited.delete(sequence)
    this.#equalShare += ((equal ? 1 : 0) - this.#equalShare) / 8
    if (equal) {
      this.equalBytes += awaited.run.length
      this.#host.counters.copyEqualBytes += awaited.run.length
      this.arrived(awaited.run)
    } else {
      this.#pieces -= 1
      this.#underWayBytes -= awaited.run.length
      this.#differing.push(awaited.run)
    }
    this.pump()
    this.#host.moved()
    return true
  }

  tick(nowMs: number): void {
    const elapsedMs = nowMs - this.#rated.atMs
    if (elapsedMs >= rateEveryMs) {
      const bytes = this.bytesDone
      const rate = ((bytes - this.#rated.bytes) * 1000) / elapsedMs
      this.bytesPerSecond = this.bytesPerSecond === 0 ? rate : (this.bytesPerSecond + rate) / 2
      this.#rated = { atMs: nowMs, bytes }
      this.flushIfDue(true)
    }
    this.pump()
  }

  stop(): void {
    this.#stopped = true
  }

  private nextRun(lengthMax: number): Run | null {
    let run = this.#todo.nextRun(this.#cursor, lengthMax)
    if (run === null && this.#cursor > 0) run = this.#todo.nextRun(0, lengthMax)
    if (run === null) return this.again(lengthMax)
    this.#todo.remove(run.offset, run.length)
    this.#cursor = run.offset + run.length
    return run
  }

  /** Everything was begun; what came to the map since, if anything, is begun as well. */
  private again(lengthMax: number): Run | null {
    const isIdle = this.#pieces === 0 && this.#flushing === null && this.#arrived.length === 0
    if (!isIdle || this.#host.differing.isEmpty) return null
    this.#todo.addAll(this.#host.differing)
    this.#cursor = 0
    return this.nextRun(lengthMax)
  }

  private pause(gapMs: number): void {
    this.#waits = true
    this.#host.after(gapMs, () => {
      this.#waits = false
      this.pump()
    })
  }

  private begin(run: Run, sure: boolean): void {
    this.#pieces += 1
    this.#underWayBytes += run.length
    this.#count += 1
    const asks = !sure && (this.#equalShare > worthwhile || this.#count % probeEvery === 0)
    this.#host.ranges.acquire(run.offset, run.length, (release) => this.read(run, asks, release))
  }

  private read(run: Run, asks: boolean, release: () => void): void {
    if (this.#stopped) return release()
    const memory = this.#memory.take(run.length)
    const finished = (error: string | null, data: Buffer | null): void => {
      if (!this.#stopped && data !== null) this.sendPiece(run, data, asks)
      this.#memory.giveBack(memory)
      release()
      if (!this.#stopped && error !== null) this.#host.failed(error)
    }
    this.#host.disk.read(run.offset, run.length, finished, memory)
  }

  private sendPiece(run: Run, data: Buffer, asks: boolean): void {
    const host = this.#host
    if (!host.room(data.length)) {
      // Somebody else took the room meanwhile, and what was read may be old when there is some.
      this.#pieces -= 1
      this.#underWayBytes -= run.length
      this.#todo.add(run.offset, run.length)
      return
    }
    const { offset, length } = run
    if (isZero(data)) {
      this.await(host.send({ type: 'copy-zero', offset, length }), { kind: 'copy', run })
    } else if (asks) {
      const digest = host.digest(data)
      this.await(host.send({ type: 'compare', offset, length, digest }), { kind: 'compare', run })
    } else {
      this.sentBytes += length
      host.counters.copySentBytes += length
      this.await(host.sendBlocks('copy', offset, data, false), { kind: 'copy', run })
    }
  }

  private await(sequence: number, awaited: Awaited): void {
    this.#awaited.set(sequence, awaited)
  }

  private arrived(run: Run): void {
    this.#pieces -= 1
    this.#underWayBytes -= run.length
    this.#arrived.push(run)
    this.#arrivedBytes += run.length
  }

  private flushIfDue(now: boolean): void {
    if (this.#flushing !== null || this.#arrived.length === 0 || this.#stopped) return
    if (!now && this.#arrivedBytes < flushBytes) return
    this.#flushing = this.#arrived
    this.#arrived = []
    this.#arrivedBytes = 0
    this.await(this.#host.send({ type: 'flush' }), { kind: 'flush' })
  }

  private flushed(): void {
    for (const run of this.#flushing ?? []) this.#host.differing.remove(run.offset, run.length)
    this.#flushing = null
    this.flushIfDue(this.#pieces === 0 && this.#todo.isEmpty)
  }
}
