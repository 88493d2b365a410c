/**
 * Two engines in a world of trouble: nothing acknowledged is lost, nothing stale starts, and at
 * the end both are equal. A failing seed is replayed with `runMirrorPair(seed)`; its trace tells.
 */
import { expect, test } from 'vitest'
import { runMirrorPair } from './mirror-pair.ts'

const seeds = Number(process.env['SEEDS'] ?? 100)
const firstSeed = Number(process.env['SEED'] ?? 1)

test(
  `${seeds} runs from seed ${firstSeed}`,
  () => {
    const total = { acknowledgements: 0, promotions: 0, commits: 0 }
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const run = runMirrorPair(seed, 6000)
      if (run.violation !== null) {
        const trace = run.trace.slice(-40).join('\n')
        expect.fail(`seed ${seed}: ${run.violation}\n${trace}`)
      }
      total.acknowledgements += run.acknowledgements
      total.promotions += run.promotions
      total.commits += run.commits
    }
    // The world must be neither dead nor idyllic, or nothing was tested.
    expect(total.acknowledgements).toBeGreaterThan(seeds * 50)
    expect(total.promotions).toBeGreaterThan(seeds)
    expect(total.commits).toBeGreaterThan(seeds)
  },
  20_000 + seeds * 1000,
)

test('the same seed is the same run', () => {
  expect(runMirrorPair(7, 3000).trace).toEqual(runMirrorPair(7, 3000).trace)
})
