/** What the API tells: the cluster as it is, why, what has happened, and a stream of all that changes. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Alert } from '../../api.ts'
import { say } from '../../messages/catalogue.ts'
import { actionResult, alert, clusterStatus, explanation, operation } from './shapes.ts'
import { refuse } from './refuse.ts'
import type { ApiWorld } from './world.ts'

/** A reader that has stopped reading must not fill our memory. */
const unreadBytesMax = 1024 * 1024
const streamsMax = 400
/** A page whose server has died notices the silence, and goes on through the other one. */
const aliveEveryMs = 500

const after = z.strictObject({ after: z.coerce.number().int().min(0).default(0) })
const viewer = { needs: 'viewer' } as const

export function addQuestions(app: FastifyInstance, world: ApiWorld): void {
  app.route({
    method: 'GET',
    url: '/status',
    schema: {
      summary: 'The whole cluster, as this server sees it.',
      response: { 200: clusterStatus },
    },
    config: viewer,
    handler: async () => world.status(),
  })
  app.route({
    method: 'GET',
    url: '/why',
    schema: {
      summary: 'Why things are as they are, sentence by sentence.',
      querystring: z.strictObject({ group: z.string().optional() }),
      response: { 200: explanation, 404: actionResult },
    },
    config: viewer,
    handler: async (request, reply) => {
      const { group } = request.query as { group?: string }
      const explained = world.why(group ?? null)
      return explained ?? refuse(reply, 404, say('request-unknown'))
    },
  })
  app.route({
    method: 'GET',
    url: '/alerts',
    schema: {
      summary: 'The alert log after a sequence number.',
      querystring: after,
      response: { 200: z.object({ alerts: z.array(alert) }) },
    },
    config: viewer,
    handler: async (request) => {
      const { after: sequence } = request.query as { after: number }
      return { alerts: [...world.alerts.after(sequence)] }
    },
  })
  app.route({
    method: 'GET',
    url: '/operations',
    schema: {
      summary: 'Who ordered what, from where, and what came of it.',
      querystring: after,
      response: { 200: z.object({ operations: z.array(operation) }) },
    },
    config: viewer,
    handler: async (request) => {
      const { after: sequence } = request.query as { after: number }
      return { operations: [...world.operations.after(sequence)] }
    },
  })
  app.route({
    method: 'GET',
    url: '/core',
    schema: { summary: 'All that the decision maker knows, for what-if.' },
    config: viewer,
    handler: async () => world.core(),
  })
  app.route({
    method: 'GET',
    url: '/openapi.json',
    schema: { hide: true },
    config: viewer,
    handler: async () => app.swagger(),
  })
  addStream(app, world)
}

function addStream(app: FastifyInstance, world: ApiWorld): void {
  let streams = 0
  app.route({
    method: 'GET',
    url: '/events',
    schema: {
      summary:
        'Server-sent events: `status` (ClusterStatus) and `alert` (Alert), resumed by Last-Event-ID.',
    },
    config: viewer,
    handler: async (request, reply) => {
      if (streams >= streamsMax)
        return refuse(reply, 503, say('streams-full', { most: streamsMax }))
      streams += 1
      request.raw.on('close', () => {
        streams -= 1
      })
      return stream(request, reply, world)
    },
  })
}

function stream(request: FastifyRequest, reply: FastifyReply, world: ApiWorld): FastifyReply {
  reply.hijack()
  const { raw } = reply
  const headers = reply.getHeaders() as Record<string, string>
  raw.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const write = (text: string): void => {
    if (raw.writableLength > unreadBytesMax) raw.destroy()
    else raw.write(text)
  }
  const push = (event: string, data: unknown, id = ''): void =>
    write(`${id === '' ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  const tell = (each: Alert): void => push('alert', each, String(each.sequence))
  const last = Number(request.headers['last-event-id'])
  if (Number.isInteger(last) && last >= 0) for (const each of world.alerts.after(last)) tell(each)
  push('status', world.status())
  const timer = setInterval(() => write(': alive\n\n'), aliveEveryMs)
  const stops = [
    world.onChange(() => push('status', world.status())),
    world.alerts.follow(tell),
    () => clearInterval(timer),
  ]
  raw.on('close', () => {
    for (const stop of stops) stop()
  })
  return reply
}
