/**
 * What the peer sends, carried out on the local disk: copied blocks, its clients' writes, flushes.
 *
 * Everything is taken in the order of the session; overlapping ranges are written in that order.
 * An answer means "it is in my memory", and after a flush "it is on my disk". A flush covers what
 * arrived before it, answered or not. Unasked, written data is flushed at least once a second.
 */
import type { PeerMessage } from '../wire/peer-message.ts'
import type { DiskPort } from './disk-port.ts'
import type { RangeQueue } from './range-queue.ts'
import type { Outcome } from './record-keeper.ts'

export interface PeerWritesHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  send(message: PeerMessage): void
  /** The present session; an answer is sent only in the session of its request. */
  session(): object
  diskFailed(during: 'read' | 'write' | 'flush', error: string): void
}

type Carried = Extract<
  PeerMessage,
  { readonly type: 'copy' | 'copy-zero' | 'write' | 'zero' | 'flush' | 'read' }
>

interface Barrier {
  readonly before: Set<object>
  readonly passed: () => void
}

const flushEveryMs = 1000

export class PeerWrites {
  readonly #host: PeerWritesHost
  readonly #busy = new Set<object>()
  #barriers: Barrier[] = []
  #dirtySinceMs: number | null = null

  constructor(host: PeerWritesHost) {
    this.#host = host
  }

  carryOut(message: Carried, sequence: number, nowMs: number): void {
    const session = this.#host.session()
    const answer = (reply: PeerMessage): void => {
      if (this.#host.session() === session) this.#host.send(reply)
    }
    if (message.type === 'read') return this.read(message, sequence, answer)
    const done = (during: 'write' | 'flush') => (error: Outcome) => {
      if (error !== null) this.#host.diskFailed(during, error)
      answer({ type: 'done', sequence, ok: error === null })
    }
    if (message.type === 'flush') return this.flush(done('flush'))
    this.#dirtySinceMs ??= nowMs
    this.write(message, done('write'))
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

  private write(
    message: Exclude<Carried, { readonly type: 'read' | 'flush' }>,
    done: (error: Outcome) => void,
  ): void {
    const { disk, ranges } = this.#host
    const hasData = message.type === 'copy' || message.type === 'write'
    const length = hasData ? message.data.length : message.length
    const token = {}
    this.#busy.add(token)
    ranges.acquire(message.offset, length, (release) => {
      const written = (error: Outcome): void => {
        release()
        this.finished(token)
        const isFua = 'fua' in message && message.fua
        if (error !== null || !isFua) done(error)
        else disk.flush(done)
      }
      if (hasData) disk.write(message.offset, message.data, written)
      else disk.zero(message.offset, length, written)
    })
  }

  private read(
    message: { readonly offset: number; readonly length: number },
    sequence: number,
    answer: (reply: PeerMessage) => void,
  ): void {
    const { disk, ranges } = this.#host
    ranges.acquire(message.offset, message.length, (release) => {
      disk.read(message.offset, message.length, (error, data) => {
        release()
        if (error !== null) this.#host.diskFailed('read', error)
        answer({ type: 'data', sequence, data })
      })
    })
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
