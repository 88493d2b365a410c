/** The API over real connections: many idle readers, slow ones, and a stream that is resumed. */
import { EventEmitter, once } from 'node:events'
import { request } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectPlain, createServer, type AddressInfo, type Socket } from 'node:net'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { makeServiceIdentity } from '../../drivers/certificates.ts'
import { openAccounts, type Accounts } from './accounts.ts'
import { makeApp } from './app.ts'
import { memoryStore, message, newTold, worldOf } from './app.fixtures.ts'
import { endedSessions } from './ended.ts'
import { limitConnections } from './limits.ts'
import { passesOf } from './passes.ts'

const host = '127.0.0.1'
const told = newTold()
let app: FastifyInstance
let accounts: Accounts
let port = 0
let ca = ''
let viewer = ''

beforeAll(async () => {
  const opened = await openAccounts(memoryStore())
  if ('reason' in opened) throw new Error(opened.reason)
  accounts = opened.accounts
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  const made = await accounts.addToken({ name: 'viewer', role: 'viewer', expiresAt })
  viewer = 'token' in made ? made.token : ''
  const { certificate, privateKey, authority } = await makeServiceIdentity('test', [host])
  ca = authority
  const access = {
    ...{ accounts, passes: passesOf('0f'.repeat(32)), ended: await endedSessions(Date.now, null) },
    ...{ peerOrigins: [], now: Date.now, monotonicMs: () => performance.now() },
  }
  app = await makeApp(worldOf(told), accounts, {
    access,
    identity: () => ({ cert: certificate, key: privateKey }),
    allowFrom: ['10.0.0.0/8'],
  })
  await app.listen({ port: 0, host })
  ;({ port } = app.server.address() as AddressInfo)
})

afterAll(() => app.close())

async function get(
  path: string,
  more: { readonly headers?: Record<string, string> } = {},
): Promise<IncomingMessage> {
  const headers = { authorization: `Bearer ${viewer}`, ...more.headers }
  const asked = request({ host, port, ca, path: `/api/v1${path}`, agent: false, ...more, headers })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return response
}

/** The status is another one, and whoever listens hears of it. */
function changed(): void {
  told.word += 1
  for (const listener of told.listeners) listener()
}

/** Until that text has come. */
async function reads(response: IncomingMessage, wanted: string): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes(wanted)) break
  }
  return text
}

test('two hundred idle readers, and each one hears of a change', async () => {
  const streams = await Promise.all(Array.from({ length: 200 }, () => get('/events')))
  expect(streams.every(({ statusCode }) => statusCode === 200)).toBe(true)
  const heard = streams.map((stream) => reads(stream, '"server":1}'))
  changed()
  await Promise.all(heard)
  for (const stream of streams) stream.destroy()
})

test('figures that change by themselves are told now and then; the stream is never silent', async () => {
  const stream = await get('/events')
  const heard: { readonly text: string; readonly at: number }[] = []
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => heard.push({ text, at: performance.now() }))
  const began = performance.now()
  // As with heartbeats.
  while (performance.now() - began < 2500) {
    told.silenceMs += 1
    for (const listener of told.listeners) listener()
    await new Promise((next) => setTimeout(next, 50))
  }
  stream.destroy()
  const statuses = heard.filter(({ text }) => text.includes('event: status'))
  // The first, and one a second.
  expect(statuses.length).toBeGreaterThanOrEqual(2)
  expect(statuses.length).toBeLessThanOrEqual(4)
  expect(heard.filter(({ text }) => text.includes(': alive')).length).toBeGreaterThanOrEqual(3)
})

test('a reader that comes back gets what it has missed', async () => {
  for (const sequence of [1, 2, 3]) {
    const at = '2026-01-01T00:00:00.000Z'
    told.alerts.push({
      sequence,
      number: sequence,
      stamp: sequence,
      at,
      server: 'SERVER1',
      severity: 'info',
      message,
    })
  }
  const stream = await get('/events', { headers: { 'last-event-id': '1' } })
  const text = await reads(stream, 'id: 3')
  stream.destroy()
  expect(text.match(/^id: \d+$/gm)).toEqual(['id: 2', 'id: 3'])
})

test('a reader gets a long log whole, however slowly it reads', async () => {
  const [first] = told.alerts
  if (first === undefined) throw new Error('an alert is there')
  const text = 'x'.repeat(200)
  for (let sequence = 4; sequence <= 4000; sequence += 1) {
    const args = { group: 'Apache', text }
    told.alerts.push({ ...first, sequence, message: { id: 'script-says', args } })
  }
  const stream = await get('/events', { headers: { 'last-event-id': '0' } })
  stream.pause()
  await new Promise((next) => setTimeout(next, 1500))
  const read = await reads(stream, 'id: 4000')
  stream.destroy()
  expect(read.match(/^id: \d+$/gm)?.length).toBe(4000)
  expect(read.indexOf('event: status')).toBeLessThan(read.indexOf('id: 1000'))
  told.alerts.length = 0
})

test('a reader that does not read is let go', async () => {
  const stream = await get('/events')
  stream.pause()
  const closed = once(stream.socket, 'close')
  stream.on('error', () => undefined)
  // Far more than a connection holds.
  for (let push = 0; push < 60_000 && !stream.socket.destroyed; push += 1) {
    changed()
    if (push % 200 === 0) await new Promise((next) => setImmediate(next))
  }
  stream.resume()
  await closed
})

test('a login that has ended ends its stream', async () => {
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  const made = await accounts.addToken({ name: 'short', role: 'viewer', expiresAt })
  const token = 'token' in made ? made.token : ''
  const stream = await get('/events', { headers: { authorization: `Bearer ${token}` } })
  stream.on('error', () => undefined)
  stream.resume()
  const closed = once(stream.socket, 'close')
  await accounts.removeToken('short')
  await closed
})

test('one address cannot take every connection', async () => {
  const sockets = Array.from({ length: 300 }, () => connectPlain({ host, port }))
  for (const socket of sockets) socket.on('error', () => undefined)
  const isOpen = (): number => sockets.filter(({ destroyed }) => !destroyed).length
  await expect.poll(isOpen).toBeLessThanOrEqual(250)
  // And keeps nobody out for longer than a moment: not with all of them idle, either.
  const isAnswered = () =>
    get('/health').then(
      ({ statusCode }) => statusCode,
      () => 0,
    )
  await expect.poll(isAnswered).toBe(200)
  for (const socket of sockets) socket.destroy()
})

test('when there are too many connections the oldest idle one goes, and none that is used', () => {
  const server = createServer()
  const held = limitConnections(server, { connections: 3, perAddress: 2, from: null })
  let ports = 0
  const connectFrom = (remoteAddress: string) => {
    const socket = Object.assign(new EventEmitter(), {
      ...{ remoteAddress, remotePort: (ports += 1), isGone: false },
      destroy: () => (socket.isGone = true),
    })
    server.emit('connection', socket)
    return socket
  }
  const answer = new EventEmitter()
  const use = (socket: object): void => held.keep(socket as Socket, answer as ServerResponse)
  const first = connectFrom('10.0.0.1')
  use(first)
  const second = connectFrom('10.0.0.1')
  const third = connectFrom('10.0.0.1')
  expect([first, second, third].map(({ isGone }) => isGone)).toEqual([false, true, false])
  const fourth = connectFrom('10.0.0.2')
  const fifth = connectFrom('10.0.0.3')
  expect([first, third, fourth, fifth].map(({ isGone }) => isGone)).toEqual([
    ...[false, true, false, false],
  ])
  use(fourth)
  use(fifth)
  // Each is in use.
  expect(connectFrom('10.0.0.4').isGone).toBe(true)
  answer.emit('close')
  expect(connectFrom('10.0.0.4').isGone).toBe(false)
  expect(first.isGone).toBe(true)
})

test('from a network that is not allowed nobody is let in', async () => {
  const server = createServer()
  limitConnections(server, { connections: 9, perAddress: 9, from: ['10.0.0.0/8', '192.168.4.100'] })
  let ports = 0
  const isLetIn = (remoteAddress: string): boolean => {
    let isDestroyed = false
    ports += 1
    const remotePort = ports
    const destroy = (): boolean => (isDestroyed = true)
    const socket = { remoteAddress, remotePort, on: () => socket, destroy }
    server.emit('connection', socket)
    return !isDestroyed
  }
  expect(isLetIn('10.1.2.3')).toBe(true)
  expect(isLetIn('192.168.4.100')).toBe(true)
  expect(isLetIn('127.0.0.1')).toBe(true)
  expect(isLetIn('192.168.4.101')).toBe(false)
  expect(isLetIn('::ffff:11.1.2.3')).toBe(false)
  expect(isLetIn('')).toBe(false)
})

test('a request that never ends is ended', async () => {
  // The tests before have used up what one address may open: it is let in again within a moment.
  const open = async () => {
    const socket = connect({ host, port, ca })
    const isOpen = once(socket, 'secureConnect').then(() => true)
    return (await isOpen.catch(() => false)) ? socket : null
  }
  let opened: Awaited<ReturnType<typeof open>> = null
  await expect.poll(async () => (opened ??= await open()) !== null).toBe(true)
  if (opened === null) throw new Error('nobody is let in')
  const slow: TLSSocket = opened
  slow.write('POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n')
  const timer = setInterval(() => slow.write('X-More: 1\r\n'), 1000)
  slow.on('error', () => undefined)
  slow.resume()
  await once(slow, 'close')
  clearInterval(timer)
  expect((await get('/health')).statusCode).toBe(200)
})
