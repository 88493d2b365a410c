/**
 * The API as an HTTP server: the same routes for root on this server (a unix socket) and for everybody else
 * (TLS, with an account). Every refusal is a numbered message.
 */
import { existsSync } from 'node:fs'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import files from '@fastify/static'
import swagger from '@fastify/swagger'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
} from 'fastify-type-provider-zod'
import { say, type Message } from '../../messages/catalogue.ts'
import { callerOf, isForeign, localCaller, refusalFor, type Access, type Caller } from './caller.ts'
import type { Accounts, Role } from './accounts.ts'
import type { Identity } from './identity.ts'
import { addAccounts } from './add-accounts.ts'
import { addFiles } from './add-files.ts'
import { addMetrics } from './add-metrics.ts'
import { addOpen } from './add-open.ts'
import { addOrders } from './add-orders.ts'
import { addQuestions } from './add-questions.ts'
import { addSessions } from './add-sessions.ts'
import { limitConnections } from './limits.ts'
import { refuse } from './refuse.ts'
import { withRefusals } from './responses.ts'
import type { ApiWorld } from './world.ts'

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
  }
  interface FastifyContextConfig {
    /** Who may use the route; `anybody`: it needs no login. */
    readonly needs?: Role | 'anybody'
  }
}

/** What other machines need; without it only root of this server can reach the routes. */
export interface Outside {
  readonly access: Access
  /** The present one: it is renewed meanwhile. */
  identity(): Identity
  /** Networks (`192.168.4.0/24`) from which it may be reached; empty: from everywhere. */
  readonly allowFrom: readonly string[]
}

const bodyBytesMax = 64 * 1024
const slowMs = 10_000
const limits = { connections: 600, perAddress: 250 } as const

function nobody(): never {
  throw new Error('a route that needs a login was entered without one')
}

export async function makeApp(
  world: ApiWorld,
  accounts: Accounts,
  outside: Outside | null,
): Promise<FastifyInstance> {
  const https = outside === null ? {} : { https: secureOptions(outside) }
  const app = fastify({
    ...https,
    bodyLimit: bodyBytesMax,
    // Of one request; a stream of events is an answer, and may last.
    requestTimeout: slowMs,
    connectionTimeout: 0,
    keepAliveTimeout: slowMs,
    routerOptions: { maxParamLength: 200 },
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    // What is no URL at all.
    frameworkErrors: (_error, _request, reply) =>
      void refuse(reply as FastifyReply, 400, say('request-unknown')),
  }) as unknown as FastifyInstance
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) =>
    refuse(reply, error.statusCode ?? 500, messageOf(error, request)),
  )
  app.setNotFoundHandler((_request, reply) => refuse(reply, 404, say('request-unknown')))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Kagami', version: '1' },
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  if (outside !== null) await guard(app, outside)
  // What needs no particulars may come without a body.
  app.addHook('preValidation', async (request) => {
    if (request.method === 'POST') request.body ??= {}
  })
  if (outside === null) guardLocally(app)
  app.decorateRequest('caller', { getter: nobody })
  app.addHook('onRoute', withRefusals)
  await app.register(
    async (api) => {
      // A second fence: whoever comes here without a caller gets nothing, and nothing is carried out.
      api.addHook('preHandler', async (request) => {
        if (neededFor(request) !== 'anybody') void request.caller
      })
      addOpen(api, world, outside === null ? null : () => outside.identity().cert)
      addMetrics(app, api, world)
      addQuestions(api, world, outside?.access ?? null)
      addFiles(api, world)
      addOrders(api, world, outside !== null)
      if (outside === null) addAccounts(api, world, accounts)
      else addSessions(api, outside.access, world)
    },
    { prefix: '/api/v1' },
  )
  if (outside !== null) await addPages(app)
  return app
}

const pages = new URL('../../../dist/web', import.meta.url).pathname
/** The one style that react-aria puts into the page itself. */
const ariaStyle = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='"
const aYear = 'public, max-age=31536000, immutable'

/** The Manager: files that hold nothing of the cluster; what they show is asked for with a login. */
async function addPages(app: FastifyInstance): Promise<void> {
  if (!existsSync(`${pages}/index.html`)) return
  await app.register(async (open) => {
    open.addHook('onRoute', (route) => {
      route.config = { ...route.config, needs: 'anybody' }
    })
    await open.register(files, {
      root: pages,
      cacheControl: false,
      preCompressed: true,
      setHeaders(reply, path) {
        // Their names change with their content.
        reply.header('cache-control', path.includes('/assets/') ? aYear : 'no-cache')
      },
    })
  })
}

/**
 * By the route that was found, never by the text of the URL, which can be written in many ways. A route that
 * says nothing is for operators.
 */
function neededFor(request: FastifyRequest): Role | 'anybody' {
  return request.routeOptions.config.needs ?? 'operator'
}

function secureOptions({ identity }: Outside) {
  const checks = {
    ...{ headersTimeout: slowMs, connectionsCheckingInterval: slowMs / 5 },
    handshakeTimeout: slowMs / 2,
  }
  return { ...identity(), ...checks, minVersion: 'TLSv1.3' as const }
}

/** What stands between another account of this server and the routes, should the socket's mode not. */
function guardLocally(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const caller = localCaller(request)
    if (caller === null) return refuse(reply, 403, say('access-local'))
    Object.defineProperty(request, 'caller', { value: caller })
  })
}

/** What stands between another machine and the routes. */
async function guard(app: FastifyInstance, { access, allowFrom }: Outside): Promise<void> {
  const connect = ["'self'", ...access.peerOrigins]
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", ariaStyle],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: connect,
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    // The certificate is the cluster's own: a browser that forgot it must be able to say so.
    strictTransportSecurity: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
  await app.register(cookie)
  await app.register(rateLimit, { global: false, max: 1200, timeWindow: 60_000 })
  const limit = app.createRateLimit()
  // A burst of dear questions must not hold up what this process is there for.
  const limitBurst = app.createRateLimit({ max: 300, timeWindow: 5000 })
  const from = allowFrom.length === 0 ? null : allowFrom
  const held = limitConnections(app.server, { ...limits, from })
  // What needs no login, and has come whole, is answered as well: a login takes its time.
  app.addHook('preHandler', async (request, reply) => {
    if (neededFor(request) === 'anybody') held.keep(request.raw.socket, reply.raw)
  })
  app.addHook('onRequest', async (request, reply) => {
    // Before anything else: what is refused counts as well.
    for (const counted of [await limit(request), await limitBurst(request)]) {
      if (!counted.isAllowed && counted.isExceeded) return refuse(reply, 429, say('access-busy'))
    }
    allowPeer(request, reply, access)
    if (request.method === 'OPTIONS') return reply.code(204).send()
    if (isForeign(request, access)) return refuse(reply, 403, say('access-origin'))
    const needs = neededFor(request)
    if (needs === 'anybody' || request.is404) return
    const caller = callerOf(request, access)
    if ('status' in caller) return refuse(reply, caller.status, caller.message)
    const refusal = refusalFor(caller, needs)
    if (refusal !== null) return refuse(reply, refusal.status, refusal.message)
    Object.defineProperty(request, 'caller', { value: caller })
    held.keep(request.raw.socket, reply.raw)
  })
}

/** A page of the other server may ask this one; it has no cookie here, and needs its pass. */
function allowPeer(request: FastifyRequest, reply: FastifyReply, { peerOrigins }: Access): void {
  const { origin } = request.headers
  reply.header('vary', 'Origin')
  if (origin === undefined || !peerOrigins.includes(origin)) return
  reply.header('access-control-allow-origin', origin)
  reply.header('access-control-allow-methods', 'GET, POST, DELETE')
  reply.header('access-control-allow-headers', 'authorization, content-type, last-event-id')
  reply.header('access-control-max-age', '600')
}

interface Wrong extends Error {
  readonly statusCode?: number
  readonly validation?: readonly { readonly instancePath?: string; readonly message?: string }[]
  readonly validationContext?: string
}

function messageOf(error: Wrong, request: FastifyRequest): Message {
  const [first] = error.validation ?? []
  if (first !== undefined) {
    const where = `${error.validationContext ?? ''}${first.instancePath ?? ''}`
    return say('request-wrong', { where, reason: first.message ?? '' })
  }
  const status = error.statusCode ?? 500
  if (status === 429) return say('access-busy')
  if (status < 500) return say('request-wrong', { where: 'body', reason: error.message })
  process.stderr.write(
    `${request.method} ${request.routeOptions.url ?? ''}: ${error.stack ?? ''}\n`,
  )
  return say('request-unknown')
}
