/** A copy of the programs with one rule taken out: can the test that guards it fail? */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'vitest'

const checkout = resolve(import.meta.dirname, '..')
const parts = ['bin', 'src', 'lab', 'packaging', 'examples', 'package.json']

export interface Edit {
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
}

/** The copy's folder; whoever asked for it removes it. */
export function plant(edit: Edit): string {
  const folder = mkdtempSync(join(checkout, '.lab-planted-'))
  for (const part of parts)
    cpSync(join(checkout, part), join(folder, part), { recursive: true, verbatimSymlinks: true })
  const modules = realpathSync(join(checkout, 'node_modules'))
  execFileSync('cp', ['-al', modules, join(folder, 'node_modules')])
  const file = join(folder, edit.file)
  const text = readFileSync(file, 'utf8')
  expect(text.split(edit.from).length, `${edit.file} has the line once`).toBe(2)
  writeFileSync(file, text.replace(edit.from, edit.to))
  return folder
}

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
