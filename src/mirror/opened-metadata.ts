/** What was found on the CLUSTER partition, and how the log of the former life becomes part of it. */
import type { MetadataLayout } from '../wire/metadata-layout.ts'
import type { ReplicaRecord } from '../wire/superblock.ts'
import type { ActivityLog } from './activity-log.ts'
import type { Differences } from './differences.ts'

export interface OpenedMetadata {
  readonly record: ReplicaRecord
  /** The superblock was read and belongs to the data partition. */
  readonly known: boolean
  readonly bound: boolean
  readonly layout: MetadataLayout
  /** So many blocks of the map have room. */
  readonly mapBlocksMax: number
  /** Each block of the map, by number: its bits, null for none, or `bad`. */
  readonly map: readonly (Uint32Array | null | 'bad')[]
  /** The extent in each slot of the log (−1 = none), a sector after the other; null = a bad one. */
  readonly log: readonly (readonly number[] | null)[]
}

/**
 * Old log and map together name what may differ. The extents of the old log count as hot until the
 * map that names them is durable; a bad sector may have named any extent.
 */
export function fold(
  opened: OpenedMetadata,
  into: { readonly differences: Differences; readonly log: ActivityLog },
): void {
  const { differences, log } = into
  const { set } = differences
  opened.map.forEach((words, index) => differences.load(index, words))
  let slot = 0
  opened.log.forEach((extents, sector) => {
    if (extents === null) {
      set.addEverything()
      log.loadBad(sector)
      slot += entriesOf(opened.log)
      return
    }
    for (const extent of extents) {
      const offset = extent * log.extentBytes
      if (extent >= 0 && offset < set.sizeBytes) {
        set.add(offset, Math.min(log.extentBytes, set.sizeBytes - offset))
        log.load(slot, extent)
      }
      slot += 1
    }
  })
}

function entriesOf(log: OpenedMetadata['log']): number {
  return log.find((extents) => extents !== null)?.length ?? 0
}
