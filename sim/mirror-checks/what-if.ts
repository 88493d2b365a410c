/**
 * What if both stopped at this very moment, each by the loss of its power or by the death of its
 * process? Asked at steps chosen by chance, of a copy of what the four disks would hold then: the
 * run itself does not notice.
 *
 * Rule 20 and S6: blocks that differ are named by the maps and logs of both. S2: the side that
 * would be the source, and a side that could start by itself, have all that was flushed. S5: the
 * superblocks are readable, and the two would come together without an operator.
 */
import { granulesPerBlock } from '../../src/wire/metadata-layout.ts'
import type { ReplicaView } from '../../src/wire/peer-message.ts'
import type { ReplicaRecord } from '../../src/wire/superblock.ts'
import { type Verdict, whichWay } from '../../src/mirror/which-way.ts'
import type { Kept } from '../fake-disk.ts'
import type { Server } from '../fake-network.ts'
import { clusterBytes, layout, metadataOf, superblockOf } from '../mirror-server.ts'
import type { MirrorWorld } from '../mirror-world.ts'

interface Image {
  readonly data: Buffer
  readonly cluster: Buffer
  readonly record: ReplicaRecord
  readonly view: ReplicaView
}

const scratch: Record<Server, { data: Buffer; cluster: Buffer }> = {
  0: { data: Buffer.alloc(0), cluster: Buffer.alloc(clusterBytes) },
  1: { data: Buffer.alloc(0), cluster: Buffer.alloc(clusterBytes) },
}
const ways: readonly Kept[] = ['nothing', 'everything', 'some']

export function whatIfBothLosePower(world: MirrorWorld): void {
  if (world.diverged !== null || world.rolledBack[0] || world.rolledBack[1]) return
  if (world.deciding || world.accepting !== null) return
  if (world.servers.some((server) => server.exchanged)) return
  world.counts.whatIfs += 1
  const first = imageOf(world, 0)
  const second = imageOf(world, 1)
  if (first === null || second === null) return
  startsByItself(world, 0, first)
  startsByItself(world, 1, second)
  const verdict = whichWay(first.view, second.view)
  if (!('cover' in verdict)) return wouldBeStuck(world, verdict, [first, second])
  if (verdict.cover === 'difference') isRecorded(world, first, second)
  const source = verdict.kind === 'source' ? first : second
  const broken = world.ledger.broken(source.data, 'flushed')
  if (broken === null) return
  const who = verdict.kind === 'source' ? 'A' : 'B'
  for (const { record } of [first, second]) world.trace(JSON.stringify(record))
  world.fail('S2', `after a power cut ${who} would be the source (${verdict.because}): ${broken}`)
}

function imageOf(world: MirrorWorld, index: Server): Image | null {
  const { data, cluster, name, boot } = world.servers[index]
  const into = scratch[index]
  if (into.data.length !== world.sizeBytes) into.data = Buffer.alloc(world.sizeBytes)
  const isKilled = world.chance.oneIn(3)
  data.imageAfterCut(into.data, isKilled ? 'landed' : world.chance.pick(ways))
  cluster.imageAfterCut(into.cluster, isKilled ? 'landed' : world.chance.pick(ways))
  const reading = superblockOf(into.cluster)
  if (reading.kind !== 'record') {
    world.fail('S5', `after a power cut ${name}'s superblock would be unreadable`)
    return null
  }
  const { record } = reading
  const restarted = !isKilled || record.bootId !== `${name}${boot}`
  return { ...into, record, view: viewOf(name, record, restarted) }
}

/** A side with an *alone* record needs nobody's word, unless its daemon knows better. */
function startsByItself(world: MirrorWorld, index: Server, image: Image): void {
  const { alone, outdated, failed, state } = image.record
  if (!alone || outdated !== null || failed || state !== 'consistent') return
  if (world.holder !== null && world.holder !== index) return
  const broken = world.ledger.broken(image.data, 'flushed')
  const { name } = world.servers[index]
  if (broken !== null) world.fail('S3', `${name} would start by its alone record: ${broken}`)
}

function wouldBeStuck(
  world: MirrorWorld,
  verdict: Exclude<Verdict, { kind: 'source' | 'target' }>,
  images: readonly [Image, Image],
): void {
  if (images.some(({ record }) => record.failed)) return
  // The policy of both names the loser.
  if (world.acceptsLoss && verdict.kind === 'split-brain' && verdict.ancestor === 'base') return
  const because = verdict.kind === 'refused' ? verdict.because : verdict.kind
  // Made anew while the other one was serving: only that it serves proves it.
  if (because === 'not-proved-newest' && world.recreated) return
  world.fail('S5', `after a power cut an operator would be needed: ${because}`)
}

function isRecorded(world: MirrorWorld, first: Image, second: Image): void {
  if (first.data.equals(second.data)) return
  const recorded = [...namedBy(first, world.sizeBytes), ...namedBy(second, world.sizeBytes)]
  const { granuleBytes } = layout
  for (let at = 0; at < world.sizeBytes; at += granuleBytes) {
    const end = at + granuleBytes
    if (first.data.compare(second.data, at, end, at, end) === 0) continue
    if (recorded.some((names) => names(at))) continue
    const values = [first, second].map(({ data }) => data.readUInt32LE(at)).join(' and ')
    return world.fail('S6', `a power cut leaves ${values} at ${at}, and that is not recorded`)
  }
}

type Names = (offset: number) => boolean

function namedBy(image: Image, sizeBytes: number): readonly Names[] {
  const { log, map } = metadataOf(image.cluster, sizeBytes)
  const extents = new Set<number>()
  let all = false
  for (const sector of log) {
    if (sector === null) all = true
    else for (const extent of sector) if (extent >= 0) extents.add(extent)
  }
  const inLog: Names = (offset) => all || extents.has(Math.floor(offset / layout.extentBytes))
  const inMap: Names = (offset) => {
    const granule = offset / layout.granuleBytes
    const words = map[Math.floor(granule / granulesPerBlock)]
    if (words === 'bad') return true
    if (words === null || words === undefined) return false
    const bit = granule % granulesPerBlock
    return (((words[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1
  }
  return [inLog, inMap]
}

function viewOf(server: string, record: ReplicaRecord, restarted: boolean): ReplicaView {
  return {
    server,
    known: true,
    bound: true,
    diskId: record.diskId,
    sizeBytes: record.sizeBytes,
    state: record.state === 'creating' ? 'never-built' : record.state,
    alone: record.alone,
    outdated: record.outdated !== null,
    failed: record.failed,
    active: false,
    restarted,
    generation: record.generation,
    base: record.base,
    history: [...record.history],
    activationTerm: record.activationTerm,
    session: record.session,
    sessionConfirmed: record.sessionConfirmed,
    copySession: record.copySession,
    granuleBytes: layout.granuleBytes,
    behind: record.behind,
    mode: 'sync',
    discardsOld: false,
    partitionBytes: record.sizeBytes,
    breakNumber: 0,
  }
}
