/**
 * Can the simulation of the mirror fail? Each rule is taken out of a copy of the code, by a change
 * of at most five lines, and some seed of the first 500 must show a violation.
 */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type Plant, plants } from './mirror-plants.ts'

const seeds = Number(process.env['SEEDS'] ?? 500)
const checkout = resolve(import.meta.dirname, '..')
const timeoutMs = 240_000
let folder: string | null = null

afterEach(() => {
  if (folder !== null) rmSync(folder, { recursive: true, force: true })
  folder = null
})

/** A copy of the code and the simulation with one change. */
function plant({ file, from, to }: Plant): string {
  folder = mkdtempSync(join(tmpdir(), 'kagami-planted-'))
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

/** What the first seeds that are run have to say. */
function run(root: string): string {
  const args = ['sim/mirror-main.ts', '--first', '--seeds', String(seeds)]
  const options = { cwd: root, encoding: 'utf8', timeout: timeoutMs } as const
  const { stdout, stderr } = spawnSync(process.execPath, args, options)
  const found = stdout.split('\n').find((line) => line.startsWith('seed '))
  return found ?? `nothing: ${stdout.slice(-300)} ${stderr.slice(-300)}`
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}

test.each(plants.map((each) => [each.rule, each.what, each] as const))('%s: %s', (...row) => {
  const planted = row[2]
  const [from, to] = [linesOf(planted.from), linesOf(planted.to)]
  const taken = from.filter((line) => !to.includes(line)).length
  const put = to.filter((line) => !from.includes(line)).length
  expect(Math.max(taken, put), 'a small change').toBeLessThanOrEqual(5)
  const found = run(plant(planted))
  process.stdout.write(`${planted.rule}: ${planted.what}: ${found.slice(0, 150)}\n`)
  expect(found).toMatch(/^seed \d+: /)
})
