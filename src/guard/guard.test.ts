/**
 * The guard as a real process. Its means are narrowed to a program, and the only program within its
 * reach writes down that it was called.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bootClock } from '../drivers/clock.ts'
import { parseGuardAnswer, type GuardAnswer } from '../wire/guard.ts'

let folder = ''
let socketPath = ''
const started: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-guard-'))
  socketPath = join(folder, 'guard.sock')
  writeFileSync(join(folder, 'reboot'), `#!/bin/sh\necho "$@" >${folder}/reset\n`)
  chmodSync(join(folder, 'reboot'), 0o755)
})

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const main = join(import.meta.dirname, 'main.ts')
const isReset = (): boolean => existsSync(join(folder, 'reset'))
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms))

function guard(): ChildProcess {
  const child = spawn(process.execPath, [main, socketPath, 'program'], { env: { PATH: folder } })
  started.push(child)
  return child
}

async function connected(): Promise<Socket> {
  for (;;) {
    const socket = connect(socketPath)
    const isThere = await new Promise<boolean>((done) => {
      socket.once('connect', () => done(true))
      socket.on('error', () => done(false))
    })
    if (isThere) return socket
    await pause(20)
  }
}

async function tell(socket: Socket, inMs: number | null): Promise<GuardAnswer | null> {
  const until = inMs === null ? null : bootClock.now() + inMs
  socket.write(`${JSON.stringify({ until })}\n`)
  const lines = createInterface({ input: socket })
  lines.on('error', () => undefined)
  const line = await new Promise<string>((done) => lines.once('line', done))
  return parseGuardAnswer(line)
}

test('at the deadline it acts, with nothing flushed; renewals keep it away', async () => {
  guard()
  const socket = await connected()
  for (let round = 0; round < 8; round += 1) {
    expect(await tell(socket, 400)).toMatchObject({ watchdog: false })
    await pause(100)
  }
  expect(isReset()).toBe(false)
  await expect.poll(isReset).toBe(true)
})

test('a connection that ends changes nothing: the last deadline stands', async () => {
  guard()
  const socket = await connected()
  await tell(socket, 300)
  socket.destroy()
  await expect.poll(isReset).toBe(true)
})

test('with nothing to guard it does nothing, and leaves when it is asked to', async () => {
  const child = guard()
  const socket = await connected()
  await tell(socket, 300)
  expect(await tell(socket, null)).toEqual({ until: null, watchdog: false })
  await pause(500)
  expect(isReset()).toBe(false)
  const ended = new Promise((done) => child.once('exit', done))
  socket.write('{"until":null,"quit":true}\n')
  expect(await ended).toBe(0)
})

test('armed, it is not ended by a signal, nor by an order to quit', async () => {
  const child = guard()
  const socket = await connected()
  await tell(socket, 1500)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) child.kill(signal)
  socket.write(`{"until":${bootClock.now() + 600},"quit":true}\n`)
  await expect.poll(isReset).toBe(true)
  expect(child.exitCode).toBe(null)
})

test.each(['nonsense', '{"until":"soon"}', '{}', '{"until":1e999}', 'x'.repeat(100_000)])(
  'what it cannot understand ends the connection and changes nothing: %.20s',
  async (garbage) => {
    guard()
    const socket = await connected()
    await tell(socket, 600)
    const closed = new Promise((done) => socket.once('close', done))
    socket.on('error', () => undefined)
    socket.write(`${garbage}\n`)
    await closed
    expect(isReset()).toBe(false)
    await expect.poll(isReset).toBe(true)
  },
)

test('a second one on the same socket ends at once', async () => {
  guard()
  await connected()
  const second = guard()
  const code = await new Promise((done) => second.once('exit', done))
  expect(code).toBe(1)
})
