/**
 * The blocks that may differ from the peer's replica, and their map on the CLUSTER partition.
 *
 * In memory the set is always right. On the disk it may name more than that: a bit that was set is
 * written before anything relies on it (`persist`), a bit that was cleared some time later.
 */
import { encodeMapBlock, mapBlockOffset } from '../wire/difference-map.ts'
import { sectorBytes } from '../wire/metadata-layout.ts'
import type { Checksum } from '../wire/peer-frame.ts'
import { BlockSet } from './block-set.ts'
import type { MetadataPiece, MetadataPort } from './metadata-port.ts'
import type { Done, Outcome } from './record-keeper.ts'

/** Blocks of the map that are written in one piece. */
const blocksPerPiece = 128

export class Differences {
  readonly set: BlockSet
  readonly #metadata: MetadataPort
  readonly #checksum: Checksum
  #stale = new Set<number>()
  #waiting: Done[] = []
  #writing = false
  #error: Outcome = null

  constructor(
    disk: { readonly granuleBytes: number; readonly sizeBytes: number },
    metadata: MetadataPort,
    checksum: Checksum,
  ) {
    this.#metadata = metadata
    this.#checksum = checksum
    this.set = new BlockSet(disk, (page) => this.#stale.add(page))
  }

  get error(): Outcome {
    return this.#error
  }

  /** Blocks of the map whose bits in memory are not those on the disk. */
  get staleBlocks(): number {
    return this.#stale.size
  }

  /** A block of the map as it was read: it is on the disk already, unless it was bad. */
  load(index: number, words: Uint32Array | null | 'bad'): void {
    if (words === null) return
    if (words === 'bad') {
      const bytes = this.set.granuleBytes * sectorBits
      const offset = index * bytes
      if (offset < this.set.sizeBytes)
        this.set.add(offset, Math.min(bytes, this.set.sizeBytes - offset))
      this.#stale.add(index)
      return
    }
    const known = this.#stale.has(index)
    this.set.addPage(index, words)
    if (!known) this.#stale.delete(index)
  }

  /** Calls back when every bit that is set now is durable. */
  persist(done: Done): void {
    if (this.#error !== null) return done(this.#error)
    if (this.#stale.size === 0 && !this.#writing) return done(null)
    this.#waiting.push(done)
    this.#writeNext()
  }

  /** Writes what became stale, some time: for bits that were cleared. */
  tidy(): void {
    if (this.#stale.size > 0 && !this.#writing) this.persist(() => undefined)
  }

  #writeNext(): void {
    if (this.#writing || this.#waiting.length === 0) return
    this.#writing = true
    const waiting = this.#waiting
    this.#waiting = []
    const stale = [...this.#stale].sort((left, right) => left - right)
    this.#stale.clear()
    this.#metadata.writeDurably(this.#piecesOf(stale), (error) => {
      this.#writing = false
      if (error !== null) this.#error = error
      for (const done of waiting) done(error)
      if (error === null) return this.#writeNext()
      for (const done of this.#waiting.splice(0)) done(error)
    })
  }

  #piecesOf(blocks: readonly number[]): MetadataPiece[] {
    const pieces: MetadataPiece[] = []
    const { granuleBytes } = this.set
    for (let from = 0; from < blocks.length; ) {
      const first = blocks[from] as number
      let count = 1
      while (count < blocksPerPiece && blocks[from + count] === first + count) count += 1
      const data = Buffer.allocUnsafe(count * sectorBytes)
      for (let index = 0; index < count; index += 1) {
        const block = { index: first + index, granuleBytes }
        const target = { into: data, at: index * sectorBytes }
        encodeMapBlock(block, this.set.page(first + index), target, this.#checksum)
      }
      pieces.push({ offset: mapBlockOffset(first), data })
      from += count
    }
    return pieces
  }
}

const sectorBits = (sectorBytes - 16) * 8
