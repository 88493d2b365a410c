/**
 * A disk that keeps its promises and not one more.
 *
 * What was written is seen at once after it is done, and survives the death of the process. A power
 * cut keeps what was flushed; of what was written since, each sector is kept or lost by chance, and
 * of several versions any may be what remains. Operations under way finish in any order; when the
 * process dies, a write under way has happened, or the start of it, or nothing. An answer comes
 * later, or by chance (`answersAtOnce`) before the call returns. It can be told to fail, to be
 * slow, or to hang.
 *
 * A failed write may have been done in part. After a failed write or flush no flush succeeds until
 * another process opens the disk, as with the real driver.
 *
 * Nothing is kept twice: an unflushed write holds the bytes that it replaced, and a power cut takes
 * the unflushed writes back, last first, before it decides which of them the medium had taken.
 */
import type { Disk } from '../src/drivers/disk.ts'
import { createFaults, type Faults, type FaultyOperation } from './disk-faults.ts'
import type { Chance } from './random.ts'
import type { Timeline } from './timeline.ts'

const sectorBytes = 512
const blockBytes = 4096
/** However slow: what takes longer than this hangs, see `hang`. */
const slowestMs = 3000

/** Before it lands, the new bytes; from then on the old ones. */
interface Write {
  readonly offset: number
  readonly data: Buffer
  /** A flush failed on it: the medium may never get it, whatever later flushes say. */
  doomed?: boolean
}

/** Of what was not flushed; `landed`: all of it, and by chance what is under way. */
export type Kept = 'nothing' | 'everything' | 'some' | 'landed'

type Done = (error: string | null) => void

export interface FakeDisk extends Disk {
  /** What a reader sees now. */
  readonly content: Buffer
  /** Every operation from now on fails. */
  broken: boolean
  /** The share of operations, 0 to 1, that answer before the call returns. */
  answersAtOnce: number
  /** A write or flush of this process has failed. */
  hasFailed(): boolean
  /** By how much everything takes longer. More than 1: nothing is answered at once. */
  slowness: number
  /** The share of operations that take forty times as long as the others. */
  stragglers: number
  /** What makes operations fail. */
  readonly faults: Faults
  /** Nothing finishes, and nothing that begins, before so much time has passed. */
  hang(forMs: number): void
  /** Puts bytes there durably, before anything runs. */
  preload(offset: number, data: Buffer): void
  /** Stops answering this process; what is under way may still happen. */
  processDied(): void
  powerCut(): void
  /** What a power cut at this moment could leave on the medium, written into `into`. */
  imageAfterCut(into: Buffer, kept: Kept): void
}

export interface FakeDiskWorld {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly delayMsMax: number
  /** Where reads take longer than the rest, and none is answered at once: behind a write cache. */
  readonly readDelayMsMax?: number
  /** Whether a trim is done (default) or does nothing. */
  readonly trims?: boolean
  /** Whether zeroes can be told from data without reading (default). */
  readonly knowsHoles?: boolean
}

export function createFakeDisk(sizeBytes: number, world: FakeDiskWorld): FakeDisk {
  const { timeline, chance, delayMsMax } = world
  const content = Buffer.alloc(sizeBytes)
  /** Landed, oldest first. */
  let unflushed: Write[] = []
  /** How many writes have left `unflushed`. */
  let gone = 0
  const underWay = new Set<Write>()
  const faults = createFaults(chance)
  let life = {}
  /** What failed first in this life. */
  let failure: string | null = null
  let hungUntilMs = 0
  let hasDoomed = false

  function land(write: Write): void {
    if (hasDoomed) forgive(write)
    exchange(content, write)
    unflushed.push(write)
  }

  /** What is written anew is not lost any more. */
  function forgive({ offset, data }: Write): void {
    const before = unflushed.length
    unflushed = unflushed.filter((old) => {
      const meets = old.offset < offset + data.length && offset < old.offset + old.data.length
      return old.doomed !== true || !meets
    })
    gone += before - unflushed.length
  }

  /** The sectors up to a random one. */
  function landInPart({ offset, data }: Write): void {
    const sectors = Math.ceil(data.length / sectorBytes)
    const border = offset - (offset % sectorBytes) + chance.below(sectors) * sectorBytes
    const length = Math.min(border - offset, data.length)
    if (length > 0) land({ offset, data: Buffer.from(data.subarray(0, length)) })
  }

  function finish(action: () => void, delayMs = delayMsMax): void {
    const { slowness } = disk
    const answersAtOnce = delayMs > delayMsMax ? 0 : disk.answersAtOnce
    const isHung = timeline.nowMs < hungUntilMs
    if (answersAtOnce > 0 && !isHung && slowness <= 1 && chance.next() < answersAtOnce) action()
    else {
      const isLate = disk.stragglers > 0 && chance.next() < disk.stragglers
      const asked = chance.between(0, delayMs) * slowness * (isLate ? 40 : 1)
      later(Math.min(asked, slowestMs), action, life)
    }
  }

  function later(delayMs: number, action: () => void, mine: object): void {
    timeline.after(delayMs, () => {
      if (mine !== life) return
      if (timeline.nowMs < hungUntilMs) later(hungUntilMs - timeline.nowMs, action, mine)
      else action()
    })
  }

  function faultIn(operation: FaultyOperation, offset = 0, length = sizeBytes): string | null {
    const error = disk.broken ? 'broken' : faults.strike(operation, offset, length)
    if (error !== null && operation !== 'read') failure ??= error
    return error
  }

  /** Takes the data as its own. */
  function change(offset: number, data: Buffer, done: Done): void {
    const entry = { offset, data }
    underWay.add(entry)
    finish(() => {
      underWay.delete(entry)
      const error = faultIn('write', offset, data.length)
      if (error === null) land(entry)
      else if (chance.oneIn(2)) landInPart(entry)
      done(error)
    })
  }

  const disk: FakeDisk = {
    path: 'fake',
    sizeBytes,
    content,
    broken: false,
    answersAtOnce: 0,
    slowness: 1,
    stragglers: 0,
    faults,
    hang(forMs) {
      hungUntilMs = Math.max(hungUntilMs, timeline.nowMs + forMs)
    },
    read(offset, length, done) {
      finish(() => {
        const beyond = offset + length > sizeBytes ? 'end of the partition' : null
        const error = faultIn('read', offset, length) ?? beyond
        if (error !== null) done(error, null)
        else done(null, Buffer.from(content.subarray(offset, offset + length)))
      }, world.readDelayMsMax)
    },
    write(offset, data, done) {
      mustBeInside(offset, data.length)
      change(offset, Buffer.from(data), done)
    },
    zero(offset, length, done) {
      mustBeInside(offset, length)
      change(offset, Buffer.alloc(length), done)
    },
    trim(offset, length, done) {
      mustBeInside(offset, length)
      if (world.trims === false) return finish(() => done(null, false))
      change(offset, Buffer.alloc(length), (error) => done(error, error === null))
    },
    holes(offset, length, done) {
      finish(() => done(null, world.knowsHoles === false ? null : runsOf(content, offset, length)))
    },
    flush(done) {
      // Only what was there when the flush began.
      const covered = gone + unflushed.length
      finish(() => {
        faultIn('flush')
        const count = Math.max(0, covered - gone)
        if (failure !== null) {
          for (const entry of unflushed.slice(0, count)) entry.doomed = true
          hasDoomed = true
          return done(failure)
        }
        const before = unflushed.length
        const isKept = (entry: Write, index: number): boolean =>
          index >= count || entry.doomed === true
        unflushed = hasDoomed ? unflushed.filter(isKept) : unflushed.slice(count)
        gone += before - unflushed.length
        done(null)
      })
    },
    measure: () => sizeBytes,
    hasFailed: () => failure !== null,
    close: () => undefined,
    preload(offset, data) {
      data.copy(content, offset)
    },
    processDied() {
      life = {}
      failure = null
      for (const entry of underWay) {
        const outcome = chance.below(4)
        if (outcome < 2) land(entry)
        else if (outcome === 2) landInPart(entry)
      }
      underWay.clear()
    },
    powerCut() {
      disk.processDied()
      for (const entry of unflushed.toReversed()) exchange(content, entry)
      for (const entry of unflushed) keepSomeSectors(entry)
      gone += unflushed.length
      unflushed = []
    },
    imageAfterCut(into, keeps) {
      content.copy(into)
      if (keeps === 'everything') {
        for (const { offset, data } of underWay) data.copy(into, offset)
        return
      }
      if (keeps === 'landed') {
        for (const { offset, data } of underWay) if (chance.oneIn(2)) data.copy(into, offset)
        return
      }
      const fresh = unflushed.toReversed().map(({ offset, data }) => {
        const bytes = Buffer.from(into.subarray(offset, offset + data.length))
        data.copy(into, offset)
        return { offset, bytes }
      })
      if (keeps === 'nothing') return
      for (const { offset, bytes } of fresh.toReversed()) {
        if (chance.oneIn(2)) bytes.copy(into, offset)
      }
      for (const { offset, data } of underWay) {
        if (chance.oneIn(2)) data.copy(into, offset, 0, sectorBytes * chance.below(9))
      }
    },
  }

  function mustBeInside(offset: number, length: number): void {
    if (offset < 0 || length < 0 || offset + length > sizeBytes) {
      throw new Error('outside of the disk')
    }
  }

  function keepSomeSectors({ offset, data }: Write): void {
    if (chance.oneIn(3)) return
    if (chance.oneIn(2)) {
      data.copy(content, offset)
      return
    }
    let from = 0
    while (from < data.length) {
      const until = Math.min(data.length, from + sectorBytes - ((offset + from) % sectorBytes))
      if (chance.oneIn(2)) data.copy(content, offset + from, from, until)
      from = until
    }
  }

  return disk
}

let spare = Buffer.alloc(64 * 1024)

/** The bytes of the write, and those where it goes. */
function exchange(content: Buffer, { offset, data }: Write): void {
  if (spare.length < data.length) spare = Buffer.alloc(data.length)
  content.copy(spare, 0, offset, offset + data.length)
  data.copy(content, offset)
  spare.copy(data, 0, 0, data.length)
}

const zeroBlock = Buffer.alloc(blockBytes)

/** Whole blocks of zeroes are holes. */
function runsOf(content: Buffer, offset: number, length: number) {
  const runs: { offset: number; length: number; isHole: boolean }[] = []
  const end = offset + length
  let from = offset
  while (from < end) {
    const until = Math.min(end, from + blockBytes - (from % blockBytes))
    const isHole = content.compare(zeroBlock, 0, until - from, from, until) === 0
    const last = runs.at(-1)
    if (last?.isHole === isHole) last.length += until - from
    else runs.push({ offset: from, length: until - from, isHole })
    from = until
  }
  return runs
}
