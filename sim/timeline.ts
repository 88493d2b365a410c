/** Time that passes only by what happens in it: events in order, the earliest first. */

export interface Timeline {
  readonly nowMs: number
  /** How much has happened. */
  readonly events: number
  /** Runs `action` after `delayMs`; equal times in the order they were asked for. */
  after(delayMs: number, action: () => void): void
  /** Lets everything up to `untilMs` happen. */
  runUntil(untilMs: number): void
}

interface Entry {
  readonly atMs: number
  readonly order: number
  readonly action: () => void
}

export function createTimeline(): Timeline {
  const heap: Entry[] = []
  let nowMs = 0
  let order = 0
  let events = 0

  const isBefore = (left: Entry, right: Entry): boolean =>
    left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)

  function push(entry: Entry): void {
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, heap[parent] as Entry)) break
      heap[index] = heap[parent] as Entry
      index = parent
    }
    heap[index] = entry
  }

  function pop(): Entry {
    const top = heap[0] as Entry
    const last = heap.pop() as Entry
    if (heap.length === 0) return top
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      const right = child + 1
      if (right < heap.length && isBefore(heap[right] as Entry, heap[child] as Entry)) child = right
      if (!isBefore(heap[child] as Entry, last)) break
      heap[index] = heap[child] as Entry
      index = child
    }
    heap[index] = last
    return top
  }

  return {
    get nowMs() {
      return nowMs
    },
    get events() {
      return events
    },
    after(delayMs, action) {
      order += 1
      push({ atMs: nowMs + Math.max(0, delayMs), order, action })
    },
    runUntil(untilMs) {
      while (heap.length > 0 && (heap[0] as Entry).atMs <= untilMs) {
        const entry = pop()
        nowMs = entry.atMs
        events += 1
        entry.action()
      }
      nowMs = Math.max(nowMs, untilMs)
    },
  }
}
