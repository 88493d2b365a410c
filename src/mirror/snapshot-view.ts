/**
 * A replica as it was at one moment, while it goes on changing.
 *
 * Before a block is overwritten for the first time its old content goes into the *space*; the view
 * reads it from there, and everything else from the live disk. Only writes that arrive after the
 * moment are held for that, each until its own blocks are kept; until everything that arrived
 * before is written (`settle`) the old content is not there yet, and they wait for that as well.
 * So while a block is being kept nobody writes to it, and a read that holds its range of the live
 * disk sees it as it was. The view's own writes go into the space and nowhere else.
 *
 * Replication never depends on the space: when it is full, fails, or takes too long, the view is
 * gone, and whoever waited goes on at once.
 */
import { NBD_EIO, NBD_ENOSPC, NBD_EPERM, NBD_OK } from '../wire/nbd.ts'
import type { BlockRequest, Reply } from './block-request.ts'
import type { DiskPort } from './disk-port.ts'
import type { RangeQueue } from './range-queue.ts'
import type { Outcome } from './record-keeper.ts'

export type SpacePort = Pick<DiskPort, 'read' | 'write'>

export type DropReason =
  | { readonly kind: 'full' }
  | { readonly kind: 'slow' }
  | { readonly kind: 'failed'; readonly error: string }

export interface SnapshotViewHost {
  readonly live: Pick<DiskPort, 'read'>
  readonly ranges: RangeQueue
  readonly space: SpacePort
  readonly sizeBytes: number
  readonly spaceBytes: number
  readonly writable: boolean
  nowMs(): number
  /** It is gone, for this reason; called once. */
  dropped(reason: DropReason): void
}

interface Block {
  readonly index: number
  readonly slot: number
  readonly sinceMs: number
  isThere: boolean
  waiting: (() => void)[]
}

export const snapshotBlockBytes = 64 * 1024
/** Longer than that no write of the peer waits. */
const waitMsMax = 3000
/** Of a long range, so many blocks are in memory at a time. */
const copiesMax = 16

export class SnapshotView {
  readonly #host: SnapshotViewHost
  readonly #blocks = new Map<number, Block>()
  readonly #underWay = new Set<Block>()
  /** Of those, whose copying has not begun. */
  #queue: Block[] = []
  #copying = 0
  readonly #sinceMs: number
  #early: (() => void)[] = []
  #settled = false
  #gone = false

  constructor(host: SnapshotViewHost) {
    this.#host = host
    this.#sinceMs = host.nowMs()
  }

  get usedBytes(): number {
    return this.#blocks.size * snapshotBlockBytes
  }

  get isGone(): boolean {
    return this.#gone
  }

  // --- what the replica's writes need

  /** Everything that arrived before the moment is written. */
  settle(): void {
    this.#settled = true
    for (const go of this.#early.splice(0)) go()
  }

  /** Whether something of a range has to be kept before it is overwritten. */
  wants(offset: number, length: number): boolean {
    if (this.#gone) return false
    for (const index of this.blocksOf(offset, length)) {
      if (this.#blocks.get(index)?.isThere !== true) return true
    }
    return false
  }

  /** Calls back, perhaps at once, when the range may be overwritten. */
  keep(offset: number, length: number, kept: () => void): void {
    if (this.#gone) return kept()
    if (!this.#settled) {
      this.#early.push(() => this.keep(offset, length, kept))
      return
    }
    const indexes = this.blocksOf(offset, length)
    let left = indexes.length + 1
    const one = (): void => {
      left -= 1
      if (left === 0) kept()
    }
    for (const index of indexes) {
      if (!this.#gone && !this.hasSlot(index)) this.drop({ kind: 'full' })
      if (this.#gone) one()
      else this.keepBlock(index, one)
    }
    one()
  }

  tick(nowMs: number): void {
    if (this.#gone) return
    let oldestMs = this.#settled ? nowMs : this.#sinceMs
    for (const block of this.#underWay) oldestMs = Math.min(oldestMs, block.sinceMs)
    if (nowMs - oldestMs > waitMsMax) this.drop({ kind: 'slow' })
  }

  /** Nobody waits for it any more, and nothing can be read. */
  end(): void {
    if (this.#gone) return
    this.#gone = true
    const waiting = this.#early.splice(0)
    for (const block of this.#underWay) waiting.push(...block.waiting.splice(0))
    this.#underWay.clear()
    this.#queue = []
    for (const go of waiting) go()
  }

  // --- clients

  submit(request: BlockRequest, reply: Reply): void {
    if (this.#gone || !this.#settled) return reply(NBD_EIO, null)
    switch (request.kind) {
      case 'read':
        return this.read(request.offset, request.length, reply)
      case 'flush':
        // It ends with this process: what was answered is as safe as it ever gets.
        return reply(NBD_OK, null)
      case 'trim':
        return reply(this.#host.writable ? NBD_OK : NBD_EPERM, null)
      case 'write':
        return this.write(request.offset, Buffer.from(request.data), reply)
      case 'zero':
        return this.zero(request.offset, request.length, reply)
    }
  }

  private read(offset: number, length: number, reply: Reply): void {
    const whole = Buffer.allocUnsafe(length)
    this.eachPart(
      offset,
      length,
      (part, done) => {
        this.readPart(part, (data) => {
          data?.copy(whole, part.offset - offset)
          done(data === null ? NBD_EIO : NBD_OK)
        })
      },
      (error) => {
        const failed = this.#gone ? NBD_EIO : error
        reply(failed, failed === NBD_OK ? whole : null)
      },
    )
  }

  /** A part lies in one block. */
  private readPart(part: Part, done: (data: Buffer | null) => void): void {
    const { live, ranges } = this.#host
    const finished = (_error: Outcome, data: Buffer | null): void => done(data)
    if (this.readKept(part, finished)) return
    ranges.acquire(part.offset, part.length, (release) => {
      // Whoever had the range before may have overwritten it.
      if (this.#gone || this.readKept(part, finished)) {
        release()
        if (this.#gone) done(null)
        return
      }
      live.read(part.offset, part.length, (_error, data) => {
        release()
        done(data)
      })
    })
  }

  private readKept(part: Part, done: (error: Outcome, data: Buffer | null) => void): boolean {
    const block = this.#blocks.get(part.index)
    if (this.#gone || block?.isThere !== true) return false
    this.#host.space.read(placeOf(block, part), part.length, done)
    return true
  }

  /** `data` is the view's own. */
  private write(offset: number, data: Buffer, reply: Reply): void {
    if (!this.#host.writable) return reply(NBD_EPERM, null)
    this.eachPart(
      offset,
      data.length,
      (part, done) => {
        const at = part.offset - offset
        if (this.#gone || !this.hasSlot(part.index)) return done(NBD_ENOSPC)
        this.keepBlock(part.index, () => {
          const block = this.#blocks.get(part.index)
          if (this.#gone || block === undefined) return done(NBD_EIO)
          const bytes = data.subarray(at, at + part.length)
          this.#host.space.write(placeOf(block, part), bytes, (error) =>
            done(error === null ? NBD_OK : NBD_EIO),
          )
        })
      },
      (error) => reply(error, null),
    )
  }

  /** A piece after the other: a long range needs no memory for all of its zeroes. */
  private zero(offset: number, length: number, reply: Reply): void {
    const piece = Math.min(length, zeroes.length)
    this.write(offset, zeroes.subarray(0, piece), (error) => {
      if (error !== NBD_OK || piece === length) return reply(error, null)
      this.zero(offset + piece, length - piece, reply)
    })
  }

  // --- blocks

  private eachPart(
    offset: number,
    length: number,
    start: (part: Part, done: (error: number) => void) => void,
    finished: (error: number) => void,
  ): void {
    const end = offset + length
    const indexes = this.blocksOf(offset, length)
    let left = indexes.length
    let worst: number = NBD_OK
    for (const index of indexes) {
      const from = Math.max(offset, index * snapshotBlockBytes)
      const until = Math.min(end, (index + 1) * snapshotBlockBytes)
      start({ index, offset: from, length: until - from }, (error) => {
        if (error !== NBD_OK) worst = error
        left -= 1
        if (left === 0) finished(worst)
      })
    }
  }

  private blocksOf(offset: number, length: number): number[] {
    const first = Math.floor(offset / snapshotBlockBytes)
    const end = Math.min(offset + length, this.#host.sizeBytes)
    const last = Math.floor((end - 1) / snapshotBlockBytes)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
  }

  private hasSlot(index: number): boolean {
    const slots = Math.floor(this.#host.spaceBytes / snapshotBlockBytes)
    return this.#blocks.has(index) || this.#blocks.size < slots
  }

  /** There is a slot for it. */
  private keepBlock(index: number, kept: () => void): void {
    const known = this.#blocks.get(index)
    if (known?.isThere === true) return kept()
    if (known !== undefined) return void known.waiting.push(kept)
    const slot = this.#blocks.size
    const sinceMs = this.#host.nowMs()
    const block: Block = { index, slot, sinceMs, isThere: false, waiting: [kept] }
    this.#blocks.set(index, block)
    this.#underWay.add(block)
    this.#queue.push(block)
    this.copyNext()
  }

  private copyNext(): void {
    while (this.#copying < copiesMax) {
      const block = this.#queue.shift()
      if (block === undefined) return
      this.#copying += 1
      this.copy(block)
    }
  }

  private copy(block: Block): void {
    const { live, space, sizeBytes } = this.#host
    const offset = block.index * snapshotBlockBytes
    const length = Math.min(snapshotBlockBytes, sizeBytes - offset)
    live.read(offset, length, (unread, data) => {
      if (this.#gone) return
      if (data === null) return this.drop({ kind: 'failed', error: unread ?? 'nothing was read' })
      space.write(block.slot * snapshotBlockBytes, data, (error) => {
        if (this.#gone) return
        if (error !== null) return this.drop({ kind: 'failed', error })
        block.isThere = true
        this.#underWay.delete(block)
        this.#copying -= 1
        for (const go of block.waiting.splice(0)) go()
        this.copyNext()
      })
    })
  }

  private drop(reason: DropReason): void {
    if (this.#gone) return
    this.end()
    this.#host.dropped(reason)
  }
}

interface Part {
  readonly index: number
  readonly offset: number
  readonly length: number
}

function placeOf(block: Block, part: Part): number {
  return block.slot * snapshotBlockBytes + (part.offset % snapshotBlockBytes)
}

const zeroes = Buffer.alloc(1024 * 1024)
