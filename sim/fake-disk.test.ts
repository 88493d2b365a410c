/** What only the fake disk can show: power cuts, torn writes, errors, slowness. */
import { describe, expect, test } from 'vitest'
import { createFakeDisk, type FakeDisk } from './fake-disk.ts'
import { chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

const sizeBytes = 64 * 1024

function fakeDisk(seed = 1): { disk: FakeDisk; timeline: Timeline; pass: (ms?: number) => void } {
  const timeline = createTimeline()
  const disk = createFakeDisk(sizeBytes, { timeline, chance: chanceOf(seed), delayMsMax: 3 })
  return { disk, timeline, pass: (ms = 10) => timeline.runUntil(timeline.nowMs + ms) }
}

/** Which bytes the sectors of the range hold; `mixed` for a sector that is torn inside. */
function sectorsOf(disk: FakeDisk, offset: number, length: number): (number | 'mixed')[] {
  return Array.from({ length: length / 512 }, (_none, index) => {
    const sector = disk.content.subarray(offset + index * 512, offset + (index + 1) * 512)
    return sector.every((byte) => byte === sector[0]) ? (sector[0] as number) : 'mixed'
  })
}

const ignore = () => undefined

describe('a power cut', () => {
  test('keeps what was flushed; the rest is kept, lost or torn at sectors', () => {
    const outcomes = new Set<string>()
    for (let seed = 0; seed < 60; seed += 1) {
      const { disk, pass } = fakeDisk(seed)
      disk.write(0, Buffer.alloc(4096, 1), ignore)
      disk.write(8192, Buffer.alloc(4096, 1), ignore)
      pass()
      disk.flush(ignore)
      pass()
      disk.write(4096, Buffer.alloc(8192, 2), ignore)
      pass()
      expect(sectorsOf(disk, 4096, 8192).every((byte) => byte === 2)).toBe(true)
      disk.powerCut()
      expect(sectorsOf(disk, 0, 4096)).toEqual(Array.from({ length: 8 }, () => 1))
      const found = sectorsOf(disk, 4096, 8192)
      for (const [index, byte] of found.entries()) expect([index < 8 ? 0 : 1, 2]).toContain(byte)
      const kept = found.filter((byte) => byte === 2).length
      outcomes.add(kept === 0 ? 'lost' : kept === 16 ? 'kept' : 'torn')
    }
    expect([...outcomes].toSorted()).toEqual(['kept', 'lost', 'torn'])
  })

  test('leaves any of several unflushed versions, and what a flush missed', () => {
    const versions = new Set<number | 'mixed'>()
    for (let seed = 0; seed < 60; seed += 1) {
      const { disk, pass } = fakeDisk(seed)
      disk.write(512, Buffer.alloc(512, 1), ignore)
      pass()
      disk.flush(ignore)
      for (const byte of [2, 3]) {
        disk.write(512, Buffer.alloc(512, byte), ignore)
        pass()
      }
      disk.powerCut()
      versions.add(sectorsOf(disk, 512, 512)[0] as number)
    }
    expect([...versions].toSorted()).toEqual([1, 2, 3])
  })

  test('what is left is durable: a second cut changes nothing', () => {
    for (let seed = 0; seed < 20; seed += 1) {
      const { disk, pass } = fakeDisk(seed)
      for (let index = 0; index < 20; index += 1) {
        disk.write((index % 5) * 700, Buffer.alloc(1000, index), ignore)
      }
      pass(2)
      disk.powerCut()
      const left = Buffer.from(disk.content)
      disk.powerCut()
      expect(disk.content.equals(left)).toBe(true)
    }
  })
})

test('the death of the process keeps what was written; a write under way may be cut short', () => {
  const outcomes = new Set<string>()
  for (let seed = 0; seed < 60; seed += 1) {
    const { disk, pass } = fakeDisk(seed)
    disk.write(0, Buffer.alloc(4096, 1), ignore)
    pass()
    disk.write(4096, Buffer.alloc(4096, 2), () => expect.unreachable())
    disk.processDied()
    pass()
    expect(disk.content[0]).toBe(1)
    const bytes = sectorsOf(disk, 4096, 4096).join('')
    expect(bytes).toMatch(/^2*0*$/)
    outcomes.add(bytes === '22222222' ? 'whole' : bytes === '00000000' ? 'nothing' : 'start')
  }
  expect(outcomes.size).toBe(3)
})

describe('faults', () => {
  const errorsOf = (disk: FakeDisk, pass: () => void, offset: number) => {
    const errors: Record<string, string | null> = {}
    disk.read(offset, 512, (error) => (errors['read'] = error))
    disk.write(offset, Buffer.alloc(512), (error) => (errors['write'] = error))
    pass()
    disk.flush((error) => (errors['flush'] = error))
    pass()
    return errors
  }

  test('one operation, a range, all from now on', () => {
    const { disk, pass } = fakeDisk()
    disk.faults.add({ on: ['read'], times: 1, error: 'once' })
    expect(errorsOf(disk, pass, 0)).toEqual({ read: 'once', write: null, flush: null })
    expect(errorsOf(disk, pass, 0)).toEqual({ read: null, write: null, flush: null })
    const lift = disk.faults.add({ on: ['read', 'write'], range: { offset: 600, length: 1 } })
    expect(errorsOf(disk, pass, 1024).read).toBeNull()
    expect(errorsOf(disk, pass, 512).read).toBe('failed by order')
    lift()
    expect(errorsOf(disk, pass, 512).read).toBeNull()
    disk.broken = true
    expect(errorsOf(disk, pass, 0)).toMatchObject({ read: 'broken', write: 'broken' })
  })

  test('after a failed write no flush succeeds until another process opens the disk', () => {
    const { disk, pass } = fakeDisk()
    disk.faults.add({ on: ['write'], times: 1 })
    expect(errorsOf(disk, pass, 0)).toMatchObject({ write: 'failed by order' })
    expect(errorsOf(disk, pass, 0)).toEqual({ read: null, write: null, flush: 'failed by order' })
    disk.processDied()
    expect(errorsOf(disk, pass, 0).flush).toBeNull()
  })

  test('by chance', () => {
    const { disk, pass } = fakeDisk()
    disk.faults.oneIn.read = 4
    let failed = 0
    for (let count = 0; count < 200; count += 1) {
      disk.read(0, 1, (error) => (failed += error === null ? 0 : 1))
    }
    pass()
    expect(failed).toBeGreaterThan(20)
    expect(failed).toBeLessThan(90)
  })
})

test('slow, hung, at once', () => {
  const { disk, timeline, pass } = fakeDisk()
  const timeOf = (): number => {
    const began = timeline.nowMs
    let ended = -1
    disk.read(0, 1, () => (ended = timeline.nowMs))
    if (ended >= 0) return 0
    pass(10_000)
    return ended - began
  }
  expect(timeOf()).toBeLessThan(3)
  disk.slowness = 100
  expect(Math.max(timeOf(), timeOf(), timeOf())).toBeGreaterThan(3)
  disk.slowness = 1
  disk.answersAtOnce = 1
  expect(timeOf()).toBe(0)
  disk.hang(500)
  expect(timeOf()).toBe(500)
  expect(timeOf()).toBe(0)
})
