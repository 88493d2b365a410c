/**
 * Guessing does not pay: after a few failures an address has to pause, with whatever name, and the pause doubles
 * with each further failure. Whoever logs in has its own failures forgotten, and nobody else's: a right password
 * of one's own is no help in guessing another's. An hour without a failure is a clean sheet. Times in milliseconds.
 */
const freeFailures = 3
const firstPauseMs = 1000
const pauseMaxMs = 15 * 60_000
const forgottenMs = 3_600_000
/** The oldest are forgotten: whoever fills it with names has not earned anything by that. */
const keptMax = 10_000
const namesMax = 50

interface Failures {
  /** Of each name that was tried. */
  readonly of: Map<string, number>
  lastAt: number
}

export interface Lockout {
  /** How long an address has to wait; 0: it may try. */
  waitMs(address: string, now: number): number
  failed(address: string, name: string, now: number): void
  /** Whoever has proved itself starts anew. */
  succeeded(address: string, name: string): void
}

export function newLockout(): Lockout {
  const records = new Map<string, Failures>()
  const current = (address: string, now: number): Failures | null => {
    const found = records.get(address)
    return found === undefined || now - found.lastAt >= forgottenMs ? null : found
  }
  const countOf = ({ of }: Failures): number => [...of.values()].reduce((sum, one) => sum + one, 0)
  return {
    waitMs(address, now) {
      const found = current(address, now)
      return found === null ? 0 : Math.max(0, found.lastAt + pauseAfter(countOf(found)) - now)
    },
    failed(address, name, now) {
      const found = current(address, now) ?? { of: new Map<string, number>(), lastAt: now }
      // Names beyond a few are counted together.
      const key = found.of.has(name) || found.of.size < namesMax ? name : ''
      found.of.set(key, (found.of.get(key) ?? 0) + 1)
      found.lastAt = now
      // Written anew, it is the youngest.
      records.delete(address)
      records.set(address, found)
      for (const [oldest] of records) {
        if (records.size <= keptMax) break
        records.delete(oldest)
      }
    },
    succeeded(address, name) {
      const found = records.get(address)
      found?.of.delete(name)
      if (found?.of.size === 0) records.delete(address)
    },
  }
}

function pauseAfter(failures: number): number {
  if (failures < freeFailures) return 0
  return Math.min(firstPauseMs * 2 ** (failures - freeFailures), pauseMaxMs)
}
