/**
 * The unflushed set: what the peer has acknowledged, or is about to, and may still lose with its
 * power.
 *
 * The peer's acknowledgement means "in its memory". Whatever is sent to it is in this set until a
 * flush that the peer *began* later is done there; when the peer is lost, the set is what may differ.
 */
import { BlockSet } from './block-set.ts'

export class Unflushed {
  #recent: BlockSet
  #older: BlockSet
  /** The flush that will clear `older`; null when none is under way. */
  #flush: number | null = null
  #disk: { readonly granuleBytes: number; readonly sizeBytes: number }

  constructor(disk: { readonly granuleBytes: number; readonly sizeBytes: number }) {
    this.#disk = disk
    this.#recent = new BlockSet(disk)
    this.#older = new BlockSet(disk)
  }

  get isEmpty(): boolean {
    return this.#recent.isEmpty && this.#older.isEmpty
  }

  get bytes(): number {
    return this.#recent.bytes + this.#older.bytes
  }

  add(offset: number, length: number): void {
    this.#recent.add(offset, length)
  }

  /** A flush was sent under this sequence: it covers what was sent before. */
  flushSent(sequence: number): void {
    if (this.#flush !== null) return
    this.#flush = sequence
    const older = this.#older
    this.#older = this.#recent
    this.#recent = older
  }

  /** The peer has done this flush. */
  flushed(sequence: number): void {
    if (this.#flush !== sequence) return
    this.#flush = null
    this.#older.clear()
  }

  /** The disk has become larger. */
  grow(sizeBytes: number): void {
    this.#disk = { ...this.#disk, sizeBytes }
    this.#recent.grow(sizeBytes)
    this.#older.grow(sizeBytes)
  }

  /** The peer is lost: everything that it may not have on stable storage goes over to `into`. */
  moveInto(into: BlockSet): void {
    into.addAll(this.#older)
    into.addAll(this.#recent)
    this.#flush = null
    this.#older = new BlockSet(this.#disk)
    this.#recent = new BlockSet(this.#disk)
  }
}
