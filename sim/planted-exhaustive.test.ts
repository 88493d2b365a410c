/** Can the exhaustive search fail? It finds these faults, a few steps from the normal state. */
import { execFile } from 'node:child_process'
import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plants } from './decision-plants.ts'
import { plant } from './planting.ts'

const faults = [
  'a claim that lost counts as a win',
  'an exclusion of an earlier boot holds',
  'after a restart of the server its record says that the group runs',
]

function searchIn(root: string): Promise<string> {
  const args = ['sim/exhaustive-main.ts', '--depth', '5', '--states', '1', '--workers', '1']
  return new Promise((done) => {
    execFile(process.execPath, args, { cwd: root, timeout: 240_000 }, (_error, out, err) =>
      done(`${out}${err}`),
    )
  })
}

test.concurrent.each(faults)('%s', async (what) => {
  const planted = plants.find((each) => each.what === what)
  if (planted === undefined) throw new Error(`no such plant: ${what}`)
  const root = plant(planted)
  const said = await searchIn(root)
  rmSync(root, { recursive: true, force: true })
  expect(said).toMatch(/^after \d steps: /m)
})
