import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  decodeMessage,
  encodeMessage,
  messageType,
  type PeerMessage,
  pieceBytesMax,
  type ReplicaView,
} from './peer-message.ts'

const view: ReplicaView = {
  server: 'SERVER1',
  known: true,
  bound: true,
  diskId: '00112233445566778899aabbccddeeff',
  sizeBytes: 4096,
  state: 'consistent',
  alone: false,
  outdated: false,
  failed: false,
  active: true,
  restarted: false,
  generation: 'aaaaaaaaaaaaaaaa',
  base: '0',
  history: ['bbbbbbbbbbbbbbbb'],
  activationTerm: 1,
  session: 2,
  sessionConfirmed: 2,
  copySession: 0,
  granuleBytes: 4096,
  behind: false,
  mode: 'sync',
  discardsOld: false,
  partitionBytes: 4096,
  breakNumber: 0,
}

const messages: PeerMessage[] = [
  { type: 'record', view },
  { type: 'ready', session: 3 },
  { type: 'copy', offset: 4096, data: Buffer.from('data') },
  { type: 'copy-zero', offset: 4096, length: 2 ** 20 },
  { type: 'zero', offset: 4096, length: 2 ** 40, fua: false },
  { type: 'write', offset: 1, data: Buffer.from('x'), fua: true },
  { type: 'write', offset: 1, data: Buffer.from('x'), fua: false },
  { type: 'zero', offset: 512, length: 7, fua: true },
  { type: 'flush' },
  { type: 'done', runs: [{ first: 99, last: 99 }], ok: false },
  {
    type: 'done',
    runs: [
      { first: 1, last: 7 },
      { first: 9, last: 9 },
    ],
    ok: true,
  },
  { type: 'commit', generation: 'aaaaaaaaaaaaaaaa', history: [] },
  { type: 'committed' },
  { type: 'activated', term: 5 },
  { type: 'deactivated' },
  { type: 'read', offset: 0, length: 4096 },
  { type: 'data', sequence: 4, data: Buffer.from('data') },
  { type: 'data', sequence: 4, data: null },
  { type: 'goodbye' },
  { type: 'map', pages: [{ index: 3, words: new Uint32Array(124).fill(5) }] },
  { type: 'compare', offset: 4096, length: 8192, digest: Buffer.alloc(32, 7) },
  { type: 'compared', sequence: 8, equal: true },
  { type: 'compared', sequence: 8, equal: false },
  { type: 'detached' },
  { type: 'detach' },
  { type: 'behind' },
  { type: 'lose', generation: '0' },
  { type: 'lose', generation: 'aaaaaaaaaaaaaaaa' },
  { type: 'extend', sizeBytes: 8192 },
]

function roundTrip(message: PeerMessage): PeerMessage | null {
  const { type, flags, parts } = encodeMessage(message)
  return decodeMessage(type, flags, Buffer.concat([...parts]))
}

describe('messages', () => {
  test.each(messages)('$type comes back', (message) => {
    expect(roundTrip(message)).toEqual(message)
  })

  test('golden bytes of a write', () => {
    const write = { type: 'write', offset: 0x123456, data: Buffer.from('ab'), fua: true } as const
    const { type, flags, parts } = encodeMessage(write)
    expect([type, flags, Buffer.concat([...parts]).toString('hex')]).toEqual([
      6,
      1,
      '00000000001234566162',
    ])
  })

  test.each([
    ['unknown type', 99, 0, Buffer.alloc(16)],
    ['a flag where there is none', messageType.copy, 1, Buffer.alloc(16)],
    ['an unknown flag', messageType.write, 2, Buffer.alloc(16)],
    ['a write of nothing', messageType.write, 0, Buffer.alloc(8)],
    ['a zero of nothing', messageType.zero, 0, Buffer.alloc(16)],
    ['a short number', messageType.ready, 0, Buffer.alloc(7)],
    ['a number too high', messageType.ready, 0, Buffer.alloc(8, 0xff)],
    ['more than nothing', messageType.flush, 0, Buffer.alloc(1)],
    ['no JSON', messageType.record, 0, Buffer.from('{')],
    ['other JSON', messageType.record, 0, Buffer.from('{"known":true}')],
    [
      'a generation that is none',
      messageType.commit,
      0,
      Buffer.from('{"generation":"x","history":[]}'),
    ],
  ] as const)('%s is refused', (_name, type, flags, payload) => {
    expect(decodeMessage(type, flags, payload)).toBeNull()
  })

  test('a read beyond the limit is refused', () => {
    expect(roundTrip({ type: 'read', offset: 0, length: pieceBytesMax + 1 })).toBeNull()
  })

  test('arbitrary bytes never throw', () => {
    const type = fc.integer({ min: 0, max: 40 })
    fc.assert(
      fc.property(type, fc.nat(3), fc.uint8Array({ maxLength: 64 }), (type, flags, bytes) => {
        decodeMessage(type, flags, Buffer.from(bytes))
      }),
      { numRuns: 2000 },
    )
  })
})
