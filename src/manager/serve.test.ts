/** The Manager of a workstation before a server that shows a certificate, with every check on. */
import type { AddressInfo } from 'node:net'
import { createServer, type Server } from 'node:https'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { makeServiceIdentity } from '../drivers/certificates.ts'
import { fileStore } from '../drivers/store.ts'
import { openRegistry, type Registered, type Registry } from './registry.ts'
import { makeManager } from './serve.ts'

const at = '127.0.0.1'
const host = '127.0.0.1:29080'
let server: Server
let app: FastifyInstance
let registry: Registry
let type = 'application/json'
const heard: { readonly url: string; readonly headers: object; readonly body: string }[] = []

const said = {
  ...{ product: 'kagami', version: '1', superCluster: 'super', cluster: 'one' },
  ...{ server: 'SERVER1', fingerprint: '' },
}

beforeAll(async () => {
  const { certificate, privateKey, authority } = await makeServiceIdentity('test', [at])
  server = createServer(
    { cert: `${certificate}\n${authority}`, key: privateKey },
    (request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString()
      })
      request.on('end', () => {
        heard.push({ url: request.url ?? '', headers: request.headers, body })
        response.setHeader('set-cookie', 'secret=1')
        response.setHeader('content-type', type)
        response.end(JSON.stringify(said))
      })
    },
  )
  await new Promise<void>((listening) => {
    server.listen(0, at, listening)
  })
  const file = join(mkdtempSync(join(tmpdir(), 'kagami-manager-')), 'clusters.json')
  const opened = await openRegistry(fileStore<readonly Registered[]>(file))
  if ('reason' in opened) throw new Error(opened.reason)
  registry = opened
  const { port: serverPort } = server.address() as AddressInfo
  app = await makeManager({ serverPort, registry, hosts: [host] })
})

afterAll(async () => {
  await app.close()
  server.close()
})

const ask = (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object, headers = {}) =>
  app.inject({
    method,
    url,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { body }),
  })

test('a page from elsewhere, or another name of this machine, gets nothing', async () => {
  const foreign = { origin: 'https://evil.example' }
  expect((await ask('GET', '/manager/clusters', undefined, foreign)).statusCode).toBe(403)
  expect((await ask('GET', '/', undefined, { host: 'evil.example' })).statusCode).toBe(403)
  const image = { 'sec-fetch-site': 'cross-site' }
  expect((await ask('GET', '/manager/clusters', undefined, image)).statusCode).toBe(403)
  expect((await ask('GET', '/', undefined, image)).statusCode).toBe(200)
})

test('a cluster is registered with the fingerprint that was shown, and with no other', async () => {
  expect((await ask('GET', '/c/0000/api/v1/status')).statusCode).toBe(404)
  const shown = await ask('POST', '/manager/clusters', { address: at })
  const { found } = shown.json<{ found: { cluster: string; fingerprint: string } }>()
  expect(found).toMatchObject({ cluster: 'one', server: 'SERVER1', address: at })
  const wrong = { address: at, fingerprint: 'AA:BB' }
  expect((await ask('POST', '/manager/clusters', wrong)).statusCode).toBe(409)
  expect(registry.list()).toEqual([])
  const { fingerprint } = found
  const done = await ask('POST', '/manager/clusters', { address: at, fingerprint })
  expect(done.statusCode).toBe(200)
  expect(registry.list()).toMatchObject([{ cluster: 'one', addresses: [at] }])
})

test('two registrations at the same time are both kept', async () => {
  const [known] = registry.list()
  if (known === undefined) throw new Error('one is registered')
  const more = ['10.0.0.1', '10.0.0.2']
  await Promise.all(more.map((each) => registry.add({ ...known, addresses: [each] })))
  expect(registry.list()).toMatchObject([{ addresses: [at, ...more] }])
  await registry.remove(known.id)
  await registry.add({ ...known, addresses: [at] })
})

test('what goes to a cluster: the pass and the body; what comes back: no cookie', async () => {
  const [known] = registry.list()
  heard.length = 0
  const answer = await ask(
    'POST',
    `/c/${known?.id ?? ''}/api/v1/groups/Apache/move?x=1`,
    { to: 'SERVER2' },
    { authorization: 'Bearer abc', cookie: 'theirs=1' },
  )
  expect(answer.json()).toEqual(said)
  expect(answer.headers['set-cookie']).toBeUndefined()
  expect(answer.headers).toMatchObject({
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  })
  expect(heard).toMatchObject([
    {
      url: '/api/v1/groups/Apache/move?x=1',
      headers: { authorization: 'Bearer abc' },
      body: '{"to":"SERVER2"}',
    },
  ])
  expect(heard[0]?.headers).not.toHaveProperty('cookie')
})

test('what a cluster says is no page of this place', async () => {
  const [known] = registry.list()
  type = 'text/html'
  const answer = await ask('GET', `/c/${known?.id ?? ''}/api/v1/status`)
  type = 'application/json'
  expect(answer.headers['content-type']).toBe('application/octet-stream')
  expect(answer.headers['content-security-policy']).toContain('sandbox')
})

test('two clusters of one authority are two', async () => {
  const [known] = registry.list()
  if (known === undefined) throw new Error('one is registered')
  await registry.add({ ...known, cluster: 'two', addresses: ['10.0.0.9'] })
  expect(registry.list().map(({ cluster }) => cluster)).toEqual(['one', 'two'])
  await registry.remove(registry.list()[1]?.id ?? '')
})

test('another server at that address is not believed', async () => {
  const [known] = registry.list()
  const other = await makeServiceIdentity('other', [at])
  server.setSecureContext({
    cert: `${other.certificate}\n${other.authority}`,
    key: other.privateKey,
  })
  heard.length = 0
  const answer = await ask('GET', `/c/${known?.id ?? ''}/api/v1/status`)
  expect(answer.statusCode).toBe(502)
  expect(heard).toEqual([])
})

test('nobody there', async () => {
  const answer = await ask('POST', '/manager/clusters', { address: '127.0.0.2' })
  expect(answer.statusCode).toBe(404)
  expect((await ask('POST', '/manager/clusters', { address: 'no address' })).statusCode).toBe(400)
})
