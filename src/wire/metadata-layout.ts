/**
 * Where things lie on the CLUSTER partition, and how finely the map sees the disk.
 *
 * | offset | what |
 * | --- | --- |
 * | 0, 4096 | the superblock's two slots (`superblock.ts`) |
 * | 64 KiB | activity log: sectors of 512 bytes (`activity-log.ts`) |
 * | 128 KiB | difference map: blocks of 512 bytes (`difference-map.ts`) |
 *
 * A sector is what a disk writes whole or not at all, so each sector has a checksum of its own and
 * is rewritten in place. The map's granule is the smallest power of two from 4 KiB on with which
 * the map fits: 10 MB hold the map of any disk, coarser for a larger one.
 */

export const sectorBytes = 512
export const logOffset = 64 * 1024
export const mapOffset = 128 * 1024
/** Of the area between log and map. */
const logSectorsMax = (mapOffset - logOffset) / sectorBytes
const headerBytes = 16
export const logEntriesPerSector = (sectorBytes - headerBytes) / 4
export const mapBytesPerBlock = sectorBytes - headerBytes
export const granulesPerBlock = mapBytesPerBlock * 8
/** A larger map would take long to read at the start. */
const mapBytesMax = 8 * 1024 * 1024
/** The disk can become so many times larger without another map. */
const growthMax = 4
const granuleBytesMin = 4096
const extentBytesUsual = 4 * 1024 * 1024
const logSlotsUsual = 10 * logEntriesPerSector

/** What the superblock records of it. */
export interface MetadataLayout {
  /** Bytes of the disk one bit of the map stands for. */
  readonly granuleBytes: number
  /** Bytes of the disk one entry of the log stands for. */
  readonly extentBytes: number
  /** How many extents may be hot at once. */
  readonly logSlots: number
}

/** Null when the CLUSTER partition is too small for any map. */
export function layoutFor(sizeBytes: number, clusterBytes: number): MetadataLayout | null {
  const bits = mapBlocksMax(clusterBytes) * granulesPerBlock
  if (bits <= 0) return null
  let granuleBytes = granuleBytesMin
  while (Math.ceil((sizeBytes * growthMax) / granuleBytes) > bits) granuleBytes *= 2
  const extentBytes = Math.max(extentBytesUsual, granuleBytes)
  return { granuleBytes, extentBytes, logSlots: logSlotsUsual }
}

/** How many blocks of the map there is room for. */
export function mapBlocksMax(clusterBytes: number): number {
  return Math.floor(Math.min(mapBytesMax, clusterBytes - mapOffset) / sectorBytes)
}

/** Whether a layout read from a disk can be one of ours. */
export function isLayout(layout: MetadataLayout): boolean {
  const { granuleBytes, extentBytes, logSlots } = layout
  const isPower = (value: number): boolean => Number.isInteger(Math.log2(value))
  return (
    granuleBytes >= granuleBytesMin &&
    isPower(granuleBytes) &&
    isPower(extentBytes) &&
    extentBytes >= granuleBytes &&
    logSlots >= 4 &&
    logSlots <= logSectorsMax * logEntriesPerSector
  )
}

export function logSectorsOf(layout: MetadataLayout): number {
  return Math.ceil(layout.logSlots / logEntriesPerSector)
}

export function mapBlocksOf(sizeBytes: number, layout: MetadataLayout): number {
  return Math.ceil(Math.ceil(sizeBytes / layout.granuleBytes) / granulesPerBlock)
}
