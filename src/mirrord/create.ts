/**
 * Making a new replica: what is there is looked at first, and nothing that holds something is
 * touched.
 *
 * The order makes a cut harmless: a durable *creating* record first, then the file system, flushed,
 * then the final record. Whoever finds *creating* goes on from there; before it both partitions
 * were blank.
 */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { type Disk, openDisk } from '../drivers/disk.ts'
import { blankMetadata, writeDurably } from '../drivers/metadata-store.ts'
import { partitionContents, partitionIdentity } from '../drivers/partition-identity.ts'
import { readSuperblock, superblockStore } from '../drivers/superblock-store.ts'
import { type Message, say } from '../messages/catalogue.ts'
import { emptyRecord, firstSource } from '../mirror/record.ts'
import { layoutFor } from '../wire/metadata-layout.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'
import type { ReplicaRecord, SuperblockReading } from '../wire/superblock.ts'
import { checksum } from './replica.ts'

export interface CreateOptions {
  readonly role: 'source' | 'standby'
  readonly mkfs: 'ext3' | 'ext4' | 'xfs' | null
  /** Also where records of Kagami are; nothing else is overwritten by it either. */
  readonly again: boolean
}

const mebibyte = 1024 * 1024

/** What was made, or why nothing was changed. */
export async function createReplica(
  settings: MirrorSettings,
  options: CreateOptions,
): Promise<{ readonly ok: boolean; readonly message: Message }> {
  const cluster = openDisk(settings.clusterPartition)
  if (!cluster.ok) return refuse(unusable(settings.clusterPartition, cluster.error))
  try {
    return await createOn(cluster.disk, settings, options)
  } finally {
    cluster.disk.close()
  }
}

async function createOn(
  cluster: Disk,
  settings: MirrorSettings,
  options: CreateOptions,
): Promise<{ readonly ok: boolean; readonly message: Message }> {
  const reading = await new Promise<SuperblockReading>((done) => {
    readSuperblock(cluster, checksum, done)
  })
  const resumed = reading.kind === 'record' && reading.record.state === 'creating'
  const clusterRefusal = await judgeCluster(cluster, reading, options)
  if (clusterRefusal !== null) return refuse(clusterRefusal)
  const data = await judgeData(settings, options, resumed)
  if ('refusal' in data) return refuse(data.refusal)

  const sizeBytes = data.sizeBytes - (data.sizeBytes % 4096)
  const layout = layoutFor(sizeBytes, cluster.sizeBytes)
  if (layout === null) {
    const { path } = cluster
    return refuse(say('mirrord-create-too-small', { path, size: cluster.sizeBytes }))
  }
  const record = emptyRecord({
    diskId: settings.diskId,
    sizeBytes,
    dataPartition: data,
    state: 'creating',
    layout,
  })
  const start = reading.kind === 'record' ? reading : { sequence: 0, behind: null }
  const store = superblockStore(cluster, checksum, start)
  const write = (next: ReplicaRecord): Promise<string | null> =>
    new Promise((done) => store.write(next, done))
  const marked = await write(record)
  if (marked !== null) return refuse(unusable(settings.clusterPartition, marked))

  const failed = await makeFileSystem(settings.dataPartition, record.sizeBytes, options.mkfs)
  if (failed !== null) return refuse(failed)
  const blank = blankMetadata(layout, sizeBytes, checksum)
  const blanked = await new Promise<string | null>((done) => writeDurably(cluster, blank, done))
  if (blanked !== null) return refuse(unusable(settings.clusterPartition, blanked))

  const made: ReplicaRecord =
    options.role === 'source'
      ? firstSource(record, randomBytes(8).toString('hex'))
      : { ...record, state: 'never-built' }
  const error = await write(made)
  if (error !== null) return refuse(unusable(settings.clusterPartition, error))
  const { mirror, server } = settings
  const message =
    options.role === 'source'
      ? say('mirrord-created-source', { mirror, server, size: record.sizeBytes })
      : say('mirrord-created-standby', { mirror, server })
  return { ok: true, message }
}

async function judgeCluster(
  disk: Disk,
  reading: SuperblockReading,
  options: CreateOptions,
): Promise<Message | null> {
  const { path } = disk
  if (disk.sizeBytes < mebibyte) {
    return say('mirrord-create-too-small', { path, size: disk.sizeBytes })
  }
  if (reading.kind === 'record' || reading.kind === 'newer') {
    const may = options.again || (reading.kind === 'record' && reading.record.state === 'creating')
    return may ? null : say('mirrord-create-exists', { path })
  }
  const found = await findSomething(disk)
  // A record of ours that cannot be read is overwritten only by an explicit order.
  if (found === null || (options.again && found === 'data')) return null
  return say('mirrord-create-not-blank', { path, found })
}

async function judgeData(
  settings: MirrorSettings,
  options: CreateOptions,
  resumed: boolean,
): Promise<ReplicaRecord['dataPartition'] | { readonly refusal: Message }> {
  const path = settings.dataPartition
  const opened = openDisk(path)
  if (!opened.ok) return { refusal: unusable(path, opened.error) }
  const { disk } = opened
  try {
    const { sizeBytes } = disk
    if (sizeBytes < mebibyte) {
      return { refusal: say('mirrord-create-too-small', { path, size: sizeBytes }) }
    }
    // The source keeps what it holds, unless a file system is to be made; the standby loses it.
    const mustBeBlank = !resumed && (options.mkfs !== null || options.role === 'standby')
    const found = mustBeBlank && !options.again ? await findSomething(disk) : null
    if (found !== null) return { refusal: say('mirrord-create-not-blank', { path, found }) }
    if (options.again && options.mkfs !== null) {
      const still = await findSomething(disk)
      if (still !== null) {
        return { refusal: say('mirrord-create-not-blank', { path, found: still }) }
      }
    }
    return { sizeBytes, identity: await partitionIdentity(path) }
  } finally {
    disk.close()
  }
}

/** What is recognised there, or `data` when its first or last MiB is not zero; null = blank. */
async function findSomething(disk: Disk): Promise<string | null> {
  const contents = await partitionContents(disk.path)
  if (contents !== null) return contents
  for (const offset of [0, disk.sizeBytes - mebibyte]) {
    const data = await new Promise<Buffer | null>((done) => {
      disk.read(offset, mebibyte, (_error, read) => done(read))
    })
    if (data === null || !data.equals(Buffer.alloc(mebibyte))) return 'data'
  }
  return null
}

/** Null when it was made and flushed, or when none is wanted. */
async function makeFileSystem(
  path: string,
  sizeBytes: number,
  type: CreateOptions['mkfs'],
): Promise<Message | null> {
  if (type !== null) {
    for (const [program, parameters] of fileSystemCommands(path, sizeBytes, type)) {
      const error = await run(program, parameters)
      if (error !== null) return say('mirrord-create-mkfs-failed', { path, error })
    }
  }
  const opened = openDisk(path)
  if (!opened.ok) return unusable(path, opened.error)
  const flushed = await new Promise<string | null>((done) => opened.disk.flush(done))
  opened.disk.close()
  return flushed === null ? null : say('mirrord-create-mkfs-failed', { path, error: flushed })
}

/** Forced only where this process knows that nothing is lost. ext: no checks by mount count. */
function fileSystemCommands(
  path: string,
  sizeBytes: number,
  type: 'ext3' | 'ext4' | 'xfs',
): [string, string[]][] {
  if (type === 'xfs') return [['mkfs.xfs', ['-q', '-f', '-d', `size=${sizeBytes}`, path]]]
  return [
    [`mkfs.${type}`, ['-q', '-F', path, `${sizeBytes / 1024}k`]],
    ['tune2fs', ['-c', '-1', '-i', '0', path]],
  ]
}

function run(program: string, parameters: readonly string[]): Promise<string | null> {
  return new Promise((done) => {
    execFile(program, parameters, { timeout: 600_000 }, (error, _output, errors) => {
      done(error === null ? null : errors.trim() || error.message)
    })
  })
}

function unusable(path: string, error: string): Message {
  return say('mirrord-partition-unusable', { path, error })
}

function refuse(message: Message): { readonly ok: false; readonly message: Message } {
  return { ok: false, message }
}
