/** The server on a real socket: who gets in, who counts, who is sent away. */
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { BlockRequest, NbdExport, Reply } from '../mirror/block-request.ts'
import { type NbdServer, startNbdServer } from './nbd-server.ts'

/** Client flags, and `GO` to the export of this name. */
function go(name: string): Buffer {
  const data = Buffer.alloc(6 + name.length)
  data.writeUInt32BE(name.length, 0)
  data.write(name, 4)
  const header = Buffer.from('0000000349484156454f505400000007', 'hex')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  return Buffer.concat([header, length, data])
}

function request(command: number, length: number): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(0x25609513, 0)
  bytes.writeUInt16BE(command, 6)
  bytes.writeUInt32BE(length, 24)
  return bytes
}

const read = (length: number): Buffer => request(0, length)
const goodbye = request(2, 0)

let folder: string
let server: NbdServer
let asked: { request: BlockRequest; reply: Reply }[]
let isLate: boolean
let exports: NbdExport[]
const sockets: net.Socket[] = []

function exported(name: string): NbdExport {
  return {
    name,
    sizeBytes: 64 * 1024 * 1024,
    readOnly: false,
    serves: () => true,
    submit(request, reply) {
      asked.push({ request, reply })
      if (isLate) return
      reply(0, request.kind === 'read' ? Buffer.alloc(request.length, 7) : null)
    },
  }
}

beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-nbd-'))
  asked = []
  isLate = false
  exports = [exported('md1'), exported('snapshot')]
  server = startNbdServer({
    socket: path.join(folder, 'nbd'),
    exports: () => exports,
    changed: () => undefined,
    failed: (error) => {
      throw new Error(error)
    },
  })
  await until(() => fs.existsSync(path.join(folder, 'nbd')))
})

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
  fs.rmSync(folder, { recursive: true })
})

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 20_000 && !what(); tries += 1) {
    await new Promise((done) => setImmediate(done))
    await new Promise((done) => fs.stat('/', done))
  }
  expect(what()).toBe(true)
}

function connect(...bytes: Buffer[]) {
  const socket = net.connect(path.join(folder, 'nbd'))
  sockets.push(socket)
  const seen = { received: 0, closed: false }
  socket.on('data', (chunk) => {
    seen.received += chunk.length
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    seen.closed = true
  })
  for (const each of bytes) socket.write(each)
  return { socket, seen }
}

test('clients count for the export they entered, and are sent away with it', async () => {
  const one = connect(go('md1'))
  connect(go(''))
  const other = connect(go('snapshot'))
  const undecided = connect()
  await until(() => server.clients('md1') === 2 && server.clients('snapshot') === 1)
  server.closeAll('md1')
  await until(() => one.seen.closed)
  expect([server.clients('md1'), server.clients('snapshot')]).toEqual([0, 1])
  expect([other.seen.closed, undecided.seen.closed, server.faults]).toEqual([false, false, 0])
})

test('many who never negotiate keep nobody out: the oldest make room', async () => {
  const idle = Array.from({ length: 40 }, () => connect())
  await until(() => idle.filter((each) => each.seen.closed).length >= 24)
  connect(go('md1'))
  await until(() => server.clients('md1') === 1)
  expect(server.faults).toBeGreaterThanOrEqual(24)
})

test('a negotiation that takes too long is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const slow = connect()
    const client = connect(go('md1'))
    await until(() => server.clients('md1') === 1 && slow.seen.received > 0)
    vi.advanceTimersByTime(10_001)
    await until(() => slow.seen.closed)
    expect(client.seen.closed).toBe(false)
    expect([server.faults, server.clients('md1')]).toEqual([1, 1])
  } finally {
    vi.useRealTimers()
  }
})

test('garbage is counted and closed; after goodbye the answers still come', async () => {
  const garbage = connect(go('md1'), Buffer.alloc(100, 9))
  await until(() => garbage.seen.closed)
  expect(server.faults).toBe(1)
  isLate = true
  const polite = connect(go('md1'), read(5000), goodbye)
  await until(() => asked.length === 1)
  expect([polite.seen.closed, server.clients('md1')]).toEqual([false, 1])
  asked[0]?.reply(0, Buffer.alloc(5000))
  await until(() => polite.seen.closed)
  const negotiation = 18 + 32 + 34 + 20
  expect(polite.seen.received).toBe(negotiation + 16 + 5000)
  expect(server.clients('md1')).toBe(0)
})

test('who does not take its answers is read from no more, and others are served', async () => {
  const hogs = [1, 2, 3].map(() => {
    const hog = connect(go('md1'), ...Array.from({ length: 100 }, () => read(1024 * 1024)))
    hog.socket.pause()
    return hog
  })
  await until(() => asked.length >= 16)
  await new Promise((done) => setTimeout(done, 50))
  // What has left into the kernel's buffers is all that may be more than 16 MiB.
  expect(asked.length).toBeLessThan(26)
  const client = connect(go('md1'), read(4096), read(4096), read(4096), goodbye)
  await until(() => client.seen.closed)
  expect(client.seen.received).toBeGreaterThan(3 * 4096)
  for (const hog of hogs) hog.socket.resume()
  await until(() => asked.length === 303)
})
