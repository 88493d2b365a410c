/**
 * Holes of a partition or a file: made, and found.
 *
 * A hole is worth having only if it reads as zeroes on every read from now on. Of a block device
 * the kernel promises that (fallocate(2) there writes zeroes by the device's own command, or
 * refuses); of a file the file systems named below do. On any other one none is made: on FUSE a
 * hole may mean "whatever you like", and a loop device hands the request down to its file and
 * believes the answer, so it is judged by that file. What is below that is not seen from here;
 * disk.ts therefore also looks at both ends of each new hole. A refusal is remembered: it says what
 * the disk cannot do, not that something failed.
 */
import fs from 'node:fs'
import path from 'node:path'
import type { LinuxCalls } from './linux-calls.ts'

export interface Run {
  readonly offset: number
  readonly length: number
  readonly isHole: boolean
}

interface Range {
  readonly offset: number
  readonly length: number
}

export interface Holes {
  /** `made` is false, and nothing was changed, where this cannot be done. Ends at 4 KiB. */
  punch(range: Range, done: (error: string | null, made: boolean) => void): void
  /** Holes of this disk were seen not to read as zeroes: none is made from now on, or known. */
  distrust(): void
  /** What the start of the range, or all of it, consists of; null = that cannot be known. */
  find(range: Range, done: (error: string | null, runs: Run[] | null) => void): void
}

/** A single call ends soon, even on a device that writes each zero. */
const punchBytesMax = 1024 * 1024 * 1024
/** One answer. Whoever wants more asks from the end of the last run. */
const runsMax = 1024

/** As statfs(2) gives them: ext2/3/4, xfs, btrfs, tmpfs, f2fs, overlay (on one of these). */
const sparseFileSystems = new Set([
  0xef53, 0x58465342, 0x9123683e, 0x01021994, 0xf2f52010, 0x794c7630,
])
const refusals = new Set(['EOPNOTSUPP', 'ENOTSUP', 'ENOSYS', 'ENODEV', 'EPERM', 'EINVAL'])

export function createHoles(
  disk: { readonly path: string; readonly descriptor: number; readonly isDevice: boolean },
  calls: () => LinuxCalls | null,
): Holes {
  const { descriptor, isDevice } = disk
  const mayKeepHoles = isDevice ? deviceKeepsHoles(descriptor) : keepsHoles(disk.path)
  let canPunch = mayKeepHoles
  let canFind = mayKeepHoles && !isDevice

  function punchFrom(range: Range, first: boolean, done: (e: string | null, m: boolean) => void) {
    const linux = canPunch ? calls() : null
    if (linux === null) return done(null, false)
    const length = Math.min(range.length, punchBytesMax)
    linux.punchHole({ descriptor, offset: range.offset, length }, (error) => {
      if (error !== null && first && refusals.has(error)) {
        canPunch = false
        return done(null, false)
      }
      if (error !== null) return done(`a hole was refused: ${error}`, false)
      if (length === range.length) return done(null, true)
      const rest = { offset: range.offset + length, length: range.length - length }
      punchFrom(rest, false, done)
    })
  }

  return {
    punch: (range, done) => punchFrom(range, true, done),
    distrust() {
      canPunch = false
      canFind = false
    },
    find({ offset, length }, done) {
      const linux = canFind ? calls() : null
      if (linux === null) return done(null, null)
      const end = offset + length
      const runs: Run[] = []
      const step = (from: number, kind: 'data' | 'hole'): void => {
        if (from >= end || runs.length >= runsMax) return done(null, runs)
        linux.seek({ descriptor, offset: from, kind }, (error, found) => {
          if (error !== null) {
            canFind = false
            return done(null, null)
          }
          const until = Math.min(found ?? end, end)
          if (until > from)
            runs.push({ offset: from, length: until - from, isHole: kind === 'data' })
          step(until, kind === 'data' ? 'hole' : 'data')
        })
      }
      step(offset, 'data')
    },
  }
}

function keepsHoles(place: string): boolean {
  try {
    return sparseFileSystems.has(fs.statfsSync(place).type)
  } catch {
    return false
  }
}

/** Of a loop device, or a partition of one, its file decides. */
function deviceKeepsHoles(descriptor: number): boolean {
  try {
    const folder = fs.realpathSync(sysFolderOf(fs.fstatSync(descriptor).rdev))
    const names = [folder, path.dirname(folder)].map((each) => `${each}/loop/backing_file`)
    const backing = names.find((name) => fs.existsSync(name))
    return backing === undefined || keepsHoles(fs.readFileSync(backing, 'utf8').trimEnd())
  } catch {
    return false
  }
}

/** Where the kernel shows a block device, by its number. */
export function sysFolderOf(rdev: number): string {
  const major = ((rdev >> 8) & 0xfff) | ((rdev / 2 ** 32) & ~0xfff)
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00)
  return `/sys/dev/block/${major}:${minor}`
}
