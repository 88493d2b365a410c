/**
 * How long the main thread was ready to run and did not: the machine's processors were busy.
 *
 * Whoever judges something by how long a call took has to take this off, or a busy machine looks
 * like a slow disk. The kernel keeps the sum (`/proc/PID/schedstat`, second number, in ns); where
 * it does not, nothing is known to have been waited. Reading costs about two microseconds, so the
 * sum is read again only now and then, and what was waited is known as "at most".
 */
import fs from 'node:fs'

export interface RunDelay {
  /** Before the call that may be judged. */
  mark(nowMs: number): void
  /** At most so much of the time since the mark, and `markAgeMsMax` before it, went by waiting. */
  waitedMs(): number
  close(): void
}

const markAgeMsMax = 10

export function createRunDelay(path = '/proc/self/schedstat'): RunDelay {
  const text = Buffer.alloc(128)
  let descriptor: number | null = null
  let markedMs = Number.NEGATIVE_INFINITY
  let sumMs = 0
  try {
    descriptor = fs.openSync(path, 'r')
  } catch {
    // Not kept here.
  }

  function readSumMs(): number {
    if (descriptor === null) return 0
    try {
      const length = fs.readSync(descriptor, text, 0, text.length, 0)
      const sum = Number(text.toString('latin1', 0, length).split(' ')[1])
      return Number.isFinite(sum) ? sum / 1e6 : 0
    } catch {
      return 0
    }
  }

  return {
    mark(nowMs) {
      if (nowMs - markedMs < markAgeMsMax) return
      markedMs = nowMs
      sumMs = readSumMs()
    },
    waitedMs() {
      const beforeMs = sumMs
      sumMs = readSumMs()
      return Math.max(0, sumMs - beforeMs)
    },
    close() {
      if (descriptor !== null) fs.closeSync(descriptor)
      descriptor = null
    },
  }
}
