/**
 * Can the simulation of the mirror fail? Each rule is taken out of a copy of the code, by a change
 * of at most five lines, and some seed of the first 500 must show a violation.
 *
 * A plant remembers the seed that found it, which is tried first; when the code has changed so much
 * that it finds nothing any more, all 500 are tried. With PLANTED=all they are tried in any case,
 * from the first one on, and what is printed are the seeds to remember.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { type Plant, plants } from './mirror-plants.ts'

const seeds = 500
const triesAll = process.env['PLANTED'] === 'all'
const checkout = resolve(import.meta.dirname, '..')
const timeoutMs = 240_000

/** A copy of the code and the simulation with one change. */
function plant({ file, from, to }: Plant): string {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-planted-'))
  for (const part of ['src', 'sim', 'package.json']) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(checkout, 'node_modules')), join(folder, 'node_modules'))
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  expect(text.split(from).length, `${file} has the text once`).toBe(2)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  return folder
}

/** What the first of these seeds that fails has to say. */
function run(root: string, range: { readonly from: number; readonly count: number }) {
  const numbers = ['--from', String(range.from), '--seeds', String(range.count)]
  const args = ['sim/mirror-main.ts', '--first', '--workers', '1', ...numbers]
  return new Promise<string>((found) => {
    execFile(process.execPath, args, { cwd: root, timeout: timeoutMs }, (_error, out, err) => {
      const line = out.split('\n').find((each) => each.startsWith('seed '))
      found(line ?? `nothing: ${out.slice(-300)} ${err.slice(-300)}`)
    })
  })
}

async function find(root: string, seed: number): Promise<string> {
  if (!triesAll) {
    const found = await run(root, { from: seed, count: 1 })
    if (found.startsWith('seed ')) return found
  }
  return run(root, { from: 1, count: seeds })
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

const rows = plants.map((each) => [each.rule, each.what, each] as const)

test('every rule of the mirror has its plant', () => {
  const rules = new Set(plants.map(({ rule }) => rule))
  for (const rule of ['15', '16', '17', '18', '19', '20', '21']) expect(rules).toContain(rule)
  for (const line of ['failed disk', 'superblock', 'overlapping', 'trim', 'network']) {
    expect(rules).toContain(`disks: ${line}`)
  }
})

test.concurrent.each(rows)('%s: %s', async (_rule, _what, planted) => {
  const [from, to] = [linesOf(planted.from), linesOf(planted.to)]
  const taken = from.filter((line) => !to.includes(line)).length
  const put = to.filter((line) => !from.includes(line)).length
  expect(Math.max(taken, put), 'a small change').toBeLessThanOrEqual(5)
  const root = plant(planted)
  const found = await find(root, planted.seed)
  rmSync(root, { recursive: true, force: true })
  process.stdout.write(`${planted.rule}: ${planted.what}: ${found.slice(0, 150)}\n`)
  expect(found).toMatch(/^seed \d+: /)
})
