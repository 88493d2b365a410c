/**
 * Overlapping ranges of blocks, one after the other, in the order they were asked for.
 *
 * A disk may finish two writes in any order. Where they overlap, the order decides what stays, and
 * both replicas must end with the same. So whoever touches blocks takes their range first, and
 * waits for every earlier holder or waiter that overlaps. Ranges that do not overlap never wait.
 */

export interface RangeQueue {
  /**
   * Calls `granted` as soon as nothing earlier overlaps, perhaps at once; it must call the
   * `release` it is handed exactly once.
   */
  acquire(offset: number, length: number, granted: (release: () => void) => void): void
  /** Nobody holds or waits for any of it. */
  isFree(offset: number, length: number): boolean
  /** Holders and waiters. */
  readonly size: number
}

interface Entry {
  readonly start: number
  readonly end: number
  readonly granted: (release: () => void) => void
  readonly behind: Entry[]
  blockers: number
  released: boolean
}

export function createRangeQueue(): RangeQueue {
  const entries = new Set<Entry>()

  function grant(entry: Entry): void {
    entry.granted(() => release(entry))
  }

  function release(entry: Entry): void {
    if (entry.released) throw new Error('a range was released twice')
    entry.released = true
    entries.delete(entry)
    for (const waiter of entry.behind) {
      waiter.blockers -= 1
      if (waiter.blockers === 0) grant(waiter)
    }
  }

  return {
    get size() {
      return entries.size
    },
    isFree(offset, length) {
      for (const entry of entries) {
        if (entry.start < offset + length && offset < entry.end) return false
      }
      return true
    },
    acquire(offset, length, granted) {
      const entry: Entry = {
        start: offset,
        end: offset + length,
        granted,
        behind: [],
        blockers: 0,
        released: false,
      }
      for (const earlier of entries) {
        if (earlier.start < entry.end && entry.start < earlier.end) {
          earlier.behind.push(entry)
          entry.blockers += 1
        }
      }
      entries.add(entry)
      if (entry.blockers === 0) grant(entry)
    },
  }
}
