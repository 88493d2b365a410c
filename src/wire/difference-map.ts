/**
 * The difference map on the CLUSTER partition: one bit for each granule of the disk that may differ
 * from the peer's replica.
 *
 * One block of 512 bytes, big-endian:
 *
 * | offset | bytes | field |
 * | --- | --- | --- |
 * | 0 | 4 | magic `KGDM` |
 * | 4 | 4 | crc32c of the block with this field zero |
 * | 8 | 4 | number of this block, from 0 |
 * | 12 | 4 | granule size, bytes |
 * | 16 | 496 | bits: granule n of the block is bit n mod 32 of the (n div 32)th 32-bit word |
 *
 * A block is written in place, whole or not at all; a block that cannot be read, or was written for
 * another granule size, counts as *all bits set*.
 */
import { granulesPerBlock, mapOffset, sectorBytes } from './metadata-layout.ts'
import type { Checksum } from './peer-frame.ts'

const mapMagic = 0x4b47444d
export const wordsPerBlock = granulesPerBlock / 32

/** Writes one block into `into` at `at`; `words` null = no bit is set. */
export function encodeMapBlock(
  block: { readonly index: number; readonly granuleBytes: number },
  words: Uint32Array | null,
  target: { readonly into: Buffer; readonly at: number },
  checksum: Checksum,
): void {
  const { into, at } = target
  into.fill(0, at, at + sectorBytes)
  into.writeUInt32BE(mapMagic, at)
  into.writeUInt32BE(block.index, at + 8)
  into.writeUInt32BE(block.granuleBytes, at + 12)
  if (words !== null) {
    for (let word = 0; word < wordsPerBlock; word += 1) {
      into.writeUInt32BE(words[word] as number, at + 16 + word * 4)
    }
  }
  into.writeUInt32BE(checksum(into.subarray(at, at + sectorBytes)), at + 4)
}

export function mapBlockOffset(index: number): number {
  return mapOffset + index * sectorBytes
}

/** The bits of a block (null = none is set), or `bad`. */
export function decodeMapBlock(
  bytes: Buffer,
  block: { readonly index: number; readonly granuleBytes: number },
  checksum: Checksum,
): Uint32Array | null | 'bad' {
  if (bytes.length !== sectorBytes || bytes.readUInt32BE(0) !== mapMagic) return 'bad'
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(0, 4)
  if (bytes.readUInt32BE(4) !== checksum(copy)) return 'bad'
  if (bytes.readUInt32BE(8) !== block.index) return 'bad'
  if (bytes.readUInt32BE(12) !== block.granuleBytes) return 'bad'
  let isEmpty = true
  const words = new Uint32Array(wordsPerBlock)
  for (let word = 0; word < wordsPerBlock; word += 1) {
    const value = bytes.readUInt32BE(16 + word * 4)
    words[word] = value
    if (value !== 0) isEmpty = false
  }
  return isEmpty ? null : words
}
