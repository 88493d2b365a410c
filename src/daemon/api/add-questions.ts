/** What the API tells: the cluster as it is, why, what has happened, and a stream of all that changes. */
import { once } from 'node:events'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ClusterStatus } from '../../api.ts'
import { say } from '../../messages/catalogue.ts'
import { sampleEveryMs } from '../history.ts'
import {
  actionResult,
  alert,
  clusterBrief,
  clusterStatus,
  explanation,
  monitors,
  operation,
  plan,
  resources,
  sample,
} from './shapes.ts'
import { callerOf, type Access } from './caller.ts'
import { newPace, type Pace } from './pace.ts'
import { planFor } from './plan.ts'
import { refuse, saidOf } from './refuse.ts'
import { core, plain } from './responses.ts'
import type { ApiWorld } from './world.ts'

/** A reader that has stopped reading must not fill our memory. */
const unreadBytesMax = 256 * 1024
const streamsMax = 400
/** Of one user or token from one address. */
const streamsEach = 250
/** A login that has ended ends its streams. */
const checkEveryMs = 2000
/** A page whose server has died notices the silence, and goes on through the other one. */
const aliveEveryMs = 500

const after = z.strictObject({ after: z.coerce.number().int().min(0).default(0) })
const viewer = { needs: 'viewer' } as const

/** `access`: null over the unix socket. */
export function addQuestions(app: FastifyInstance, world: ApiWorld, access: Access | null): void {
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
      querystring: z.strictObject({ group: z.string().max(100).optional() }),
      response: { 200: explanation, 404: actionResult },
    },
    config: viewer,
    handler: async (request, reply) => {
      const { group } = request.query as { group?: string }
      const explained = world.why(group ?? null)
      return explained ?? refuse(reply, 404, say('group-unknown', { group: group ?? '' }))
    },
  })
  app.route({
    method: 'GET',
    url: '/core',
    schema: {
      summary: 'All that the decision maker knows, for what-if.',
      response: { 200: core },
    },
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
  addPlan(app, world)
  addParts(app, world)
  addLogs(app, world)
  addStream(app, world, access)
}

const name = z.string().max(100)
const losses = z.strictObject({ lose: z.union([name, z.array(name).min(1).max(8)]) })

function addPlan(app: FastifyInstance, world: ApiWorld): void {
  app.route({
    method: 'GET',
    url: '/what-if',
    schema: {
      summary:
        'What would happen if servers, links, or one of `links`, `arbiter`, `disk` were lost now, all at once.',
      querystring: losses,
      response: { 200: plan, 404: actionResult, 503: actionResult },
    },
    config: viewer,
    handler: async (request, reply) => {
      const lose = [(request.query as z.infer<typeof losses>).lose].flat()
      const planned = await planFor({ state: world.core(), lose })
      if (planned === null) return refuse(reply, 503, say('what-if-busy'))
      if (planned.plan === null) {
        const args = { names: lose.join(', '), known: planned.known.join(', ') }
        return refuse(reply, 404, say('what-if-unknown', args))
      }
      const steps = planned.plan.steps.map((step) => ({ ...step, said: saidOf(step.message) }))
      return { ...planned.plan, steps }
    },
  })
}

/** The status piece by piece. */
function addParts(app: FastifyInstance, world: ApiWorld): void {
  app.route({
    method: 'GET',
    url: '/clusters',
    schema: {
      summary: 'The clusters that this server speaks for: its own, in short.',
      response: { 200: z.object({ clusters: z.array(clusterBrief) }) },
    },
    config: viewer,
    handler: async () => {
      const { superCluster, cluster, reportedBy, servers, summary } = world.status()
      const names = servers.map(({ name }) => name)
      return { clusters: [{ superCluster, cluster, reportedBy, servers: names, ...summary }] }
    },
  })
  const { servers, links, groups, mirrors, arbiter } = clusterStatus.shape
  const shapes = { servers, links, groups, mirrors, arbiter, resources, monitors } as const
  for (const part of Object.keys(shapes) as (keyof typeof shapes)[]) {
    app.route({
      method: 'GET',
      url: `/${part}`,
      schema: {
        summary: `Of the status: ${part}.`,
        response: { 200: z.object({ [part]: shapes[part] }) },
      },
      config: viewer,
      handler: async () => {
        const status = world.status()
        const inGroups = {
          resources: status.groups.flatMap(({ name: group, resources: all }) =>
            all.map((each) => ({ group, ...each })),
          ),
          monitors: status.groups.flatMap(({ name: group, monitors: all }) =>
            all.map((each) => ({ group, ...each })),
          ),
        }
        return { [part]: { ...status, ...inGroups }[part] }
      },
    })
  }
}

/** What has been. */
function addLogs(app: FastifyInstance, world: ApiWorld): void {
  app.route({
    method: 'GET',
    url: '/alerts',
    schema: {
      summary: 'The alert log of both servers, after a sequence number of this one.',
      querystring: after,
      response: { 200: z.object({ alerts: z.array(alert) }) },
    },
    config: viewer,
    handler: async (request, reply) => sendLines(reply, 'alerts', linesFor(request, world.alerts)),
  })
  app.route({
    method: 'GET',
    url: '/operations',
    schema: {
      summary: 'Who ordered what, from where, and what came of it; on both servers.',
      querystring: after,
      response: { 200: z.object({ operations: z.array(operation) }) },
    },
    config: viewer,
    handler: async (request, reply) =>
      sendLines(reply, 'operations', linesFor(request, world.operations)),
  })
  app.route({
    method: 'GET',
    url: '/history',
    schema: {
      summary: 'The figures of the last hour after a time in milliseconds, for charts.',
      querystring: after,
      response: { 200: z.object({ everyMs: z.number(), samples: z.array(sample) }) },
    },
    config: viewer,
    handler: async (request) => {
      const { after: at } = request.query as { after: number }
      return { everyMs: sampleEveryMs, samples: [...world.history(at)] }
    },
  })
}

type Texts = ReturnType<ApiWorld['alerts']['textsAfter']>

function linesFor(request: FastifyRequest, log: Pick<ApiWorld['alerts'], 'textsAfter'>): Texts {
  const { after: sequence } = request.query as { readonly after: number }
  return log.textsAfter(sequence)
}

/** As they are kept: a long log is not made anew for each who asks. */
function sendLines(reply: FastifyReply, name: string, lines: Texts): FastifyReply {
  reply.type('application/json; charset=utf-8')
  return reply
    .serializer((text: unknown) => String(text))
    .send(`{"${name}":[${lines.map(({ text }) => text).join(',')}]}`)
}

function addStream(app: FastifyInstance, world: ApiWorld, access: Access | null): void {
  const readers = new Set<Reader>()
  const pace = tellStatus(app, world, readers)
  world.alerts.follow((each) => {
    const event = eventOf('alert', JSON.stringify(each), each.sequence)
    // Whoever is still told of the past comes to this line by itself.
    for (const reader of readers) if (reader.isPresent) reader.write(event)
  })
  const timer = setInterval(() => {
    for (const reader of readers) reader.write(': alive\n\n')
  }, aliveEveryMs)
  app.addHook('onClose', async () => clearInterval(timer))
  app.route({
    method: 'GET',
    url: '/events',
    schema: {
      summary:
        'Server-sent events: `status` (ClusterStatus) and `alert` (Alert), resumed by Last-Event-ID.',
      response: {
        200: plain('text/event-stream', 'One event after the other, and a comment twice a second.'),
        503: actionResult,
      },
    },
    config: viewer,
    handler: async (request, reply) => {
      const { name, from } = request.caller
      const own = [...readers].filter((each) => each.name === name && each.from === from)
      if (readers.size >= streamsMax || own.length >= streamsEach) {
        return refuse(reply, 503, say('streams-full', { most: streamsEach }))
      }
      const mayStay = (): boolean => access === null || !('status' in callerOf(request, access))
      const last = Number(request.headers['last-event-id'] ?? Number.NaN)
      const isResumed = Number.isInteger(last) && last >= 0
      const reader = startReading(request, reply, { name, from, mayStay })
      reader.isPresent = !isResumed
      const isFirst = readers.size === 0
      readers.add(reader)
      reply.raw.on('close', () => readers.delete(reader))
      const status = statusOf(world)
      if (status !== null) {
        reader.write(eventOf('status', JSON.stringify(status)))
        if (isFirst) pace.told(status, performance.now())
      }
      if (isResumed) void replay(reply, reader, { after: last, log: world.alerts })
      return reply
    },
  })
}

/** Made once for all readers, as often as it is worth it; the last change is always told. */
function tellStatus(app: FastifyInstance, world: ApiWorld, readers: ReadonlySet<Reader>): Pace {
  const pace = newPace()
  let timer: NodeJS.Timeout | undefined
  const tell = (): void => {
    clearTimeout(timer)
    if (readers.size === 0) return
    const status = statusOf(world)
    if (status === null) return
    const now = performance.now()
    const waitMs = pace.waitMs(status, now)
    if (waitMs === null) return
    if (waitMs > 0) {
      timer = setTimeout(tell, waitMs)
      return
    }
    pace.told(status, now)
    const event = eventOf('status', JSON.stringify(status))
    for (const reader of readers) reader.write(event)
  }
  const stop = world.onChange(tell)
  app.addHook('onClose', async () => {
    stop()
    clearTimeout(timer)
  })
  return pace
}

/** null: the peer, of another version, tells what is not understood here; that must end nothing. */
function statusOf(world: ApiWorld): ClusterStatus | null {
  try {
    return clusterStatus.parse(world.status())
  } catch (error) {
    process.stderr.write(`the status cannot be told: ${String(error)}\n`)
    return null
  }
}

const linesAtOnce = 50

interface Missed {
  readonly after: number
  readonly log: Pick<ApiWorld['alerts'], 'textsAfter'>
}

/** What a reader has missed, as fast as it reads, in order; it may be the whole log. Then the present. */
async function replay(
  { raw }: FastifyReply,
  reader: Reader,
  { after: first, log }: Missed,
): Promise<void> {
  const closed = new Promise((resolve) => raw.once('close', resolve))
  for (let last = first; !raw.destroyed; ) {
    const lines = log.textsAfter(last).slice(0, linesAtOnce)
    if (lines.length === 0) {
      reader.isPresent = true
      return
    }
    last = lines.at(-1)?.sequence ?? last
    const texts = lines.map(({ sequence, text }) => eventOf('alert', text, sequence))
    const isTaken = raw.write(texts.join(''))
    if (!isTaken) await Promise.race([once(raw, 'drain').catch(() => undefined), closed])
  }
}

interface Reader {
  readonly name: string
  readonly from: string
  /** It has all of the past, and hears of each new line. */
  isPresent: boolean
  write(text: string): void
}

interface Held extends Pick<Reader, 'name' | 'from'> {
  /** Its login still holds. */
  mayStay(): boolean
}

function startReading(request: FastifyRequest, reply: FastifyReply, held: Held): Reader {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    // One reader a connection: a second request on it would wait for ever.
    connection: 'close',
  })
  request.raw.socket.setNoDelay(true)
  let checkedAt = performance.now()
  const { name, from, mayStay } = held
  return {
    ...{ name, from, isPresent: true },
    write(text) {
      const now = performance.now()
      const isDue = now - checkedAt >= checkEveryMs
      if (isDue) checkedAt = now
      if (raw.writableLength > unreadBytesMax || (isDue && !mayStay())) raw.destroy()
      else raw.write(text)
    },
  }
}

function eventOf(event: string, data: string, id?: number): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`
}
