/**
 * Two engines in a world of trouble: every invariant of the mirror is watched, and in the end the
 * pair comes together and is equal. A failing seed is replayed by
 * `make sim-mirror FROM=seed SEEDS=1`.
 */
import { expect, test } from 'vitest'
import { runMirrorPair } from './mirror-pair.ts'

const seeds = Number(process.env['SEEDS'] ?? 80)
const firstSeed = Number(process.env['SEED'] ?? 1)

test(
  `${seeds} runs from seed ${firstSeed}`,
  () => {
    const total = { acknowledgements: 0, promotions: 0, commits: 0, whatIfs: 0 }
    for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
      const run = runMirrorPair(seed)
      if (run.violation !== null) {
        const { invariant, what } = run.violation
        expect.fail(`seed ${seed}: ${invariant}: ${what}\n${run.trace.slice(-40).join('\n')}`)
      }
      total.acknowledgements += run.acknowledgements
      total.promotions += run.promotions
      total.commits += run.commits
      total.whatIfs += run.whatIfs
    }
    // The world must be neither dead nor idyllic, or nothing was tested.
    expect(total.acknowledgements).toBeGreaterThan(seeds * 40)
    expect(total.promotions).toBeGreaterThan(seeds)
    expect(total.commits).toBeGreaterThan(seeds)
    expect(total.whatIfs).toBeGreaterThan(seeds * 10)
  },
  20_000 + seeds * 1000,
)

test('the same seed is the same run', () => {
  expect(runMirrorPair(7).trace).toEqual(runMirrorPair(7).trace)
})
