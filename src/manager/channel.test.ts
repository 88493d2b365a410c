/** The events of all clusters in one stream, from servers that show a certificate. */
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { request as requestPlain, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { makeServiceIdentity } from '../drivers/certificates.ts'
import { fileStore } from '../drivers/store.ts'
import { openRegistry, type Registered } from './registry.ts'
import { makeManager } from './serve.ts'

const servers: Server[] = []
const streams = new Map<string, ServerResponse>()
const ids: string[] = []
let app: FastifyInstance
let host = ''

beforeAll(async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'kagami-channel-')), 'clusters.json')
  const registry = await openRegistry(fileStore<readonly Registered[]>(file))
  if ('reason' in registry) throw new Error(registry.reason)
  let serverPort = 0
  // Two clusters at two addresses of this machine.
  for (const at of ['127.0.0.1', '127.0.0.2']) {
    const made = await makeServiceIdentity('test', [at])
    const tls = { cert: made.certificate, key: made.privateKey }
    const server = createServer(tls, (request, response) => {
      const isRight = request.headers.authorization === `Bearer pass-of-${at}`
      response.writeHead(isRight ? 200 : 401, { 'content-type': 'text/event-stream' })
      if (!isRight) return response.end()
      streams.set(at, response)
      return response.write(`event: status\ndata: "${at}"\n\n`)
    })
    servers.push(server)
    server.listen(serverPort, at)
    await once(server, 'listening')
    serverPort = (server.address() as AddressInfo).port
    const authority = { pem: made.authority, fingerprint: (at.at(-1) ?? '').repeat(16) }
    await registry.add({ superCluster: 'super', cluster: at, addresses: [at], authority })
  }
  ids.push(...registry.list().map(({ id }) => id))
  const hosts: string[] = []
  app = await makeManager({ serverPort, registry, hosts })
  await app.listen({ port: 0, host: '127.0.0.1' })
  host = `127.0.0.1:${(app.server.address() as AddressInfo).port}`
  hosts.push(host)
})

afterAll(async () => {
  await app.close()
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
})

async function open() {
  const asked = requestPlain(`http://${host}/manager/channel`, { method: 'POST' }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  let text = ''
  answer.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  answer.on('error', () => undefined)
  await expect.poll(() => text).toContain('event: channel')
  const id = /^data: (.*)$/m.exec(text)?.[1] ?? ''
  return { id, answer, text: () => text }
}

const joins = (channel: string, cluster: string, pass: string) =>
  fetch(`http://${host}/manager/channel/${channel}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ cluster, pass }),
  })

test('two clusters in one stream; one that falls silent ends, the other goes on', async () => {
  const [one = '', two = ''] = ids
  const channel = await open()
  expect((await joins(channel.id, one, 'pass-of-127.0.0.1')).status).toBe(200)
  expect((await joins(channel.id, two, 'pass-of-127.0.0.2')).status).toBe(200)
  const block = (id: string, data: string) => `cluster: ${id}\nevent: status\ndata: "${data}"\n\n`
  await expect.poll(channel.text).toContain(block(one, '127.0.0.1'))
  await expect.poll(channel.text).toContain(block(two, '127.0.0.2'))
  const alive = setInterval(() => streams.get('127.0.0.2')?.write(': alive\n\n'), 300)
  await expect.poll(channel.text).toContain(`cluster: ${one}\nevent: end\n`)
  clearInterval(alive)
  streams.get('127.0.0.2')?.write('event: status\ndata: "later, in two')
  await new Promise((next) => setTimeout(next, 50))
  streams.get('127.0.0.2')?.write(' parts"\n\n')
  await expect.poll(channel.text).toContain(block(two, 'later, in two parts'))
  // A cluster cannot speak for another one.
  streams.get('127.0.0.2')?.write(`cluster: ${one}\revent: status\ndata: "forged"\n\n`)
  await expect.poll(channel.text).toContain('forged')
  const forged =
    channel
      .text()
      .split('\n\n')
      .find((each) => each.includes('forged')) ?? ''
  expect(forged.split('\n')).toEqual([`cluster: ${two}`, 'event: status', 'data: "forged"'])
  const gone = once(streams.get('127.0.0.2') ?? app.server, 'close')
  channel.answer.destroy()
  await gone
})

test('whoever joins again has one stream, and a wrong pass none', async () => {
  const [one = ''] = ids
  const channel = await open()
  expect((await joins(channel.id, one, 'wrong')).status).toBe(401)
  expect((await joins(channel.id, one, 'pass-of-127.0.0.1')).status).toBe(200)
  const first = streams.get('127.0.0.1')
  const gone = once(first ?? app.server, 'close')
  expect((await joins(channel.id, one, 'pass-of-127.0.0.1')).status).toBe(200)
  await gone
  expect(channel.text()).not.toContain('event: end')
  expect((await joins('0'.repeat(32), one, 'pass-of-127.0.0.1')).status).toBe(404)
  expect((await joins(channel.id, 'none', 'pass-of-127.0.0.1')).status).toBe(404)
  expect((await joins(channel.id, one, 'a\r\nx: y')).status).toBe(400)
  channel.answer.destroy()
})
