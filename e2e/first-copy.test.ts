/** Power cuts during the very first copy: the half built replica must never be served. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkReplicas, makePage, upCluster, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

let cluster: TestCluster

beforeAll(async () => {
  cluster = await upCluster({ up: ['--data-size', '512M'] })
})

afterAll(() => cluster.down())

async function copyUnderWay(): Promise<void> {
  await eventually('the first copy is under way', async () => {
    const mirror = (await cluster.status('SERVER1'))?.mirrors[0]
    return mirror?.state === 'copying' && (mirror.percent ?? 0) < 90
  })
}

test('the target is cut during the initial copy and comes back', async () => {
  await copyUnderWay()
  await cluster.lab.powerOff('SERVER2')
  await cluster.lab.powerOn('SERVER2')
  await copyUnderWay()
})

test('the source is cut during the initial copy: the target refuses, then everything goes on', async () => {
  await cluster.lab.powerOff('SERVER1')
  await new Promise((done) => setTimeout(done, 4000))
  expect(await cluster.owner(), 'a half built replica was promoted').toBe(null)
  await cluster.lab.powerOn('SERVER1')
  await cluster.green('SERVER1')
  await makePage(cluster)
  await checkReplicas(cluster, 0)
})
