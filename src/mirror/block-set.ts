/**
 * A set of blocks of a disk, at the map's granularity: sparse where nothing is in it.
 *
 * It is kept in pages, one for each block of the map on the disk, so that what was changed can be
 * written page by page. A range added covers every granule it touches; a range removed takes away
 * only granules it covers whole.
 */
import { granulesPerBlock } from '../wire/metadata-layout.ts'
import { wordsPerBlock } from '../wire/difference-map.ts'

export interface Run {
  readonly offset: number
  readonly length: number
}

export class BlockSet {
  readonly granuleBytes: number
  #sizeBytes: number
  readonly #pages = new Map<number, Uint32Array>()
  #count = 0
  /** Called with the number of each page that changes. */
  #changed: (page: number) => void

  constructor(
    disk: { readonly granuleBytes: number; readonly sizeBytes: number },
    changed: (page: number) => void = () => undefined,
  ) {
    this.granuleBytes = disk.granuleBytes
    this.#sizeBytes = disk.sizeBytes
    this.#changed = changed
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** The disk has become larger. */
  grow(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** Granules in the set, as bytes (the last one of a disk may be shorter). */
  get bytes(): number {
    return this.#count * this.granuleBytes
  }

  get granules(): number {
    return Math.ceil(this.sizeBytes / this.granuleBytes)
  }

  page(index: number): Uint32Array | null {
    return this.#pages.get(index) ?? null
  }

  pageNumbers(): number[] {
    return [...this.#pages.keys()]
  }

  has(granule: number): boolean {
    const page = this.#pages.get(Math.floor(granule / granulesPerBlock))
    if (page === undefined) return false
    const bit = granule % granulesPerBlock
    return (((page[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1
  }

  add(offset: number, length: number): void {
    const last = Math.floor((offset + length - 1) / this.granuleBytes)
    for (let granule = Math.floor(offset / this.granuleBytes); granule <= last; granule += 1) {
      this.put(granule)
    }
  }

  /** The granules that lie whole in the range; the disk's end counts as a border. */
  remove(offset: number, length: number): void {
    const { granuleBytes } = this
    const end = offset + length
    const after = end >= this.sizeBytes ? this.granules : Math.floor(end / granuleBytes)
    for (let granule = Math.ceil(offset / granuleBytes); granule < after; granule += 1) {
      this.take(granule)
    }
  }

  addEverything(): void {
    const { granules } = this
    for (let first = 0; first < granules; first += granulesPerBlock) {
      const index = first / granulesPerBlock
      const count = Math.min(granulesPerBlock, granules - first)
      const words = new Uint32Array(wordsPerBlock).fill(0xffffffff)
      for (let bit = count; bit < granulesPerBlock; bit += 1) {
        words[bit >>> 5] = ((words[bit >>> 5] as number) & ~(1 << (bit & 31))) >>> 0
      }
      this.#count += count - countOf(this.#pages.get(index))
      this.#pages.set(index, words)
      this.#changed(index)
    }
  }

  /** Joins a page read from a disk or sent by the peer. Bits past the disk's end are dropped. */
  addPage(index: number, words: Uint32Array): void {
    const first = index * granulesPerBlock
    for (let word = 0; word < wordsPerBlock; word += 1) {
      let bits = words[word] as number
      while (bits !== 0) {
        const low = 31 - Math.clz32(bits & -bits)
        const granule = first + word * 32 + low
        if (granule < this.granules) this.put(granule)
        bits = (bits & ~(1 << low)) >>> 0
      }
    }
  }

  /** The same of a map with another granule. */
  addForeignPage(index: number, words: Uint32Array, granuleBytes: number): void {
    for (let bit = 0; bit < granulesPerBlock; bit += 1) {
      if ((((words[bit >>> 5] as number) >>> (bit & 31)) & 1) === 0) continue
      const offset = (index * granulesPerBlock + bit) * granuleBytes
      if (offset < this.sizeBytes) this.add(offset, Math.min(granuleBytes, this.sizeBytes - offset))
    }
  }

  addAll(other: BlockSet): void {
    for (const [index, words] of other.#pages) this.addPage(index, words)
  }

  clear(): void {
    for (const index of this.#pages.keys()) this.#changed(index)
    this.#pages.clear()
    this.#count = 0
  }

  /** How many granules of the set lie in each of so many equal parts of the disk. */
  counts(parts: number): number[] {
    const counts = Array.from({ length: parts }, () => 0)
    const { granules } = this
    const partOf = (granule: number): number =>
      Math.min(parts - 1, Math.floor((granule * parts) / granules))
    for (const [index, words] of this.#pages) {
      for (let word = 0; word < wordsPerBlock; word += 1) {
        let bits = words[word] as number
        if (bits === 0) continue
        const first = index * granulesPerBlock + word * 32
        const part = partOf(first)
        if (part === partOf(first + 31)) {
          counts[part] = (counts[part] as number) + bitsIn(bits)
          continue
        }
        for (; bits !== 0; bits = (bits & (bits - 1)) >>> 0) {
          const own = partOf(first + 31 - Math.clz32(bits & -bits))
          counts[own] = (counts[own] as number) + 1
        }
      }
    }
    return counts
  }

  /** The next run at or after `offset`, at most `lengthMax` long; null when there is none. */
  nextRun(offset: number, lengthMax: number): Run | null {
    const start = this.nextSet(Math.floor(offset / this.granuleBytes))
    if (start === null) return null
    const most = Math.max(1, Math.floor(lengthMax / this.granuleBytes))
    let end = start + 1
    while (end - start < most && this.has(end)) end += 1
    const from = start * this.granuleBytes
    return { offset: from, length: Math.min(end * this.granuleBytes, this.sizeBytes) - from }
  }

  private nextSet(from: number): number | null {
    const { granules } = this
    let granule = from
    while (granule < granules) {
      const index = Math.floor(granule / granulesPerBlock)
      const page = this.#pages.get(index)
      const next = (index + 1) * granulesPerBlock
      if (page === undefined) {
        granule = next
        continue
      }
      for (; granule < Math.min(next, granules); granule += 1) {
        const bit = granule % granulesPerBlock
        const word = (page[bit >>> 5] as number) >>> (bit & 31)
        if (word === 0) granule += 31 - (bit & 31)
        else return granule + (31 - Math.clz32(word & -word))
      }
    }
    return null
  }

  private put(granule: number): void {
    const index = Math.floor(granule / granulesPerBlock)
    let page = this.#pages.get(index)
    if (page === undefined) {
      page = new Uint32Array(wordsPerBlock)
      this.#pages.set(index, page)
    }
    const bit = granule - index * granulesPerBlock
    const word = bit >>> 5
    const old = page[word] as number
    const set = (old | (1 << (bit & 31))) >>> 0
    if (set === old) return
    page[word] = set
    this.#count += 1
    this.#changed(index)
  }

  private take(granule: number): void {
    const index = Math.floor(granule / granulesPerBlock)
    const page = this.#pages.get(index)
    if (page === undefined) return
    const bit = granule - index * granulesPerBlock
    const word = bit >>> 5
    const old = page[word] as number
    const cleared = (old & ~(1 << (bit & 31))) >>> 0
    if (cleared === old) return
    page[word] = cleared
    this.#count -= 1
    this.#changed(index)
    if (cleared === 0 && page.every((value) => value === 0)) this.#pages.delete(index)
  }
}

function countOf(words: Uint32Array | undefined): number {
  if (words === undefined) return 0
  return words.reduce((count, word) => count + bitsIn(word), 0)
}

function bitsIn(word: number): number {
  let count = 0
  for (let bits = word; bits !== 0; bits = (bits & (bits - 1)) >>> 0) count += 1
  return count
}
