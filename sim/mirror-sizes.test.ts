/** Two data partitions that are not of the same size. */
import { crc32c } from '@node-rs/crc32'
import { expect, test } from 'vitest'
import type { MirrorCommand } from '../src/wire/mirror-control.ts'
import { emptyRecord } from '../src/mirror/record.ts'
import { encodeSlot } from '../src/wire/superblock.ts'
import { FakeNetwork } from './fake-network.ts'
import { blockOf } from './ledger.ts'
import { MirrorServer } from './mirror-server.ts'
import { chanceOf } from './random.ts'
import { createTimeline } from './timeline.ts'

test('a larger partition built from a smaller one can give everything back in the same life', () => {
  const timeline = createTimeline()
  const chance = chanceOf(1)
  const network = new FakeNetwork(timeline, chance, 1)
  const trace = (): void => undefined
  const shared = { timeline, chance, network, pathCount: 1, trace }
  const sizeBytes = 2 * 1024 * 1024
  const pass = (ms: number): void => timeline.runUntil(timeline.nowMs + ms)
  const order = (server: MirrorServer, command: MirrorCommand): string | null => {
    let result: string | null = 'waiting'
    server.command(command, (refused) => {
      result = refused?.id ?? null
    })
    pass(300)
    return result
  }
  const a = new MirrorServer({ ...shared, sizeBytes }, 0)
  const b = new MirrorServer({ ...shared, sizeBytes: sizeBytes + 64 * 1024 }, 1)
  a.start()
  b.start()
  pass(1000)
  expect(b.engine?.state.keeper.durable.sizeBytes).toBe(sizeBytes)
  const promotion = {
    command: 'promote',
    term: 1,
    grounds: 'in-sync',
    peerExcluded: false,
  } as const
  expect(order(b, promotion)).toBeNull()
  b.engine?.submit({ kind: 'write', offset: 0, data: blockOf(1), fua: false }, () => undefined)
  pass(100)

  // A gets a new disk.
  a.die('power')
  const { diskId, dataPartition, layout } = b.engine?.state.keeper.durable ?? expect.fail()
  const blank = { diskId, sizeBytes, dataPartition: { ...dataPartition, sizeBytes }, layout }
  const record = emptyRecord({ ...blank, state: 'never-built' })
  const slot = encodeSlot(record, 1000, (data, start = 0) => crc32c(data, start))
  for (const offset of [0, 4096]) a.cluster.preload(offset, slot)
  a.start()
  pass(10_000)
  expect(a.engine?.state.inSync).toBe(true)
  expect(a.data.content.equals(b.data.content.subarray(0, sizeBytes))).toBe(true)
})
