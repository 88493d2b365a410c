/**
 * Disks that lose unflushed writes when their power is cut. A real disk keeps written blocks in
 * a cache until it is told to flush; so does nbdkit's cache filter, in memory that dies with it.
 *
 *   image file <- nbdkit (cache=writeback) <- nbdfuse (a file) <- loop device (/dev/hdb1 inside)
 *
 * The image is served as partition 1 of a table made up on the fly, because that is the plugin that
 * offers no TRIM: a loop device asks for zeroes by TRIM when there is one, and the cache filter would
 * let it pass under its cached blocks, which then come back.
 *
 * All of it must die together with the server: a survivor would keep what a power cut loses.
 * These processes live in the mount namespace of the chassis; their mounts vanish with it.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, closeSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { joinAndBecome, killGroup, makeGroup, waitUntilDead, waitUntilEmpty } from './cgroup.ts'
import { attach, detach, devicePath } from './loops.ts'
import type { Machine } from './names.ts'
import { attempt, run, systemPath, waitUntil } from './run.ts'

type DiskLoops = Readonly<Record<string, number>>

export function imagePath(machine: Machine, disk: string): string {
  return join(machine.folder, `${disk}.img`)
}

function disksGroup(machine: Machine): string {
  return join(machine.cgroup, 'disks')
}

export function startDisks(machine: Machine, loops: DiskLoops): void {
  makeGroup(disksGroup(machine))
  const scratch = join(machine.folder, 'scratch')
  mkdirSync(scratch, { recursive: true })
  const log = openSync(join(machine.folder, 'disks.log'), 'a')
  for (const disk of Object.keys(loops)) {
    unmount(machine, disk) // What a power cut has left is an unreadable mount.
    mkdirSync(join(scratch, disk), { recursive: true })
    rmSync(join(scratch, `${disk}.pid`), { force: true })
    const nbdfuse = [
      'nbdfuse',
      '-P',
      join(scratch, `${disk}.pid`),
      join(scratch, disk),
      '--command',
    ]
    const nbdkit = ['nbdkit', '-s', '--filter=cache', '--filter=partition', 'partitioning']
    const what = [`file=${imagePath(machine, disk)}`, 'partition=1', 'cache=writeback']
    spawn('sh', [...joinAndBecome, disksGroup(machine), ...nbdfuse, ...nbdkit, ...what], {
      stdio: ['ignore', log, log],
      env: { PATH: systemPath, TMPDIR: scratch },
    }).unref()
  }
  closeSync(log)
  for (const [disk, loop] of Object.entries(loops)) {
    if (!waitUntil(() => existsSync(join(scratch, `${disk}.pid`)), 10_000)) {
      throw new Error(
        `The disk ${disk} of ${machine.name} did not start; see ${machine.folder}/disks.log`,
      )
    }
    attach(loop, join(scratch, disk, 'nbd'), ['--direct-io=on'])
  }
}

/** What an orderly shutdown does: every write reaches the image file, then the disks stop. */
export function stopDisks(machine: Machine, loops: DiskLoops): void {
  const nodes = Object.values(loops).map(devicePath)
  run('sync', nodes, { timeoutMs: 60_000 })
  detach(Object.values(loops))
  for (const disk of Object.keys(loops)) unmount(machine, disk)
  try {
    waitUntilEmpty(disksGroup(machine), 3_000)
  } catch {
    killGroup(disksGroup(machine)) // All is flushed; nothing can be lost any more.
    waitUntilDead(disksGroup(machine))
  }
}

function unmount(machine: Machine, disk: string): void {
  attempt('umount', ['--lazy', join(machine.folder, 'scratch', disk)])
}
