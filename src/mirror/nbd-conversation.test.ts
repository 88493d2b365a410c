/** Whatever bytes come: nothing is thrown, little is held, and what is not NBD ends and is told. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NBD_CMD, NBD_OPT } from '../wire/nbd.ts'
import {
  clientFlags,
  FakeExport,
  go,
  goStructured,
  infoData,
  option,
  request,
  TestClient,
} from './nbd-conversation.fixtures.ts'

const beginnings = [Buffer.alloc(0), clientFlags, go, goStructured]
const bytesOfAll = 256 * 1024
const roomBytes = 1024 * 1024

function fed(bytes: Buffer, chunkBytes: number): TestClient {
  const client = new TestClient([new FakeExport('md1', bytesOfAll), new FakeExport('other', 4096)])
  client.room = { requests: 4, bytes: roomBytes }
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    client.conversation.push(bytes.subarray(at, at + chunkBytes))
    // Stalled for want of room that only taking the answers gives back.
    while (client.conversation.isStalled) {
      client.take()
      client.conversation.resume()
    }
  }
  client.take()
  return client
}

function isSound(client: TestClient): void {
  expect(client.bytesMost).toBeLessThanOrEqual(roomBytes)
  expect(client.lent).toBeLessThanOrEqual(1)
  // A write whose payload has not all come may be left.
  expect(client.conversation.inFlight).toBeLessThanOrEqual(1)
  if (client.seen.fault !== null) expect(client.seen.ended).toBe(true)
}

const chunkSizes = fc.integer({ min: 1, max: 70 })

test('arbitrary bytes, at any stage', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...beginnings),
      fc.uint8Array({ maxLength: 300 }),
      chunkSizes,
      (beginning, bytes, chunkBytes) => {
        const client = fed(Buffer.concat([beginning, bytes]), chunkBytes)
        isSound(client)
        // 28 bytes that are not a request are noticed at once.
        const first = Buffer.from(bytes).subarray(0, 4)
        const isRequest = first.equals(Buffer.from('25609513', 'hex'))
        const isLong = beginning.length > 4 && bytes.length >= 28
        if (isLong && !isRequest) expect(client.seen.fault).toBe('request')
      },
    ),
    { numRuns: 3000 },
  )
})

const anyOption = fc
  .tuple(fc.integer({ min: 0, max: 12 }), fc.uint8Array({ maxLength: 40 }))
  .map(([number, data]) => option(number, Buffer.from(data)))

test('well-formed options with arbitrary data, then bytes', () => {
  fc.assert(
    fc.property(fc.array(anyOption, { maxLength: 20 }), chunkSizes, (options, chunkBytes) => {
      isSound(fed(Buffer.concat([clientFlags, ...options]), chunkBytes))
    }),
    { numRuns: 1000 },
  )
})

const anyRequest = fc
  .record({
    command: fc.integer({ min: 0, max: 9 }),
    flags: fc.integer({ min: 0, max: 31 }),
    offset: fc.integer({ min: 0, max: bytesOfAll + 4096 }),
    length: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    payload: fc.integer({ min: 0, max: 5000 }),
  })
  .map(({ command, payload, ...fields }) => {
    const length = command === NBD_CMD.WRITE ? payload : fields.length
    const data = Buffer.alloc(command === NBD_CMD.WRITE ? payload : 0, 1)
    return { command, bytes: Buffer.concat([request(command, { ...fields, length }), data]) }
  })

test('well-formed requests of any kind are each answered, until goodbye', () => {
  fc.assert(
    fc.property(
      fc.array(anyRequest, { maxLength: 20 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 9000 }),
      (requests, structured, chunkBytes) => {
        const beginning = structured ? goStructured : go
        const all = [beginning, ...requests.map((each) => each.bytes)]
        const client = fed(Buffer.concat(all), chunkBytes)
        isSound(client)
        const goodbye = requests.findIndex((each) => each.command === NBD_CMD.DISC)
        expect(client.seen).toMatchObject({ ended: goodbye >= 0, fault: null })
        const expected = goodbye < 0 ? requests.length : goodbye
        expect(answersIn(client.seen.sent, beginning, requests)).toBe(expected)
      },
    ),
    { numRuns: 1000 },
  )
})

/** Replies that are done, counted by walking over what was sent. */
function answersIn(
  sent: Buffer,
  beginning: Buffer,
  requests: readonly { readonly command: number; readonly bytes: Buffer }[],
): number {
  const negotiation = new TestClient([new FakeExport('md1', bytesOfAll)])
  negotiation.send(beginning)
  const reads = requests.filter((each) => each.command === NBD_CMD.READ)
  let at = negotiation.seen.sent.length
  let count = 0
  while (at < sent.length) {
    const isChunk = sent.readUInt32BE(at) === 0x668e33ef
    if (!isChunk) expect(sent.readUInt32BE(at)).toBe(0x67446698)
    count += 1
    // All cookies are alike, so which read a simple reply belongs to follows from the order.
    const request = requests[count - 1]
    const isRead = reads.includes(request as (typeof reads)[number])
    const data = isRead && sent.readUInt32BE(at + 4) === 0 ? request?.bytes.readUInt32BE(24) : 0
    at += isChunk ? 20 + sent.readUInt32BE(at + 16) : 16 + (data ?? 0)
  }
  return count
}

test('a corrupted conversation is a conversation all the same', () => {
  const data = Buffer.alloc(100, 3)
  const whole = Buffer.concat([
    clientFlags,
    option(NBD_OPT.LIST),
    option(NBD_OPT.GO, infoData('md1', [1, 3])),
    request(NBD_CMD.WRITE, { length: data.length }),
    data,
    request(NBD_CMD.READ, { length: 100 }),
  ])
  for (let at = 0; at < whole.length; at += 1) {
    for (const flip of [1, 0x80, 0xff]) {
      const bytes = Buffer.from(whole)
      bytes[at] = (bytes[at] ?? 0) ^ flip
      isSound(fed(bytes, 17))
    }
  }
})
