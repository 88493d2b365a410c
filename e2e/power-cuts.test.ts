/**
 * Power cuts at random moments: the processes *and* the disks of a side die at one instant, and
 * with the disks all that was not flushed. Of one side: nothing acknowledged is missing. Of both:
 * nothing acknowledged and flushed is missing. Afterwards the replicas are equal.
 *
 *     CUTS=50 SEED=1 vitest run --project lab e2e/power-cuts.test.ts
 */
import { rmSync } from 'node:fs'
import { afterEach, describe, expect, test } from 'vitest'
import { hardlyAnyFlush, plant, withoutPromotionFlush, withoutUnflushedSet } from './planting.ts'
import { CutPair, randomOf, type Round } from './power-cuts.ts'

const cuts = Number(process.env['CUTS'] ?? 50)
const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** How often a planted omission may go unnoticed by chance. */
const tries = 5

let pair: CutPair | null = null
let root: string | null = null

afterEach(async () => {
  await pair?.end()
  if (root !== null) rmSync(root, { recursive: true, force: true })
  pair = null
  root = null
}, 60_000)

async function start(random: () => number, words: readonly string[] = []): Promise<CutPair> {
  pair = new CutPair(random, words, root ?? undefined)
  await pair.start()
  return pair
}

describe.each([
  {
    name: 'the standby takes over',
    words: ['--takeover'],
    rounds: ['standby', 'active', 'active', 'active-twice', 'both', 'both'],
    share: 0.8,
  },
  {
    name: 'the same side stays the active one',
    words: [],
    rounds: ['standby', 'active', 'both'],
    share: 0.2,
  },
] as const)('$name', ({ words, rounds, share }) => {
  test('nothing promised is missing', { timeout: 300_000 }, async () => {
    const random = randomOf(seed)
    process.stdout.write(`power cuts: SEED=${seed} CUTS=${cuts}\n`)
    const cutting = await start(random, words)
    const { pair: standing, writer } = cutting
    for (let done = 0; done < cuts * share; done += 1) {
      const kind: Round = rounds[Math.floor(random() * rounds.length)] ?? 'both'
      expect(await cutting.round(kind), `cut ${done} (${kind}), SEED=${seed}`).toEqual([])
      if (done % 8 === 7) expect(await cutting.isEqual()).toBe(true)
    }
    expect(await cutting.isEqual()).toBe(true)
    expect(writer.counts.writes).toBeGreaterThan(cuts * share * 10)
    expect(writer.counts.flushes).toBeGreaterThan(cuts * share)
    cutting.close()
    expect(await standing.stop()).toBe(0)
    expect(await standing.imagesEqual()).toBe(true)
  })
})

describe('the tests can fail', () => {
  test('without the flush on promotion', { timeout: 120_000 }, async () => {
    root = plant(...hardlyAnyFlush, withoutPromotionFlush)
    const cutting = await start(randomOf(seed), ['--takeover'])
    Object.assign(cutting.writer, { flushChance: 0, fuaChance: 0 })
    const missing: string[] = []
    for (let round = 0; round < tries && missing.length === 0; round += 1) {
      missing.push(...(await cutting.round('active-twice')))
    }
    expect(missing).not.toEqual([])
  })

  test('without the unflushed set', { timeout: 120_000 }, async () => {
    root = plant(withoutUnflushedSet)
    const cutting = await start(randomOf(seed))
    let unequal = 0
    for (let round = 0; round < tries && unequal === 0; round += 1) {
      await cutting.round('standby')
      if (!(await cutting.isEqual())) unequal += 1
    }
    expect(unequal).toBe(1)
  })
})
