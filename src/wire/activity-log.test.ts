import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeLogSector, encodeLogSector, logSectorOffset } from './activity-log.ts'
import { logEntriesPerSector, sectorBytes } from './metadata-layout.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)
const sector = { index: 3, extentBytes: 4_194_304 }

function slots(...extents: number[]): number[] {
  return [...extents, ...Array.from({ length: logEntriesPerSector - extents.length }, () => -1)]
}

/** Puts the right checksum over whatever the sector holds now. */
function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32BE(0, 4)
  bytes.writeUInt32BE(checksum(bytes), 4)
  return bytes
}

describe('a sector of the activity log', () => {
  test('golden bytes', () => {
    const bytes = encodeLogSector(sector, slots(0, -1, 70_000), checksum)
    expect(bytes.length).toBe(sectorBytes)
    expect(bytes.subarray(0, 32).toString('hex')).toMatchInlineSnapshot(
      `"4b47414c232b55b0000000030040000000000001000000000001117100000000"`,
    )
    expect(bytes.subarray(28).every((byte) => byte === 0)).toBe(true)
    expect(logSectorOffset(0)).toBe(64 * 1024)
    expect(logSectorOffset(3)).toBe(64 * 1024 + 3 * 512)
  })

  test('any extents come back', () => {
    const extent = fc.integer({ min: -1, max: 2 ** 32 - 2 })
    const full = { minLength: logEntriesPerSector, maxLength: logEntriesPerSector }
    fc.assert(
      fc.property(fc.array(extent, full), fc.nat(9), (extents, index) => {
        const about = { index, extentBytes: 65_536 }
        expect(decodeLogSector(encodeLogSector(about, extents, checksum), about, checksum)).toEqual(
          extents,
        )
      }),
    )
  })

  test('a flipped bit makes it bad, never something else', () => {
    const bytes = encodeLogSector(sector, slots(1, 2, 3), checksum)
    for (let bit = 0; bit < sectorBytes * 8; bit += 1) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(decodeLogSector(damaged, sector, checksum)).toBeNull()
    }
  })

  test('whole, but of another place, extent size or kind', () => {
    const bytes = encodeLogSector(sector, slots(1), checksum)
    expect(decodeLogSector(bytes, { ...sector, index: 2 }, checksum)).toBeNull()
    expect(decodeLogSector(bytes, { ...sector, extentBytes: 8192 }, checksum)).toBeNull()
    expect(decodeLogSector(Buffer.alloc(sectorBytes), sector, checksum)).toBeNull()
    expect(decodeLogSector(bytes.subarray(1), sector, checksum)).toBeNull()
    const foreign = Buffer.from(bytes)
    foreign.write('KGDM', 0, 'latin1')
    expect(decodeLogSector(sealed(foreign), sector, checksum)).toBeNull()
  })

  test('arbitrary bytes, with the right checksum too, never throw', () => {
    const any = fc.uint8Array({ minLength: sectorBytes, maxLength: sectorBytes })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), any), fc.boolean(), (raw, seals) => {
        const bytes = Buffer.from(raw)
        if (seals && bytes.length === sectorBytes) sealed(bytes).write('KGAL', 0, 'latin1')
        if (seals && bytes.length === sectorBytes) sealed(bytes)
        const extents = decodeLogSector(bytes, sector, checksum)
        expect(extents === null || extents.length === logEntriesPerSector).toBe(true)
      }),
    )
  })
})
