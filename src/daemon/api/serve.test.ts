/** The listeners as the daemon opens them: a port that is taken is told, and had as soon as it is free. */
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
  const folder = mkdtempSync(join(tmpdir(), 'kagami-serve-'))
  const at = (name: string): string => join(folder, name)
  const made = await makeServiceIdentity('test', ['127.0.0.1'])
  writeFileSync(at('ca.pem'), made.authority)
  writeFileSync(at('own.pem'), made.certificate)
  writeFileSync(at('own.key'), made.privateKey)
  const taken = createServer().listen(0, '0.0.0.0')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
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
      ...{ clusterKey: '0f'.repeat(32), endedFile: at('ended.json') },
    },
    { ...world, alerts },
    opened.accounts,
  )
  expect(said).toEqual(['manager-not-served'])
  expect(statSync(at('api.sock')).mode & 0o777).toBe(0o600)
  taken.close()
  await expect
    .poll(() => said, { timeout: 15_000 })
    .toEqual(['manager-not-served', 'manager-served'])
  const url = `https://127.0.0.1:${port}/api/v1/health`
  const tls = { ca: made.authority }
  expect(await requestJson({ method: 'GET', url, timeoutMs: 5000, tls })).toMatchObject({
    ok: true,
    status: 200,
  })
})
