/** A CLUSTER partition in memory, whose writes are done when a test says so. */
import { crc32cOf } from '../wire/crc32c.ts'
import type { MetadataPiece, MetadataPort } from './metadata-port.ts'
import type { Done } from './record-keeper.ts'

export const checksum = (data: Buffer): number => crc32cOf(data, 0, data.length)

/** For what a model expects outside of a test's own lines. */
export function must(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`not so: ${what}`)
}

export class TestMetadata implements MetadataPort {
  readonly content: Buffer
  readonly #underWay: { readonly pieces: readonly MetadataPiece[]; readonly done: Done }[] = []

  constructor(bytes: number) {
    this.content = Buffer.alloc(bytes)
  }

  get underWay(): number {
    return this.#underWay.length
  }

  writeDurably(pieces: readonly MetadataPiece[], done: Done): void {
    this.#underWay.push({ pieces, done })
  }

  /** The oldest write is done, or fails. False when there is none. */
  finish(error: string | null = null): boolean {
    const write = this.#underWay.shift()
    if (write === undefined) return false
    if (error === null) this.put(this.content, write.pieces)
    write.done(error)
    return true
  }

  finishAll(): void {
    while (this.finish());
  }

  /** What a power cut now may leave: the sectors under way are there, each, or not. */
  afterPowerCut(isThere: () => boolean): Buffer {
    const content = Buffer.from(this.content)
    for (const { pieces } of this.#underWay) {
      for (const { offset, data } of pieces) {
        for (let at = 0; at < data.length; at += 512) {
          if (isThere()) this.put(content, [{ offset: offset + at, data: sectorOf(data, at) }])
        }
      }
    }
    return content
  }

  private put(content: Buffer, pieces: readonly MetadataPiece[]): void {
    for (const { offset, data } of pieces) data.copy(content, offset)
  }
}

function sectorOf(data: Buffer, at: number): Buffer {
  return data.subarray(at, at + 512)
}
