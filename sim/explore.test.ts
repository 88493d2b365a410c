/**
 * A few hundred random stories. `SEED=n` begins at another one, `SEEDS=m` plays so many: a failure
 * names its seed and the shortened story, which becomes a named scenario.
 */
import { expect, test } from 'vitest'
import { judge, scriptOf, shrink, storyOf } from './explore.ts'

const firstSeed = Number(process.env['SEED'] ?? 1)
const seeds = Number(process.env['SEEDS'] ?? 400)

test('whatever breaks, one server runs the group, and the other can take it', {
  timeout: 0,
}, () => {
  const found = new Map<string, { readonly seed: number; times: number }>()
  for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
    const finding = judge(storyOf(seed))
    if (finding === null) continue
    const before = found.get(finding.kind)
    if (before === undefined) found.set(finding.kind, { seed, times: 1 })
    else before.times += 1
  }
  const reports = [...found].map(([kind, { seed, times }]) => {
    const story = shrink(storyOf(seed), kind)
    const title = `${kind} (SEED=${seed}, ${times} of ${seeds})`
    return `${title}: ${judge(story)?.detail}\n${scriptOf(story)}`
  })
  expect(reports.join('\n\n')).toBe('')
})

test.each([
  ['peer-looks-dead', "promoted on one while the peer's replica is active"],
  ['never-freezes', 'a stale replica was promoted on one'],
  ['commit-keeps-alone', 'the replicas have diverged'],
  ['copy-never-ends', 'not in sync'],
] as const)('a world with the fault %s is found out', (plant, kind) => {
  const kinds = new Set<string | undefined>()
  for (let seed = 1; seed <= 200 && !kinds.has(kind); seed += 1) {
    kinds.add(judge(storyOf(seed), plant)?.kind)
  }
  expect([...kinds]).toContain(kind)
})

test('the same seed tells the same story', () => {
  expect(storyOf(7)).toEqual(storyOf(7))
  expect(storyOf(7)).not.toEqual(storyOf(8))
})
