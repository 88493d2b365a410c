import net from 'node:net'
import tls from 'node:tls'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificates } from './certificates.ts'
import type { Listener, Stream, StreamEvents } from './stream.ts'
import { dialTls, type HandshakeFault, listenTls, type TlsIdentity } from './tls-stream.ts'

const host = '127.7.9.1'
const handshakeTimeoutMs = 300
let port = 29_700
let ours: ReadonlyMap<string, TlsIdentity>
let strangers: ReadonlyMap<string, TlsIdentity>
let listener: Listener | null = null
let sockets: { destroy(): void }[] = []
/** Of the listener, and of what dials it. */
let faults: HandshakeFault[] = []
let dialFaults: HandshakeFault[] = []
let accepted: Stream[] = []

beforeAll(async () => {
  ours = await makeCertificates('s/c', ['A', 'B', 'C', 'b'])
  strangers = await makeCertificates('s/c', ['A', 'B'])
})

beforeEach(() => {
  port += 1
  faults = []
  dialFaults = []
  accepted = []
  sockets = []
})

afterEach(() => {
  listener?.close()
  for (const stream of accepted) stream.close()
  for (const socket of sockets) socket.destroy()
})

function identity(of: ReadonlyMap<string, TlsIdentity>, name: string): TlsIdentity {
  return of.get(name) as TlsIdentity
}

/** Into the list of the test that began it, however late it comes. */
function into(list: HandshakeFault[]) {
  return (fault: HandshakeFault): void => void list.push(fault)
}

/** Server B, which expects A and sends back what it gets. */
function listen(
  own = identity(ours, 'B'),
  eventsOf = (stream: Stream): StreamEvents => ({
    data: (chunk) => stream.write([Buffer.from(chunk)]),
    closed: () => undefined,
  }),
): void {
  listener = listenTls(
    { host, port, peerHost: host },
    { identity: own, peer: 'A', handshakeTimeoutMs, refused: into(faults) },
    (stream) => {
      accepted.push(stream)
      return eventsOf(stream)
    },
    (error) => {
      throw new Error(error)
    },
  )
}

/** Server A dials B; what it then heard, or how it ended. */
function dial(own: TlsIdentity, localHost = host): Promise<string> {
  return new Promise((done) => {
    const events: StreamEvents = {
      opened: () => stream.write([Buffer.from('hello')]),
      data(chunk) {
        stream.close()
        done(chunk.toString())
      },
      closed: () => done('closed'),
    }
    const refused = into(dialFaults)
    const settings = { identity: own, peer: 'B', handshakeTimeoutMs, refused }
    const stream = dialTls({ host, port, localHost }, settings, events)
  })
}

function rawConnection(localAddress = host): net.Socket {
  const socket = net.connect({ host, port, localAddress })
  socket.on('error', () => undefined)
  sockets.push(socket)
  return socket
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !what(); tries += 1) {
    await new Promise((done) => setTimeout(done, 20))
  }
  expect({ so: what(), faults, dialFaults }).toMatchObject({ so: true })
}

test('the two servers of a cluster prove themselves to each other', async () => {
  listen()
  expect(await dial(identity(ours, 'A'))).toBe('hello')
  expect(await dial(identity(ours, 'A'))).toBe('hello')
  expect([...faults, ...dialFaults]).toEqual([])
})

test('an accepted connection reads to the place it is given', async () => {
  const total = 3_000_000
  const memory = Buffer.alloc(total)
  let [filled, inPlace] = [0, 0]
  await new Promise<void>((done) => {
    const accept = () => ({
      place: () => (filled > 0 && filled < total ? memory.subarray(filled) : null),
      data(chunk: Buffer) {
        if (chunk.buffer === memory.buffer) inPlace += chunk.length
        else chunk.copy(memory, filled)
        filled += chunk.length
        if (filled === total) done()
      },
      closed: () => undefined,
    })
    listen(undefined, accept)
    const refused = into(dialFaults)
    const settings = { identity: identity(ours, 'A'), peer: 'B', handshakeTimeoutMs, refused }
    const stream = dialTls({ host, port, localHost: host }, settings, {
      opened: () => stream.write([Buffer.alloc(total, 0x5a)]),
      data: () => undefined,
      closed: () => undefined,
    })
  })
  expect(memory.equals(Buffer.alloc(total, 0x5a))).toBe(true)
  expect(inPlace).toBeGreaterThan(total / 2)
})

test('large writes arrive whole', async () => {
  const total = 3_000_000
  listen()
  const received = await new Promise<Buffer>((done) => {
    const chunks: Buffer[] = []
    let bytes = 0
    const parts = Array.from({ length: 30 }, (_, index) => Buffer.alloc(total / 30, index))
    const refused = into(dialFaults)
    const settings = { identity: identity(ours, 'A'), peer: 'B', handshakeTimeoutMs, refused }
    const stream = dialTls({ host, port, localHost: host }, settings, {
      opened: () => stream.write(parts),
      data(chunk) {
        // It is only lent.
        chunks.push(Buffer.from(chunk))
        bytes += chunk.length
        if (bytes === total) done(Buffer.concat(chunks))
      },
      closed: () => done(Buffer.alloc(0)),
    })
  })
  const expected = Buffer.concat(Array.from({ length: 30 }, (_, i) => Buffer.alloc(total / 30, i)))
  expect(received.equals(expected)).toBe(true)
})

test('a paused stream holds its peer back, and loses nothing', async () => {
  listen()
  let bytes = 0
  let sent = 0
  const stream = await new Promise<Stream>((done) => {
    const refused = into(dialFaults)
    const settings = { identity: identity(ours, 'A'), peer: 'B', handshakeTimeoutMs, refused }
    const dialled = dialTls({ host, port, localHost: host }, settings, {
      opened: () => done(dialled),
      data: (chunk) => void (bytes += chunk.length),
      closed: () => undefined,
    })
  })
  await until(() => accepted.length === 1)
  accepted[0]?.pause()
  for (let number = 0; number < 64; number += 1) {
    stream.write([Buffer.alloc(1024 * 1024)], () => void (sent += 1))
    await new Promise(setImmediate)
  }
  await new Promise((done) => setTimeout(done, 100))
  expect(sent).toBeLessThan(64)
  expect(bytes).toBeLessThan(64 * 1024 * 1024)
  accepted[0]?.resume()
  await until(() => bytes === 64 * 1024 * 1024)
  expect(sent).toBe(64)
  stream.close()
})

describe('the accepting side turns away', () => {
  const wrong: [string, () => TlsIdentity, HandshakeFault][] = [
    ["a stranger's authority", () => identity(strangers, 'A'), 'certificate'],
    ['another server of the cluster', () => identity(ours, 'C'), 'name'],
  ]
  test.each(wrong)('%s', async (_name, own, fault) => {
    listen()
    // The dialler trusts our authority, whatever it shows of itself.
    expect(await dial({ ...own(), authority: identity(ours, 'A').authority })).toBe('closed')
    await until(() => faults.length > 0)
    expect(accepted).toEqual([])
    expect(faults).toEqual([fault])
    await until(() => dialFaults.length > 0)
    expect(dialFaults).toEqual(['turned-away'])
  })

  test('one without a certificate', async () => {
    listen()
    const socket = tls.connect({ host, port, rejectUnauthorized: false })
    socket.on('error', () => undefined)
    await until(() => faults.length > 0)
    expect(faults).toEqual(['certificate'])
    expect(accepted).toEqual([])
  })

  test('an earlier version of TLS', async () => {
    listen()
    const { certificate, privateKey } = identity(ours, 'A')
    const own = { cert: certificate, key: privateKey, rejectUnauthorized: false }
    const socket = tls.connect({ host, port, ...own, maxVersion: 'TLSv1.2' })
    socket.on('error', () => undefined)
    await until(() => faults.length > 0)
    expect(faults).toEqual(['not-tls'])
    expect(accepted).toEqual([])
  })

  test('garbage', async () => {
    listen()
    rawConnection().write('GET / HTTP/1.1\r\n\r\n')
    rawConnection().write(Buffer.alloc(100_000, 0x16))
    await until(() => faults.length > 1)
    expect(faults).toEqual(['not-tls', 'not-tls'])
  })

  test('silence, and half a handshake', async () => {
    listen()
    rawConnection()
    const hello = await firstBytesOfDialler()
    rawConnection().write(hello.subarray(0, 40))
    rawConnection().write(hello)
    await until(() => faults.length > 2)
    expect(faults.toSorted()).toEqual(['silence', 'silence', 'silence'])
    expect(await dial(identity(ours, 'A'))).toBe('hello')
  })

  test.each([host, '127.7.9.2'])(
    'two hundred silent ones from %s, and lets the peer in',
    async (from) => {
      listen()
      const before = process.memoryUsage().rss
      for (let number = 0; number < 200; number += 1) rawConnection(from)
      await until(() => faults.length >= 150)
      expect(await dial(identity(ours, 'A'))).toBe('hello')
      expect(faults).toContain('crowd')
      expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024)
      await until(() => faults.length === 200)
    },
  )
})

/** What a dialler of ours says first. */
function firstBytesOfDialler(): Promise<Buffer> {
  const own = port + 100
  return new Promise((done) => {
    const server = net.createServer((socket) => {
      socket.once('data', (chunk) => {
        done(chunk)
        socket.destroy()
        server.close()
      })
    })
    server.listen({ host, port: own }, () => {
      const settings = { identity: identity(ours, 'A'), peer: 'B', handshakeTimeoutMs }
      const events = { data: () => undefined, closed: () => undefined }
      const ignored = { ...settings, refused: () => undefined }
      dialTls({ host, port: own, localHost: host }, ignored, events)
    })
  })
}

describe('the dialling side turns away', () => {
  /** A listener that is not ours. */
  function listenPlain(answer: (socket: net.Socket) => void): void {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined)
      sockets.push(socket)
      answer(socket)
    })
    server.listen({ host, port })
    listener = { close: () => void server.close() }
  }

  const wrong: [string, () => TlsIdentity, HandshakeFault][] = [
    ["a stranger's authority", () => identity(strangers, 'B'), 'certificate'],
    ['another server of the cluster', () => identity(ours, 'C'), 'name'],
    ['a name that differs in its capitals', () => identity(ours, 'b'), 'name'],
  ]
  test.each(wrong)('%s', async (_name, own, fault) => {
    listen(own())
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    await until(() => dialFaults.includes(fault))
    expect(accepted).toEqual([])
  })

  test('an earlier version of TLS', async () => {
    const { certificate, privateKey } = identity(ours, 'B')
    const server = tls.createServer({ cert: certificate, key: privateKey, maxVersion: 'TLSv1.2' })
    server.listen({ host, port })
    server.on('tlsClientError', () => undefined)
    listener = { close: () => void server.close() }
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    await until(() => dialFaults.length > 0)
    expect(dialFaults).toEqual(['turned-away'])
  })

  test('garbage', async () => {
    listenPlain((socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'))
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    await until(() => dialFaults.length > 0)
    expect(dialFaults).toEqual(['not-tls'])
  })

  test('silence', async () => {
    listenPlain(() => undefined)
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    await until(() => dialFaults.length > 0)
    expect(dialFaults).toEqual(['silence'])
  })

  test('one that hangs up; and nobody there is no fault', async () => {
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    expect(dialFaults).toEqual([])
    listenPlain((socket) => socket.end())
    expect(await dial(identity(ours, 'A'))).toBe('closed')
    await until(() => dialFaults.length > 0)
    expect(dialFaults).toEqual(['closed'])
  })
})
