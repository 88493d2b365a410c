import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeSlot,
  decodeSuperblock,
  encodeSlot,
  type ReplicaRecord,
  slotBytes,
  superblockVersion,
} from './superblock.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)

const sample: ReplicaRecord = {
  diskId: '00112233445566778899aabbccddeeff',
  sizeBytes: 64 * 1024 * 1024,
  dataPartition: { sizeBytes: 67_109_376, identity: '2d1a6b7c-01' },
  state: 'consistent',
  alone: true,
  failed: false,
  wasActive: true,
  outdated: { asker: 'SERVER2', breakNumber: 3, atMs: 1_790_000_000_000 },
  generation: 'aaaaaaaaaaaaaaaa',
  base: '0',
  history: ['bbbbbbbbbbbbbbbb', 'cccccccccccccccc'],
  activationTerm: 12,
  peerTerm: 11,
  session: 9,
  sessionConfirmed: 8,
  bootId: '5f0c7a52-5d7e-4d39-a1f1-0d6a1b1f8a11',
  behind: false,
  copySession: 9,
  layout: { granuleBytes: 4096, extentBytes: 4_194_304, logSlots: 1240 },
}

const generation = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((value) => (value === 0n ? '0' : value.toString(16).padStart(16, '0')))
const count = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const text = fc.string({ maxLength: 9 }).filter((value) => !value.includes('\0'))
const records: fc.Arbitrary<ReplicaRecord> = fc.record({
  diskId: fc
    .uint8Array({ minLength: 16, maxLength: 16 })
    .map((b) => Buffer.from(b).toString('hex')),
  sizeBytes: count,
  dataPartition: fc.record({ sizeBytes: count, identity: text }),
  state: fc.constantFrom('creating', 'never-built', 'inconsistent', 'consistent'),
  alone: fc.boolean(),
  failed: fc.boolean(),
  wasActive: fc.boolean(),
  outdated: fc.option(fc.record({ asker: text, breakNumber: count, atMs: count })),
  generation,
  base: generation,
  history: fc.array(generation, { maxLength: 32 }),
  activationTerm: count,
  peerTerm: count,
  session: count,
  sessionConfirmed: count,
  bootId: text,
  behind: fc.boolean(),
  copySession: count,
  layout: fc.option(
    fc.record({
      granuleBytes: fc.constantFrom(4096, 65_536),
      extentBytes: fc.constantFrom(65_536, 4_194_304),
      logSlots: fc.integer({ min: 4, max: 1240 }),
    }),
  ),
})

/** Puts the right checksum over whatever the slot holds now. */
function sealed(slot: Buffer): Buffer {
  slot.writeUInt32BE(0, 12)
  slot.writeUInt32BE(checksum(slot), 12)
  return slot
}

describe('a slot', () => {
  test('golden bytes', () => {
    const slot = encodeSlot(sample, 5, checksum)
    expect(slot.length).toBe(slotBytes)
    expect(slot.subarray(0, 320).toString('hex')).toMatchInlineSnapshot(
      `"4b4147414d49534200000002fa5c84f6000000000000000500112233445566778899aabbccddeeff0000000004000000000000000400020032643161366237632d30310000000000000000000000000000000000000000000000000000000000000000040000000baaaaaaaaaaaaaaaa0000000000000000000000000000000c000000000000000b000000000000000900000000000000080000000000000003000001a0c4506c005345525645523200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000035663063376135322d356437652d346433392d613166312d3064366131623166386131310000000000000002bbbbbbbbbbbbbbbbcccccccccccccccc00000000000000000000000000000000000000000000000000000000"`,
    )
  })

  test('any record comes back', () => {
    fc.assert(
      fc.property(records, count, (record, sequence) => {
        const reading = decodeSlot(encodeSlot(record, sequence, checksum), checksum)
        expect(reading).toEqual({ kind: 'record', sequence, record })
      }),
    )
  })

  test('a flipped bit makes it unreadable, never something else', () => {
    const slot = encodeSlot(sample, 5, checksum)
    for (let bit = 0; bit < slotBytes * 8; bit += 13) {
      const damaged = Buffer.from(slot)
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(decodeSlot(damaged, checksum).kind).toBe('unreadable')
    }
  })

  test('golden bytes of the layout, at the end', () => {
    const slot = encodeSlot(sample, 5, checksum)
    expect(slot.subarray(532, 552).toString('hex')).toBe('0000100000400000000004d80000000000000009')
    expect(slot.subarray(552).every((byte) => byte === 0)).toBe(true)
  })

  test('arbitrary fields under a right checksum never throw', () => {
    const bytes = fc.uint8Array({ minLength: 0, maxLength: 600 })
    fc.assert(
      fc.property(bytes, fc.nat(600), (raw, at) => {
        const slot = encodeSlot(sample, 5, checksum)
        slot.set(raw, at)
        slot.write('KAGAMISB', 0, 'latin1')
        const reading = decodeSlot(sealed(slot), checksum)
        if (reading.kind !== 'record') return
        const { record } = reading
        expect(record.history.length).toBeLessThanOrEqual(32)
        expect(record.layout === null || record.layout.granuleBytes >= 4096).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test('arbitrary bytes are never a record', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: slotBytes, maxLength: slotBytes }), (raw) => {
        expect(decodeSlot(Buffer.from(raw), checksum).kind).toMatch(/unreadable|blank/)
      }),
      { numRuns: 30 },
    )
  })

  test('a layout that cannot be is no record; version 1 had none', () => {
    const slot = encodeSlot(sample, 5, checksum)
    slot.writeUInt32BE(5000, 532)
    expect(decodeSlot(sealed(slot), checksum).kind).toBe('unreadable')
    const first = encodeSlot({ ...sample, layout: null }, 5, checksum)
    first.writeUInt32BE(1, 8)
    expect(decodeSlot(sealed(first), checksum)).toMatchObject({
      kind: 'record',
      record: { layout: null },
    })
    first.writeUInt32BE(0, 8)
    expect(decodeSlot(sealed(first), checksum).kind).toBe('unreadable')
  })

  test('blank, foreign, newer', () => {
    expect(decodeSlot(Buffer.alloc(slotBytes), checksum).kind).toBe('blank')
    expect(decodeSlot(Buffer.alloc(slotBytes, 1), checksum).kind).toBe('unreadable')
    expect(decodeSlot(Buffer.alloc(7), checksum).kind).toBe('unreadable')
    const newer = encodeSlot(sample, 5, checksum)
    newer.writeUInt32BE(superblockVersion + 1, 8)
    expect(decodeSlot(sealed(newer), checksum)).toEqual({
      kind: 'newer',
      version: superblockVersion + 1,
    })
  })
})

describe('both slots', () => {
  const older = encodeSlot(sample, 5, checksum)
  const later = encodeSlot({ ...sample, alone: false }, 6, checksum)
  const torn = Buffer.concat([later.subarray(0, 100), older.subarray(100)])
  const blank = Buffer.alloc(slotBytes)
  const cases: [string, Buffer, Buffer, object][] = [
    ['equal', later, later, { kind: 'record', sequence: 6, behind: null }],
    ['cut between the two', later, older, { kind: 'record', sequence: 6, behind: 1 }],
    ['the other order', older, later, { kind: 'record', sequence: 6, behind: 0 }],
    ['the first one torn', torn, older, { kind: 'record', sequence: 5, behind: 0 }],
    ['the second one torn', later, torn, { kind: 'record', sequence: 6, behind: 1 }],
    ['only the first ever written', older, blank, { kind: 'record', sequence: 5, behind: 1 }],
    ['both torn', torn, torn, { kind: 'unreadable' }],
    ['one torn, one blank', torn, blank, { kind: 'unreadable' }],
    ['both blank', blank, blank, { kind: 'blank' }],
  ]
  test.each(cases)('%s', (_name, first, second, expected) => {
    expect(decodeSuperblock([first, second], checksum)).toMatchObject(expected)
  })
})
