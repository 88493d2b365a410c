/** A server that begins an answer and falls silent, by a real connection. */
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { makeServiceIdentity } from '../drivers/certificates.ts'
import { wayTo } from './way.ts'

test('an answer that stops in its midst is given up', async () => {
  const at = '127.0.0.1'
  const { certificate, privateKey, authority } = await makeServiceIdentity('test', [at])
  const server = createServer({ cert: certificate, key: privateKey }, (_request, response) => {
    response.write('the beginning')
  })
  server.listen(0, at)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const known = { id: 'one', superCluster: 'super', cluster: 'one', addresses: [at] }
  const cluster = { ...known, authority: { pem: authority, fingerprint: '' } }
  const { signal } = new AbortController()
  const asking = { method: 'GET', path: '/', headers: {}, signal }
  const answer = await wayTo(port, 200)(cluster, asking)
  if (answer === null) throw new Error('it has answered')
  answer.on('error', () => undefined)
  answer.resume()
  const closed = once(answer, 'close')
  await closed
  expect(answer.complete).toBe(false)
  server.closeAllConnections()
  server.close()
})
