/**
 * Who asks: root on this server over the unix socket, a program with a token, or a person whose page holds
 * a pass. The cookie of a session does one thing alone: it renews the pass. So a page of another site that
 * makes a browser send the cookie gets nothing done.
 */
import type { FastifyRequest } from 'fastify'
import { say, type Message } from '../../messages/catalogue.ts'
import type { Accounts, Role } from './accounts.ts'
import type { Passes } from './passes.ts'

export interface Caller {
  readonly name: string
  readonly role: Role
  /** An address, or `local`. */
  readonly from: string
}

export interface Refusal {
  readonly status: 401 | 403 | 429
  readonly message: Message
}

export interface Access {
  readonly accounts: Accounts
  readonly passes: Passes
  /** Sessions that were ended before their time. */
  readonly ended: Set<string>
  /** `https://192.168.3.22:29003`: the other server's pages may ask this one. */
  readonly peerOrigins: readonly string[]
  now(): number
}

const bearer = /^Bearer ([A-Za-z0-9_.-]+)$/

/** Of a request from another machine. */
export function callerOf(request: FastifyRequest, access: Access): Caller | Refusal {
  const refused: Refusal = { status: 401, message: say('login-needed') }
  const secret = bearer.exec(request.headers.authorization ?? '')?.[1]
  if (secret === undefined) return refused
  const now = access.now()
  const claims = access.passes.read(secret, 'pass', now)
  if (claims !== null) {
    const holder = { name: claims.user, role: claims.role }
    const isOver = access.ended.has(claims.session) || !access.accounts.has(holder)
    return isOver ? refused : { ...holder, from: request.ip }
  }
  const holder = access.accounts.holderOf(secret, now)
  return holder === null ? refused : { ...holder, from: request.ip }
}

/** What a role may not do; null: it may. */
export function refusalFor(caller: Caller, needed: Role): Refusal | null {
  if (needed === 'viewer' || caller.role === 'operator') return null
  return { status: 403, message: say('access-role', { user: caller.name }) }
}

/** A page of another site must not order anything, whatever it has got hold of. */
export function isForeign(request: FastifyRequest, { peerOrigins }: Access): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return false
  return origin !== `https://${host ?? ''}` && !peerOrigins.includes(origin)
}
