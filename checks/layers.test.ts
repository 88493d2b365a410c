/**
 * The layering check must fail on a planted violation: a checker that finds no modules would exit
 * with 0 for ever. A small tree is checked by the very command that `make check` runs.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'

const repository = join(import.meta.dirname, '..')
let tree = ''

beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'kagami-layers-'))
  const copied = ['package.json', 'tsconfig.json', '.oxlintrc.json', 'checks']
  for (const name of copied) cpSync(join(repository, name), join(tree, name), { recursive: true })
  rmSync(join(tree, 'checks/layers.test.ts'))
  symlinkSync(join(repository, 'node_modules'), join(tree, 'node_modules'))
  write('src/core/step.ts', "import type { Tick } from './event.ts'\nexport type Step = Tick\n")
  write('src/core/event.ts', 'export interface Tick {\n  readonly atMs: number\n}\n')
  write('src/drivers/clock.ts', 'export interface Clock {\n  readonly nowMs: number\n}\n')
  write('src/drivers/real.ts', 'export const clock = 1\n')
})

afterEach(() => rmSync(tree, { recursive: true }))

test('the small tree itself is clean', () => {
  const { status, output } = lint()
  expect(output).toContain('0 violations')
  expect(status).toBe(0)
})

const planted = [
  ['static import', "import { clock } from '../drivers/real.ts'\nexport const c = clock\n"],
  ['dynamic import', "export const load = () => import('../drivers/real.ts')\n"],
  ['export from', "export { clock } from '../drivers/real.ts'\n"],
  ['export all', "export * from '../drivers/real.ts'\n"],
  ['import type', "import type { Clock } from '../drivers/clock.ts'\nexport type C = Clock\n"],
  ['inline type', "export type C = import('../drivers/clock.ts').Clock\n"],
  ['require', "export const c: unknown = require('../drivers/real.ts')\n"],
  ['computed', "const where = '../drivers/real.ts'\nexport const load = () => import(where)\n"],
  ['node module', "import { readFileSync } from 'node:fs'\nexport const read = readFileSync\n"],
  ['bare node module', "import { readFileSync } from 'fs'\nexport const read = readFileSync\n"],
  ['package', "import { parse } from 'yaml'\nexport const read = parse\n"],
  ['async function', 'export async function f(): Promise<void> {}\n'],
  ['timer', 'export const f = () => setTimeout(() => {}, 1)\n'],
  ['date', 'export const f = () => Date.now()\n'],
  ['randomness', 'export const f = () => Math.random()\n'],
  ['process', 'export const f = () => process.pid\n'],
] as const

test('each planted violation is named', () => {
  for (const [index, [, text]] of planted.entries()) write(`src/core/planted-${index}.ts`, text)
  const linted = lint()
  expect(linted.status).not.toBe(0)
  const layers = checkLayers()
  expect(layers.status).not.toBe(0)
  const silent = planted.filter(
    (_, index) => !`${linted.output}${layers.output}`.includes(`src/core/planted-${index}.ts:`),
  )
  expect(silent.map(([name]) => name)).toEqual([])
})

test.each(planted.slice(0, 7))(
  '%s from core to drivers alone makes the lint step fail',
  (_, text) => {
    write('src/core/planted.ts', text)
    const { status, output } = lint()
    expect(status).not.toBe(0)
    expect(output).toContain('src/core/planted.ts')
  },
)

test('an unknown room, and an empty tree, do not pass', () => {
  write('src/utils/all.ts', 'export const ticks = 1\n')
  expect(checkLayers()).toMatchObject({ status: 1, output: expect.stringContaining("'utils'") })
  rmSync(join(tree, 'src'), { recursive: true })
  expect(checkLayers()).toMatchObject({ status: 1, output: expect.stringContaining('no modules') })
})

test('import cycles are named', () => {
  write('src/core/one.ts', "import { two } from './two.ts'\nexport const one = () => two()\n")
  write('src/core/two.ts', "import { one } from './one.ts'\nexport const two = () => one()\n")
  const { status, output } = lint()
  expect(status).not.toBe(0)
  expect(output).toMatch(/cycle/i)
})

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true })
  writeFileSync(join(tree, path), text)
}

function lint() {
  return run('npm', ['run', '--silent', 'check:lint'])
}

function checkLayers() {
  return run(process.execPath, ['checks/layers.ts'])
}

function run(command: string, args: readonly string[]) {
  const result = spawnSync(command, args, { cwd: tree, encoding: 'utf8' })
  // Under CI the linter colours its output also into a pipe.
  return { status: result.status, output: stripVTControlCharacters(result.stdout + result.stderr) }
}
