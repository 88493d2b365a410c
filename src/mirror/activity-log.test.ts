/**
 * The log against a naive list of what was written: whenever the power goes, every extent with
 * writes that are not covered is in the log on the disk.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeLogSector, encodeLogSector, logSectorOffset } from '../wire/activity-log.ts'
import { logEntriesPerSector, mapOffset } from '../wire/metadata-layout.ts'
import { ActivityLog } from './activity-log.ts'
import { checksum, must, TestMetadata } from './metadata.fixtures.ts'

const extentBytes = 65_536
const extents = 20
const layout = { granuleBytes: 4096, extentBytes, logSlots: 5 }

function extentsIn(content: Buffer): Set<number> {
  const bytes = content.subarray(logSectorOffset(0), logSectorOffset(1))
  const found = decodeLogSector(bytes, { index: 0, extentBytes }, checksum)
  return new Set((found ?? []).filter((extent) => extent >= 0))
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('write', 'write', 'write', 'end', 'epoch', 'cover', 'disk', 'tidy'),
    extent: fc.nat(extents - 2),
    long: fc.boolean(),
    slow: fc.boolean(),
  }),
  { maxLength: 80 },
)
type Step = { what: string; extent: number; long: boolean; slow: boolean }

class World {
  readonly metadata = new TestMetadata(mapOffset)
  readonly log = new ActivityLog(layout, {
    metadata: this.metadata,
    checksum,
    sizeBytes: () => extents * extentBytes,
  })
  /** Extents with writes, and the epoch of the last one. */
  readonly written = new Map<number, number>()
  readonly busy: { offset: number; length: number }[] = []
  readonly epochs: number[] = []
  epoch = 1
  waiting = 0
  nowMs = 0

  constructor() {
    const free = Array.from({ length: logEntriesPerSector }, () => -1)
    encodeLogSector({ index: 0, extentBytes }, free, checksum).copy(
      this.metadata.content,
      logSectorOffset(0),
    )
  }

  write(step: Step): void {
    const { log } = this
    const range = {
      offset: step.extent * extentBytes + 4096,
      length: step.long ? extentBytes : 4096,
    }
    const go = (): void => {
      if (step.slow) {
        log.begin(range.offset, range.length)
        this.busy.push(range)
      } else log.touch(range.offset, range.length)
      this.note(range)
    }
    if (log.isHot(range.offset, range.length)) return go()
    this.waiting += 1
    log.heat(range.offset, range.length, (error) => {
      must(error === null, 'written')
      this.waiting -= 1
      go()
    })
  }

  note({ offset, length }: { offset: number; length: number }): void {
    const last = Math.floor((offset + length - 1) / extentBytes)
    for (let extent = Math.floor(offset / extentBytes); extent <= last; extent += 1) {
      this.written.set(extent, this.epoch)
    }
  }

  step(step: Step): void {
    const { log, metadata } = this
    switch (step.what) {
      case 'write':
        return this.write(step)
      case 'end': {
        const range = this.busy.shift()
        if (range === undefined) return
        log.end(range.offset, range.length)
        return this.note(range)
      }
      case 'epoch':
        this.epochs.push(log.beginEpoch())
        this.epoch += 1
        return
      case 'cover': {
        const epoch = this.epochs.shift()
        if (epoch !== undefined) this.cover(epoch)
        return
      }
      case 'disk':
        return void metadata.finish()
      case 'tidy':
        this.nowMs += 6000
        return log.tidy(this.nowMs)
    }
  }

  cover(epoch: number): void {
    const busy = new Set<number>()
    for (const { offset, length } of this.busy) {
      busy
        .add(Math.floor(offset / extentBytes))
        .add(Math.floor((offset + length - 1) / extentBytes))
    }
    for (const [extent, at] of this.written) {
      if (at <= epoch && !busy.has(extent)) this.written.delete(extent)
    }
    this.log.covered(epoch)
  }

  check(isThere: () => boolean): void {
    const onDisk = extentsIn(this.metadata.afterPowerCut(isThere))
    for (const extent of this.written.keys()) must(onDisk.has(extent), `${extent} in the log`)
    must(onDisk.size <= layout.logSlots, 'the log has room')
  }
}

describe('the activity log', () => {
  test('names every extent with writes that are not covered, at every moment', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), (list, chance) => {
        const world = new World()
        for (const step of list) {
          world.step(step)
          world.check(() => chance.next().value)
        }
        // Everything ends when all that was begun is covered: nobody waits for ever.
        for (let round = 0; round < 100 && world.waiting > 0; round += 1) {
          world.metadata.finishAll()
          while (world.busy.length > 0) world.step({ ...noStep, what: 'end' })
          world.epoch += 1
          world.cover(world.log.beginEpoch())
          world.check(() => chance.next().value)
        }
        expect(world.waiting).toBe(0)
      }),
      { numRuns: 300 },
    )
  })

  test('a slot is taken from the extent that was covered longest ago', () => {
    const world = new World()
    for (let extent = 0; extent < 5; extent += 1) {
      world.log.tidy((extent + 1) * 100)
      world.write({ ...noStep, extent })
      world.metadata.finishAll()
    }
    world.cover(world.log.beginEpoch())
    world.epoch += 1
    world.write({ ...noStep, extent: 9 })
    world.metadata.finishAll()
    expect([...extentsIn(world.metadata.content)].toSorted()).toEqual([1, 2, 3, 4, 9])
  })

  test('an extent that is being written to is not dropped, whatever is covered', () => {
    const world = new World()
    world.write({ ...noStep, extent: 7, slow: true })
    world.metadata.finishAll()
    world.epoch += 1
    world.cover(world.log.beginEpoch())
    world.log.tidy(100_000)
    for (let extent = 10; extent < 14; extent += 1) world.write({ ...noStep, extent })
    world.metadata.finishAll()
    world.write({ ...noStep, extent: 1 })
    world.metadata.finishAll()
    world.check(() => true)
    expect(world.waiting).toBe(1)
  })

  test('without room, and nothing covered, it waits and says so', () => {
    const world = new World()
    for (let extent = 0; extent < 5; extent += 1) world.write({ ...noStep, extent })
    world.metadata.finishAll()
    world.write({ ...noStep, extent: 9 })
    expect(world.log.wantsCover).toBe(true)
    world.epoch += 1
    world.cover(world.log.beginEpoch())
    world.metadata.finishAll()
    expect(world.waiting).toBe(0)
  })

  test('extents of a former life stay until they are covered', () => {
    const world = new World()
    world.log.load(3, 17)
    expect(world.log.hotExtents()).toEqual([17])
    expect(world.log.isHot(17 * extentBytes, extentBytes)).toBe(true)
    world.log.tidy(100_000)
    expect(world.log.hotExtents()).toEqual([17])
    world.cover(world.log.beginEpoch())
    let isDropped = false
    world.log.dropCovered(() => {
      isDropped = true
    })
    world.metadata.finishAll()
    expect(isDropped).toBe(true)
    expect(world.log.hotExtents()).toEqual([])
    expect(extentsIn(world.metadata.content).size).toBe(0)
  })

  test('after a failed write everybody is told, also who comes later', () => {
    const world = new World()
    const errors: (string | null)[] = []
    world.log.heat(0, 1, (error) => errors.push(error))
    world.log.heat(extentBytes, 1, (error) => errors.push(error))
    world.metadata.finish('broken')
    world.log.heat(0, 1, (error) => errors.push(error))
    expect(errors).toEqual(['broken', 'broken', 'broken'])
    expect(world.log.error).toBe('broken')
  })

  test('a write to what is not hot is a mistake', () => {
    expect(() => new World().log.touch(0, 1)).toThrow()
  })
})

const noStep: Step = { what: 'write', extent: 0, long: false, slow: false }

test('what was made hot for one writer does not make room for another before it is written to', () => {
  const { log, metadata } = new World()
  const done: string[] = []
  const write = (what: string, extent: number, count: number, then?: () => void): void =>
    log.heat(extent * extentBytes, count * extentBytes, () => {
      log.touch(extent * extentBytes, count * extentBytes)
      done.push(what)
      then?.()
    })
  write('first', 1, 1)
  // Both wait for the next write of the log; whoever is answered asks for more at once.
  write('second', 2, 1, () => write('more', 11, 4))
  write('third', 3, 1)
  metadata.finish()
  log.covered(log.beginEpoch())
  expect(() => metadata.finish()).not.toThrow()
  expect(done).toEqual(['first', 'second', 'third'])
})

test('a sector that could not be read is not written over before the map names it all', () => {
  const { log, metadata } = new World()
  log.loadBad(0)
  let isHot = false
  log.heat(0, 4096, () => {
    isHot = true
  })
  expect(metadata.underWay).toBe(0)
  log.covered(log.beginEpoch())
  expect(metadata.underWay).toBe(1)
  metadata.finishAll()
  expect(isHot).toBe(true)
})

describe('writes that go on from extent to extent', () => {
  const many = { granuleBytes: 4096, extentBytes, logSlots: logEntriesPerSector }

  /** How many of the extents were not hot when their first write came, a few writes for each. */
  function waitsOf(order: readonly number[]): number {
    const metadata = new TestMetadata(mapOffset)
    const sizeBytes = (): number => many.logSlots * extentBytes
    const log = new ActivityLog(many, { metadata, checksum, sizeBytes })
    let waits = 0
    for (const extent of order) {
      for (let part = 0; part < 4; part += 1) {
        const offset = extent * extentBytes + part * 4096
        if (log.isHot(offset, 4096)) log.touch(offset, 4096)
        else {
          waits += 1
          log.heat(offset, 4096, () => log.touch(offset, 4096))
        }
      }
      metadata.finishAll()
    }
    return waits
  }

  test('wait at the first few borders only', () => {
    const order = Array.from({ length: 50 }, (_, index) => index)
    expect(waitsOf(order)).toBeLessThanOrEqual(36)
    expect(waitsOf(order.toReversed())).toBe(200)
  })
})
