/** A copy of the programs with one rule taken out: can the test that guards it fail? */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'

const checkout = resolve(import.meta.dirname, '..')
const parts = ['bin', 'src', 'sim', 'lab', 'packaging', 'examples', 'package.json']

export interface Edit {
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
}

/** A copy with these changes; whoever asked for it removes it. */
export function plant(...edits: readonly Edit[]): string {
  const folder = mkdtempSync(join(checkout, '.lab-planted-'))
  for (const part of parts)
    cpSync(join(checkout, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  const modules = realpathSync(join(checkout, 'node_modules'))
  execFileSync('cp', ['-al', modules, join(folder, 'node_modules')])
  for (const { file, from, to } of edits) {
    const path = join(folder, file)
    const text = readFileSync(path, 'utf8')
    expect(text.split(from).length, `${file} has the line once`).toBe(2)
    writeFileSync(path, text.replace(from, to))
  }
  return folder
}

/**
 * Nothing flushes by the clock: else what a cut soon after a promotion loses depends on where in the
 * second it comes. No rule is broken by that.
 */
export const hardlyAnyFlush: readonly Edit[] = [
  {
    file: 'src/mirror/peer-writes.ts',
    from: 'const flushEveryMs = 1000\n',
    to: 'const flushEveryMs = 100_000\n',
  },
  {
    file: 'src/mirror/upkeep.ts',
    from: 'const flushPeerEveryMs = 1000\n',
    to: 'const flushPeerEveryMs = 100_000\n',
  },
]

/** Promotion does not flush. */
export const withoutPromotionFlush: Edit = {
  file: 'src/mirror/activation.ts',
  from: '    this.#peerWrites.flush((error) => {\n      if (error !== null) {\n        this.#moving = false',
  to: '    const noFlush = (done: (error: string | null) => void) => done(null)\n    noFlush((error) => {\n      if (error !== null) {\n        this.#moving = false',
}

/** What the peer has not flushed does not count as differing when the peer is lost. */
export const withoutUnflushedSet: Edit = {
  file: 'src/mirror/engine.ts',
  from: '    state.unflushed.moveInto(state.differences.set)\n',
  to: '    state.unflushed.moveInto({ addAll: () => undefined } as never)\n',
}
