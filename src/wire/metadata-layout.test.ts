import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  isLayout,
  layoutFor,
  logSectorsOf,
  mapBlocksOf,
  mapOffset,
  sectorBytes,
} from './metadata-layout.ts'

const mebibyte = 1024 * 1024

test.each([
  ['64 MiB', 64 * mebibyte, 10 * mebibyte, 4096, 5],
  ['1 GiB', 1024 * mebibyte, 10 * mebibyte, 4096, 67],
  ['1 TiB', 2 ** 40, 10 * mebibyte, 131_072, 2115],
  ['1 TiB beside a small partition', 2 ** 40, mebibyte, 1_048_576, 265],
  ['256 TiB', 2 ** 48, 10 * mebibyte, 33_554_432, 2115],
])('%s', (_name, sizeBytes, clusterBytes, granuleBytes, blocks) => {
  const layout = layoutFor(sizeBytes, clusterBytes)
  expect(layout?.granuleBytes).toBe(granuleBytes)
  expect(layout !== null && mapBlocksOf(sizeBytes, layout)).toBe(blocks)
})

test('no room for a map', () => {
  expect(layoutFor(4096, mapOffset)).toBeNull()
  expect(layoutFor(4096, mapOffset + sectorBytes - 1)).toBeNull()
  expect(layoutFor(4096, mapOffset + sectorBytes)).not.toBeNull()
})

test('what is laid out fits into the partition, and is a layout', () => {
  const sizes = fc.integer({ min: 1, max: 2 ** 48 - 1 })
  fc.assert(
    fc.property(sizes, fc.integer({ min: mebibyte, max: 2 ** 40 }), (sizeBytes, clusterBytes) => {
      const layout = layoutFor(sizeBytes, clusterBytes)
      if (layout === null) throw new Error('there is room')
      expect(isLayout(layout)).toBe(true)
      const end = mapOffset + mapBlocksOf(sizeBytes, layout) * sectorBytes
      expect(end).toBeLessThanOrEqual(clusterBytes)
      expect(logSectorsOf(layout) * sectorBytes).toBeLessThanOrEqual(64 * 1024)
    }),
  )
})

test.each([
  ['a granule that is no power of two', { granuleBytes: 5000 }],
  ['a granule below 4 KiB', { granuleBytes: 2048 }],
  ['an extent smaller than a granule', { extentBytes: 2048 }],
  ['an extent that is no power of two', { extentBytes: 4_194_305 }],
  ['no slots', { logSlots: 0 }],
  ['more slots than there is room for', { logSlots: 100_000 }],
])('%s is no layout', (_name, change) => {
  const layout = { granuleBytes: 4096, extentBytes: 4_194_304, logSlots: 1240 }
  expect(isLayout(layout)).toBe(true)
  expect(isLayout({ ...layout, ...change })).toBe(false)
})
