/**
 * Answers to one NBD client that wait to be sent together.
 *
 * Short ones are written one after the other into a block of memory that is used up from front to
 * back, so that a thousand acknowledgements cost one allocation; data goes along as it is.
 */

export interface Answers {
  readonly parts: readonly Buffer[]
  /** Requests answered by them, and the memory that is free when they have left. */
  readonly requests: number
  readonly bytes: number
}

const blockBytes = 8192

export class NbdAnswers {
  #parts: Buffer[] = []
  #block: Buffer = Buffer.alloc(0)
  #from = 0
  #to = 0
  #requests = 0
  #bytes = 0

  get isEmpty(): boolean {
    return this.#parts.length === 0 && this.#from === this.#to
  }

  /** Room for a short answer: writes go to `block` at the offset this gives. */
  room(length: number): number {
    if (this.#block.length - this.#to < length) {
      this.cut()
      this.#block = Buffer.allocUnsafeSlow(blockBytes)
      this.#from = 0
      this.#to = 0
    }
    const at = this.#to
    this.#to += length
    return at
  }

  get block(): Buffer {
    return this.#block
  }

  add(bytes: Buffer): void {
    this.cut()
    this.#parts.push(bytes)
  }

  /** One request has its answer; `bytes` of memory are free when it has left. */
  count(bytes: number): void {
    this.#requests += 1
    this.#bytes += bytes
  }

  take(): Answers {
    this.cut()
    const answers = { parts: this.#parts, requests: this.#requests, bytes: this.#bytes }
    this.#parts = []
    this.#requests = 0
    this.#bytes = 0
    return answers
  }

  private cut(): void {
    if (this.#to > this.#from) this.#parts.push(this.#block.subarray(this.#from, this.#to))
    this.#from = this.#to
  }
}
