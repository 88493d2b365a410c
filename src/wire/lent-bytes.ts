/**
 * Bytes of a stream whose chunks are only lent, taken off in the sizes a format asks for.
 *
 * A chunk is pushed, everything in it is taken, and then it is the stream's again: a piece that lies
 * inside the chunk is a view of it, and the beginning of one that does not end there is copied into
 * memory of the reader's own, which is used again and again. So a steady stream costs no memory.
 */

const nothing = Buffer.alloc(0)

export class LentBytes {
  #chunk: Buffer = nothing
  #at = 0
  /** The beginning of the piece that is waited for. */
  #own: Buffer = nothing
  #filled = 0

  /** Only when the last `take` gave null: then everything that was there is kept. */
  push(chunk: Buffer): void {
    if (this.#at < this.#chunk.length)
      throw new Error('a chunk was pushed before the last was taken')
    this.#chunk = chunk
    this.#at = 0
  }

  /**
   * The next `length` bytes, valid until the next call; null when fewer are there: then the same
   * length has to be asked for again.
   */
  take(length: number): Buffer | null {
    const there = this.#chunk.length - this.#at
    if (this.#filled === 0 && there >= length) {
      const piece = this.#chunk.subarray(this.#at, this.#at + length)
      this.#at += length
      return piece
    }
    if (this.#own.length < length) this.grow(length)
    const part = Math.min(there, length - this.#filled)
    this.#chunk.copy(this.#own, this.#filled, this.#at, this.#at + part)
    this.#at += part
    this.#filled += part
    if (this.#filled < length) {
      this.#chunk = nothing
      this.#at = 0
      return null
    }
    this.#filled = 0
    return this.#own.subarray(0, length)
  }

  clear(): void {
    this.#chunk = nothing
    this.#at = 0
    this.#filled = 0
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(4096, length))
    this.#own.copy(larger, 0, 0, this.#filled)
    this.#own = larger
  }
}
