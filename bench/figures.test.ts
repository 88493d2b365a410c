import { expect, test } from 'vitest'
import { median, mediansOf, rotated } from './figures.ts'

test.each([
  [[7], 7],
  [[9, 1, 5], 5],
  [[10, 9, 2, 1], 5.5],
  [[100, 20, 3], 20],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected)
})

test('there is no median of nothing', () => {
  expect(() => median([])).toThrow()
})

test('every engine is first once, and none is left out', () => {
  const rounds = [0, 1, 2, 3].map((round) => rotated(['A', 'B', 'C'], round).join(''))
  expect(rounds).toEqual(['ABC', 'BCA', 'CAB', 'ABC'])
  expect(rotated([], 2)).toEqual([])
})

test('each figure has its own median', () => {
  const run = (perSecond: number, medianUs: number) => ({
    perSecond,
    mebibytesPerSecond: perSecond / 256,
    operations: perSecond * 4,
    medianUs,
    p99Us: medianUs * 2,
    processorUsPerOperation: 50,
  })
  expect(mediansOf([run(1000, 9), run(3000, 3), run(2000, 1)])).toEqual({
    perSecond: 2000,
    mebibytesPerSecond: 2000 / 256,
    medianUs: 3,
    p99Us: 6,
    processorUsPerOperation: 50,
  })
})
