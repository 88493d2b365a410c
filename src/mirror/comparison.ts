/**
 * One comparison of both replicas while they are used, from the side that counts as right.
 *
 * A piece's range is taken, read, and its digest sent before the range is given back. So no write
 * that is under way can mislead: what was read holds every write sent before the digest and none
 * sent after it, and over there all is carried out in that order, whoever overlaps. Clients wait for
 * the reading, not for the answer. What differs is looked at once more after the whole disk was
 * gone through, then in parts of 4 KiB, with the range held to the end. To repair, a part is named
 * durably in the map, copied, and compared again; it leaves the map after a flush over there. So a
 * repair that breaks off is finished by the next copy.
 */
import type { PeerMessage } from '../wire/peer-message.ts'
import { BlockSet, type Run } from './block-set.ts'
import { CopyPace, type PaceView } from './copy-pace.ts'
import type { Differences } from './differences.ts'
import type { DiskPort } from './disk-port.ts'
import type { RangeQueue } from './range-queue.ts'

export interface ComparisonHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  readonly differences: Differences
  send(message: PeerMessage): number
  sendBlocks(type: 'copy', offset: number, data: Buffer, fua: boolean): number
  room(bytes: number): boolean
  digest(data: Buffer): Buffer
  after(delayMs: number, action: () => void): void
  pace(): PaceView
  failed(error: string): void
  /** Everything was compared, and repaired as far as that was possible. */
  ended(): void
}

/** Blocks that are held, and what they hold here. */
interface Held {
  readonly offset: number
  readonly data: Buffer
  readonly release: () => void
}

const partBytes = 4096
const stepBytes = 64 * 1024
const pieceBytesMax = 256 * 1024
const placesMax = 16
/** In the background: about 15 MiB a second. */
const calmGapMs = 16
const roomPauseMs = 10

export class Comparison {
  doneBytes = 0
  differingBytes = 0
  /** Of those, what is the same now. */
  repairedBytes = 0
  readonly places: { offset: number; length: number }[] = []
  readonly #host: ComparisonHost
  readonly #isCalm: boolean
  readonly #repairs: boolean
  readonly #pace = new CopyPace()
  readonly #sizeBytes: number
  /** What differed the first time. */
  readonly #suspects: BlockSet
  readonly #awaited = new Map<number, (equal: boolean) => void>()
  readonly #held = new Set<() => void>()
  readonly #repaired: Run[] = []
  readonly #notRepaired: Run[] = []
  #cursor = 0
  #pieces = 0
  #waits = false
  #flushing = false
  #isOver = false

  constructor(
    host: ComparisonHost,
    options: {
      readonly sizeBytes: number
      readonly repairs: boolean
      /** Nobody waits for it. */
      readonly isCalm: boolean
    },
  ) {
    this.#host = host
    this.#sizeBytes = options.sizeBytes
    this.#repairs = options.repairs
    this.#isCalm = options.isCalm
    this.#suspects = new BlockSet({ granuleBytes: stepBytes, sizeBytes: options.sizeBytes })
  }

  /** Messages the peer has not answered. */
  get awaited(): number {
    return this.#awaited.size
  }

  /** Starts as many pieces as may be under way now. */
  pump(): void {
    while (!this.#isOver && !this.#waits) {
      const pace = this.#pace.next(this.#host.pace())
      // The second look goes in order, so that the places do.
      const isAgain = this.#cursor >= this.#sizeBytes
      const pieces = this.#isCalm || isAgain ? 1 : pace.pieces
      const gapMs = this.#isCalm ? Math.max(calmGapMs, pace.gapMs) : pace.gapMs
      const lengthMax = Math.min(pieceBytesMax, pace.pieceBytes)
      const underWay = isAgain ? this.#pieces : this.#pieces + this.#awaited.size
      if (underWay >= pieces || !this.#host.room(lengthMax)) return
      if (!isAgain) this.walk(lengthMax)
      else if (!this.recheckNext(lengthMax)) return this.endIfDone()
      if (gapMs > 0) return this.pause(gapMs)
    }
  }

  /** The answer to a digest; false when it is none of ours. */
  answered(sequence: number, equal: boolean): boolean {
    const awaited = this.#awaited.get(sequence)
    if (awaited === undefined) return false
    this.#awaited.delete(sequence)
    awaited(equal)
    this.pump()
    return true
  }

  /** Lets go of everything; what is still under way has no effect any more. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#awaited.clear()
    for (const release of this.#held) release()
  }

  private walk(lengthMax: number): void {
    const offset = this.#cursor
    const length = Math.min(lengthMax, this.#sizeBytes - offset)
    this.#cursor += length
    this.take({ offset, length }, (held) => {
      this.ask(held.offset, held.data, (equal) => {
        if (!equal) this.#suspects.add(offset, length)
        this.doneBytes += length
      })
      held.release()
    })
  }

  /** False when nothing is left to look at again. */
  private recheckNext(lengthMax: number): boolean {
    // The first look at everything comes before the second one at anything.
    if (this.doneBytes < this.#sizeBytes) return false
    const run = this.#suspects.nextRun(0, lengthMax)
    if (run === null) return false
    this.#suspects.remove(run.offset, run.length)
    this.take(run, (held) => {
      this.ask(held.offset, held.data, (equal) => {
        if (equal) held.release()
        else this.narrow(held)
      })
    })
    return true
  }

  private pause(gapMs: number): void {
    this.#waits = true
    this.#host.after(gapMs, () => {
      this.#waits = false
      this.pump()
    })
  }

  /** Holds a range and reads it. */
  private take({ offset, length }: Run, taken: (held: Held) => void): void {
    this.#pieces += 1
    this.#host.ranges.acquire(offset, length, (unlock) => {
      if (this.#isOver) return unlock()
      const release = (): void => {
        if (!this.#held.delete(release)) return
        this.#pieces -= 1
        unlock()
      }
      this.#held.add(release)
      this.#host.disk.read(offset, length, (error, data) => {
        if (this.#isOver) return
        if (data === null) return this.#host.failed(error ?? 'nothing was read')
        taken({ offset, data, release })
      })
    })
  }

  private ask(offset: number, data: Buffer, answered: (equal: boolean) => void): void {
    const digest = this.#host.digest(data)
    const message = { type: 'compare', offset, length: data.length, digest } as const
    this.#awaited.set(this.#host.send(message), answered)
  }

  private narrow(held: Held): void {
    const parts: { readonly run: Run; equal: boolean }[] = []
    let left = Math.ceil(held.data.length / partBytes)
    for (let at = 0; at < held.data.length; at += partBytes) {
      const data = held.data.subarray(at, at + partBytes)
      const part = { run: { offset: held.offset + at, length: data.length }, equal: true }
      parts.push(part)
      this.ask(part.run.offset, data, (equal) => {
        part.equal = equal
        left -= 1
        if (left === 0) this.found(held, joined(parts.filter((each) => !each.equal)))
      })
    }
  }

  private found(held: Held, runs: readonly Run[]): void {
    for (const run of runs) {
      this.differingBytes += run.length
      this.note(run)
    }
    if (!this.#repairs || runs.length === 0) return held.release()
    const { differences } = this.#host
    for (const { offset, length } of runs) differences.set.add(offset, length)
    differences.persist((error) => {
      if (this.#isOver) return
      if (error === null) return this.repair(held, runs)
      this.#notRepaired.push(...runs)
      held.release()
    })
  }

  private note({ offset, length }: Run): void {
    const latest = this.places.at(-1)
    if (latest !== undefined && latest.offset + latest.length === offset) latest.length += length
    else if (this.places.length < placesMax) this.places.push({ offset, length })
  }

  private repair(held: Held, runs: readonly Run[]): void {
    const host = this.#host
    if (this.#isOver) return
    if (!host.room(held.data.length)) {
      return host.after(roomPauseMs, () => this.repair(held, runs))
    }
    let left = runs.length
    for (const run of runs) {
      const at = run.offset - held.offset
      const data = held.data.subarray(at, at + run.length)
      this.#awaited.set(host.sendBlocks('copy', run.offset, data, false), () => undefined)
      this.ask(run.offset, data, (equal) => {
        if (equal) this.repairedBytes += run.length
        ;(equal ? this.#repaired : this.#notRepaired).push(run)
        left -= 1
        if (left === 0) held.release()
      })
    }
  }

  private endIfDone(): void {
    if (this.#pieces > 0 || this.#flushing || this.#awaited.size > 0) return
    if (this.#repaired.length === 0) return this.end()
    this.#flushing = true
    this.#awaited.set(this.#host.send({ type: 'flush' }), () => {
      const { set } = this.#host.differences
      for (const { offset, length } of this.#repaired) {
        const from = offset - (offset % set.granuleBytes)
        const until = Math.ceil((offset + length) / set.granuleBytes) * set.granuleBytes
        set.remove(from, until - from)
      }
      // A granule may hold more than one part.
      for (const { offset, length } of this.#notRepaired) set.add(offset, length)
      this.end()
    })
  }

  private end(): void {
    this.stop()
    this.#host.ended()
  }
}

function joined(parts: readonly { readonly run: Run }[]): Run[] {
  const runs: { offset: number; length: number }[] = []
  for (const { run } of parts) {
    const latest = runs.at(-1)
    if (latest !== undefined && latest.offset + latest.length === run.offset) {
      latest.length += run.length
    } else runs.push({ ...run })
  }
  return runs
}
