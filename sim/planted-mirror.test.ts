/**
 * Can the simulation of the mirror fail? Each rule is taken out of a copy of the code, by a change
 * of at most five lines, and some seed of the first 500 must show a violation.
 *
 * A plant remembers the seed that found it, which is tried first; when the code has changed so much
 * that it finds nothing any more, all 500 are tried. With PLANTED=all they are tried in any case,
 * from the first one on, and what is printed are the seeds to remember.
 */
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plants } from './mirror-plants.ts'
import { changedLines, firstFailure, plant } from './planting.ts'

const program = 'sim/mirror-main.ts'
const seeds = 500
const triesAll = process.env['PLANTED'] === 'all'

async function find(root: string, seed: number): Promise<string> {
  if (!triesAll) {
    const found = await firstFailure(root, program, { from: seed, count: 1 })
    if (found.startsWith('seed ')) return found
  }
  return firstFailure(root, program, { from: 1, count: seeds })
}

const rows = plants.map((each) => [each.rule, each.what, each] as const)

test('every rule of the mirror has its plant', () => {
  const rules = new Set(plants.map(({ rule }) => rule))
  for (const rule of ['14', '15', '16', '17', '18', '19', '20', '21']) expect(rules).toContain(rule)
  for (const line of ['failed disk', 'superblock', 'overlapping', 'trim', 'network']) {
    expect(rules).toContain(`disks: ${line}`)
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
