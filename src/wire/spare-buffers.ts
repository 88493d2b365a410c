/** Memory that is read into and soon free again: used anew instead of left to the collector. */

export class SpareBuffers {
  readonly #bytes: number
  readonly #spareMax: number
  readonly #spare: Buffer[] = []

  constructor(bytes: number, spareMax: number) {
    this.#bytes = bytes
    this.#spareMax = spareMax
  }

  /** At least `length` long. */
  take(length: number): Buffer {
    if (length > this.#bytes) return Buffer.allocUnsafeSlow(length)
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.#bytes)
  }

  giveBack(buffer: Buffer): void {
    if (buffer.length === this.#bytes && this.#spare.length < this.#spareMax) {
      this.#spare.push(buffer)
    }
  }
}
