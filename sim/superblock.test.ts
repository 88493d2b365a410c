/** The superblock on a disk that loses what was not flushed, through deaths of the process. */
import { crc32c } from '@node-rs/crc32'
import { expect, test } from 'vitest'
import type { Disk } from '../src/drivers/disk.ts'
import { reopenSuperblock, superblockStore } from '../src/drivers/superblock-store.ts'
import { emptyRecord } from '../src/mirror/record.ts'
import { createFakeDisk } from './fake-disk.ts'
import { clusterBytes, layout, superblockOf } from './mirror-server.ts'
import { chanceOf } from './random.ts'
import { createTimeline } from './timeline.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)
const record = emptyRecord({
  diskId: 'd15c'.repeat(8),
  sizeBytes: 1024 * 1024,
  dataPartition: { sizeBytes: 1024 * 1024, identity: '' },
  state: 'consistent',
  layout,
})
const ignored = (): void => undefined

/** The process dies, or the power fails, while a flush is under way. */
function withoutFlush(disk: Disk): Disk {
  return { ...disk, flush: ignored }
}

test('is readable after a death before its flush and a power cut while it is mended', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const disk = createFakeDisk(clusterBytes, {
      timeline: createTimeline(),
      chance: chanceOf(seed),
      delayMsMax: 1,
    })
    disk.answersAtOnce = 1
    superblockStore(disk, checksum, { sequence: 0, behind: null }).write(record, ignored)
    const start = { sequence: 1, behind: null }
    const next = { ...record, session: 7 }
    superblockStore(withoutFlush(disk), checksum, start).write(next, ignored)
    disk.processDied()
    reopenSuperblock(disk, checksum, (error, reading) => {
      expect(error).toBeNull()
      if (reading.kind !== 'record') throw new Error(reading.kind)
      expect(reading.behind).toBe(1)
      superblockStore(withoutFlush(disk), checksum, reading).write(reading.record, ignored)
    })
    disk.powerCut()
    expect(superblockOf(disk.content)).toMatchObject({ kind: 'record', record: { session: 7 } })
  }
})
