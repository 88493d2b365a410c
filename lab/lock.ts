/**
 * One at a time: two `lab` commands that change the same record (two cables cut at once) take turns.
 * The lock is a folder with the owner's process id; one that a dead process left is taken over.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './names.ts'

const pauseMs = 5
const waitMsMax = 10_000

export function withLock<Value>(lab: Lab, name: string, work: () => Value): Value {
  const folder = join(lab.dir, `${name}.lock`)
  const owner = join(folder, 'owner')
  const end = performance.now() + waitMsMax
  while (!take(folder)) {
    if (isAbandoned(owner) || performance.now() > end)
      rmSync(folder, { recursive: true, force: true })
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
  }
  try {
    writeFileSync(owner, String(process.pid))
    return work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function take(folder: string): boolean {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function isAbandoned(owner: string): boolean {
  try {
    const pid = Number(readFileSync(owner, 'utf8'))
    if (pid === 0) return false
    process.kill(pid, 0)
    return false
  } catch (error) {
    // No such process; a missing file means that the owner has only just taken it.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
