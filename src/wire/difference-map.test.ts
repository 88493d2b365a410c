import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMapBlock, encodeMapBlock, mapBlockOffset, wordsPerBlock } from './difference-map.ts'
import { sectorBytes } from './metadata-layout.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)
const block = { index: 7, granuleBytes: 4096 }

function encoded(words: Uint32Array | null, about = block): Buffer {
  const into = Buffer.alloc(3 * sectorBytes, 0xee)
  encodeMapBlock(about, words, { into, at: sectorBytes }, checksum)
  // Its neighbours are left alone.
  const around = Buffer.concat([into.subarray(0, sectorBytes), into.subarray(2 * sectorBytes)])
  if (around.some((byte) => byte !== 0xee)) throw new Error('something else was written')
  return into.subarray(sectorBytes, 2 * sectorBytes)
}

describe('a block of the difference map', () => {
  test('golden bytes', () => {
    const words = new Uint32Array(wordsPerBlock)
    words[0] = 0x8000_0001
    words[1] = 2
    const bytes = encoded(words)
    expect(bytes.subarray(0, 28).toString('hex')).toMatchInlineSnapshot(
      `"4b47444d7dd879420000000700001000800000010000000200000000"`,
    )
    expect(bytes.subarray(24).every((byte) => byte === 0)).toBe(true)
    expect(mapBlockOffset(0)).toBe(128 * 1024)
    expect(mapBlockOffset(7)).toBe(128 * 1024 + 7 * 512)
  })

  test('any bits come back, none as null', () => {
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    const full = { minLength: wordsPerBlock, maxLength: wordsPerBlock }
    fc.assert(
      fc.property(fc.array(word, full), fc.nat(9999), (list, index) => {
        const words = Uint32Array.from(list)
        const about = { index, granuleBytes: 65_536 }
        const back = decodeMapBlock(encoded(words, about), about, checksum)
        expect(back).toEqual(list.some((value) => value !== 0) ? words : null)
      }),
    )
    expect(decodeMapBlock(encoded(null), block, checksum)).toBeNull()
    expect(decodeMapBlock(encoded(new Uint32Array(wordsPerBlock)), block, checksum)).toBeNull()
  })

  test('a flipped bit makes it bad, never something else', () => {
    const bytes = encoded(new Uint32Array(wordsPerBlock).fill(5))
    for (let bit = 0; bit < sectorBytes * 8; bit += 1) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(decodeMapBlock(damaged, block, checksum)).toBe('bad')
    }
  })

  test('whole, but of another place or granule', () => {
    const bytes = encoded(new Uint32Array(wordsPerBlock).fill(5))
    expect(decodeMapBlock(bytes, { ...block, index: 6 }, checksum)).toBe('bad')
    expect(decodeMapBlock(bytes, { ...block, granuleBytes: 8192 }, checksum)).toBe('bad')
    expect(decodeMapBlock(Buffer.alloc(sectorBytes), block, checksum)).toBe('bad')
    expect(decodeMapBlock(bytes.subarray(1), block, checksum)).toBe('bad')
  })

  test('arbitrary bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 510, maxLength: 514 }), (raw) => {
        expect(decodeMapBlock(Buffer.from(raw), block, checksum)).toBe('bad')
      }),
    )
  })
})
