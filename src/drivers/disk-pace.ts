/**
 * When a disk operation may be a synchronous system call.
 *
 * A call that the page cache answers costs a few microseconds, several times less than a trip
 * through the thread pool; a call that waits for the medium stops the whole process with it. No
 * system call tells which it will be, so the past does: while calls have been quick, the next one
 * may be synchronous. One slow call, or a mean that creeps up, sends everything to the pool for a
 * pause, after which a single synchronous call tries again. Each failed try doubles the pause; a
 * disk that then stays quick for as long as its last pause begins anew: one that stumbles once a
 * second, at a flush, is no slow disk. While something sent to the
 * pool is stuck there, nothing is tried: that is evidence enough, and costs no waiting.
 *
 * Time comes in from outside. Reads and writes have a pace of their own: a disk that misses the
 * cache on each read may take every write at once.
 */

export interface PaceLimits {
  /** A call that took longer is slow, and none is made that would by the measured mean. */
  readonly slowMs: number
  /** The mean, per call or per 64 KiB of it, above which calls are slow in sum. */
  readonly meanMsMax: number
  /** What has been in the pool for longer is stuck there. */
  readonly stuckMs: number
  readonly pauseMsFirst: number
  readonly pauseMsMax: number
}

export const writeLimits: PaceLimits = {
  slowMs: 20,
  meanMsMax: 0.5,
  stuckMs: 20,
  pauseMsFirst: 50,
  pauseMsMax: 2000,
}

export const readLimits: PaceLimits = { ...writeLimits, slowMs: 1, meanMsMax: 0.15 }

/** Given for each operation that goes to the pool, and handed back when it is done. */
export interface PoolTicket {
  readonly sinceMs: number
}

export interface DiskPace {
  /** Whether a call for so many bytes may be synchronous now. */
  mayBlock(bytes: number, nowMs: number): boolean
  /** A synchronous call for so many bytes took so long, and ended now. */
  took(call: { readonly bytes: number; readonly durationMs: number; readonly nowMs: number }): void
  /** An operation goes to the pool. */
  sent(nowMs: number): PoolTicket
  returned(ticket: PoolTicket): void
}

const unitBytes = 64 * 1024
/** What one call weighs in the mean. */
const weight = 1 / 8

export function createDiskPace(limits: PaceLimits): DiskPace {
  const inPool = new Set<PoolTicket>()
  let meanMs = 0
  let pausedUntilMs = Number.NEGATIVE_INFINITY
  let pauseMs = limits.pauseMsFirst
  let trying = false
  let quickSinceMs = Number.NEGATIVE_INFINITY

  function pause(nowMs: number): void {
    const wasCalm = !trying && nowMs - quickSinceMs >= pauseMs / 2
    if (wasCalm) pauseMs = limits.pauseMsFirst
    pausedUntilMs = nowMs + pauseMs
    pauseMs = Math.min(pauseMs * 2, limits.pauseMsMax)
    trying = true
    meanMs = 0
  }

  return {
    mayBlock(bytes, nowMs) {
      if (nowMs < pausedUntilMs) return false
      if (meanMs * unitsOf(bytes) > limits.slowMs) {
        // Forgotten bit by bit: where all calls are large, none would ever measure the rate again.
        meanMs *= 1 - weight / 8
        return false
      }
      if (inPool.size === 0) return true
      // The first of a set is the oldest.
      const [oldest] = inPool
      return oldest === undefined || nowMs - oldest.sinceMs <= limits.stuckMs
    },
    took({ bytes, durationMs, nowMs }) {
      // One that waits for something else, as for a flush under way, does not make the disk slow.
      const costMs = Math.min(durationMs / unitsOf(bytes), 2 * limits.meanMsMax)
      meanMs = trying ? costMs : meanMs + (costMs - meanMs) * weight
      if (durationMs > limits.slowMs || meanMs > limits.meanMsMax) return pause(nowMs)
      if (!trying) return
      trying = false
      quickSinceMs = nowMs
    },
    sent(nowMs) {
      const ticket = { sinceMs: nowMs }
      inPool.add(ticket)
      return ticket
    },
    returned(ticket) {
      inPool.delete(ticket)
    },
  }
}

function unitsOf(bytes: number): number {
  return Math.max(1, bytes / unitBytes)
}
