/** Chance from a seed: the same seed gives the same run, which is how a failure is replayed. */

export interface Chance {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  below(below: number): number
  between(low: number, high: number): number
  /** True once in `of`. */
  oneIn(of: number): boolean
  pick<T>(from: readonly T[]): T
}

/** The generator mulberry32: small, fast, good enough to choose faults by. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    between: (low, high) => low + next() * (high - low),
    oneIn: (of) => below(of) === 0,
    pick: <T>(from: readonly T[]): T => from[below(from.length)] as T,
  }
}
