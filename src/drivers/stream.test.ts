import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import net from 'node:net'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialTcp, listenTcp, listenUnix, type Listener, type Stream } from './stream.ts'

let dir = ''
let lastNumber = 0
const listeners: Listener[] = []

beforeAll(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-stream-'))
})

afterAll(() => {
  for (const listener of listeners) listener.close()
  fs.rmSync(dir, { recursive: true })
})

/** A stream of ours and the plain socket at its other end. */
async function joinedPair(): Promise<{
  stream: Stream
  socket: net.Socket
  closed: () => boolean
}> {
  lastNumber += 1
  const file = path.join(dir, String(lastNumber))
  let isClosed = false
  const accepted = new Promise<Stream>((done, failed) => {
    const accept = (stream: Stream) => {
      done(stream)
      return { data: () => undefined, closed: () => void (isClosed = true) }
    }
    listeners.push(listenUnix(file, accept, (error) => failed(new Error(error))))
  })
  const socket = net.connect(file)
  return { stream: await accepted, socket, closed: () => isClosed }
}

async function everything(socket: net.Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const sizes = fc.constantFrom(0, 1, 28, 4096, 16_383, 16_384, 100_000, 300_000)
const turns = fc.array(fc.array(fc.array(sizes, { maxLength: 4 }), { maxLength: 12 }), {
  minLength: 1,
  maxLength: 5,
})

test('every byte arrives once and in order, and each write is told of once', async () => {
  await fc.assert(
    fc.asyncProperty(turns, async (plan) => {
      const { stream, socket } = await joinedPair()
      const received = everything(socket)
      const written: Buffer[] = []
      const told: number[] = []
      let count = 0
      for (const turn of plan) {
        for (const parts of turn) {
          const number = count
          count += 1
          const buffers = parts.map((size) => Buffer.alloc(size, written.length + number))
          written.push(...buffers)
          stream.write(buffers, () => told.push(number))
        }
        await new Promise(setImmediate)
      }
      await new Promise<void>((done) => stream.write([], done))
      stream.finish()
      expect((await received).equals(Buffer.concat(written))).toBe(true)
      expect(told).toEqual(Array.from({ length: count }, (_, index) => index))
    }),
    { numRuns: 40 },
  )
})

test('what one turn writes arrives together, also before `finish`', async () => {
  const { stream, socket } = await joinedPair()
  const first = new Promise<Buffer>((done) => socket.once('data', done))
  for (let number = 0; number < 100; number += 1) stream.write([Buffer.alloc(16, number)])
  expect((await first).length).toBe(1600)
  stream.write([Buffer.from('the end')])
  const rest = everything(socket)
  stream.finish()
  expect((await rest).toString()).toBe('the end')
})

test('a flush does not wait for the end of the turn', async () => {
  const { stream, socket } = await joinedPair()
  const chunks: number[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk.length))
  stream.write([Buffer.alloc(16)])
  stream.flush()
  stream.write([Buffer.alloc(16)])
  stream.close()
  await new Promise((done) => setTimeout(done, 50))
  expect(chunks).toEqual([16])
})

test('nothing is told of a write that did not leave, and what was gathered is forgotten', async () => {
  const { stream, socket, closed } = await joinedPair()
  let told = 0
  socket.pause()
  for (let number = 0; number < 64; number += 1) {
    stream.write([Buffer.alloc(1024 * 1024)], () => void (told += 1))
    await new Promise(setImmediate)
  }
  expect(told).toBeLessThan(64)
  const before = told
  stream.close()
  stream.write([Buffer.alloc(16)], () => void (told += 1))
  await new Promise((done) => setTimeout(done, 50))
  expect(told).toBe(before)
  expect(closed()).toBe(false)
  socket.destroy()
})

test('a peer that goes away closes the stream once', async () => {
  const { stream, socket, closed } = await joinedPair()
  socket.destroy()
  await new Promise((done) => setTimeout(done, 50))
  expect(closed()).toBe(true)
  stream.write([Buffer.alloc(16)])
})

test('a stream that lends reads to the place it is given', async () => {
  const total = 2_000_000
  const memory = Buffer.alloc(total)
  let filled = 0
  let inPlace = 0
  const all = new Promise<void>((done, failed) => {
    const events = {
      place: () => (filled > 0 && filled < total ? memory.subarray(filled) : null),
      data(chunk: Buffer) {
        if (chunk.buffer === memory.buffer) inPlace += chunk.length
        else chunk.copy(memory, filled)
        filled += chunk.length
        if (filled === total) done()
      },
      closed: () => failed(new Error('closed')),
    }
    const at = { host: '127.0.0.1', port: 29_871 }
    const refused = (error: string): void => failed(new Error(error))
    listeners.push(listenTcp(at, () => events, refused, { lends: true }))
    const stream: Stream = dialTcp(
      { ...at, localHost: '127.0.0.1' },
      {
        opened: () => stream.write([Buffer.alloc(total, 0x5a)]),
        data: () => undefined,
        closed: () => undefined,
      },
    )
  })
  await all
  expect(memory.equals(Buffer.alloc(total, 0x5a))).toBe(true)
  expect(inPlace).toBeGreaterThan(total / 2)
})
