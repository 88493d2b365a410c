/**
 * The one way to the durable record: changes are applied in order, stored one after the other, and
 * answered for only when they are durable.
 *
 * `current` is what has been decided, `durable` what is on the disk. Prohibitions look at
 * `current` (they hold from the moment they are decided), permissions at `durable` as well.
 * What cannot be recorded is not done: after a failed store nothing is stored any more.
 */
import type { ReplicaRecord } from '../wire/superblock.ts'

/** Null, or why it failed. */
export type Outcome = string | null
export type Done = (error: Outcome) => void
export type StoreRecord = (record: ReplicaRecord, done: Done) => void

export class RecordKeeper {
  readonly #store: StoreRecord
  readonly #failed: (error: string) => void
  #current: ReplicaRecord
  #durable: ReplicaRecord
  #waiting: Done[] = []
  #storing = false
  #error: Outcome = null

  constructor(record: ReplicaRecord, store: StoreRecord, failed: (error: string) => void) {
    this.#current = record
    this.#durable = record
    this.#store = store
    this.#failed = failed
  }

  get current(): ReplicaRecord {
    return this.#current
  }

  get durable(): ReplicaRecord {
    return this.#durable
  }

  get error(): Outcome {
    return this.#error
  }

  /** Alone, decided and durable: what every acknowledgement without the peer needs. */
  get alone(): boolean {
    return this.#current.alone && this.#durable.alone && this.#error === null
  }

  /** Applies a change and calls `done` when it, and every change before it, is durable. */
  change(transition: (record: ReplicaRecord) => ReplicaRecord, done: Done = ignore): void {
    if (this.#error !== null) return done(this.#error)
    this.#current = transition(this.#current)
    this.#waiting.push(done)
    this.#storeNext()
  }

  /** Calls back when nothing is decided that is not durable, or nothing is stored any more. */
  settled(done: () => void): void {
    const isDurable = this.#current === this.#durable && !this.#storing
    if (isDurable || this.#error !== null) return done()
    this.#waiting.push(() => this.settled(done))
    this.#storeNext()
  }

  /** Something else on the same partition could not be written. */
  fail(error: string): void {
    if (this.#error !== null) return
    this.#error = error
    this.#failed(error)
  }

  #storeNext(): void {
    if (this.#storing || this.#waiting.length === 0) return
    this.#storing = true
    const record = this.#current
    const waiting = this.#waiting
    this.#waiting = []
    const finished: Done = (error) => {
      this.#storing = false
      if (error === null) this.#durable = record
      else if (this.#error === null) {
        this.#error = error
        this.#failed(error)
      }
      for (const done of waiting) done(this.#error)
      if (this.#error === null) return this.#storeNext()
      const stranded = this.#waiting
      this.#waiting = []
      for (const done of stranded) done(this.#error)
    }
    if (record === this.#durable) finished(null)
    else this.#store(record, finished)
  }
}

const ignore: Done = () => undefined
