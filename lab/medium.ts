/**
 * The floppy drive of a server: an image in it is a loop device that the server sees as /dev/fd0.
 * A medium stays in the drive when the power goes.
 */
import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { attach, detach, devicePath, isAttached } from './loops.ts'
import type { Machine } from './names.ts'
import { loopsOf, readRecord } from './record.ts'
import { attempt, run } from './run.ts'
import { runInside } from './exec.ts'
import { readState } from './state.ts'

function driveOf(machine: Machine): number {
  return loopsOf(readRecord(machine.lab), machine.name).floppy
}

export function insertMedium(machine: Machine, image: string): void {
  const file = resolve(image)
  if (!existsSync(file) || !statSync(file).isFile())
    throw new Error(`There is no image file ${file}.`)
  const drive = driveOf(machine)
  if (isAttached(drive))
    throw new Error(`${machine.name} has a medium in /dev/fd0 already; eject it first.`)
  attach(drive, file)
}

export function ejectMedium(machine: Machine): void {
  const drive = driveOf(machine)
  if (!isAttached(drive)) throw new Error(`${machine.name} has no medium in /dev/fd0.`)
  if (
    readState(machine).power === 'on' &&
    runInside(machine, ['grep', '-q', '^/dev/fd0 ', '/proc/mounts']).status === 0
  ) {
    throw new Error(`/dev/fd0 is mounted on ${machine.name}; unmount it there first.`)
  }
  run('sync', [devicePath(drive)])
  detach([drive])
}

/** The image in the drive; null when it is empty. */
export function mediumOf(machine: Machine): string | null {
  const drive = driveOf(machine)
  if (!isAttached(drive)) return null
  return attempt('losetup', ['-n', '-O', 'BACK-FILE', devicePath(drive)]).stdout.trim() || null
}
