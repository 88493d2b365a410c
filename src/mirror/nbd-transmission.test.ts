import { describe, expect, test } from 'vitest'
import * as nbd from '../wire/nbd.ts'
import {
  FakeExport,
  go,
  goStructured,
  option,
  request,
  TestClient,
} from './nbd-conversation.fixtures.ts'

const { NBD_CMD, NBD_CMD_FLAG } = nbd
const mebibyte = 1024 * 1024
const cookie = '8877665544332211'

function entered(options: { structured?: boolean; exported?: FakeExport } = {}) {
  const disk = options.exported ?? new FakeExport('md1', 4 * mebibyte)
  const client = new TestClient([disk])
  client.send(options.structured ? goStructured : go)
  return { client, disk }
}

const simple = (error: number) => `67446698${error.toString(16).padStart(8, '0')}${cookie}`
const errorChunk = (error: number) =>
  `668e33ef00018001${cookie}00000006${error.toString(16).padStart(8, '0')}0000`

/** The error of a reply that is the last thing sent. */
const errorOf = (sent: Buffer): number => sent.subarray(-16).readUInt32BE(4)

describe('requests', () => {
  test('each kind, with its flags', () => {
    const { client, disk } = entered()
    const data = Buffer.from('abcd')
    const sent = client.send(
      request(NBD_CMD.READ, { offset: 1, length: 3 }),
      request(NBD_CMD.WRITE, { offset: 8, length: 4, flags: NBD_CMD_FLAG.FUA }),
      data,
      request(NBD_CMD.WRITE_ZEROES, { offset: 16, length: 9, flags: NBD_CMD_FLAG.NO_HOLE }),
      request(NBD_CMD.TRIM, { offset: 4096, length: 8192 }),
      request(NBD_CMD.FLUSH, { flags: NBD_CMD_FLAG.FUA }),
    )
    expect(disk.asked).toEqual([
      { kind: 'read', offset: 1, length: 3 },
      { kind: 'write', offset: 8, data, fua: true },
      { kind: 'zero', offset: 16, length: 9, fua: false, noHole: true },
      { kind: 'trim', offset: 4096, length: 8192, fua: false },
      { kind: 'flush' },
    ])
    expect(sent.toString('hex')).toBe(`${simple(0)}000000${simple(0).repeat(4)}`)
  })

  test.each<[string, Buffer[], number]>([
    ['read past the end', [request(0, { offset: 4 * mebibyte, length: 1 })], nbd.NBD_EINVAL],
    ['write past the end', [request(1, { offset: 4 * mebibyte, length: 1 }), Buffer.alloc(1)], 28],
    ['zero past the end', [request(6, { offset: 1, length: 4 * mebibyte })], nbd.NBD_ENOSPC],
    ['trim past the end', [request(4, { offset: 1, length: 4 * mebibyte })], nbd.NBD_EINVAL],
    ['the longest zero', [request(6, { length: 2 ** 32 - 1 })], nbd.NBD_ENOSPC],
    ['a read of nothing', [request(0)], nbd.NBD_EINVAL],
    ['a write of nothing', [request(1)], nbd.NBD_EINVAL],
    ['a zero of nothing', [request(6)], nbd.NBD_EINVAL],
    ['a trim of nothing', [request(4)], nbd.NBD_EINVAL],
    ['a read too long', [request(0, { length: nbd.requestBytesMax + 1 })], nbd.NBD_EINVAL],
    ['a flush of a range', [request(3, { length: 1 })], nbd.NBD_EINVAL],
    ['cache', [request(5, { length: 4096 })], nbd.NBD_EINVAL],
    ['an unknown command', [request(99)], nbd.NBD_EINVAL],
    ['an unknown flag', [request(0, { length: 1, flags: 64 })], nbd.NBD_EINVAL],
    ['fast zero', [request(6, { length: 1, flags: 16 })], nbd.NBD_EINVAL],
    ['DF without structured replies', [request(0, { length: 1, flags: 4 })], nbd.NBD_EINVAL],
    ['block status without a context', [request(7, { length: 1 })], nbd.NBD_EINVAL],
    [
      'a huge offset',
      [Buffer.concat([request(0).subarray(0, 16), Buffer.alloc(12, 0xff)])],
      nbd.NBD_EINVAL,
    ],
    [
      'a write too long, its payload thrown away',
      [request(1, { length: nbd.requestBytesMax + 1 }), Buffer.alloc(nbd.requestBytesMax + 1)],
      nbd.NBD_EINVAL,
    ],
  ])('%s gets an error, and the next request is understood', (name, chunks, error) => {
    const { client, disk } = entered()
    expect(errorOf(client.send(...chunks))).toBe(error)
    expect(errorOf(client.send(request(NBD_CMD.FLUSH)))).toBe(0)
    expect(disk.asked.map((each) => each.kind)).toEqual(['flush'])
    expect(client.lent).toBe(0)
    // The same with structured replies, where only block status is allowed more.
    const structured = entered({ structured: true })
    const sent = structured.client.send(...chunks)
    if (name.startsWith('block status') || name.startsWith('DF')) return
    const expected = ['a read too long', 'a huge offset'].includes(name) ? nbd.NBD_EOVERFLOW : error
    expect(sent.toString('hex')).toBe(errorChunk(expected))
  })

  test('what changes a read-only export is refused', () => {
    const { client, disk } = entered()
    disk.readOnly = true
    for (const command of [NBD_CMD.WRITE, NBD_CMD.TRIM, NBD_CMD.WRITE_ZEROES]) {
      const payload = command === NBD_CMD.WRITE ? 4 : 0
      const sent = client.send(request(command, { length: 4 }), Buffer.alloc(payload))
      expect(sent.toString('hex')).toBe(simple(nbd.NBD_EPERM))
    }
    expect(disk.asked).toEqual([])
    expect(errorOf(client.send(request(NBD_CMD.FLUSH)))).toBe(0)
  })

  test('an export that serves no more says so', () => {
    const { client, disk } = entered()
    disk.isServing = false
    expect(errorOf(client.send(request(NBD_CMD.READ, { length: 1 })))).toBe(nbd.NBD_ESHUTDOWN)
    expect(disk.asked).toEqual([])
  })

  test('requests up to the present size are taken when the export grew', () => {
    const { client, disk } = entered()
    const beyond = request(NBD_CMD.WRITE_ZEROES, { offset: 4 * mebibyte, length: 4096 })
    expect(errorOf(client.send(beyond))).toBe(nbd.NBD_ENOSPC)
    disk.sizeBytes += 4096
    expect(errorOf(client.send(beyond))).toBe(0)
  })

  test('goodbye waits for what is in flight; a wrong magic is a fault', () => {
    const { client, disk } = entered()
    disk.late = []
    client.send(request(NBD_CMD.FLUSH), request(NBD_CMD.DISC), request(NBD_CMD.FLUSH))
    expect(client.seen).toMatchObject({ ended: true, fault: null })
    expect(client.conversation.inFlight).toBe(1)
    disk.late.shift()?.()
    expect(client.take().toString('hex')).toBe(simple(0))
    expect(client.conversation.inFlight).toBe(0)
    const wrong = entered()
    wrong.client.send(Buffer.alloc(28))
    expect(wrong.client.seen).toMatchObject({ ended: true, fault: 'request' })
    expect(wrong.client.send(request(NBD_CMD.FLUSH)).length).toBe(0)
  })
})

describe('however the bytes are cut', () => {
  const payload = Buffer.from('hello, world')
  const whole = Buffer.concat([
    go,
    request(NBD_CMD.WRITE, { offset: 3, length: payload.length }),
    payload,
    request(NBD_CMD.WRITE, { offset: 4 * mebibyte, length: 5 }),
    Buffer.from('wrong'),
    request(NBD_CMD.READ, { offset: 3, length: payload.length }),
    request(NBD_CMD.DISC),
  ])
  const expected = [simple(0), simple(nbd.NBD_ENOSPC), simple(0), payload.toString('hex')].join('')

  function check(...chunks: Buffer[]): void {
    const client = new TestClient([new FakeExport('md1', 4 * mebibyte)])
    const sent = client.send(...chunks)
    expect(sent.subarray(-60).toString('hex')).toBe(expected)
    expect(client.seen).toMatchObject({ ended: true, fault: null })
    expect(client.lent).toBe(0)
  }

  test('one byte at a time', () => {
    check(...Array.from(whole, (byte) => Buffer.from([byte])))
  })

  test('at every place', () => {
    for (let at = 0; at <= whole.length; at += 1) check(whole.subarray(0, at), whole.subarray(at))
  })
})

describe('structured replies', () => {
  test('a read is one chunk with its offset, with or without DF', () => {
    for (const flags of [0, NBD_CMD_FLAG.DF]) {
      const { client, disk } = entered({ structured: true })
      disk.content.write('abc', 4097)
      const sent = client.send(request(NBD_CMD.READ, { offset: 4097, length: 3, flags }))
      const chunk = `668e33ef00010001${cookie}0000000b0000000000001001616263`
      expect(sent.toString('hex')).toBe(chunk)
    }
  })

  test('a read that fails is one error chunk; a write may be answered simply', () => {
    const { client, disk } = entered({ structured: true })
    disk.errors = [nbd.NBD_EIO]
    const sent = client.send(request(NBD_CMD.READ, { length: 3 }))
    expect(sent.toString('hex')).toBe(errorChunk(nbd.NBD_EIO))
    const wrote = client.send(request(NBD_CMD.WRITE, { length: 1 }), Buffer.alloc(1))
    expect(wrote.toString('hex')).toBe(simple(0))
  })

  test('an option after GO is not an option', () => {
    const { client } = entered({ structured: true })
    client.send(option(nbd.NBD_OPT.LIST), Buffer.alloc(12))
    expect(client.seen.fault).toBe('request')
  })
})

describe('long requests', () => {
  const big = 2.5 * mebibyte
  const data = Buffer.from(Array.from({ length: big }, (_, index) => (index * 7) % 251))
  const write = request(NBD_CMD.WRITE, { offset: 512, length: big, flags: NBD_CMD_FLAG.FUA })

  test.each([[64 * 1024], [100_003], [big]])('a write in chunks of %d', (size) => {
    const { client, disk } = entered()
    client.send(write)
    let sent: Buffer = Buffer.alloc(0)
    for (let at = 0; at < big; at += size) sent = client.send(data.subarray(at, at + size))
    expect(sent.toString('hex')).toBe(simple(0))
    const pieces = disk.asked.map((each) => (each.kind === 'write' ? each.data.length : 0))
    expect(pieces).toEqual([mebibyte, mebibyte, mebibyte / 2])
    expect(disk.asked.every((each) => each.kind === 'write' && each.fua)).toBe(true)
    expect(disk.content.subarray(512, 512 + big).equals(data)).toBe(true)
    expect(client.lent).toBe(0)
  })

  test('the first error of a write wins, and the rest of it is thrown away', () => {
    for (const size of [64 * 1024, 3 * mebibyte]) {
      const { client, disk } = entered()
      disk.errors = [nbd.NBD_EIO]
      client.send(write)
      let sent: Buffer = Buffer.alloc(0)
      for (let at = 0; at < big; at += size) sent = client.send(data.subarray(at, at + size))
      expect(sent.toString('hex')).toBe(simple(nbd.NBD_EIO))
      expect(disk.asked.length).toBe(1)
      expect(errorOf(client.send(request(NBD_CMD.FLUSH)))).toBe(0)
    }
  })

  test('a late error, with the next piece half gathered', () => {
    const { client, disk } = entered()
    disk.late = []
    disk.errors = [nbd.NBD_EIO]
    client.send(write, data.subarray(0, mebibyte + 1000))
    disk.late.shift()?.()
    expect(client.lent).toBe(1)
    const sent = client.send(data.subarray(mebibyte + 1000))
    expect(sent.toString('hex')).toBe(simple(nbd.NBD_EIO))
    expect(client.lent).toBe(0)
    disk.late = null
    expect(errorOf(client.send(request(NBD_CMD.FLUSH)))).toBe(0)
  })

  test('a write is answered when its last piece is, in whatever order', () => {
    const { client, disk } = entered()
    disk.late = []
    expect(client.send(write, data).length).toBe(0)
    const [first, second, third] = disk.late
    third?.()
    first?.()
    expect(client.take().length).toBe(0)
    second?.()
    expect(client.take().toString('hex')).toBe(simple(0))
  })

  test.each([[false], [true]])('a read comes in order (structured: %s)', (structured) => {
    const { client, disk } = entered({ structured })
    data.copy(disk.content, 512)
    disk.late = []
    client.send(request(NBD_CMD.READ, { offset: 512, length: big }))
    for (const answer of disk.late.toReversed()) answer()
    const sent = client.take()
    expect(sent.length).toBe(big + (structured ? 28 : 16))
    expect(sent.subarray(-big).equals(data)).toBe(true)
  })

  test('a read with one bad piece is one error', () => {
    const { client, disk } = entered()
    disk.errors = [0, nbd.NBD_EIO, 0]
    const sent = client.send(request(NBD_CMD.READ, { length: big }))
    expect(sent.toString('hex')).toBe(simple(nbd.NBD_EIO))
  })

  test('an answer of the wrong length is an error, not a reply out of step', () => {
    const { client, disk } = entered()
    disk.submit = (_request, reply) => reply(0, Buffer.alloc(7))
    const sent = client.send(request(NBD_CMD.READ, { length: 8 }))
    expect(sent.toString('hex')).toBe(simple(nbd.NBD_EIO))
  })
})

describe('without room', () => {
  test('it stands still in the middle of a chunk and goes on', () => {
    const { client, disk } = entered()
    client.room = { requests: 2, bytes: mebibyte }
    const reads = Array.from({ length: 5 }, (_, index) =>
      request(NBD_CMD.READ, { offset: index, length: 1 }),
    )
    client.conversation.push(Buffer.concat(reads))
    client.conversation.push(request(NBD_CMD.FLUSH))
    expect(client.conversation.isStalled).toBe(true)
    const counts = [disk.asked.length]
    while (client.conversation.isStalled) {
      client.take()
      client.conversation.resume()
      counts.push(disk.asked.length)
    }
    expect(counts).toEqual([2, 4, 6])
    expect(disk.asked.at(-1)?.kind).toBe('flush')
  })

  test('a header and a payload in pieces wait just so', () => {
    const payload = Buffer.alloc(3 * mebibyte, 7)
    const bytes = Buffer.concat([
      request(NBD_CMD.WRITE, { length: payload.length }),
      payload,
      request(NBD_CMD.READ, { length: mebibyte }),
      request(NBD_CMD.FLUSH),
    ])
    for (const size of [10, 1000, 65_536, bytes.length]) {
      const { client, disk } = entered()
      disk.late = []
      client.room = { requests: 1, bytes: mebibyte }
      let sent: Buffer = Buffer.alloc(0)
      for (let at = 0; at < bytes.length; at += size) {
        client.conversation.push(bytes.subarray(at, at + size))
        while (client.conversation.isStalled) {
          disk.late.shift()?.()
          sent = Buffer.concat([sent, client.take()])
          client.conversation.resume()
        }
      }
      for (const answer of disk.late.splice(0)) answer()
      sent = Buffer.concat([sent, client.take()])
      expect(sent.length).toBe(16 + 16 + mebibyte + 16)
      expect(sent.subarray(32, 32 + mebibyte).every((byte) => byte === 7)).toBe(true)
      expect(client.bytesMost).toBe(mebibyte)
      expect(client.lent).toBe(0)
    }
  })
})

describe('a stream that reads to where the payload belongs', () => {
  /** As a socket reads: at most so much at a time, to the place that was asked for. */
  function read(client: ReturnType<typeof entered>['client'], bytes: Buffer, sizeMax: number) {
    let inPlace = 0
    for (let at = 0; at < bytes.length; ) {
      const place = client.conversation.place()
      const into = place ?? Buffer.allocUnsafeSlow(sizeMax)
      const size = Math.min(sizeMax, into.length, bytes.length - at)
      bytes.copy(into, 0, at, at + size)
      client.conversation.push(into.subarray(0, size))
      if (place !== null) inPlace += size
      at += size
    }
    return inPlace
  }

  const writes = [3 * mebibyte, 20_000, 512, 262_144, 0, 262_144].map((length, index) =>
    Buffer.concat([
      request(NBD_CMD.WRITE, { offset: index * 4 * mebibyte, length }),
      Buffer.alloc(length, index + 1),
    ]),
  )

  test.each([1000, 20_000, 225_628, 262_144])('at most %i bytes at a time', (sizeMax) => {
    const { client, disk } = entered({ exported: new FakeExport('md1', 32 * mebibyte) })
    const inPlace = read(client, Buffer.concat(writes), sizeMax)
    expect(inPlace).toBeGreaterThan(2 * mebibyte)
    expect(client.take().length).toBe(16 * writes.length)
    for (const index of [0, 1, 2, 3, 5]) {
      const length = (writes[index] as Buffer).length - 28
      const asked = disk.asked.filter((each) => {
        return each.kind === 'write' && Math.floor(each.offset / (4 * mebibyte)) === index
      })
      const data = Buffer.concat(
        asked.map((each) => ('data' in each ? each.data : Buffer.alloc(0))),
      )
      expect(data.equals(Buffer.alloc(length, index + 1))).toBe(true)
    }
    expect(client.lent).toBe(0)
  })

  test('one long write after the other is never copied, nor are the headers', () => {
    const sizeMax = 262_144
    const { client } = entered({ exported: new FakeExport('md1', 32 * mebibyte) })
    const long = Array.from({ length: 5 }, (_, index) => writes[3 + (index % 2) * 2] as Buffer)
    const first = read(client, long[0] as Buffer, sizeMax)
    expect(first).toBeLessThan(262_144 + 28)
    expect(read(client, Buffer.concat(long.slice(1)), sizeMax)).toBe(4 * (262_144 + 28))
    expect(read(client, request(NBD_CMD.READ, { length: 512 }), sizeMax)).toBe(28)
    expect(read(client, request(NBD_CMD.READ, { length: 512 }), sizeMax)).toBe(0)
    expect(client.lent).toBe(0)
  })

  test('what the stream may still write to is given to nobody else', () => {
    const { client } = entered({ exported: new FakeExport('md1', 32 * mebibyte) })
    const [first] = writes
    client.conversation.push((first as Buffer).subarray(0, 1000))
    expect(client.conversation.place()).not.toBeNull()
    client.conversation.stop()
    expect(client.lent).toBe(1)
    expect(client.conversation.place()).toBeNull()
  })
})
