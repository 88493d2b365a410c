import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as nbd from '../wire/nbd.ts'
import { type BlockRequest, NbdConversation, transmissionFlags } from './nbd-conversation.ts'

const exported = { name: 'md1', sizeBytes: 1024 * 1024 }

function converse(chunks: readonly Buffer[]) {
  const sent: Buffer[] = []
  const requests: { request: BlockRequest; cookie: bigint }[] = []
  const seen = { entered: false, ended: false }
  const conversation = new NbdConversation(exported, {
    send: (bytes) => sent.push(bytes),
    request: (request, cookie) => requests.push({ request, cookie }),
    entered: () => {
      seen.entered = true
    },
    ended: () => {
      seen.ended = true
    },
  })
  for (const chunk of chunks) conversation.push(chunk)
  return { sent: Buffer.concat(sent).subarray(18), requests, ...seen }
}

function option(number: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(16)
  header.writeBigUInt64BE(nbd.IHAVEOPT, 0)
  header.writeUInt32BE(number, 8)
  header.writeUInt32BE(data.length, 12)
  return Buffer.concat([header, data])
}

function infoData(name: string, wants: readonly number[] = []): Buffer {
  const data = Buffer.alloc(6 + name.length + wants.length * 2)
  data.writeUInt32BE(name.length, 0)
  data.write(name, 4)
  data.writeUInt16BE(wants.length, 4 + name.length)
  wants.forEach((want, index) => data.writeUInt16BE(want, 6 + name.length + index * 2))
  return data
}

function request(
  command: number,
  fields: { flags?: number; offset?: number; length?: number },
): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(nbd.NBD_REQUEST_MAGIC, 0)
  bytes.writeUInt16BE(fields.flags ?? 0, 4)
  bytes.writeUInt16BE(command, 6)
  bytes.writeBigUInt64BE(77n, 8)
  bytes.writeBigUInt64BE(BigInt(fields.offset ?? 0), 16)
  bytes.writeUInt32BE(fields.length ?? 0, 24)
  return bytes
}

const clientFlags = Buffer.from([0, 0, 0, 3])
const go = [clientFlags, option(nbd.NBD_OPT.GO, infoData(''))]
const errorOf = (sent: Buffer): number => sent.subarray(-16).readUInt32BE(4)

describe('negotiation', () => {
  test('the greeting, byte for byte', () => {
    expect(nbd.encodeGreeting().toString('hex')).toBe('4e42444d4147494349484156454f50540003')
  })

  test('an export by its name, in the old way', () => {
    const { sent, entered } = converse([
      clientFlags,
      option(nbd.NBD_OPT.EXPORT_NAME, Buffer.from('md1')),
    ])
    expect(entered).toBe(true)
    expect(sent.readBigUInt64BE(0)).toBe(BigInt(exported.sizeBytes))
    expect(sent.readUInt16BE(8)).toBe(transmissionFlags)
    expect(sent.length).toBe(10)
    const withZeroes = converse([Buffer.from([0, 0, 0, 1]), option(1, Buffer.alloc(0))])
    expect(withZeroes.sent.length).toBe(134)
  })

  test('an unknown export is refused, and asked for by GO it goes on', () => {
    expect(converse([clientFlags, option(1, Buffer.from('no'))])).toMatchObject({ ended: true })
    const { sent, entered } = converse([clientFlags, option(nbd.NBD_OPT.GO, infoData('no'))])
    expect(sent.readUInt32BE(12)).toBe(nbd.NBD_REP.ERR_UNKNOWN)
    expect(entered).toBe(false)
  })

  test.each([
    ['list', option(nbd.NBD_OPT.LIST), nbd.NBD_REP.SERVER],
    ['list with data', option(nbd.NBD_OPT.LIST, Buffer.from('x')), nbd.NBD_REP.ERR_INVALID],
    ['info', option(nbd.NBD_OPT.INFO, infoData('md1', [1, 3])), nbd.NBD_REP.INFO],
    ['malformed info', option(nbd.NBD_OPT.INFO, Buffer.alloc(5)), nbd.NBD_REP.ERR_INVALID],
    ['info with a name too long', option(6, Buffer.alloc(6, 0xff)), nbd.NBD_REP.ERR_INVALID],
    ['TLS', option(5), nbd.NBD_REP.ERR_UNSUP],
    ['structured replies', option(8), nbd.NBD_REP.ERR_UNSUP],
    ['abort', option(nbd.NBD_OPT.ABORT), nbd.NBD_REP.ACK],
  ])('%s', (_name, bytes, reply) => {
    const { sent, entered } = converse([clientFlags, bytes])
    expect(sent.readUInt32BE(12)).toBe(reply)
    expect(entered).toBe(false)
  })

  test.each([
    ['unknown client flags', [Buffer.from([0, 0, 0, 8])]],
    ['a wrong magic', [clientFlags, Buffer.alloc(16, 1)]],
    [
      'an option too long',
      [clientFlags, Buffer.concat([option(7).subarray(0, 12), Buffer.alloc(4, 0x7f)])],
    ],
    ['a wrong request magic', [...go, Buffer.alloc(28)]],
    ['a write beyond the limit', [...go, request(1, { length: nbd.requestBytesMax + 1 })]],
    ['goodbye', [...go, request(nbd.NBD_CMD.DISC, {})]],
  ])('%s ends it', (_name, chunks) => {
    expect(converse(chunks).ended).toBe(true)
  })
})

describe('requests', () => {
  test('each kind, with its flags', () => {
    const data = Buffer.from('abcd')
    const { requests } = converse([
      ...go,
      request(nbd.NBD_CMD.READ, { offset: 1, length: 3 }),
      request(nbd.NBD_CMD.WRITE, { offset: 8, length: 4, flags: 1 }),
      data,
      request(nbd.NBD_CMD.WRITE_ZEROES, { offset: 16, length: 9, flags: 2 }),
      request(nbd.NBD_CMD.FLUSH, {}),
    ])
    expect(requests.map((each) => each.request)).toEqual([
      { kind: 'read', offset: 1, length: 3 },
      { kind: 'write', offset: 8, data, fua: true },
      { kind: 'zero', offset: 16, length: 9, fua: false },
      { kind: 'flush' },
    ])
    expect(requests.every((each) => each.cookie === 77n)).toBe(true)
  })

  test.each([
    ['read past the end', [request(0, { offset: 1024 * 1024, length: 1 })], nbd.NBD_EINVAL],
    [
      'write past the end',
      [request(1, { offset: 1024 * 1024, length: 1 }), Buffer.alloc(1)],
      nbd.NBD_ENOSPC,
    ],
    ['zero past the end', [request(6, { offset: 1, length: 1024 * 1024 })], nbd.NBD_ENOSPC],
    ['a read of nothing', [request(0, {})], nbd.NBD_EINVAL],
    ['trim', [request(4, { length: 4096 })], nbd.NBD_EINVAL],
    ['an unknown flag', [request(0, { length: 1, flags: 64 })], nbd.NBD_EINVAL],
    [
      'a huge offset',
      [Buffer.concat([request(0, {}).subarray(0, 16), Buffer.alloc(12, 0xff)])],
      nbd.NBD_EINVAL,
    ],
  ])('%s gets an error, and the next request is understood', (_name, chunks, error) => {
    const { sent, requests, ended } = converse([...go, ...chunks, request(3, {})])
    expect(errorOf(sent)).toBe(error)
    expect(requests.map((each) => each.request.kind)).toEqual(['flush'])
    expect(ended).toBe(false)
  })

  test('one byte at a time', () => {
    const whole = Buffer.concat([
      ...go,
      request(1, { length: 5 }),
      Buffer.from('hello'),
      request(3, {}),
    ])
    const { requests } = converse(Array.from(whole, (byte) => Buffer.from([byte])))
    expect(requests.map((each) => each.request.kind)).toEqual(['write', 'flush'])
  })

  test('arbitrary bytes never throw, before or after negotiation', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, negotiated) => {
        converse([...(negotiated ? go : []), Buffer.from(bytes)])
      }),
      { numRuns: 2000 },
    )
  })
})
