/**
 * What was sent to the peer and is not known to have arrived: frames in one ring of memory.
 *
 * A frame is written into the ring once, and the ring's memory goes to the socket as it is; when the
 * path breaks, everything from the oldest frame on is sent again on the next one. The ring's size is
 * what bounds the memory used for a slow peer: whoever wants to send more has to wait for `room`.
 * Positions count all bytes ever taken; a frame never wraps around the ring's end.
 */

export class SendRing {
  readonly bytes: Buffer
  readonly #capacity: number
  #head = 0
  #tail = 0
  #sent = 0
  /** Space left unused at the ring's end, so that a frame lies in one piece. */
  #gap = { from: 0, to: 0 }
  /** Where each kept frame ends, oldest first; those before `#endsFrom` are gone. */
  #ends: number[] = []
  #endsFrom = 0
  #lastSequence = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.bytes = Buffer.allocUnsafeSlow(capacity)
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  /** Bytes kept. */
  get used(): number {
    return this.#head - this.#tail
  }

  get unsent(): number {
    return this.#head - this.#sent
  }

  get capacity(): number {
    return this.#capacity
  }

  /** Whether a frame of this length can be appended now. */
  room(length: number): boolean {
    return this.end(length) - this.#tail <= this.#capacity
  }

  /** Takes space for the next frame; where it begins in `bytes`. */
  append(length: number): number {
    if (!this.room(length)) throw new Error('the ring of sent frames is full')
    if (this.used === 0) this.restart()
    const end = this.end(length)
    const start = end - length
    if (start !== this.#head) this.#gap = { from: this.#head, to: start }
    this.#head = end
    this.#ends.push(end)
    this.#lastSequence += 1
    return start % this.#capacity
  }

  /** The peer has everything up to `sequence`; false when that was never sent. */
  acknowledged(sequence: number): boolean {
    if (sequence > this.#lastSequence) return false
    const oldest = this.#lastSequence - (this.#ends.length - this.#endsFrom) + 1
    const count = sequence - oldest + 1
    if (count <= 0) return true
    this.#endsFrom += count
    this.#tail = this.#ends[this.#endsFrom - 1] as number
    if (this.#endsFrom > 512 && this.#endsFrom * 2 > this.#ends.length) {
      this.#ends = this.#ends.slice(this.#endsFrom)
      this.#endsFrom = 0
    }
    return true
  }

  /** What was not handed out yet, in order. It stays in the ring until it is acknowledged. */
  takeUnsent(): Buffer[] {
    const slices: Buffer[] = []
    const { from, to } = this.#gap
    if (this.#sent < from && from <= this.#head && to > this.#sent) {
      this.slice(slices, this.#sent, from)
      this.#sent = to
    } else if (this.#sent === from && to > from) this.#sent = Math.max(this.#sent, to)
    this.slice(slices, this.#sent, this.#head)
    this.#sent = this.#head
    return slices
  }

  /** Everything that is kept has to be sent again. */
  rewind(): void {
    this.#sent = this.#tail
  }

  /** The same memory for another session; sequences begin again. */
  emptied(): SendRing {
    this.restart()
    this.#lastSequence = 0
    return this
  }

  /** In two pieces where a frame ended just at the ring's end. */
  private slice(slices: Buffer[], from: number, to: number): void {
    if (to <= from) return
    const start = from % this.#capacity
    const end = Math.min(start + to - from, this.#capacity)
    slices.push(this.bytes.subarray(start, end))
    this.slice(slices, from + end - start, to)
  }

  /** Nothing is kept: begin at the front again, where the memory is warm. */
  private restart(): void {
    this.#head = 0
    this.#tail = 0
    this.#sent = 0
    this.#gap = { from: 0, to: 0 }
    this.#ends = []
    this.#endsFrom = 0
  }

  private end(length: number): number {
    const head = this.used === 0 ? 0 : this.#head
    const start = head % this.#capacity
    const wraps = start + length > this.#capacity
    return (wraps ? head + this.#capacity - start : head) + length
  }
}
