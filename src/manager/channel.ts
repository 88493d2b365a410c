/**
 * The events of all clusters in one stream: a browser opens six connections to one place, and no more. A page
 * opens a channel, and has the stream of a cluster join it with the pass of its login. A block of the channel is
 * the server's own, with a line `cluster: ID` before it; `end` follows the last one.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { say } from '../messages/catalogue.ts'
import { refuse } from './refuse.ts'
import type { Registry } from './registry.ts'
import type { Way } from './way.ts'

const aliveEveryMs = 500
/** A server says something at least twice as often. */
const silentMs = 1200
const channelsMax = 20
const unreadBytesMax = 1024 * 1024
const blockLettersMax = 4 * 1024 * 1024

interface Channel {
  readonly raw: ServerResponse
  /** By cluster: ends its stream. */
  readonly joined: Map<string, AbortController>
}

const join = z.strictObject({
  cluster: z.string().max(100),
  pass: z
    .string()
    .max(4096)
    .regex(/^[A-Za-z0-9_.-]+$/),
})

export function addChannel(app: FastifyInstance, registry: Registry, way: Way): void {
  const channels = new Map<string, Channel>()
  const timer = setInterval(() => {
    for (const { raw } of channels.values()) raw.write(': alive\n\n')
  }, aliveEveryMs)
  app.addHook('onClose', async () => clearInterval(timer))
  // Not by GET: any page could have a browser send that.
  app.post('/manager/channel', async (_request, reply) => {
    if (channels.size >= channelsMax) {
      return refuse(reply, 503, say('streams-full', { most: channelsMax }))
    }
    const id = randomBytes(16).toString('hex')
    const channel = openChannel(reply)
    channels.set(id, channel)
    channel.raw.on('close', () => {
      channels.delete(id)
      for (const stream of channel.joined.values()) stream.abort()
    })
    channel.raw.write(`event: channel\ndata: ${id}\n\n`)
    return reply
  })
  // Answers as the cluster does: 200 when its events come from now on.
  app.post('/manager/channel/:id', { schema: { body: join } }, async (request, reply) => {
    const channel = channels.get((request.params as { id: string }).id)
    const { cluster: id, pass } = request.body as z.infer<typeof join>
    const cluster = registry.find(id)
    if (channel === undefined || cluster === null) {
      return refuse(reply, 404, say('manager-unknown-cluster'))
    }
    channel.joined.get(id)?.abort()
    const stream = new AbortController()
    channel.joined.set(id, stream)
    const headers = { authorization: `Bearer ${pass}`, accept: 'text/event-stream' }
    const { signal } = stream
    const answer = await way(cluster, { method: 'GET', path: '/api/v1/events', headers, signal })
    if (answer === null) {
      return refuse(reply, 502, say('manager-cluster-silent', { cluster: cluster.cluster }))
    }
    if (answer.statusCode !== 200) {
      answer.destroy()
      return refuse(reply, answer.statusCode ?? 502, say('login-needed'))
    }
    forward(channel.raw, { answer, cluster: id, signal })
    return { accepted: true }
  })
}

function openChannel(reply: FastifyReply): Channel {
  reply.hijack()
  const { raw } = reply
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    connection: 'close',
  })
  raw.on('error', () => undefined)
  return { raw, joined: new Map() }
}

interface Stream {
  readonly answer: IncomingMessage
  readonly cluster: string
  readonly signal: AbortSignal
}

/** Until either side ends it, or the server falls silent. */
function forward(raw: ServerResponse, { answer, cluster, signal }: Stream): void {
  let rest = ''
  let timer = setTimeout(() => answer.destroy(), silentMs)
  const heard = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => answer.destroy(), silentMs)
  }
  signal.addEventListener('abort', () => answer.destroy(), { once: true })
  answer.setEncoding('utf8')
  answer.on('data', (text: string) => {
    heard()
    const blocks = (rest + text).split('\n\n')
    rest = blocks.pop() ?? ''
    if (rest.length > blockLettersMax) answer.destroy()
    for (const block of blocks) {
      // Nothing but its own events: it must not speak for another cluster.
      const lines = block.split(/\r\n|\r|\n/).filter((line) => /^(?:event|data|id): /.test(line))
      if (lines.length > 0) raw.write(`cluster: ${cluster}\n${lines.join('\n')}\n\n`)
    }
    if (raw.writableLength < unreadBytesMax) return
    // The page is slower than its clusters.
    clearTimeout(timer)
    answer.pause()
    raw.once('drain', () => {
      heard()
      answer.resume()
    })
  })
  answer.on('error', () => undefined)
  answer.once('close', () => {
    clearTimeout(timer)
    // One that another has taken the place of says nothing more.
    if (!signal.aborted) raw.write(`cluster: ${cluster}\nevent: end\ndata: 0\n\n`)
  })
}
