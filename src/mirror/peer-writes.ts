/**
 * What the peer sends, carried out on the local disk: copied blocks, its clients' writes, flushes.
 *
 * Everything is taken in the order of the session; overlapping ranges are written in that order.
 * An answer means "it is in my memory", and after a flush "it is on my disk". A flush covers what
 * arrived before it, answered or not. Unasked, written data is flushed at least once a second.
 * Answers of one turn leave in one message. The bytes of a message are valid while it is carried
 * out: what has to wait, for an earlier write or for a snapshot, takes a copy.
 */
import type { PeerMessage, SequenceRun } from '../wire/peer-message.ts'
import type { DiskPort } from './disk-port.ts'
import type { RangeQueue } from './range-queue.ts'
import type { Outcome } from './record-keeper.ts'
import { SpareBuffers } from '../wire/spare-buffers.ts'

export interface PeerWritesHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  send(message: PeerMessage): void
  soon(action: () => void): void
  digest(data: Buffer): Buffer
  /** The present session; an answer is sent only in the session of its request. */
  session(): object
  /** The snapshot that wants what is overwritten from now on; null when there is none. */
  snapshot(): OldContent | null
  diskFailed(during: 'read' | 'write' | 'flush', error: string): void
}

/** Who wants to have blocks before they are overwritten. */
interface OldContent {
  wants(offset: number, length: number): boolean
  keep(offset: number, length: number, kept: () => void): void
}

type Write = Extract<PeerMessage, { readonly type: 'copy' | 'copy-zero' | 'write' | 'zero' }>
type Look = Extract<PeerMessage, { readonly type: 'read' | 'compare' }>
export type Carried = Write | Look | Extract<PeerMessage, { readonly type: 'flush' }>

interface Barrier {
  readonly before: Set<object>
  readonly passed: () => void
}

const flushEveryMs = 1000
const runsMax = 4096

export class PeerWrites {
  readonly #host: PeerWritesHost
  readonly #busy = new Set<object>()
  readonly #memory = new SpareBuffers(512 * 1024, 4)
  #barriers: Barrier[] = []
  #dirtySinceMs: number | null = null
  #done: { first: number; last: number }[] = []
  #doneIn: object | null = null

  constructor(host: PeerWritesHost) {
    this.#host = host
  }

  carryOut(message: Carried, sequence: number, nowMs: number): void {
    if (message.type === 'read' || message.type === 'compare') return this.look(message, sequence)
    if (message.type === 'flush') {
      const session = this.#host.session()
      return this.flush((error) => {
        if (error !== null) this.#host.diskFailed('flush', error)
        this.answer(session, sequence, error === null)
      })
    }
    this.#dirtySinceMs ??= nowMs
    this.write(message, sequence)
  }

  /** Calls back when everything that arrived before now is written (not flushed). */
  barrier(passed: () => void): void {
    if (this.#busy.size === 0) return passed()
    this.#barriers.push({ before: new Set(this.#busy), passed })
  }

  /** Flushes what arrived before now. */
  flush(done: (error: Outcome) => void): void {
    this.barrier(() => {
      this.#dirtySinceMs = null
      this.#host.disk.flush(done)
    })
  }

  tick(nowMs: number): void {
    const since = this.#dirtySinceMs
    if (since === null || nowMs - since < flushEveryMs) return
    this.flush((error) => {
      if (error !== null) this.#host.diskFailed('flush', error)
    })
  }

  private write(message: Write, sequence: number): void {
    const { ranges } = this.#host
    const session = this.#host.session()
    const length = 'data' in message ? message.data.length : message.length
    // The one of now: what arrived before a snapshot was taken belongs to it.
    const snapshot = this.#host.snapshot()
    const isWanted = snapshot !== null && snapshot.wants(message.offset, length)
    if (isWanted || (ranges.size > 0 && !ranges.isFree(message.offset, length))) {
      const later = 'data' in message ? { ...message, data: Buffer.from(message.data) } : message
      const token = {}
      this.#busy.add(token)
      return ranges.acquire(message.offset, length, (release) => {
        const put = (): void =>
          this.put(later, length, (error) => {
            release()
            this.finished(token)
            this.written(message, { session, sequence }, error)
          })
        if (snapshot === null) put()
        else snapshot.keep(message.offset, length, put)
      })
    }
    let isDone = false
    let unlock: (() => void) | null = null
    this.put(message, length, (error) => {
      isDone = true
      unlock?.()
      this.written(message, { session, sequence }, error)
    })
    if (!isDone) unlock = this.lock(message.offset, length)
  }

  /** The disk answers later: nothing else touches the range until then, and flushes wait for it. */
  private lock(offset: number, length: number): () => void {
    const token = {}
    this.#busy.add(token)
    let unlock: (() => void) | null = null
    this.#host.ranges.acquire(offset, length, (release) => {
      unlock = release
    })
    return () => {
      unlock?.()
      this.finished(token)
    }
  }

  private put(message: Write, length: number, written: (error: Outcome) => void): void {
    const { disk } = this.#host
    if ('data' in message) return disk.write(message.offset, message.data, written)
    if (message.type === 'zero') return disk.zero(message.offset, length, written)
    // Where there are zeroes already, a file keeps its holes and an SSD its peace.
    const memory = this.#memory.take(length)
    const seen = (error: Outcome, data: Buffer | null): void => {
      const isThere = error === null && data !== null && isZero(data)
      this.#memory.giveBack(memory)
      if (isThere) return written(null)
      disk.zero(message.offset, length, written)
    }
    disk.read(message.offset, length, seen, memory)
  }

  private written(
    message: Write,
    at: { readonly session: object; readonly sequence: number },
    error: Outcome,
  ): void {
    const isFua = 'fua' in message && message.fua
    if (error !== null || !isFua) {
      if (error !== null) this.#host.diskFailed('write', error)
      return this.answer(at.session, at.sequence, error === null)
    }
    this.#host.disk.flush((flushed) => {
      if (flushed !== null) this.#host.diskFailed('flush', flushed)
      this.answer(at.session, at.sequence, flushed === null)
    })
  }

  private answer(session: object, sequence: number, ok: boolean): void {
    if (this.#host.session() !== session) return
    if (!ok) return this.#host.send({ type: 'done', runs: [runOf(sequence)], ok })
    if (this.#doneIn !== session) {
      this.#doneIn = session
      this.#done = []
      this.#host.soon(() => this.sendAnswers(session))
    }
    const latest = this.#done.at(-1)
    if (latest !== undefined && latest.last + 1 === sequence) latest.last = sequence
    else this.#done.push(runOf(sequence))
    if (this.#done.length >= runsMax) this.sendAnswers(session)
  }

  private sendAnswers(session: object): void {
    if (this.#doneIn !== session) return
    const runs: readonly SequenceRun[] = this.#done
    this.#doneIn = null
    this.#done = []
    if (runs.length > 0 && this.#host.session() === session) {
      this.#host.send({ type: 'done', runs, ok: true })
    }
  }

  /** Blocks, or whether they are the same as those over there. */
  private look(message: Look, sequence: number): void {
    const { disk, ranges } = this.#host
    const session = this.#host.session()
    ranges.acquire(message.offset, message.length, (release) => {
      const memory = this.#memory.take(message.length)
      const seen = (error: Outcome, data: Buffer | null): void => {
        release()
        this.lookedAt(message, { session, sequence }, error, data)
        this.#memory.giveBack(memory)
      }
      disk.read(message.offset, message.length, seen, memory)
    })
  }

  private lookedAt(
    message: Look,
    at: { readonly session: object; readonly sequence: number },
    error: Outcome,
    data: Buffer | null,
  ): void {
    const { session, sequence } = at
    if (error !== null) this.#host.diskFailed('read', error)
    if (this.#host.session() !== session) return
    if (message.type === 'read') return this.#host.send({ type: 'data', sequence, data })
    const equal = data !== null && this.#host.digest(data).equals(message.digest)
    this.#host.send({ type: 'compared', sequence, equal })
  }

  private finished(token: object): void {
    this.#busy.delete(token)
    const passed: Barrier[] = []
    this.#barriers = this.#barriers.filter((barrier) => {
      barrier.before.delete(token)
      if (barrier.before.size > 0) return true
      passed.push(barrier)
      return false
    })
    for (const barrier of passed) barrier.passed()
  }
}

function runOf(sequence: number): { first: number; last: number } {
  return { first: sequence, last: sequence }
}

const zeroes = Buffer.alloc(64 * 1024)

export function isZero(data: Buffer): boolean {
  for (let at = 0; at < data.length; at += zeroes.length) {
    const end = Math.min(at + zeroes.length, data.length)
    if (zeroes.compare(data, at, end, 0, end - at) !== 0) return false
  }
  return true
}
