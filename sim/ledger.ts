/**
 * What the clients were promised, and whether a replica keeps it.
 *
 * Each write fills one block with its number; a later write to a block has a higher number. A
 * block that shows a lower number than the latest acknowledged one has lost a promise. Losing the
 * power where only one replica had everything weakens the promise to what was flushed (S2).
 */

export const blockBytes = 4096

interface Promised {
  acknowledged: number
  flushed: number
  /** The latest that was ever submitted: nothing beyond it may appear. */
  submitted: number
}

export class Ledger {
  readonly #blocks = new Map<number, Promised>()
  #lastNumber = 0
  acknowledgements = 0

  submit(block: number): number {
    this.#lastNumber += 1
    this.of(block).submitted = this.#lastNumber
    return this.#lastNumber
  }

  acknowledge(block: number, number: number): void {
    const promised = this.of(block)
    promised.acknowledged = Math.max(promised.acknowledged, number)
    this.acknowledgements += 1
  }

  /** What a flush that begins now will cover. */
  snapshot(): ReadonlyMap<number, number> {
    return new Map([...this.#blocks].map(([block, promised]) => [block, promised.acknowledged]))
  }

  flushed(covered: ReadonlyMap<number, number>): void {
    for (const [block, number] of covered) {
      const promised = this.of(block)
      promised.flushed = Math.max(promised.flushed, number)
    }
  }

  /** The only complete replica lost its power: what was not flushed may be gone. */
  weaken(): void {
    for (const promised of this.#blocks.values()) promised.acknowledged = promised.flushed
  }

  /** The first broken promise on a replica; null when all are kept. */
  check(content: Buffer): string | null {
    for (const [block, promised] of this.#blocks) {
      for (let at = 0; at < blockBytes; at += 512) {
        const shown = content.readUInt32LE(block * blockBytes + at)
        if (shown >= promised.acknowledged && shown <= promised.submitted) continue
        return `block ${block}+${at} shows ${shown}, promised ${promised.acknowledged}–${promised.submitted}`
      }
    }
    return null
  }

  private of(block: number): Promised {
    const known = this.#blocks.get(block)
    if (known !== undefined) return known
    const fresh = { acknowledged: 0, flushed: 0, submitted: 0 }
    this.#blocks.set(block, fresh)
    return fresh
  }
}

/** A block full of its write's number. */
export function blockOf(number: number): Buffer {
  const block = Buffer.alloc(blockBytes)
  for (let at = 0; at < blockBytes; at += 4) block.writeUInt32LE(number, at)
  return block
}
