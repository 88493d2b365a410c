/**
 * What of a range is zeroes: the answer to a block status request.
 *
 * There is no map of the disk, so one looks: 1 MiB is read at a time and each 64 KiB of it compared
 * with zeroes. Looking ends after a little time or a bounded part of the range, for it is there to
 * save the client reading; the rest is called data, which is always allowed. An export that knows
 * its holes is asked instead, and only then is anything called a hole.
 */
import { type Extent } from '../wire/nbd-request.ts'
import { NBD_STATE_HOLE, NBD_STATE_ZERO } from '../wire/nbd.ts'
import { blockBytesMax, type NbdExport } from './block-request.ts'

export interface AllocationQuery {
  readonly exported: NbdExport
  readonly offset: number
  readonly length: number
  /** Only the first extent is wanted. */
  readonly one: boolean
  nowMs(): number
}

const granuleBytes = 64 * 1024
const lookMsMax = 20
const lookBytesMax = 64 * 1024 * 1024
const data = 0
const zeroes = Buffer.alloc(granuleBytes)

/** Calls `done` with at least one extent; none is empty, and together they are within the range. */
export function allocationOf(
  query: AllocationQuery,
  done: (extents: readonly Extent[]) => void,
): void {
  const { exported, offset, length } = query
  const runs = exported.holes?.(offset, length) ?? null
  if (runs === null) return new Look(query, done).next()
  const extents = new Extents(query)
  for (const run of runs) {
    // What lies between two runs is not known, hence data.
    extents.extendTo(run.offset, data)
    extents.extendTo(run.offset + run.length, run.hole ? NBD_STATE_HOLE | NBD_STATE_ZERO : data)
  }
  done(extents.finish())
}

/** Extents one after the other, equal neighbours joined, never past the end of the range. */
class Extents {
  readonly #list: { length: number; status: number }[] = []
  readonly #end: number
  readonly #one: boolean
  #at: number

  constructor(query: AllocationQuery) {
    this.#at = query.offset
    this.#end = query.offset + query.length
    this.#one = query.one
  }

  get at(): number {
    return this.#at
  }

  /** Nothing more is wanted. */
  get isFull(): boolean {
    return this.#at >= this.#end || (this.#one && this.#list.length > 1)
  }

  extendTo(position: number, status: number): void {
    const length = Math.min(position, this.#end) - this.#at
    if (length <= 0) return
    this.#at += length
    const last = this.#list.at(-1)
    if (last !== undefined && last.status === status) last.length += length
    else this.#list.push({ length, status })
  }

  finish(): readonly Extent[] {
    // When one is wanted, what was looked at is told rather than nothing.
    if (this.#one && this.#list.length > 0) return this.#list.slice(0, 1)
    this.extendTo(this.#end, data)
    return this.#list
  }
}

class Look {
  readonly #query: AllocationQuery
  readonly #done: (extents: readonly Extent[]) => void
  readonly #extents: Extents
  readonly #untilMs: number
  readonly #end: number

  constructor(query: AllocationQuery, done: (extents: readonly Extent[]) => void) {
    this.#query = query
    this.#done = done
    this.#extents = new Extents(query)
    this.#untilMs = query.nowMs() + lookMsMax
    this.#end = query.offset + Math.min(query.length, lookBytesMax)
  }

  next(): void {
    const offset = this.#extents.at
    const isOver = this.#extents.isFull || offset >= this.#end
    if (isOver || this.#query.nowMs() >= this.#untilMs) return this.#done(this.#extents.finish())
    const toBorder = blockBytesMax - (offset % blockBytesMax)
    const length = Math.min(toBorder, this.#end - offset)
    this.#query.exported.submit({ kind: 'read', offset, length }, (error, bytes) => {
      // What cannot be read is for the client's own read to find out.
      if (error !== 0 || bytes === null) return this.#done(this.#extents.finish())
      this.take(offset, bytes)
      this.next()
    })
  }

  private take(offset: number, bytes: Buffer): void {
    let at = 0
    while (at < bytes.length && !this.#extents.isFull) {
      const toBorder = granuleBytes - ((offset + at) % granuleBytes)
      const end = Math.min(at + toBorder, bytes.length)
      const isZero = zeroes.compare(bytes, at, end, 0, end - at) === 0
      this.#extents.extendTo(offset + end, isZero ? NBD_STATE_ZERO : data)
      at = end
    }
  }
}
