/**
 * Loop devices, which give the servers their block devices. The kernel has one set of them for
 * all, so the lab makes devices of its own: a number is claimed first, by a file in
 * `/run/kagami-lab/loops` that only one lab can create and that names the lab, and then the kernel
 * is asked for a device of that number. What carries our claim is ours to detach and to remove.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './names.ts'
import { attempt, run, waitUntil } from './run.ts'

const claims = '/run/kagami-lab/loops'
const firstNumber = 64

export function devicePath(loop: number): string {
  return `/dev/loop${loop}`
}

/** Claims `count` numbers for the lab; `makeDevices` makes the devices. */
export function claimLoops(lab: Lab, count: number): number[] {
  const taken: number[] = []
  for (let number = firstNumber; taken.length < count; number += 1) {
    if (!existsSync(`/sys/block/loop${number}`) && claim(lab, number)) taken.push(number)
  }
  return taken
}

function claim(lab: Lab, number: number): boolean {
  mkdirSync(claims, { recursive: true })
  try {
    writeFileSync(join(claims, String(number)), `${lab.dir}\n`, { flag: 'wx' })
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (code === 'ENOENT') return claim(lab, number) // Another lab has just removed the folder.
    throw error
  }
}

/** LOOP_CTL_ADD and LOOP_CTL_REMOVE of linux/loop.h; no program of util-linux offers them. */
const control = { add: 0x4c80, remove: 0x4c81 } as const

function askKernel(request: keyof typeof control, loops: readonly number[]): void {
  if (loops.length === 0) return
  const script =
    'open(my $c, "+<", "/dev/loop-control") or die "/dev/loop-control: $!\\n"; my $r = shift;' +
    'for (@ARGV) { defined(ioctl($c, $r + 0, $_ + 0)) or die "loop$_: $!\\n" }'
  run('perl', ['-e', script, String(control[request]), ...loops.map(String)])
}

export function makeDevices(loops: readonly number[]): void {
  askKernel('add', loops)
}

export function isAttached(loop: number): boolean {
  return existsSync(`/sys/block/loop${loop}/loop`)
}

export function attach(loop: number, file: string, options: readonly string[] = []): void {
  run('losetup', [...options, devicePath(loop), file])
}

/** Detaches whatever the devices show, and waits until nothing holds them any more. */
export function detach(loops: readonly number[], timeoutMs = 10_000): void {
  const attached = loops.filter(isAttached)
  if (attached.length === 0) return
  attempt('losetup', ['-d', ...attached.map(devicePath)])
  if (waitUntil(() => !attached.some(isAttached), timeoutMs)) return
  const left = attached.filter(isAttached).map(devicePath)
  throw new Error(`Something still uses ${left.join(', ')}; they could not be detached.`)
}

function claimant(number: number): string | null {
  try {
    return readFileSync(join(claims, String(number)), 'utf8').trim()
  } catch {
    return null // Given back by another lab since it was listed.
  }
}

/** Detaches and removes every device that this lab has claimed, then gives the numbers back. */
export function releaseLoops(lab: Lab): void {
  if (!existsSync(claims)) return
  const ours = readdirSync(claims)
    .map(Number)
    .filter((number) => claimant(number) === lab.dir)
  detach(ours)
  askKernel(
    'remove',
    ours.filter((number) => existsSync(`/sys/block/loop${number}`)),
  )
  for (const number of ours) rmSync(join(claims, String(number)))
  for (const folder of [claims, '/run/kagami-lab']) {
    try {
      rmdirSync(folder)
    } catch {
      return // Another lab has claims in it.
    }
  }
}
