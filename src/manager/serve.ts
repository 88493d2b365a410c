/**
 * The Manager on a workstation: the pages, the list of clusters, the search for them, and the way to each
 * cluster's servers. It listens to this machine alone; whoever uses it logs in to each cluster as ever. What a
 * server says is believed only with a certificate of the authority that was accepted for its cluster.
 */
import { readFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import files from '@fastify/static'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { requestJson } from '../drivers/http-json.ts'
import { authorityAt, type Authority } from '../drivers/tls-look.ts'
import { say } from '../messages/catalogue.ts'
import { addChannel } from './channel.ts'
import { addressSpace, search, type Found, type Searching } from './discovery.ts'
import { refuse } from './refuse.ts'
import type { Registry } from './registry.ts'
import { wayTo, type Asking, type Way } from './way.ts'

const lookWithinMs = 1500
const answerWithinMs = 2000
const pages = new URL('../../dist/web', import.meta.url).pathname

export interface ManagerPlace {
  /** Where the clusters' servers answer. */
  readonly serverPort: number
  readonly registry: Registry
  /** `127.0.0.1:29080`: what a browser of this machine calls it. */
  readonly hosts: readonly string[]
}

const address = z.strictObject({ address: z.ipv4(), fingerprint: z.string().max(200).optional() })
const space = z.strictObject({ network: z.string().max(100), mask: z.string().max(100) })

export async function makeManager(place: ManagerPlace): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: 64 * 1024,
    forceCloseConnections: true,
  }) as unknown as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.addHook('onRequest', async (request, reply) => {
    // A page from elsewhere, or a name that somebody else points to this machine.
    const { host, origin } = request.headers
    const isOurs = place.hosts.includes(host ?? '')
    const site = request.headers['sec-fetch-site'] ?? 'none'
    // A link may lead to the page itself, which nobody can put into a frame.
    const isLinked = request.method === 'GET' && request.url === '/'
    const isForeign =
      (origin !== undefined && origin !== `http://${host ?? ''}`) ||
      (!isLinked && site !== 'same-origin' && site !== 'none')
    if (!isOurs || isForeign) return refuse(reply, 403, say('access-origin'))
    reply.header('content-security-policy', policy)
    reply.header('x-content-type-options', 'nosniff')
  })
  addClusters(app, place)
  addSearch(app, place)
  const way = wayTo(place.serverPort)
  addWay(app, place.registry, way)
  addChannel(app, place.registry, way)
  // The page is told that it has a list of clusters.
  const page = (await readFile(`${pages}/index.html`, 'utf8')).replace(
    '<html ',
    '<html data-workstation="yes" ',
  )
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  await app.register(files, {
    root: pages,
    cacheControl: false,
    index: false,
    preCompressed: true,
  })
  return app
}

const policy =
  "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'; " +
  "style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='"

function addClusters(app: FastifyInstance, { registry, serverPort }: ManagerPlace): void {
  app.get('/manager/clusters', async () => ({
    clusters: registry.list().map(({ authority, ...rest }) => ({
      ...rest,
      fingerprint: authority.fingerprint,
    })),
  }))
  // With the fingerprint that was shown; without it, it is shown.
  app.post('/manager/clusters', { schema: { body: address } }, async (request, reply) => {
    const { address: wanted, fingerprint } = request.body as z.infer<typeof address>
    const found = await lookAt(wanted, serverPort)
    if (found === null) return refuse(reply, 404, say('manager-nobody-there', { address: wanted }))
    const { server, authority } = found
    if (fingerprint === undefined) return { found: server }
    if (fingerprint !== authority.fingerprint) {
      return refuse(reply, 409, say('manager-other-authority', { address: wanted }))
    }
    const { superCluster, cluster } = server
    const problem = await registry.add({ superCluster, cluster, addresses: [wanted], authority })
    if (problem !== null) return refuse(reply, 500, say('manager-not-kept', { reason: problem }))
    return { accepted: true, message: say('manager-registered', { cluster, superCluster }) }
  })
  app.delete('/manager/clusters/:id', async (request, reply) => {
    const problem = await registry.remove((request.params as { id: string }).id)
    if (problem !== null) return refuse(reply, 500, say('manager-not-kept', { reason: problem }))
    return { accepted: true }
  })
}

function addSearch(app: FastifyInstance, { serverPort }: ManagerPlace): void {
  let searching: Searching | null = null
  app.get('/manager/search', async () => ({ search: searching?.state() ?? null }))
  app.post('/manager/search', { schema: { body: space } }, async (request, reply) => {
    const { network, mask } = request.body as z.infer<typeof space>
    const addresses = addressSpace(network, mask)
    if ('id' in addresses) return refuse(reply, 400, addresses)
    searching?.stop()
    searching = search(addresses, async (each) => {
      const found = await lookAt(each, serverPort).catch(() => null)
      return found?.server ?? null
    })
    return { search: searching.state() }
  })
  app.delete('/manager/search', async () => {
    searching?.stop()
    return { search: searching?.state() ?? null }
  })
}

const discovery = z.object({
  product: z.literal('kagami'),
  version: z.string().max(100),
  superCluster: z.string().max(100),
  cluster: z.string().max(100),
  server: z.string().max(100),
})

/** Who is there, as a server says whose certificate is of the authority that it shows. */
async function lookAt(
  at: string,
  port: number,
): Promise<{ readonly server: Found; readonly authority: Authority } | null> {
  const authority = await authorityAt(at, port, lookWithinMs)
  if (authority === null) return null
  const answer = await requestJson({
    ...{ method: 'GET', url: `https://${at}:${port}/api/v1/discovery`, timeoutMs: answerWithinMs },
    tls: { ca: authority.pem },
  })
  const read = discovery.safeParse(answer.ok && answer.status === 200 ? answer.body : null)
  if (!read.success) return null
  const { superCluster, cluster, server, version } = read.data
  const { fingerprint } = authority
  return { server: { superCluster, cluster, server, version, address: at, fingerprint }, authority }
}

/** What a page asks of a cluster, and what it answers; neither is looked into. */
function addWay(app: FastifyInstance, registry: Registry, way: Way): void {
  app.register(async (routes) => {
    routes.removeAllContentTypeParsers()
    routes.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    routes.all('/c/:id/api/v1/*', async (request, reply) => {
      const cluster = registry.find((request.params as { id: string }).id)
      if (cluster === null) return refuse(reply, 404, say('manager-unknown-cluster'))
      const gone = new AbortController()
      reply.raw.on('close', () => gone.abort())
      const answer = await way(cluster, { ...askingOf(request), signal: gone.signal })
      if (answer === null) {
        return refuse(reply, 502, say('manager-cluster-silent', { cluster: cluster.cluster }))
      }
      reply.hijack()
      reply.raw.writeHead(answer.statusCode ?? 502, headersOf(answer.headers))
      answer.pipe(reply.raw)
      answer.on('error', () => reply.raw.destroy())
      return reply
    })
  })
}

const types = /^(?:application\/(?:json|gzip)|text\/(?:plain|event-stream))\b/

/**
 * What a cluster answers is data, and is never a page of this place: all clusters have the same origin here, and
 * one of them must not read what is typed for another.
 */
function headersOf({
  'content-type': type = '',
  ...rest
}: IncomingHttpHeaders): OutgoingHttpHeaders {
  const kept = ['content-disposition', 'content-length', 'retry-after', 'cache-control'] as const
  return {
    ...Object.fromEntries(
      kept.flatMap((name) => (rest[name] === undefined ? [] : [[name, rest[name]]])),
    ),
    'content-type': types.test(type) ? type : 'application/octet-stream',
    'content-security-policy': "default-src 'none'; sandbox",
    'x-content-type-options': 'nosniff',
  }
}

function askingOf(request: FastifyRequest): Omit<Asking, 'signal'> {
  const kept = ['authorization', 'content-type', 'last-event-id', 'accept'] as const
  const headers = Object.fromEntries(
    kept.flatMap((name) => {
      const value = request.headers[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
  const body = Buffer.isBuffer(request.body) ? request.body : null
  return { method: request.method, path: request.url.replace(/^\/c\/[^/]*/, ''), headers, body }
}
