import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeHeartbeat, encodeHeartbeat, type Mac } from './heartbeat.ts'

const macOf =
  (key: string): Mac =>
  (...parts) => {
    const hash = createHmac('sha256', key)
    for (const part of parts) hash.update(part)
    return hash.digest()
  }
const mac = macOf('the cluster key')
const body = Buffer.from('{"sequence":1}')

describe('heartbeat packet', () => {
  test('golden bytes', () => {
    const packet = Buffer.from(encodeHeartbeat(body, mac))
    expect(packet.subarray(0, 8).toString('hex')).toBe('4b47484200010000')
    expect(packet.subarray(8, 40)).toEqual(Buffer.from(mac(packet.subarray(0, 8), body)))
    expect(packet.subarray(40)).toEqual(body)
  })

  test('every body comes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 2000 }), (bytes) => {
        expect(decodeHeartbeat(encodeHeartbeat(bytes, mac), mac)).toEqual(bytes)
      }),
    )
  })

  test('another key, one flipped bit anywhere, or a cut packet: nothing gets through', () => {
    const packet = encodeHeartbeat(body, mac)
    expect(decodeHeartbeat(packet, macOf('another key'))).toBe(null)
    for (let bit = 0; bit < packet.length * 8; bit += 1) {
      const broken = Uint8Array.from(packet)
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(decodeHeartbeat(broken, mac)).toBe(null)
    }
    for (let length = 0; length < packet.length; length += 1) {
      expect(decodeHeartbeat(packet.subarray(0, length), mac)).toBe(null)
    }
  })

  test('garbage of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(decodeHeartbeat(bytes, mac)).toBe(null)
      }),
    )
    expect(decodeHeartbeat(new Uint8Array(65_507), mac)).toBe(null)
  })
})
