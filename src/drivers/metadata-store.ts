/**
 * Activity log and difference map on the CLUSTER partition: read whole at the start, written in
 * pieces that are flushed before they are answered for.
 */
import { decodeLogSector, encodeLogSector, logSectorOffset } from '../wire/activity-log.ts'
import { decodeMapBlock, encodeMapBlock, mapBlockOffset } from '../wire/difference-map.ts'
import {
  logSectorsOf,
  mapBlocksOf,
  type MetadataLayout,
  sectorBytes,
} from '../wire/metadata-layout.ts'
import type { Checksum } from '../wire/peer-frame.ts'
import type { Disk } from './disk.ts'

type Done = (error: string | null) => void

export interface MetadataReading {
  readonly map: readonly (Uint32Array | null | 'bad')[]
  readonly log: readonly (readonly number[] | null)[]
}

/** What cannot be read counts as not whole. */
export function readMetadata(
  disk: Disk,
  about: { readonly layout: MetadataLayout; readonly sizeBytes: number },
  checksum: Checksum,
  done: (reading: MetadataReading) => void,
): void {
  const { layout, sizeBytes } = about
  const blocks = mapBlocksOf(sizeBytes, layout)
  const sectors = logSectorsOf(layout)
  readSectors(disk, logSectorOffset(0), sectors, (logBytes) => {
    readSectors(disk, mapBlockOffset(0), blocks, (mapBytes) => {
      const { granuleBytes, extentBytes } = layout
      done({
        log: each(sectors, logBytes, (bytes, index) =>
          bytes === null ? null : decodeLogSector(bytes, { index, extentBytes }, checksum),
        ),
        map: each(blocks, mapBytes, (bytes, index) =>
          bytes === null ? 'bad' : decodeMapBlock(bytes, { index, granuleBytes }, checksum),
        ),
      })
    })
  })
}

/** An empty log and an empty map: of a replica that is made, or of a new size. */
export function blankMetadata(
  layout: MetadataLayout,
  sizeBytes: number,
  checksum: Checksum,
): { offset: number; data: Buffer }[] {
  const { granuleBytes, extentBytes } = layout
  const log = Array.from({ length: logSectorsOf(layout) }, (_, index) => {
    const free = Array.from({ length: (sectorBytes - 16) / 4 }, () => -1)
    return encodeLogSector({ index, extentBytes }, free, checksum)
  })
  const blocks = mapBlocksOf(sizeBytes, layout)
  const map = Buffer.alloc(blocks * sectorBytes)
  for (let index = 0; index < blocks; index += 1) {
    const target = { into: map, at: index * sectorBytes }
    encodeMapBlock({ index, granuleBytes }, null, target, checksum)
  }
  return [
    { offset: logSectorOffset(0), data: Buffer.concat(log) },
    { offset: mapBlockOffset(0), data: map },
  ]
}

/** Writes all pieces, then flushes. */
export function writeDurably(
  disk: Disk,
  pieces: readonly { readonly offset: number; readonly data: Buffer }[],
  done: Done,
): void {
  let left = pieces.length
  let failed: string | null = null
  if (left === 0) return disk.flush(done)
  for (const { offset, data } of pieces) {
    disk.write(offset, data, (error) => {
      failed ??= error
      left -= 1
      if (left > 0) return
      if (failed !== null) done(failed)
      else disk.flush(done)
    })
  }
}

function readSectors(
  disk: Disk,
  offset: number,
  count: number,
  done: (bytes: Buffer | null) => void,
): void {
  const length = count * sectorBytes
  if (offset + length > disk.sizeBytes) return done(null)
  disk.read(offset, length, (_error, data) => done(data))
}

function each<T>(
  count: number,
  bytes: Buffer | null,
  decode: (sector: Buffer | null, index: number) => T,
): T[] {
  return Array.from({ length: count }, (_, index) => {
    const at = index * sectorBytes
    return decode(bytes === null ? null : bytes.subarray(at, at + sectorBytes), index)
  })
}
