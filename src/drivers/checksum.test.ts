import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainChecksum, quickChecksum } from './checksum.ts'

test('the known value', () => {
  expect(plainChecksum(Buffer.from('123456789'))).toBe(0xe3069283)
})

// Where it is not installed there is nothing to compare.
test.skipIf(quickChecksum() === null)('both give the same for any bytes, start and place', () => {
  const quick = quickChecksum() ?? plainChecksum
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 9000 }),
      fc.nat(0xffffffff),
      fc.nat(64),
      (bytes, start, skipped) => {
        const data = Buffer.from(bytes).subarray(skipped)
        expect(quick(data, start)).toBe(plainChecksum(data, start))
      },
    ),
  )
})

test('without the library there is none', () => {
  expect(quickChecksum('libnothing-of-that-name.so.9')).toBeNull()
})
