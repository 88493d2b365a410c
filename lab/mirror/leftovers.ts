/** What an earlier run in the same folder has left when it was killed: its processes, its disks. */
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { labAt } from '../names.ts'
import { waitUntil } from '../run.ts'
import { type SideDisks, volatileDisks } from './disks.ts'
import { type PairFolder, type PairRecord, type Side, sides } from './folder.ts'

/** Whether a pair in this folder is run by somebody now. */
export function isRunning(folder: PairFolder): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(folder.file('lab.sock'))
    socket.once('error', () => done(false))
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
  })
}

/** Ends it. Disks that lose unflushed writes have lost them: that is a power cut, and is recorded. */
export function removeLeftovers(folder: PairFolder, record: PairRecord): PairRecord {
  const state = folder.readState()
  rmSync(folder.file('lab.sock'), { force: true })
  if (state === null) return record
  for (const side of sides) endLeftProcess(folder, side, state[side].pid)
  let kept = record
  if (state.disk === 'volatile') {
    for (const side of sides) sideDisks(folder, side).cut()
    const { a, b } = record.powerCuts
    kept = { ...record, powerCuts: { a: a + 1, b: b + 1 } }
    folder.writeRecord(kept)
  }
  folder.forgetState()
  return kept
}

export function sideDisks(folder: PairFolder, side: Side): SideDisks {
  return volatileDisks(folder, side, `${labAt(folder.dir).cgroup}/${side}`)
}

/** A process number may be another program's by now: it must name this side's settings. */
function endLeftProcess(folder: PairFolder, side: Side, pid: number | null): void {
  if (pid === null) return
  const settings = folder.of(side, 'settings.json')
  const isOurs = (): boolean => {
    const path = `/proc/${pid}/cmdline`
    try {
      return existsSync(path) && readFileSync(path, 'utf8').split('\0').includes(settings)
    } catch {
      return false
    }
  }
  if (!isOurs()) return
  process.kill(pid, 'SIGKILL')
  if (!waitUntil(() => !isOurs(), 10_000)) throw new Error(`Process ${pid} does not end.`)
}
