/** What is still to happen in the fake world, as data, so that a world can be copied. */
import { addTo, takeFirst, type Timed } from './heap.ts'

interface Entry<What> extends Timed {
  readonly what: What
}

export class Agenda<What> {
  nowMs = 0
  private order = 0
  private heap: Entry<What>[]

  constructor(heap: Entry<What>[] = []) {
    this.heap = heap
  }

  /** Equal times in the order they were asked for. */
  after(delayMs: number, what: What): void {
    this.order += 1
    addTo(this.heap, { atMs: this.nowMs + Math.max(0, delayMs), order: this.order, what })
  }

  /** The next thing up to that time, if there is one: it is then. */
  takeUntil(untilMs: number): What | null {
    const [first] = this.heap
    if (first === undefined || first.atMs > untilMs) return null
    this.nowMs = first.atMs
    return takeFirst(this.heap).what
  }

  /** It is then, and what is to happen is as far ahead as before. */
  jumpTo(nowMs: number): void {
    const byMs = nowMs - this.nowMs
    this.heap = this.heap.map((entry) => ({ ...entry, atMs: entry.atMs + byMs }))
    this.nowMs = nowMs
  }

  clone(): Agenda<What> {
    // What is to happen is never changed, only done.
    const copy = new Agenda<What>([...this.heap])
    copy.nowMs = this.nowMs
    copy.order = this.order
    return copy
  }

  /** In the order in which it will happen. */
  toList(): readonly { readonly inMs: number; readonly what: What }[] {
    const sorted = this.heap.toSorted((a, b) => a.atMs - b.atMs || a.order - b.order)
    return sorted.map(({ atMs, what }) => ({ inMs: atMs - this.nowMs, what }))
  }
}
