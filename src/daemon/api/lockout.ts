/**
 * Guessing does not pay: after a few failures in a row a name, or an address, has to pause, and the pause
 * doubles with each further failure. An hour without a failure is a clean sheet. Times in milliseconds.
 */
const freeFailures = 3
const firstPauseMs = 1000
const pauseMaxMs = 15 * 60_000
const forgottenMs = 3_600_000
/** The oldest are forgotten: whoever fills it with names has not earned anything by that. */
const keptMax = 10_000

interface Record {
  readonly failures: number
  readonly lastAt: number
}

export interface Lockout {
  /** How long these keys (a name, an address) have to wait; 0: they may try. */
  waitMs(keys: readonly string[], now: number): number
  failed(keys: readonly string[], now: number): void
  /** Whoever has proved itself starts anew. */
  succeeded(keys: readonly string[]): void
}

export function newLockout(): Lockout {
  const records = new Map<string, Record>()
  const current = (key: string, now: number): Record | null => {
    const found = records.get(key)
    return found === undefined || now - found.lastAt >= forgottenMs ? null : found
  }
  return {
    waitMs: (keys, now) =>
      Math.max(
        0,
        ...keys.map((key) => {
          const found = current(key, now)
          return found === null ? 0 : found.lastAt + pauseAfter(found.failures) - now
        }),
      ),
    failed(keys, now) {
      for (const key of keys) {
        const failures = (current(key, now)?.failures ?? 0) + 1
        // Written anew, it is the youngest.
        records.delete(key)
        records.set(key, { failures, lastAt: now })
      }
      for (const [oldest] of records) {
        if (records.size <= keptMax) break
        records.delete(oldest)
      }
    },
    succeeded(keys) {
      for (const key of keys) records.delete(key)
    },
  }
}

function pauseAfter(failures: number): number {
  if (failures < freeFailures) return 0
  return Math.min(firstPauseMs * 2 ** (failures - freeFailures), pauseMaxMs)
}
