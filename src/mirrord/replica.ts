/**
 * A replica opened: both partitions held by this process, and what the superblock says.
 *
 * What cannot be read is *unknown*: the process runs, answers for itself, and refuses to serve.
 */
import { bestChecksum } from '../drivers/checksum.ts'
import { type Disk, openDisk } from '../drivers/disk.ts'
import { partitionIdentity } from '../drivers/partition-identity.ts'
import { type MetadataReading, readMetadata } from '../drivers/metadata-store.ts'
import {
  reopenSuperblock,
  superblockStore,
  type SuperblockStore,
} from '../drivers/superblock-store.ts'
import { type Message, say } from '../messages/catalogue.ts'
import { emptyRecord } from '../mirror/record.ts'
import { layoutFor, mapBlocksMax, type MetadataLayout } from '../wire/metadata-layout.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'
import type { ReplicaRecord, SuperblockReading } from '../wire/superblock.ts'

export interface Replica {
  readonly data: Disk
  readonly cluster: Disk
  readonly record: ReplicaRecord
  readonly layout: MetadataLayout
  readonly mapBlocksMax: number
  readonly map: MetadataReading['map']
  readonly log: MetadataReading['log']
  readonly store: SuperblockStore
  /** The superblock could be read. */
  readonly known: boolean
  /** It belongs to this data partition. */
  readonly bound: boolean
}

export type OpenedReplica =
  | { readonly ok: true; readonly replica: Replica }
  | { readonly ok: false; readonly error: Message }

export const checksum = bestChecksum()

export async function openReplica(settings: MirrorSettings): Promise<OpenedReplica> {
  const { clusterPartition, dataPartition } = settings
  const cluster = openDisk(clusterPartition)
  if (!cluster.ok) return unusable(clusterPartition, cluster.error)
  const data = openDisk(dataPartition, { synchronous: true })
  if (!data.ok) return unusable(dataPartition, data.error)
  const { error: unflushed, reading } = await reopened(cluster.disk)
  if (unflushed !== null) return unusable(clusterPartition, unflushed)
  const identity = await partitionIdentity(dataPartition)
  const disks = { data: data.disk, cluster: cluster.disk }
  switch (reading.kind) {
    case 'blank':
      return { ok: false, error: say('mirrord-not-created', { path: clusterPartition }) }
    case 'unreadable':
    case 'newer':
      return { ok: true, replica: unknownReplica(settings, disks) }
    case 'record': {
      const store = superblockStore(cluster.disk, checksum, reading)
      const { behind } = reading
      const layout =
        reading.record.layout ?? layoutFor(reading.record.sizeBytes, cluster.disk.sizeBytes)
      if (layout === null) return unusable(clusterPartition, 'too small')
      const record = { ...reading.record, layout }
      if (behind !== null) {
        const error = await new Promise<string | null>((done) => store.write(record, done))
        if (error !== null) return unusable(clusterPartition, error)
      }
      const bound = isBound(record, settings, { sizeBytes: data.disk.sizeBytes, identity })
      const about = { layout, sizeBytes: record.sizeBytes }
      const metadata = await new Promise<MetadataReading>((done) => {
        readMetadata(cluster.disk, about, checksum, done)
      })
      const room = mapBlocksMax(cluster.disk.sizeBytes)
      const opening = { record, layout, mapBlocksMax: room, ...metadata, store, known: true, bound }
      return { ok: true, replica: { ...disks, ...opening } }
    }
  }
}

function reopened(
  cluster: Disk,
): Promise<{ readonly error: string | null; readonly reading: SuperblockReading }> {
  return new Promise((done) => {
    reopenSuperblock(cluster, checksum, (error, reading) => done({ error, reading }))
  })
}

/** The metadata is that of this mirror disk, and of the partition beside it. */
function isBound(
  record: ReplicaRecord,
  settings: MirrorSettings,
  data: ReplicaRecord['dataPartition'],
): boolean {
  const { dataPartition, diskId, sizeBytes } = record
  const bothNamed = dataPartition.identity !== '' && data.identity !== ''
  return (
    diskId === settings.diskId &&
    // It may have been made larger, to be extended.
    dataPartition.sizeBytes <= data.sizeBytes &&
    sizeBytes <= data.sizeBytes &&
    (!bothNamed || dataPartition.identity === data.identity)
  )
}

/** Nothing is written over what could not be read. */
function unknownReplica(
  settings: MirrorSettings,
  disks: { readonly data: Disk; readonly cluster: Disk },
): Replica {
  const { sizeBytes } = disks.data
  const record = emptyRecord({
    diskId: settings.diskId,
    sizeBytes: sizeBytes - (sizeBytes % 4096),
    dataPartition: { sizeBytes, identity: '' },
    state: 'inconsistent',
    layout: unknownLayout,
  })
  const store: SuperblockStore = {
    write: (_record, done) => setImmediate(done, 'the superblock could not be read'),
  }
  const unread = { layout: unknownLayout, mapBlocksMax: 0, map: [], log: [] }
  return { ...disks, record, ...unread, store, known: false, bound: true }
}

/** Nothing is read or written by it. */
const unknownLayout: MetadataLayout = {
  granuleBytes: 4 * 1024 * 1024,
  extentBytes: 4 * 1024 * 1024,
  logSlots: 4,
}

function unusable(path: string, error: string): OpenedReplica {
  return { ok: false, error: say('mirrord-partition-unusable', { path, error }) }
}
