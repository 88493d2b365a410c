/** A copy of the code and the simulations with one change, and what a simulation says to it. */
import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export interface Plant {
  /** A rule's number, or a line under "Disks"; `which way`: a row of that table. */
  readonly rule: string
  readonly what: string
  readonly file: string
  /** Stands in the file exactly once. */
  readonly from: string
  readonly to: string
  /** One that finds it. */
  readonly seed: number
}

const checkout = resolve(import.meta.dirname, '..')
const timeoutMs = 240_000

/** The copy's folder; whoever asked for it removes it. Throws when the text is not there once. */
export function plant({ file, from, to }: Plant): string {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-planted-'))
  for (const part of ['src', 'sim', 'package.json']) {
    cpSync(join(checkout, part), join(folder, part), { recursive: true })
  }
  symlinkSync(realpathSync(join(checkout, 'node_modules')), join(folder, 'node_modules'))
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  if (text.split(from).length !== 2) throw new Error(`${file} does not have the text once: ${from}`)
  writeFileSync(
    path,
    text.replace(from, () => to),
  )
  return folder
}

/** What the first of these seeds that fails has to say, `seed N: …`; else why there is nothing. */
export function firstFailure(
  root: string,
  program: string,
  range: { readonly from: number; readonly count: number },
): Promise<string> {
  const numbers = ['--from', String(range.from), '--seeds', String(range.count)]
  const args = [program, '--first', '--workers', '1', ...numbers]
  return new Promise((found) => {
    execFile(process.execPath, args, { cwd: root, timeout: timeoutMs }, (_error, out, err) => {
      const line = out.split('\n').find((each) => each.startsWith('seed '))
      found(line ?? `nothing: ${out.slice(-300)} ${err.slice(-300)}`)
    })
  })
}

/** So many lines differ. */
export function changedLines({ from, to }: Plant): number {
  const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '')
  const [before, after] = [linesOf(from), linesOf(to)]
  const taken = before.filter((line) => !after.includes(line)).length
  const put = after.filter((line) => !before.includes(line)).length
  return Math.max(taken, put)
}
