/**
 * The witness's HTTPS service:
 *
 *   GET  /health                      -> { name, version }
 *   GET  /v1/registers/CLUSTER        -> the register
 *   POST /v1/registers/CLUSTER/claim  -> the register afterwards, whoever won
 *
 * Everything but `health` wants the cluster's token. Who guesses waits longer each time.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import { parseClaim } from '../wire/register.ts'
import type { Registers } from './registers.ts'

export interface ServeOptions {
  readonly certificate: string
  readonly privateKey: string
  readonly version: string
  readonly log: (text: string) => void
}

const bodyBytesMax = 4096
const requestMs = 5000
const connectionsMax = 256
const firstPauseMs = 100
const pauseMaxMs = 5000
const forgottenMs = 600_000

export function makeServer(registers: Registers, options: ServeOptions): Server {
  const guesses = new Map<string, { count: number; at: number }>()
  const server = createServer(
    {
      cert: options.certificate,
      key: options.privateKey,
      minVersion: 'TLSv1.2',
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      keepAliveTimeout: requestMs,
      handshakeTimeout: requestMs,
      maxHeaderSize: 8192,
      connectionsCheckingInterval: 1000,
    },
    (request, response) => {
      answer(request, response, registers, guesses, options).catch((error: unknown) => {
        options.log(`request failed: ${String(error)}`)
        send(response, 500, { error: 'failed' })
      })
    },
  )
  server.maxConnections = connectionsMax
  server.on('tlsClientError', () => undefined)
  server.on('clientError', (_error, socket) => socket.destroy())
  return server
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  registers: Registers,
  guesses: Map<string, { count: number; at: number }>,
  { version, log }: ServeOptions,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'https://witness')
  if (request.method === 'GET' && pathname === '/health') {
    return send(response, 200, { name: 'kagami-witness', version })
  }
  const [, name, action] = /^\/v1\/registers\/([^/]{1,200})(\/claim)?$/.exec(pathname) ?? []
  const method = action === undefined ? 'GET' : 'POST'
  const cluster = decoded(name)
  if (cluster === null || request.method !== method)
    return send(response, 404, { error: 'unknown' })
  const body = await bodyOf(request)
  const claim = method === 'POST' ? parseClaim(body) : null
  if (method === 'POST' && claim === null) return send(response, 400, { error: 'no claim' })
  const token = /^Bearer (\S{1,200})$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  const told = await registers.answer(cluster, token, claim)
  switch (told.kind) {
    case 'register':
      return send(response, 200, told.register)
    case 'stranger':
      await slowDown(guesses, request.socket.remoteAddress ?? '')
      return send(response, 401, { error: 'unknown cluster, or wrong token' })
    case 'failed':
      log(`${cluster}: ${told.reason}`)
      return send(response, 503, { error: 'the register cannot be read or written' })
  }
}

function decoded(name: string | undefined): string | null {
  try {
    return name === undefined ? null : decodeURIComponent(name)
  } catch {
    return null
  }
}

/** undefined: too long, or no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyBytesMax) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown
  } catch {
    return undefined
  }
}

async function slowDown(
  guesses: Map<string, { count: number; at: number }>,
  address: string,
): Promise<void> {
  const now = Date.now()
  for (const [each, { at }] of guesses) if (now - at > forgottenMs) guesses.delete(each)
  const count = (guesses.get(address)?.count ?? 0) + 1
  guesses.set(address, { count, at: now })
  const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(count - 1, 10), pauseMaxMs)
  await new Promise((done) => setTimeout(done, pauseMs))
}

function send(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
