import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesOf } from './size.ts'

test('sizes as people type them', () => {
  expect(bytesOf('512M')).toBe(512 * 1024 ** 2)
  expect(bytesOf('2G')).toBe(2 * 1024 ** 3)
  expect(bytesOf('1T')).toBe(1024 ** 4)
  expect(bytesOf('1TiB')).toBe(1024 ** 4)
  expect(bytesOf('67108864')).toBe(67_108_864)
})

test.each(['', '0', '0M', '-1', '1.5G', '12Q', 'M', '99999999999T', '1MB'])(
  '%j is none',
  (text) => {
    expect(() => bytesOf(text)).toThrow(/is not a size such as/)
  },
)

test('whatever is typed is a whole number of bytes, or refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        return Number.isSafeInteger(bytesOf(text))
      } catch (error) {
        return error instanceof Error
      }
    }),
  )
})
