/** The engine's state at the start of a life: what was found on the disks, and nothing else. */
import { ActivityLog } from './activity-log.ts'
import { Differences } from './differences.ts'
import type { EngineSettings, EngineState, EngineWorld } from './engine-state.ts'
import type { MetadataPort } from './metadata-port.ts'
import { fold, type OpenedMetadata } from './opened-metadata.ts'
import { createRangeQueue } from './range-queue.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { Unflushed } from './unflushed.ts'

export function newState(
  settings: EngineSettings,
  world: EngineWorld,
  replica: OpenedMetadata,
  keeper: RecordKeeper,
): EngineState {
  const { known, bound, record } = replica
  const layout = replica.layout
  const disk = { granuleBytes: layout.granuleBytes, sizeBytes: record.sizeBytes }
  const metadata: MetadataPort = {
    writeDurably(pieces, done) {
      world.metadata.writeDurably(pieces, (error) => {
        if (error !== null) keeper.fail(error)
        done(error)
      })
    },
  }
  const differences = new Differences(disk, metadata, world.checksum)
  const log = new ActivityLog(layout, {
    metadata,
    checksum: world.checksum,
    sizeBytes: () => differences.set.sizeBytes,
  })
  fold(replica, { differences, log })
  return {
    settings,
    world,
    known,
    bound,
    keeper,
    ranges: createRangeQueue(),
    log,
    differences,
    unflushed: new Unflushed(disk),
    mapBlocksMax: replica.mapBlocksMax,
    bad: {
      mapBlocks: replica.map.filter((words) => words === 'bad').length,
      logSectors: replica.log.filter((extents) => extents === null).length,
    },
    role: 'secondary',
    phase: { name: 'apart' },
    session: {},
    peerActive: false,
    markedIn: null,
    theirs: null,
    follows: false,
    peerBreakNumber: 0,
    joined: null,
    inSync: false,
    proof: {},
    breakNumber: 0,
    inBreak: false,
    mayAlone: false,
    ioFailed: false,
    lastTickMs: world.nowMs(),
    hold: null,
    counters: { copySentBytes: 0, copyEqualBytes: 0, replicatedBytes: 0 },
  }
}
