/**
 * System calls that Node.js does not offer: fallocate(2), lseek(2), flock(2), posix_fadvise(2), and
 * one option of setsockopt(2).
 *
 * Called through koffi, which is loaded when the first of them is needed and costs about 7 MB of
 * memory. Where it cannot be loaded there are no such calls, and whoever asks does without. What
 * may wait for the medium runs in the thread pool. Results are values: the call's own, or the
 * name of the error.
 */
import { createRequire } from 'node:module'
import type * as Koffi from 'koffi'

type Result<T> = (error: string | null, value: T) => void

export interface LinuxCalls {
  /** Makes a hole; the size of a file stays. Both ends at a border of 4 KiB. */
  punchHole(range: HoleRange, done: (error: string | null) => void): void
  /** The next data, or the next hole, at or after `offset`; null = none until the end. */
  seek(place: SeekPlace, done: Result<number | null>): void
  /** Takes the lock of this open file, which goes with it; false when another one holds it. */
  tryLock(descriptor: number): boolean
  /** No reading ahead: what is read is cached as it was asked for. */
  adviseRandom(descriptor: number): void
  /** How a TCP connection avoids congestion, by its name; false when that is not to be had. */
  setCongestionControl(descriptor: number, name: string): boolean
}

interface HoleRange {
  readonly descriptor: number
  readonly offset: number
  readonly length: number
}

interface SeekPlace {
  readonly descriptor: number
  readonly offset: number
  readonly kind: 'data' | 'hole'
}

// From <linux/falloc.h>, <unistd.h>, <fcntl.h> and <sys/file.h>.
const FALLOC_FL_KEEP_SIZE = 1
const FALLOC_FL_PUNCH_HOLE = 2
const SEEK_DATA = 3
const SEEK_HOLE = 4
const POSIX_FADV_RANDOM = 1
const LOCK_EX = 2
const LOCK_NB = 4
// From <netinet/in.h> and <netinet/tcp.h>.
const IPPROTO_TCP = 6
const TCP_CONGESTION = 13

let loaded: LinuxCalls | null | undefined

/** Null where they cannot be called. */
export function linuxCalls(): LinuxCalls | null {
  if (loaded === undefined) {
    try {
      loaded = load()
    } catch {
      loaded = null
    }
  }
  return loaded
}

function load(): LinuxCalls {
  const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
  const { errno: codes } = koffi.os
  const names = new Map(Object.entries(codes).map(([name, code]) => [code, name]))
  const nameOf = (code: number): string => names.get(code) ?? `error ${code}`
  const library = koffi.load(null)
  const fallocate = library.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)')
  const lseek = library.func('int64_t lseek(int fd, int64_t offset, int whence)')
  const flock = library.func('int flock(int fd, int operation)')
  const fadvise = library.func(
    'int posix_fadvise(int fd, int64_t offset, int64_t length, int advice)',
  )
  const setsockopt = library.func(
    'int setsockopt(int fd, int level, int name, const char *value, uint32_t length)',
  )

  function punchHole(range: HoleRange, done: (error: string | null) => void): void {
    const { descriptor, offset, length } = range
    const mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE
    fallocate.async(descriptor, mode, offset, length, (error: unknown, result: number) => {
      const code = koffi.errno()
      if (error !== null) return done(reasonOf(error))
      if (result === 0) return done(null)
      if (code === codes['EINTR']) return punchHole(range, done)
      done(nameOf(code))
    })
  }

  return {
    punchHole,
    seek({ descriptor, offset, kind }, done) {
      const whence = kind === 'data' ? SEEK_DATA : SEEK_HOLE
      lseek.async(descriptor, offset, whence, (error: unknown, result: number | bigint) => {
        const code = koffi.errno()
        if (error !== null) return done(reasonOf(error), null)
        if (Number(result) >= 0) return done(null, Number(result))
        if (code === codes['ENXIO']) return done(null, null)
        done(nameOf(code), null)
      })
    },
    setCongestionControl: (descriptor, name) =>
      setsockopt(descriptor, IPPROTO_TCP, TCP_CONGESTION, name, name.length) === 0,
    adviseRandom: (descriptor) => void fadvise(descriptor, 0, 0, POSIX_FADV_RANDOM),
    tryLock(descriptor) {
      for (;;) {
        if (flock(descriptor, LOCK_EX | LOCK_NB) === 0) return true
        if (koffi.errno() !== codes['EINTR']) return false
      }
    },
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the call failed'
}
