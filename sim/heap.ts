/** Entries in the order of their times; equal times in the order in which they came. */

export interface Timed {
  readonly atMs: number
  readonly order: number
}

/** `heap` is kept in the order that `takeFirst` needs; it may be copied like any array. */
export function addTo<Entry extends Timed>(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!isBefore(entry, heap[parent] as Entry)) break
    heap[index] = heap[parent] as Entry
    index = parent
  }
  heap[index] = entry
}

/** The earliest entry of a heap that has one. */
export function takeFirst<Entry extends Timed>(heap: Entry[]): Entry {
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

function isBefore(left: Timed, right: Timed): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.order < right.order)
}
