/**
 * The listeners as the daemon opens them: a port that is taken is told, and had as soon as it is free; a
 * certificate that is renewed is shown.
 */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { makeServiceIdentity } from '../../drivers/certificates.ts'
import { requestJson } from '../../drivers/http-json.ts'
import { openAccounts } from './accounts.ts'
import { memoryStore, newTold, worldOf } from './app.fixtures.ts'
import { serveApi } from './serve.ts'

test('a port that is taken, and becomes free; the socket is root’s alone from its first moment', async () => {
  const taken = createServer().listen(0, '0.0.0.0')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const { at, authority, said } = await serve(port)
  expect(said).toEqual(['manager-not-served'])
  expect(statSync(at('api.sock')).mode & 0o777).toBe(0o600)
  taken.close()
  await expect
    .poll(() => said, { timeout: 15_000 })
    .toEqual(['manager-not-served', 'manager-served'])
  const url = `https://127.0.0.1:${port}/api/v1/health`
  const tls = { ca: authority }
  expect(await requestJson({ method: 'GET', url, timeoutMs: 5000, tls })).toMatchObject({
    ok: true,
    status: 200,
  })
})

test('a certificate that is renewed is shown, and so is its fingerprint; one that is half written is not', async () => {
  const { at, port, said } = await serve(await freePort(), { lookAgainMs: 50 })
  const next = await makeServiceIdentity('test', ['127.0.0.1'])
  // The key comes after it: until then the two do not belong together.
  writeFileSync(at('own.pem'), next.certificate)
  await new Promise((later) => setTimeout(later, 300))
  expect(said).toEqual([])
  writeFileSync(at('own.key'), next.privateKey)
  writeFileSync(at('ca.pem'), next.authority)
  const url = `https://127.0.0.1:${port}/api/v1/discovery`
  const asked = () =>
    requestJson({ method: 'GET', url, timeoutMs: 5000, tls: { ca: next.authority } })
  await expect.poll(asked).toMatchObject({
    ok: true,
    body: { fingerprint: new X509Certificate(next.certificate).fingerprint256 },
  })
  expect(said).toContain('certificate-renewed')
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function serve(port: number, more: { readonly lookAgainMs?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-serve-'))
  const at = (name: string): string => join(folder, name)
  const { authority, certificate, privateKey } = await makeServiceIdentity('test', ['127.0.0.1'])
  writeFileSync(at('ca.pem'), authority)
  writeFileSync(at('own.pem'), certificate)
  writeFileSync(at('own.key'), privateKey)
  const opened = await openAccounts(memoryStore())
  if ('reason' in opened) throw new Error(opened.reason)
  const said: string[] = []
  const world = worldOf(newTold())
  const alerts = { ...world.alerts, add: ({ id }: { id: string }) => void said.push(id) }
  await serveApi(
    {
      ...{ socket: at('api.sock'), port, peerPort: 0, peer: 'SERVER2', peerAddresses: [] },
      ...{ authorityFile: at('ca.pem'), certificateFile: at('own.pem') },
      ...{ privateKeyFile: at('own.key'), theirs: null, allowFrom: [] },
      ...{ clusterKey: '0f'.repeat(32), endedFile: at('ended.json'), ...more },
    },
    { ...world, alerts },
    opened.accounts,
  )
  return { at, port, authority, said }
}
