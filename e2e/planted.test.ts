/**
 * Can the tests fail? Each rule is taken out of a copy of the programs, by a change of a line or
 * two, and the test that guards it must notice.
 */
import { rmSync } from 'node:fs'
import { afterEach, expect, test } from 'vitest'
import { makePage, upCluster, type ClusterOptions, type TestCluster } from './cluster.ts'
import { noStaleStart } from './no-stale-start.ts'
import { type Edit, hardlyAnyFlush, plant, withoutPromotionFlush } from './planting.ts'
import { cutAfterPromotion, withoutBarriers } from './promotion-flush.ts'

const withoutFreeze: Edit = {
  file: 'src/mirror/activation.ts',
  from: '    state.inBreak = true\n',
  to: '    state.inBreak = true\n    state.mayAlone = true\n',
}

/** The second wall: a standby that hears of a peer that went on alone marks itself. */
const withoutMark = {
  file: 'src/core/mirroring.ts',
  from: "  const isApart = state.membership.kind === 'paired' && mine?.link.state === 'disconnected'\n",
  to: '  const isApart = state.now < 0\n',
}

let root: string | undefined
let cluster: TestCluster | undefined

afterEach(async () => {
  await cluster?.down()
  if (root !== undefined) rmSync(root, { recursive: true, force: true })
  cluster = undefined
  root = undefined
})

async function up(options: ClusterOptions): Promise<TestCluster> {
  cluster = await upCluster(options)
  return cluster
}

test('without the freeze an acknowledged write goes missing', async () => {
  root = plant(withoutFreeze, withoutMark)
  const planted = await up({ root })
  await makePage(planted)
  await expect(noStaleStart(planted)).rejects.toThrow(
    /an acknowledged write is missing|an older page/,
  )
})

const change = withoutBarriers

test('what was acknowledged is on the disk of the server that took over', async () => {
  root = plant(...hardlyAnyFlush)
  const { acknowledged, kept } = await cutAfterPromotion(await up({ root, change }))
  expect(kept).toBeGreaterThanOrEqual(acknowledged)
})

test('without the flush on promotion it is not', async () => {
  root = plant(...hardlyAnyFlush, withoutPromotionFlush)
  const { acknowledged, kept } = await cutAfterPromotion(await up({ root, change }))
  expect(kept).toBeLessThan(acknowledged)
})
