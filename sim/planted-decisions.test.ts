/**
 * Can the random stories fail? Each rule is taken out of a copy of the code, by a change of at most
 * five lines, and some story of the first 1,000 must show it. As for the mirror (planted-mirror), a
 * plant remembers the seed that found it; with PLANTED=all it is looked for anew.
 */
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plants } from './decision-plants.ts'
import { changedLines, firstFailure, plant } from './planting.ts'

const program = 'sim/story-main.ts'
const seeds = 1000
const triesAll = process.env['PLANTED'] === 'all'

async function find(root: string, seed: number): Promise<string> {
  if (!triesAll) {
    const found = await firstFailure(root, program, { from: seed, count: 1 })
    if (found.startsWith('seed ')) return found
  }
  return firstFailure(root, program, { from: 1, count: seeds })
}

const rows = plants.map((each) => [each.rule, each.what, each] as const)

// Rules 14 and 17 are the mirror's alone.
test('every rule of the decisions has its plant', () => {
  const rules = new Set(plants.map(({ rule }) => rule))
  for (let rule = 1; rule <= 18; rule += 1) {
    if (rule !== 14 && rule !== 17) expect(rules).toContain(String(rule))
  }
})

test.concurrent.each(rows)('%s: %s', async (_rule, _what, planted) => {
  expect(changedLines(planted), 'a small change').toBeLessThanOrEqual(5)
  const root = plant(planted)
  const found = await find(root, planted.seed)
  rmSync(root, { recursive: true, force: true })
  process.stdout.write(`${planted.rule}: ${planted.what}: ${found.slice(0, 150)}\n`)
  expect(found).toMatch(/^seed \d+: /)
})
