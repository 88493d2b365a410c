/**
 * The activity log: which extents of the disk may hold writes that are not on both stable storages.
 *
 * An extent is made *hot*, durably, before a write touches it. It may leave the log when everything
 * written to it is *covered*: flushed on both replicas, or flushed here and named by the durable map
 * of differences. What is covered is told by epochs: `beginEpoch` ends the present one; when both
 * flushes (or flush and map) that were started after that are done, `covered` is told its number.
 * Hot extents cost nothing, so they stay until their slot is wanted or nothing wrote there for long.
 *
 * Whoever writes one extent after the other would wait at the border of each. So the extents that
 * will probably come next are made hot beforehand: a quarter of what was written so far, as long as
 * half of the slots stay free.
 */
import { encodeLogSector, logSectorOffset } from '../wire/activity-log.ts'
import { logEntriesPerSector, logSectorsOf, type MetadataLayout } from '../wire/metadata-layout.ts'
import type { Checksum } from '../wire/peer-frame.ts'
import type { MetadataPort } from './metadata-port.ts'
import type { Done, Outcome } from './record-keeper.ts'

interface Hot {
  readonly extent: number
  readonly slot: number
  /** In which epoch something was last written to it. */
  epoch: number
  touchedMs: number
  /** Writes that have begun and are not done here. */
  busy: number
  durable: boolean
}

interface Waiter {
  readonly first: number
  readonly last: number
  readonly done: Done
  /** Nobody waits for it: it is left out where there is no room. */
  readonly isAhead: boolean
}

const idleMs = 10_000
/** 64 MiB: what a busy disk takes in while it records one. After a crash they are compared as well. */
const aheadMax = 16
const aheadShare = 4

export class ActivityLog {
  readonly extentBytes: number
  readonly #layout: MetadataLayout
  readonly #metadata: MetadataPort
  readonly #checksum: Checksum
  readonly #slots: Int32Array
  readonly #hot = new Map<number, Hot>()
  readonly #free: number[] = []
  readonly #staleSectors = new Set<number>()
  #waiting: Waiter[] = []
  #writing = false
  #isBad = false
  #epoch = 1
  #coveredEpoch = 0
  #nowMs = 0
  #error: Outcome = null
  /**
   * Somebody writes one extent after the other, from `since` on; `next` comes after those that are
   * hot, or asked for, and reaching `trigger` asks for more. No extent has the number −1.
   */
  readonly #stream = { since: -1, next: -1, trigger: -1 }
  readonly #sizeBytes: () => number

  constructor(
    layout: MetadataLayout,
    world: {
      readonly metadata: MetadataPort
      readonly checksum: Checksum
      /** Of the disk, now. */
      readonly sizeBytes: () => number
    },
  ) {
    this.extentBytes = layout.extentBytes
    this.#layout = layout
    this.#metadata = world.metadata
    this.#checksum = world.checksum
    this.#sizeBytes = world.sizeBytes
    this.#slots = new Int32Array(layout.logSlots).fill(-1)
    for (let slot = layout.logSlots - 1; slot >= 0; slot -= 1) this.#free.push(slot)
  }

  /** No longer range has to be hot at once. */
  get bytesAtOnce(): number {
    return Math.max(1, Math.floor(this.#layout.logSlots / 2)) * this.extentBytes
  }

  get error(): Outcome {
    return this.#error
  }

  get hotCount(): number {
    return this.#hot.size
  }

  hotExtents(): number[] {
    return [...this.#hot.keys()].sort((left, right) => left - right)
  }

  /** Somebody waits for a slot that is not free: what is hot has to be covered. */
  get wantsCover(): boolean {
    return !this.#writing && this.#waiting.some(({ isAhead }) => !isAhead)
  }

  get hasUncovered(): boolean {
    for (const hot of this.#hot.values()) if (hot.epoch > this.#coveredEpoch) return true
    return false
  }

  /** Extents found in the log at the start: hot and durable, in no epoch of this life. */
  load(slot: number, extent: number): void {
    if (slot >= this.#slots.length || this.#hot.has(extent)) return
    this.#slots[slot] = extent
    this.#free.splice(this.#free.indexOf(slot), 1)
    const hot = { extent, slot, epoch: this.#epoch, touchedMs: 0, busy: 0, durable: true }
    this.#hot.set(extent, hot)
  }

  /**
   * A sector that could not be read is written anew with the next change, and nothing is changed
   * before all that it may have named is covered.
   */
  loadBad(sector: number): void {
    this.#staleSectors.add(sector)
    this.#isBad = true
    this.#writing = true
  }

  /** Whether every extent of a range is hot, durably. */
  isHot(offset: number, length: number): boolean {
    const last = Math.floor((offset + length - 1) / this.extentBytes)
    for (let extent = Math.floor(offset / this.extentBytes); extent <= last; extent += 1) {
      const hot = this.#hot.get(extent)
      if (hot === undefined || !hot.durable) return false
    }
    return true
  }

  /** Something is being written now to a range that is hot. */
  touch(offset: number, length: number): void {
    const last = Math.floor((offset + length - 1) / this.extentBytes)
    for (let extent = Math.floor(offset / this.extentBytes); extent <= last; extent += 1) {
      const hot = this.#hot.get(extent)
      if (hot === undefined) throw new Error(`extent ${extent} is written to and not hot`)
      hot.epoch = this.#epoch
      hot.touchedMs = this.#nowMs
      if (extent === this.#stream.trigger) this.heatAhead()
    }
  }

  /** A write that takes a while: its extents stay until `end`. */
  begin(offset: number, length: number): void {
    this.touch(offset, length)
    this.count(offset, length, 1)
  }

  end(offset: number, length: number): void {
    this.touch(offset, length)
    this.count(offset, length, -1)
  }

  private count(offset: number, length: number, step: number): void {
    const last = Math.floor((offset + length - 1) / this.extentBytes)
    for (let extent = Math.floor(offset / this.extentBytes); extent <= last; extent += 1) {
      ;(this.#hot.get(extent) as Hot).busy += step
    }
  }

  /** Makes a range hot; `done` when it is, durably. The range then has to be touched at once. */
  heat(offset: number, length: number, done: Done): void {
    if (this.#error !== null) return done(this.#error)
    const first = Math.floor(offset / this.extentBytes)
    const last = Math.floor((offset + length - 1) / this.extentBytes)
    this.#waiting.push({ first, last, done, isAhead: false })
    this.follow(first, last)
    this.#writeNext()
  }

  private follow(first: number, last: number): void {
    const stream = this.#stream
    const { next } = stream
    // Asked for already, by an earlier write or ahead.
    if (last < next && next - last <= aheadMax) return
    stream.next = last + 1
    stream.trigger = -1
    if (first <= next && next <= last) this.heatAhead()
    else stream.since = first
  }

  private heatAhead(): void {
    const stream = this.#stream
    const first = stream.next
    const end = Math.ceil(this.#sizeBytes() / this.extentBytes)
    const ahead = Math.min(aheadMax, Math.floor((first - stream.since) / aheadShare))
    const last = Math.min(first + ahead, end) - 1
    stream.trigger = -1
    if (first > last) return
    stream.next = last + 1
    stream.trigger = first
    this.#waiting.push({ first, last, done: () => undefined, isAhead: true })
    this.#writeNext()
  }

  /** Ends the present epoch; its number. */
  beginEpoch(): number {
    this.#epoch += 1
    return this.#epoch - 1
  }

  /** Everything written up to the end of this epoch is covered. */
  covered(epoch: number): void {
    this.#coveredEpoch = Math.max(this.#coveredEpoch, epoch)
    if (this.#isBad) this.#writing = false
    this.#isBad = false
    this.#writeNext()
  }

  /** Drops what is covered; `done` when the disk knows. */
  dropCovered(done: Done): void {
    if (this.#error !== null) return done(this.#error)
    if (this.#writing) {
      const again: Done = () => this.dropCovered(done)
      this.#waiting.push({ first: 0, last: -1, done: again, isAhead: false })
      return
    }
    for (const hot of [...this.#hot.values()]) if (this.isCovered(hot)) this.drop(hot)
    this.write([], done)
  }

  /** Now and then: extents that nobody has written to for a while need no copy after a crash. */
  tidy(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#writing || this.#waiting.length > 0) return
    for (const hot of [...this.#hot.values()]) {
      if (this.isCovered(hot) && nowMs - hot.touchedMs > idleMs) this.drop(hot)
    }
    if (this.#staleSectors.size > 0) this.write([], () => undefined)
  }

  private isCovered(hot: Hot): boolean {
    return hot.durable && hot.busy === 0 && hot.epoch <= this.#coveredEpoch
  }

  private drop(hot: Hot): void {
    this.#hot.delete(hot.extent)
    this.#slots[hot.slot] = -1
    this.#free.push(hot.slot)
    this.#staleSectors.add(Math.floor(hot.slot / logEntriesPerSector))
  }

  /** Takes slots for as many waiters as there is room for, and writes them together. */
  #writeNext(): void {
    if (this.#writing || this.#waiting.length === 0 || this.#error !== null) return
    const served: Waiter[] = []
    this.#waiting = this.#waiting.filter(({ isAhead, first, last }) => {
      return !isAhead || this.hasRoomAhead(first, last)
    })
    for (const waiter of this.#waiting) {
      if (!this.takeSlots(waiter)) break
      served.push(waiter)
    }
    if (served.length === 0) return
    this.#waiting.splice(0, served.length)
    this.write(served, () => undefined)
  }

  private hasRoomAhead(first: number, last: number): boolean {
    return this.#free.length - (last - first + 1) >= this.#slots.length / 2
  }

  private takeSlots(waiter: Waiter): boolean {
    const missing: number[] = []
    for (let extent = waiter.first; extent <= waiter.last; extent += 1) {
      const hot = this.#hot.get(extent)
      if (hot === undefined) missing.push(extent)
      // Wanted again: it must not be the one that makes room.
      else hot.epoch = this.#epoch
    }
    while (this.#free.length < missing.length) {
      const oldest = this.oldestCovered()
      if (oldest === null) return false
      this.drop(oldest)
    }
    for (const extent of missing) {
      const slot = this.#free.pop() as number
      this.#slots[slot] = extent
      this.#staleSectors.add(Math.floor(slot / logEntriesPerSector))
      const now = { epoch: this.#epoch, touchedMs: this.#nowMs }
      this.#hot.set(extent, { extent, slot, ...now, busy: 0, durable: false })
    }
    this.pin(waiter, 1)
    return true
  }

  /** Until whoever waited has begun, no other one may take the slot. */
  private pin({ first, last }: Waiter, step: number): void {
    for (let extent = first; extent <= last; extent += 1) {
      ;(this.#hot.get(extent) as Hot).busy += step
    }
  }

  private oldestCovered(): Hot | null {
    let oldest: Hot | null = null
    for (const hot of this.#hot.values()) {
      if (!this.isCovered(hot)) continue
      if (oldest === null || hot.touchedMs < oldest.touchedMs) oldest = hot
    }
    return oldest
  }

  private write(served: readonly Waiter[], done: Done): void {
    this.#writing = true
    const sectors = [...this.#staleSectors]
    this.#staleSectors.clear()
    const made = [...this.#hot.values()].filter((hot) => !hot.durable)
    const finished: Done = (error) => {
      this.#writing = false
      if (error === null) for (const hot of made) hot.durable = true
      else this.#error = error
      for (const waiter of served) {
        waiter.done(error)
        this.pin(waiter, -1)
      }
      done(error)
      if (error === null) return this.#writeNext()
      for (const waiter of this.#waiting.splice(0)) waiter.done(error)
    }
    if (sectors.length === 0) return finished(null)
    const { extentBytes } = this
    const pieces = sectors.map((index) => {
      const first = index * logEntriesPerSector
      const slots = this.#slots.subarray(first, first + logEntriesPerSector)
      const data = encodeLogSector({ index, extentBytes }, slots, this.#checksum)
      return { offset: logSectorOffset(index), data }
    })
    this.#metadata.writeDurably(pieces, finished)
  }

  get sectors(): number {
    return logSectorsOf(this.#layout)
  }
}
