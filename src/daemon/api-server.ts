/** The local API (see `api.ts`) on a unix socket that only root may open. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { dirname } from 'node:path'
import type { ActionResult, ClusterStatus, Explanation } from '../api.ts'
import type { Afterwards } from '../core/effect.ts'
import type { AnyOrder } from '../core/gossip.ts'
import type { State } from '../core/state.ts'
import { say } from '../messages/catalogue.ts'
import type { AlertLog } from './alerts.ts'

export interface ApiWorld {
  status(): ClusterStatus
  /** Null: there is no such group. */
  why(group: string | null): Explanation | null
  /** All that the decision maker knows, for `kagami what-if`. */
  core(): State
  readonly alerts: AlertLog
  order(order: AnyOrder): Promise<ActionResult>
  /** Calls back when the status may have changed; returns how to stop that. */
  onChange(listener: () => void): () => void
}

const bodyBytesMax = 64 * 1024
const unreadBytesMax = 1024 * 1024

export async function serveApi(socket: string, world: ApiWorld): Promise<void> {
  await mkdir(dirname(socket), { recursive: true })
  await rm(socket, { force: true })
  const server = createServer((request, response) => {
    answer(request, response, world).catch(() => send(response, 500, unknown()))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(socket, resolve)
  })
  await chmod(socket, 0o600)
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  world: ApiWorld,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost')
  const path = url.pathname.split('/').filter((part) => part !== '')
  const route = `${request.method ?? ''} ${path
    .slice(2)
    .map((part, at) => (at === 1 ? '*' : part))
    .join('/')}`
  if (path[0] !== 'api' || path[1] !== 'v1') return send(response, 404, unknown())
  if (route === 'GET status') return send(response, 200, world.status())
  if (route === 'GET alerts') {
    const after = Number(url.searchParams.get('after') ?? 0)
    return send(response, 200, { alerts: world.alerts.after(Number.isFinite(after) ? after : 0) })
  }
  if (route === 'GET core') return send(response, 200, world.core())
  if (route === 'GET why') {
    const explained = world.why(url.searchParams.get('group'))
    return send(response, explained === null ? 404 : 200, explained ?? unknown())
  }
  if (route === 'GET events') return stream(response, world)
  if (request.method !== 'POST') return send(response, 404, unknown())
  const body = await bodyOf(request)
  if (body === null) return send(response, 400, unknown())
  const order = orderOf(route, decodeURIComponent(path[3] ?? ''), body)
  if (order === null) return send(response, 404, unknown())
  const result = await world.order(order)
  send(response, result.accepted ? 200 : 409, result)
}

function orderOf(
  route: string,
  name: string,
  body: Readonly<Record<string, unknown>>,
): AnyOrder | null {
  const to = typeof body['to'] === 'string' ? body['to'] : null
  switch (route) {
    case 'POST groups/*/move':
      return { kind: 'move', group: name, to }
    case 'POST groups/*/start':
      return { kind: 'start', group: name, to }
    case 'POST groups/*/stop':
      return { kind: 'stop', group: name }
    case 'POST server/*':
      return name === 'shutdown' ? { kind: 'leave', afterwards: afterwardsOf(body) } : null
    case 'POST cluster/*':
      return clusterOrder(name, body)
    case 'POST groups/*/force':
      return { kind: 'force', group: name, seen: textOf(body['seen']) }
    case 'POST groups/*/suspend':
    case 'POST groups/*/resume': {
      const monitor = typeof body['monitor'] === 'string' ? body['monitor'] : null
      const about = { group: name, monitor }
      return route.endsWith('resume') ? { kind: 'resume', ...about } : { kind: 'suspend', ...about }
    }
    case 'POST servers/*/standby':
      return { kind: 'standby', server: name }
    case 'POST servers/*/online':
      return { kind: 'online', server: name }
    case 'POST servers/*/stop-waiting':
      return { kind: 'end-wait', server: name }
    default:
      return null
  }
}

function clusterOrder(name: string, body: Readonly<Record<string, unknown>>): AnyOrder | null {
  switch (name) {
    case 'suspend':
    case 'resume':
      return { kind: name, group: null, monitor: null }
    case 'shutdown':
      return { kind: 'shutdown-cluster', last: null, afterwards: afterwardsOf(body) }
    default:
      return null
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function afterwardsOf(body: Readonly<Record<string, unknown>>): Afterwards {
  const afterwards = body['afterwards']
  return afterwards === 'poweroff' || afterwards === 'reboot' ? afterwards : 'nothing'
}

function stream(response: ServerResponse, world: ApiWorld): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  const push = (event: string, data: unknown) => {
    // A reader that has stopped reading must not fill our memory.
    if (response.writableLength > unreadBytesMax) return void response.destroy()
    response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }
  push('status', world.status())
  const stops = [
    world.onChange(() => push('status', world.status())),
    world.alerts.follow((alert) => push('alert', alert)),
  ]
  response.on('close', () => {
    for (const stop of stops) stop()
  })
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > bodyBytesMax) return null
    chunks.push(chunk)
  }
  try {
    const value: unknown = size === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}

function unknown(): ActionResult {
  return { accepted: false, message: say('request-unknown') }
}
