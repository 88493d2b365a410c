import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRangeQueue } from './range-queue.ts'

test('ranges that do not overlap never wait', () => {
  const queue = createRangeQueue()
  let granted = 0
  for (const offset of [0, 10, 20]) queue.acquire(offset, 10, () => (granted += 1))
  expect(granted).toBe(3)
})

test('a release grants exactly those behind it', () => {
  const queue = createRangeQueue()
  const order: string[] = []
  const releases = new Map<string, () => void>()
  const take = (name: string, offset: number, length: number): void => {
    queue.acquire(offset, length, (release) => {
      order.push(name)
      releases.set(name, release)
    })
  }
  take('a', 0, 10)
  take('b', 5, 10)
  take('c', 12, 2)
  take('d', 0, 4)
  take('e', 40, 1)
  expect(order).toEqual(['a', 'e'])
  releases.get('a')?.()
  expect(order).toEqual(['a', 'e', 'b', 'd'])
  releases.get('b')?.()
  expect(order).toEqual(['a', 'e', 'b', 'd', 'c'])
  expect(() => releases.get('b')?.()).toThrow()
})

test('whatever the ranges and the order of releases: overlaps in order, all granted', () => {
  const range = fc.record({ offset: fc.nat(30), length: fc.integer({ min: 1, max: 12 }) })
  fc.assert(
    fc.property(fc.array(range, { maxLength: 20 }), fc.array(fc.nat(99)), (ranges, choices) => {
      const queue = createRangeQueue()
      const held: { index: number; release: () => void }[] = []
      const done: number[] = []
      ranges.forEach(({ offset, length }, index) => {
        queue.acquire(offset, length, (release) => held.push({ index, release }))
      })
      for (let turn = 0; held.length > 0; turn += 1) {
        const next = held.splice((choices[turn] ?? 0) % held.length, 1)[0]
        if (next === undefined) break
        done.push(next.index)
        next.release()
      }
      expect(done.length).toBe(ranges.length)
      expect(queue.size).toBe(0)
      ranges.forEach((one, first) => {
        ranges.forEach((other, second) => {
          const overlap =
            one.offset < other.offset + other.length && other.offset < one.offset + one.length
          if (first < second && overlap) {
            expect(done.indexOf(first)).toBeLessThan(done.indexOf(second))
          }
        })
      })
    }),
  )
})
