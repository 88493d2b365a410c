import { describe, expect, test } from 'vitest'
import { createDiskPace, type DiskPace } from './disk-pace.ts'

const limits = { slowMs: 2, meanMsMax: 0.5, stuckMs: 2, pauseMsFirst: 50, pauseMsMax: 400 }

/** A pace, and a clock that the calls move on. */
function paceAt(): { pace: DiskPace; clock: { ms: number }; call: (durationMs: number) => void } {
  const pace = createDiskPace(limits)
  const clock = { ms: 0 }
  const call = (durationMs: number, bytes = 4096): void => {
    clock.ms += durationMs
    pace.took({ bytes, durationMs, nowMs: clock.ms })
  }
  return { pace, clock, call }
}

/** How long after now the next synchronous call is allowed. */
function waitOf(pace: DiskPace, nowMs: number): number {
  for (let wait = 0; wait <= 10_000; wait += 1) if (pace.mayBlock(4096, nowMs + wait)) return wait
  return Number.POSITIVE_INFINITY
}

describe('the pace of a disk', () => {
  test('stays synchronous while calls are quick', () => {
    const { pace, clock, call } = paceAt()
    for (let count = 0; count < 1000; count += 1) {
      expect(pace.mayBlock(4096, clock.ms)).toBe(true)
      call(0.01)
    }
  })

  test('one slow call leads to a pause, each slow try to a longer one, up to a limit', () => {
    const { pace, clock, call } = paceAt()
    const waits: number[] = []
    for (let count = 0; count < 6; count += 1) {
      call(2.5)
      waits.push(waitOf(pace, clock.ms))
      clock.ms += waits.at(-1) ?? 0
    }
    expect(waits).toEqual([50, 100, 200, 400, 400, 400])
  })

  test('a disk that is quick for long begins anew, one that is not does not', () => {
    const { pace, clock, call } = paceAt()
    for (const quickMs of [10, 10, 500]) {
      call(3)
      clock.ms += waitOf(pace, clock.ms)
      call(0.01)
      clock.ms += quickMs
    }
    call(3)
    expect(waitOf(pace, clock.ms)).toBe(50)
    clock.ms += 50
    call(0.01)
    call(3)
    expect(waitOf(pace, clock.ms)).toBe(100)
  })

  test('calls that are a little slow each are slow in sum', () => {
    const { pace, clock, call } = paceAt()
    call(0.01)
    let calls = 0
    while (pace.mayBlock(4096, clock.ms)) {
      call(0.8)
      calls += 1
    }
    expect(calls).toBeGreaterThan(3)
    expect(calls).toBeLessThan(20)
    // A try is judged by the same bound: quick enough for one call, too slow for many.
    clock.ms += waitOf(pace, clock.ms)
    call(0.8)
    expect(pace.mayBlock(4096, clock.ms)).toBe(false)
  })

  test('a large call is made only if the measured rate allows it', () => {
    const { pace, clock } = paceAt()
    const mebibyte = 1024 * 1024
    expect(pace.mayBlock(mebibyte, 0)).toBe(true)
    for (let count = 0; count < 50; count += 1) {
      clock.ms += 1.2
      pace.took({ bytes: mebibyte / 4, durationMs: 1.2, nowMs: clock.ms })
    }
    expect(pace.mayBlock(mebibyte / 4, clock.ms)).toBe(true)
    expect(pace.mayBlock(mebibyte, clock.ms)).toBe(false)
  })

  test('nothing is tried while something is stuck in the pool', () => {
    const { pace } = paceAt()
    const first = pace.sent(0)
    const second = pace.sent(5)
    expect(pace.mayBlock(4096, 1)).toBe(true)
    expect(pace.mayBlock(4096, 6)).toBe(false)
    pace.returned(first)
    expect(pace.mayBlock(4096, 6)).toBe(true)
    expect(pace.mayBlock(4096, 8)).toBe(false)
    pace.returned(second)
    expect(pace.mayBlock(4096, 8)).toBe(true)
  })
})
