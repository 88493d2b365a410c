/** Time that passes only by what happens in it: events in order, the earliest first. */
import { addTo, takeFirst, type Timed } from './heap.ts'

export interface Timeline {
  readonly nowMs: number
  /** How much has happened. */
  readonly events: number
  /** Runs `action` after `delayMs`; equal times in the order they were asked for. */
  after(delayMs: number, action: () => void): void
  /** Lets everything up to `untilMs` happen. */
  runUntil(untilMs: number): void
}

interface Entry extends Timed {
  readonly action: () => void
}

export function createTimeline(): Timeline {
  const heap: Entry[] = []
  let nowMs = 0
  let order = 0
  let events = 0
  return {
    get nowMs() {
      return nowMs
    },
    get events() {
      return events
    },
    after(delayMs, action) {
      order += 1
      addTo(heap, { atMs: nowMs + Math.max(0, delayMs), order, action })
    },
    runUntil(untilMs) {
      while (heap.length > 0 && (heap[0] as Entry).atMs <= untilMs) {
        const entry = takeFirst(heap)
        nowMs = entry.atMs
        events += 1
        entry.action()
      }
      nowMs = Math.max(nowMs, untilMs)
    },
  }
}
