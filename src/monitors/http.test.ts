import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { httpMonitor } from './http.ts'

let server: Server | null = null

afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

async function serve(
  answer: (end: (status: number) => void, write: () => void) => void,
): Promise<string> {
  const made = createServer((_request, response) => {
    answer(
      (status) => void response.writeHead(status).end('x'),
      () => void response.write('x'),
    )
  })
  server = made
  await new Promise<void>((done) => {
    made.listen(0, '127.0.0.1', () => done())
  })
  return `http://127.0.0.1:${(made.address() as AddressInfo).port}/`
}

test.each([
  [200, null],
  [404, null],
  [499, null],
  [500, 'http-status'],
  [503, 'http-status'],
])('status %i', async (status, id) => {
  const url = await serve((end) => end(status))
  expect((await httpMonitor(url).check(2000))?.id ?? null).toBe(id)
})

test('nobody listens', async () => {
  const url = await serve((end) => end(200))
  server?.close()
  expect((await httpMonitor(url).check(2000))?.id).toBe('http-failed')
})

test('accepts and says nothing', async () => {
  const url = await serve(() => undefined)
  expect((await httpMonitor(url).check(200))?.id).toBe('http-no-answer')
})
