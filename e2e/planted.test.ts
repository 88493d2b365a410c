/**
 * Can the tests fail? Each rule is taken out of a copy of the programs, by a change of a line or
 * two, and the test that guards it must notice.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { makePage, upCluster, type ClusterOptions, type TestCluster } from './cluster.ts'
import { noStaleStart } from './no-stale-start.ts'
import { cutAfterPromotion, quickAndWithoutBarriers } from './promotion-flush.ts'

const checkout = resolve(import.meta.dirname, '..')
const parts = ['bin', 'src', 'lab', 'packaging', 'examples', 'package.json']

interface Edit {
  readonly file: string
  readonly from: string
  readonly to: string
}

const withoutFreeze: Edit = {
  file: 'src/mirror/activation.ts',
  from: '    state.inBreak = true\n',
  to: '    state.inBreak = true\n    state.mayAlone = true\n',
}

const withoutFlush: Edit = {
  file: 'src/mirror/activation.ts',
  from: '    this.#peerWrites.flush((error) => {\n      if (error !== null) {\n        this.#moving = false',
  to: '    const noFlush = (done: (error: string | null) => void) => done(null)\n    noFlush((error) => {\n      if (error !== null) {\n        this.#moving = false',
}

let root: string | undefined
let cluster: TestCluster | undefined

afterEach(async () => {
  await cluster?.down()
  if (root !== undefined) rmSync(root, { recursive: true, force: true })
  cluster = undefined
  root = undefined
})

/** A copy of the programs with one rule taken out. */
function plant(edit: Edit): string {
  const folder = mkdtempSync(join(checkout, '.lab-planted-'))
  for (const part of parts)
    cpSync(join(checkout, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  execFileSync('cp', ['-al', join(checkout, 'node_modules'), join(folder, 'node_modules')])
  const file = join(folder, edit.file)
  const text = readFileSync(file, 'utf8')
  expect(text.split(edit.from).length, `${edit.file} has the line once`).toBe(2)
  writeFileSync(file, text.replace(edit.from, edit.to))
  return folder
}

async function up(options: ClusterOptions): Promise<TestCluster> {
  cluster = await upCluster(options)
  return cluster
}

test('without the freeze an acknowledged write goes missing', async () => {
  root = plant(withoutFreeze)
  const planted = await up({ root })
  await makePage(planted)
  await expect(noStaleStart(planted)).rejects.toThrow(
    /an acknowledged write is missing|an older page/,
  )
})

const change = quickAndWithoutBarriers
const tries = 5

test('what was acknowledged is on the disk of the server that took over', async () => {
  const { acknowledged, kept } = await cutAfterPromotion(await up({ change }))
  expect(kept).toBeGreaterThanOrEqual(acknowledged)
})

test('without the flush on promotion it is not', async () => {
  root = plant(withoutFlush)
  const missing: number[] = []
  // The flush of every second may come in between by chance: then this try shows nothing.
  for (let round = 0; round < tries && missing.length === 0; round += 1) {
    const { acknowledged, kept } = await cutAfterPromotion(await up({ root, change }))
    if (kept < acknowledged) missing.push(acknowledged - kept)
    await cluster?.down()
    cluster = undefined
  }
  expect(missing).not.toEqual([])
})
