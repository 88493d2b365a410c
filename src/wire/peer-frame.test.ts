import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createFrameReader,
  encodeFrame,
  type Frame,
  frameHeaderBytes,
  framePayloadBytesMax,
} from './peer-frame.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)

function encode(frame: Frame): Buffer {
  const { payload, ...header } = frame
  return encodeFrame(header, payload, checksum)
}

function readAll(chunks: readonly Buffer[]): (Frame | string)[] {
  const reader = createFrameReader(checksum)
  reader.payloadBytesMax = framePayloadBytesMax
  const read: (Frame | string)[] = []
  for (const chunk of chunks) {
    reader.push(chunk)
    for (let next = reader.next(); next !== null; next = reader.next()) {
      // A payload is valid until the next frame is asked for.
      read.push(typeof next === 'string' ? next : { ...next, payload: Buffer.from(next.payload) })
      if (typeof next === 'string') return read
    }
  }
  return read
}

/** As a stream reads that asks for the place: so much at a time. */
function readInPlace(bytes: Buffer, sizeMax: number) {
  const reader = createFrameReader(checksum)
  reader.payloadBytesMax = framePayloadBytesMax
  const read: (Frame | string)[] = []
  let inPlace = 0
  for (let at = 0; at < bytes.length; ) {
    const place = reader.place()
    const into = place ?? Buffer.allocUnsafeSlow(sizeMax)
    const size = Math.min(sizeMax, into.length, bytes.length - at)
    bytes.copy(into, 0, at, at + size)
    if (place !== null) inPlace += size
    at += size
    reader.push(into.subarray(0, size))
    for (let next = reader.next(); next !== null; next = reader.next()) {
      read.push(typeof next === 'string' ? next : { ...next, payload: Buffer.from(next.payload) })
      if (typeof next === 'string') return { read, inPlace }
    }
  }
  return { read, inPlace }
}

const sample: Frame = {
  type: 6,
  flags: 1,
  session: 0x112233445566,
  term: 7,
  sequence: 258,
  ack: 257,
  payload: Buffer.from('hello'),
}

const number = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const frames = fc.record({
  type: fc.integer({ min: 0, max: 255 }),
  flags: fc.integer({ min: 0, max: 65_535 }),
  session: number,
  term: number,
  sequence: number,
  ack: number,
  payload: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
})

describe('frames', () => {
  test.each([1, 56, 5000, 65_536, 262_144])(
    'read to their place, %i bytes at a time',
    (sizeMax) => {
      const payloads = [300_000, 0, 20_000, 100, 70_000, 262_152, 56]
      const list = payloads.map((length, index) => ({
        ...sample,
        sequence: index + 1,
        payload: Buffer.alloc(length, index + 1),
      }))
      const bytes = Buffer.concat(list.map(encode))
      const { read, inPlace } = readInPlace(bytes, sizeMax)
      expect(read).toEqual(list)
      expect(inPlace).toBeGreaterThan(sizeMax < 100_000 ? 400_000 : 100_000)
      const bad = Buffer.from(bytes)
      bad[100_000] = 0xff
      expect(readInPlace(bad, sizeMax).read).toEqual(['bad-payload-checksum'])
    },
  )

  test('one long payload after the other is not copied, nor are the headers in between', () => {
    const long = encode({ ...sample, payload: Buffer.alloc(262_144, 1) })
    const short = encode(sample)
    const { read, inPlace } = readInPlace(Buffer.concat([long, long, long, short, short]), 65_536)
    expect(read.length).toBe(5)
    expect(inPlace).toBeGreaterThan(3 * 262_144 - 65_536)
    expect(inPlace).toBeLessThanOrEqual(3 * long.length + 56)
  })

  test('golden bytes', () => {
    expect(encode(sample).toString('hex')).toMatchInlineSnapshot(
      `"4b474d46020600010000112233445566000000000000000700000000000001020000000000000101000000059a71bb4c0000000038711cd668656c6c6f"`,
    )
  })

  test('one byte at a time', () => {
    const bytes = Buffer.concat([encode(sample), encode({ ...sample, sequence: 259 })])
    const chunks = Array.from(bytes, (byte) => Buffer.from([byte]))
    expect(readAll(chunks)).toEqual([sample, { ...sample, sequence: 259 }])
  })

  test('any frames, cut anywhere, come back', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 5 }), fc.nat(), (sent, cut) => {
        const bytes = Buffer.concat(sent.map((frame) => encode(frame)))
        const at = bytes.length === 0 ? 0 : cut % bytes.length
        expect(readAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(sent)
      }),
    )
  })

  test('the checksum of the header is crc32c', () => {
    const bytes = encode(sample)
    expect(bytes.readUInt32BE(52)).toBe(crc32c(bytes.subarray(0, 52)))
  })

  test('every flipped bit is noticed', () => {
    const bytes = encode(sample)
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const damaged = Buffer.from(bytes)
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7))
      const read = readAll([damaged])
      expect(read.every((frame) => typeof frame === 'string')).toBe(true)
    }
  })

  test('arbitrary bytes never give a frame, nor an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readAll([Buffer.from(bytes)]).every((frame) => typeof frame === 'string')).toBe(true)
      }),
    )
  })

  test('a payload beyond the limit ends the reader before it is waited for', () => {
    const reader = createFrameReader(checksum)
    reader.payloadBytesMax = 4
    reader.push(encode(sample).subarray(0, frameHeaderBytes))
    expect(reader.next()).toBe('too-long')
    reader.push(encode({ ...sample, payload: Buffer.alloc(0) }))
    expect(reader.next()).toBe('too-long')
  })
})
