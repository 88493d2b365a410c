/** The durable metadata of one replica, for a person who wants to see what is recorded. */
import type { MetadataDump } from '../wire/mirror-control.ts'
import { superblockVersion } from '../wire/superblock.ts'
import type { EngineState } from './engine-state.ts'

const runsMax = 1000
const runBytesMax = 2 ** 48

export function dumpOf(state: EngineState): MetadataDump {
  const { keeper, differences, log, bad } = state
  const { set } = differences
  const runs: { offset: number; length: number }[] = []
  let runCount = 0
  for (let at = 0; ; ) {
    const run = set.nextRun(at, runBytesMax)
    if (run === null) break
    if (runCount < runsMax) runs.push(run)
    runCount += 1
    at = run.offset + run.length
  }
  const { layout, ...record } = keeper.durable
  return {
    version: superblockVersion,
    record,
    granuleBytes: set.granuleBytes,
    extentBytes: log.extentBytes,
    logSlots: layout?.logSlots ?? 0,
    hotExtents: log.hotExtents(),
    runs,
    runCount,
    differingBytes: Math.min(set.bytes, set.sizeBytes),
    badMapBlocks: bad.mapBlocks,
    badLogSectors: bad.logSectors,
  }
}
