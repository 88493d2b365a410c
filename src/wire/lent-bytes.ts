/**
 * Bytes of a stream whose chunks are only lent, taken off in the sizes a format asks for.
 *
 * A chunk is pushed, everything in it is taken, and then it is the stream's again: a piece that lies
 * inside the chunk is a view of it, and the beginning of one that does not end there is copied into
 * memory of the reader's own, which is used again and again. So a steady stream costs no memory.
 *
 * A stream that asks for a `place` reads the rest of a long piece to where it belongs, so that it is
 * not copied.
 */

const nothing = Buffer.alloc(0)
/** Shorter than this, copying costs less than reading apart. */
const longBytes = 16 * 1024

export class LentBytes {
  #chunk: Buffer = nothing
  #at = 0
  /** The beginning of the piece that is waited for. */
  #own: Buffer = nothing
  #filled = 0
  /** How long that piece is; 0 when none is waited for. */
  #wanted = 0

  /** Only when the last `take` gave null: then everything that was there is kept. */
  push(chunk: Buffer): void {
    if (this.#at < this.#chunk.length)
      throw new Error('a chunk was pushed before the last was taken')
    const { buffer, byteOffset } = this.#own
    if (chunk.buffer === buffer) {
      if (chunk.byteOffset !== byteOffset + this.#filled) throw new Error('read to the wrong place')
      this.#filled += chunk.length
      return
    }
    this.#chunk = chunk
    this.#at = 0
  }

  /**
   * Where the next bytes of the stream should be read to, after `take` gave null: the next chunk
   * may be a view of it. Null when it does not matter. `alone`: a short piece too, because one that
   * should not be copied is expected behind it.
   */
  place(alone = false): Buffer | null {
    const isLong = this.#wanted - this.#filled >= longBytes || (alone && this.#wanted > 0)
    return isLong ? this.#own.subarray(this.#filled, this.#wanted) : null
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
      this.#wanted = 0
      return piece
    }
    if (this.#own.length < length) this.grow(length)
    const part = Math.min(there, length - this.#filled)
    this.#chunk.copy(this.#own, this.#filled, this.#at, this.#at + part)
    this.#at += part
    this.#filled += part
    if (this.#filled < length) {
      this.#wanted = length
      this.#chunk = nothing
      this.#at = 0
      return null
    }
    this.#filled = 0
    this.#wanted = 0
    return this.#own.subarray(0, length)
  }

  clear(): void {
    this.#chunk = nothing
    this.#at = 0
    this.#filled = 0
    this.#wanted = 0
  }

  private grow(length: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(4096, length))
    this.#own.copy(larger, 0, 0, this.#filled)
    this.#own = larger
  }
}
