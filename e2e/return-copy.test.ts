/**
 * A standby that lost its power comes back: what was written meanwhile is copied, not the disk.
 * Counted by the kagami-mirrord of the active server, not timed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MetadataDump, MirrorReport } from '../src/wire/mirror-control.ts'
import { checkReplicas, makePage, type ServerName, type TestCluster, upCluster } from './cluster.ts'

const mebibyte = 1024 * 1024
let cluster: TestCluster

beforeAll(async () => {
  cluster = await upCluster({ up: ['--data-size', '256M'] })
})

afterAll(() => cluster.down())

async function asked<Answer>(server: ServerName, what: 'status' | 'dump'): Promise<Answer> {
  const control = '/run/kagami/NMP1.control'
  const text = await cluster.kagami(server, 'mirror', '--control', control, '--json', what)
  return JSON.parse(text) as Answer
}

test.each([
  { writtenMebibytes: 8, what: 'what was written meanwhile' },
  { writtenMebibytes: 0, what: 'next to nothing' },
])('the standby returns: $what is copied', async ({ writtenMebibytes }) => {
  await makePage(cluster)
  const { lab } = cluster
  const active = await cluster.green()
  const standby = active === 'SERVER1' ? 'SERVER2' : 'SERVER1'
  const before = await asked<MirrorReport>(active, 'status')
  await lab.powerOff(standby)
  const file = `/mnt/mirror/meanwhile-${writtenMebibytes}`
  await lab.sh(
    active,
    `dd if=/dev/urandom of=${file} bs=1M count=${writtenMebibytes} conv=fsync 2>/dev/null`,
  )
  const { hotExtents, extentBytes } = await asked<MetadataDump>(active, 'dump')
  await lab.powerOn(standby)
  await cluster.green(active)
  const after = await asked<MirrorReport>(active, 'status')
  expect(after.incarnation).toBe(before.incarnation)
  const goneOver = ({ detail }: MirrorReport): number =>
    detail.counters.copySentBytes + detail.counters.copyEqualBytes
  const copied = goneOver(after) - goneOver(before)
  expect(copied).toBeGreaterThanOrEqual(writtenMebibytes * mebibyte)
  expect(copied).toBeLessThanOrEqual(writtenMebibytes * mebibyte + hotExtents.length * extentBytes)
  expect(copied).toBeLessThan(after.sizeBytes / 8)
})

test('both replicas are equal in the end', async () => {
  await checkReplicas(cluster, 0)
})
