/**
 * The activity log on the CLUSTER partition: which extents of the disk may be half-written.
 *
 * One sector of 512 bytes, big-endian:
 *
 * | offset | bytes | field |
 * | --- | --- | --- |
 * | 0 | 4 | magic `KGAL` |
 * | 4 | 4 | crc32c of the sector with this field zero |
 * | 8 | 4 | number of this sector, from 0 |
 * | 12 | 4 | extent size, bytes |
 * | 16 | 124 × 4 | extent number + 1 of each slot; 0 = free |
 *
 * A sector is written in place, whole or not at all. The old content and the new one are both safe:
 * an extent is added before anything is written to it, and removed only when that is not needed any
 * more. A sector that cannot be read, or belongs to another extent size, counts as *all extents*.
 */
import { logEntriesPerSector, logOffset, sectorBytes } from './metadata-layout.ts'
import type { Checksum } from './peer-frame.ts'

const logMagic = 0x4b47414c

/** `extents`: one entry a slot of this sector, −1 = free. */
export function encodeLogSector(
  sector: { readonly index: number; readonly extentBytes: number },
  extents: ArrayLike<number>,
  checksum: Checksum,
): Buffer {
  const bytes = Buffer.alloc(sectorBytes)
  bytes.writeUInt32BE(logMagic, 0)
  bytes.writeUInt32BE(sector.index, 8)
  bytes.writeUInt32BE(sector.extentBytes, 12)
  for (let slot = 0; slot < extents.length; slot += 1) {
    bytes.writeUInt32BE((extents[slot] as number) + 1, 16 + slot * 4)
  }
  bytes.writeUInt32BE(checksum(bytes), 4)
  return bytes
}

export function logSectorOffset(index: number): number {
  return logOffset + index * sectorBytes
}

/** The extent of each slot (−1 = free); null when the sector is not whole. */
export function decodeLogSector(
  bytes: Buffer,
  sector: { readonly index: number; readonly extentBytes: number },
  checksum: Checksum,
): number[] | null {
  if (bytes.length !== sectorBytes || bytes.readUInt32BE(0) !== logMagic) return null
  const copy = Buffer.from(bytes)
  copy.writeUInt32BE(0, 4)
  if (bytes.readUInt32BE(4) !== checksum(copy)) return null
  if (bytes.readUInt32BE(8) !== sector.index) return null
  if (bytes.readUInt32BE(12) !== sector.extentBytes) return null
  return Array.from(
    { length: logEntriesPerSector },
    (_, slot) => bytes.readUInt32BE(16 + slot * 4) - 1,
  )
}
