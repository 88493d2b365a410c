import { describe, expect, test } from 'vitest'
import * as nbd from '../wire/nbd.ts'
import { encodeGreeting, optionBytesMax } from '../wire/nbd-option.ts'
import {
  clientFlags,
  contextData,
  FakeExport,
  infoData,
  option,
  replyTypes,
  request,
  TestClient,
} from './nbd-conversation.fixtures.ts'
import { transmissionFlags } from './nbd-negotiation.ts'

const { NBD_FLAG, NBD_OPT, NBD_REP } = nbd
const disk = new FakeExport('md1', 1024 * 1024)
const snapshot = new FakeExport('md1-snapshot', 4096)
snapshot.readOnly = true

function greeted(exports = [disk, snapshot]): TestClient {
  const client = new TestClient(exports)
  client.send(clientFlags)
  return client
}

const structured = option(NBD_OPT.STRUCTURED_REPLY)

describe('the greeting', () => {
  test('byte for byte', () => {
    expect(encodeGreeting().toString('hex')).toBe('4e42444d4147494349484156454f50540003')
  })

  test('unknown client flags, a wrong magic and too long an option are faults', () => {
    const faultAfter = (...chunks: Buffer[]) => {
      const client = new TestClient([disk])
      client.send(...chunks)
      return client.seen.fault
    }
    expect(faultAfter(Buffer.from([0, 0, 0, 8]))).toBe('client-flags')
    expect(faultAfter(clientFlags, Buffer.alloc(16, 1))).toBe('option-magic')
    const long = option(NBD_OPT.LIST)
    long.writeUInt32BE(0x7f000000, 12)
    expect(faultAfter(clientFlags, long)).toBe('option-too-long')
    const many = Array.from({ length: 1001 }, () => option(99))
    expect(faultAfter(clientFlags, Buffer.concat(many))).toBe('options')
  })
})

describe('an export by its name, in the old way', () => {
  test('is entered, with or without the zeroes', () => {
    const client = greeted()
    const sent = client.send(option(NBD_OPT.EXPORT_NAME, Buffer.from('md1')))
    expect(client.seen.entered).toBe(disk)
    expect(sent.toString('hex')).toBe('0000000000100000016d')
    const old = new TestClient([disk])
    expect(old.send(Buffer.from([0, 0, 0, 1]), option(NBD_OPT.EXPORT_NAME)).length).toBe(134)
  })

  test('one that there is not ends it, without a fault', () => {
    const client = greeted()
    client.send(option(NBD_OPT.EXPORT_NAME, Buffer.from('no')))
    expect(client.seen).toMatchObject({ ended: true, fault: null, entered: null })
  })
})

describe('options', () => {
  test.each([
    ['list', option(NBD_OPT.LIST), [NBD_REP.SERVER, NBD_REP.SERVER, NBD_REP.ACK]],
    ['list with data', option(NBD_OPT.LIST, Buffer.from('x')), [NBD_REP.ERR_INVALID]],
    [
      'info',
      option(NBD_OPT.INFO, infoData('md1', [1, 3])),
      [NBD_REP.INFO, NBD_REP.INFO, NBD_REP.INFO, NBD_REP.ACK],
    ],
    ['malformed info', option(NBD_OPT.INFO, Buffer.alloc(5)), [NBD_REP.ERR_INVALID]],
    ['info, name too long', option(NBD_OPT.INFO, Buffer.alloc(6, 255)), [NBD_REP.ERR_INVALID]],
    ['info on what is not', option(NBD_OPT.INFO, infoData('no')), [NBD_REP.ERR_UNKNOWN]],
    ['go to what is not', option(NBD_OPT.GO, infoData('no')), [NBD_REP.ERR_UNKNOWN]],
    ['TLS', option(5), [NBD_REP.ERR_UNSUP]],
    ['extended headers', option(11), [NBD_REP.ERR_UNSUP]],
    ['structured replies', structured, [NBD_REP.ACK]],
    ['structured with data', option(8, Buffer.from('x')), [NBD_REP.ERR_INVALID]],
    ['a long one', option(NBD_OPT.LIST, Buffer.alloc(optionBytesMax + 1)), [NBD_REP.ERR_TOO_BIG]],
    ['a long unknown one', option(77, Buffer.alloc(100_000)), [NBD_REP.ERR_TOO_BIG]],
  ])('%s', (_name, bytes, types) => {
    const client = greeted()
    expect(replyTypes(client.send(bytes))).toEqual(types)
    expect(client.seen).toMatchObject({ ended: false, entered: null })
    // One byte at a time, and whatever was refused, it goes on.
    const slow = greeted()
    slow.send(...Array.from(bytes, (byte) => Buffer.from([byte])))
    slow.send(option(NBD_OPT.GO, infoData('md1')))
    expect(slow.seen.entered).toBe(disk)
  })

  test('the bytes of what GO tells', () => {
    const sent = greeted().send(structured, option(NBD_OPT.GO, infoData('md1-snapshot', [1])))
    const flags = '018f'
    const reply = (type: string, data: string) =>
      `0003e889045565a900000007${type}${(data.length / 2).toString(16).padStart(8, '0')}${data}`
    expect(sent.subarray(20).toString('hex')).toBe(
      reply('00000003', `00000000000000001000${flags}`) +
        reply('00000003', `0001${Buffer.from('md1-snapshot').toString('hex')}`) +
        reply('00000003', '0003000000010000100002000000') +
        reply('00000001', ''),
    )
  })

  test('abort is answered, then it is over', () => {
    const client = greeted()
    expect(replyTypes(client.send(option(NBD_OPT.ABORT)))).toEqual([NBD_REP.ACK])
    expect(client.seen).toMatchObject({ ended: true, fault: null })
    expect(client.send(option(NBD_OPT.LIST), Buffer.alloc(100)).length).toBe(0)
  })

  test('where nothing is served, everything is answered and nothing entered', () => {
    const client = greeted([])
    expect(replyTypes(client.send(option(NBD_OPT.LIST)))).toEqual([NBD_REP.ACK])
    const tried = client.send(option(NBD_OPT.GO, infoData('')), option(NBD_OPT.GO, infoData('md1')))
    expect(replyTypes(tried)).toEqual([NBD_REP.ERR_UNKNOWN, NBD_REP.ERR_UNKNOWN])
    expect(client.seen).toMatchObject({ ended: false, entered: null })
  })

  test('one client too many is told so', () => {
    const client = greeted()
    client.admitsClients = false
    const info = option(NBD_OPT.INFO, infoData(''))
    expect(replyTypes(client.send(info)).at(-1)).toBe(NBD_REP.ACK)
    expect(replyTypes(client.send(option(NBD_OPT.GO, infoData(''))))).toEqual([NBD_REP.ERR_POLICY])
    client.send(option(NBD_OPT.EXPORT_NAME))
    expect(client.seen).toMatchObject({ ended: true, fault: null, entered: null })
  })

  test('the flags of each kind of export', () => {
    expect(transmissionFlags(disk, false) & NBD_FLAG.READ_ONLY).toBe(0)
    expect(transmissionFlags(disk, true) & NBD_FLAG.SEND_DF).not.toBe(0)
    const { READ_ONLY, SEND_TRIM, SEND_WRITE_ZEROES } = NBD_FLAG
    const flags = transmissionFlags(snapshot, false)
    expect(flags & (READ_ONLY | SEND_TRIM | SEND_WRITE_ZEROES)).toBe(READ_ONLY)
  })
})

describe('metadata contexts', () => {
  const { LIST_META_CONTEXT, SET_META_CONTEXT } = NBD_OPT
  const found = [NBD_REP.META_CONTEXT, NBD_REP.ACK]

  test.each<[string, number, readonly string[], readonly number[]]>([
    ['list all', LIST_META_CONTEXT, [], found],
    ['list base:', LIST_META_CONTEXT, ['base:'], found],
    ['list it', LIST_META_CONTEXT, ['qemu:x', 'base:allocation'], found],
    ['list others', LIST_META_CONTEXT, ['qemu:', 'base:no', 'x'], [NBD_REP.ACK]],
    ['set none', SET_META_CONTEXT, [], [NBD_REP.ACK]],
    ['set the wildcard', SET_META_CONTEXT, ['base:'], [NBD_REP.ACK]],
    ['set it', SET_META_CONTEXT, ['base:allocation', 'base:allocation'], found],
  ])('%s', (_name, number, queries, types) => {
    const client = greeted()
    client.send(structured)
    expect(replyTypes(client.send(option(number, contextData('md1', queries))))).toEqual(types)
  })

  test('not before structured replies, not of an unknown export, not malformed', () => {
    const client = greeted()
    const set = option(SET_META_CONTEXT, contextData('md1', ['base:allocation']))
    expect(replyTypes(client.send(set))).toEqual([NBD_REP.ERR_INVALID])
    client.send(structured)
    const unknown = option(SET_META_CONTEXT, contextData('no', ['base:allocation']))
    expect(replyTypes(client.send(unknown))).toEqual([NBD_REP.ERR_UNKNOWN])
    const whole = contextData('md1', ['base:allocation'])
    for (let length = 0; length < whole.length; length += 1) {
      const cut = option(SET_META_CONTEXT, whole.subarray(0, length))
      expect(replyTypes(client.send(cut))).toEqual([NBD_REP.ERR_INVALID])
    }
    const longer = option(SET_META_CONTEXT, Buffer.concat([whole, Buffer.alloc(1)]))
    expect(replyTypes(client.send(longer))).toEqual([NBD_REP.ERR_INVALID])
  })

  test('it counts for the export it was asked for alone, and a failure takes it back', () => {
    const set = option(SET_META_CONTEXT, contextData('md1', ['base:allocation']))
    const status = request(nbd.NBD_CMD.BLOCK_STATUS, { length: 4096 })
    const typeAfter = (...options: Buffer[]) => {
      const client = greeted()
      client.send(structured, ...options)
      return client.send(status).readUInt16BE(6)
    }
    const goTo = (name: string) => option(NBD_OPT.GO, infoData(name))
    expect(typeAfter(set, goTo('md1'))).toBe(5)
    expect(typeAfter(set, goTo(''))).toBe(5)
    expect(typeAfter(set, goTo('md1-snapshot'))).toBe(0x8001)
    expect(typeAfter(set, option(SET_META_CONTEXT), goTo('md1'))).toBe(0x8001)
  })
})
