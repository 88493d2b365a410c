/**
 * Logging in, and staying so. A login gives a cookie that the page cannot read, and a pass for the page's
 * memory, which is good on both servers. The cookie's only use is to get the next pass; on the other server,
 * which has no cookie, the present pass gets it.
 */
import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { say } from '../../messages/catalogue.ts'
import type { Login } from './accounts.ts'
import { liveClaims, secretOf, type Access, type Caller } from './caller.ts'
import { newLockout } from './lockout.ts'
import type { Claims } from './passes.ts'
import { inWords, refuse } from './refuse.ts'
import { actionResult } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const passMs = 10 * 60_000
const sessionMs = 12 * 3_600_000
const cookieName = '__Host-kagami'
const cookieOptions = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const

const session = z
  .object({
    user: z.string(),
    role: z.enum(['operator', 'viewer']),
    pass: z.string(),
    /** ISO 8601: of the pass, and of the session. */
    passUntil: z.string(),
    sessionUntil: z.string(),
  })
  .meta({ id: 'Session' })

export function addSessions(app: FastifyInstance, access: Access, world: ApiWorld): void {
  addLogin(app, access, world)
  addPass(app, access)
  addLogout(app, access)
}

function addLogin(app: FastifyInstance, access: Access, world: ApiWorld): void {
  const lockout = newLockout()
  const isNews = loginNews()
  app.route({
    method: 'POST',
    url: '/session',
    schema: {
      summary: 'Log in.',
      security: [],
      body: z.strictObject({ user: z.string().max(100), password: z.string().max(1000) }),
      response: { 200: session, 401: actionResult, 429: actionResult, 503: actionResult },
    },
    config: { needs: 'anybody' },
    handler: async (request, reply) => {
      const { user, password } = request.body as { user: string; password: string }
      // By a clock that nobody sets. Not the name: whoever guesses elsewhere must not keep its owner out.
      const waitMs = lockout.waitMs(request.ip, access.monotonicMs())
      if (waitMs > 0) {
        return refuse(reply, 429, say('login-paused', { seconds: Math.ceil(waitMs / 1000) }))
      }
      // Counted before the answer is known: many attempts at once are many attempts.
      lockout.failed(request.ip, user, access.monotonicMs())
      const holder = await access.accounts.login(user, password)
      if (holder === 'busy') return refuse(reply, 503, say('login-busy'))
      // A password that was typed into the field of the name is not written down.
      const name = access.accounts.knows(user) ? user : '(unknown)'
      const caller = { name, role: holder?.role ?? 'viewer', from: request.ip } as const
      const message = holder === null ? say('login-wrong') : say('login-done', { user })
      if (isNews(caller, holder !== null, access.now())) {
        world.audit(caller, '/session', { accepted: holder !== null, message })
      }
      if (holder === null) return refuse(reply, 401, message)
      lockout.succeeded(request.ip, user)
      return begin(reply, access, holder)
    },
  })
}

function addPass(app: FastifyInstance, access: Access): void {
  app.route({
    method: 'POST',
    url: '/session/pass',
    schema: {
      summary:
        'The next pass, by the cookie of the session; or, on the other server, by the present pass.',
      security: [],
      body: z.strictObject({}),
      response: { 200: session, 401: actionResult },
    },
    config: { needs: 'anybody' },
    handler: async (request, reply) => {
      const claims =
        liveClaims(request.cookies[cookieName] ?? '', 'session', access) ??
        liveClaims(secretOf(request), 'pass', access)
      if (claims === null) return refuse(reply, 401, say('login-needed'))
      return passFor(claims, access)
    },
  })
}

function addLogout(app: FastifyInstance, access: Access): void {
  app.route({
    method: 'DELETE',
    url: '/session',
    schema: {
      summary: 'Log out: by the cookie, or by the present pass.',
      security: [],
      response: { 200: actionResult, 401: actionResult },
    },
    config: { needs: 'anybody' },
    handler: async (request, reply) => {
      const claims =
        liveClaims(request.cookies[cookieName] ?? '', 'session', access) ??
        liveClaims(secretOf(request), 'pass', access)
      if (claims === null) return refuse(reply, 401, say('login-needed'))
      const { user, session: ended, sessionUntil: until } = claims
      access.ended.add({ user, session: ended, until })
      reply.clearCookie(cookieName, cookieOptions)
      return inWords({ accepted: true, message: say('logout-done', { user: claims.user }) })
    },
  })
}

function begin(reply: FastifyReply, access: Access, { name, role, proof }: Login) {
  const until = access.now() + sessionMs
  const claims: Claims = {
    kind: 'session',
    session: randomUUID(),
    user: name,
    role,
    proof,
    until,
    sessionUntil: until,
  }
  reply.setCookie(cookieName, access.passes.sign(claims), {
    ...cookieOptions,
    expires: new Date(until),
  })
  return passFor(claims, access)
}

function passFor(claims: Claims, { passes, now }: Access): z.infer<typeof session> {
  const until = Math.min(now() + passMs, claims.sessionUntil)
  const { user, role, sessionUntil } = claims
  return {
    user,
    role,
    pass: passes.sign({ ...claims, kind: 'pass', until }),
    passUntil: new Date(until).toISOString(),
    sessionUntil: new Date(sessionUntil).toISOString(),
  }
}

const toldAgainMs = 60_000
const toldMax = 1000

/** A login that repeats itself is written down once a minute: nobody pushes older lines out of the audit. */
function loginNews(): (caller: Caller, accepted: boolean, now: number) => boolean {
  const told = new Map<string, number>()
  return ({ name, from }, accepted, now) => {
    // A wrong one makes its address pause: there are never many.
    if (!accepted) return true
    const key = `${name} ${from}`
    const last = told.get(key)
    if (last !== undefined && now - last < toldAgainMs) return false
    if (told.size >= toldMax) told.clear()
    told.set(key, now)
    return true
  }
}
