/**
 * Who asks: root on this server over the unix socket, a program with a token, or a person whose page holds
 * a pass. The cookie of a session does one thing alone: it renews the pass. So a page of another site that
 * makes a browser send the cookie gets nothing done.
 */
import type { FastifyRequest } from 'fastify'
import { localPeer } from '../../drivers/local-peer.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import type { Accounts, Role } from './accounts.ts'
import type { EndedSessions } from './ended.ts'
import type { Claims, Passes } from './passes.ts'

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
  readonly ended: EndedSessions
  /** `https://192.168.3.22:29003`: the other server's pages may ask this one. */
  readonly peerOrigins: readonly string[]
  now(): number
  /** Of a clock that nobody sets, ms. */
  monotonicMs(): number
}

/**
 * Of a request over the unix socket: root, and the person who became root, as the kernel knows it. Null: another
 * account of this server, which the socket's mode should have kept out already.
 */
export function localCaller({ raw: { socket } }: FastifyRequest): Caller | null {
  const peer = localPeer(socket)
  const isRoot = peer === null || peer.uid === 0 || peer.uid === process.getuid?.()
  if (!isRoot) return null
  const login = peer?.login ?? null
  return { name: login === null ? 'root' : `root (${login})`, role: 'operator', from: 'local' }
}

const bearer = /^Bearer ([A-Za-z0-9_.-]+)$/

/** Of a request from another machine. */
export function callerOf(request: FastifyRequest, access: Access): Caller | Refusal {
  const refused: Refusal = { status: 401, message: say('login-needed') }
  const secret = secretOf(request)
  const claims = liveClaims(secret, 'pass', access)
  if (claims !== null) return { name: claims.user, role: claims.role, from: request.ip }
  const holder = access.accounts.holderOf(secret, access.now())
  return holder === null ? refused : { ...holder, from: request.ip }
}

/** Empty: none was sent. */
export function secretOf(request: FastifyRequest): string {
  return bearer.exec(request.headers.authorization ?? '')?.[1] ?? ''
}

/** Signed, not over, not ended, and of a user who is still there with that role. */
export function liveClaims(text: string, kind: Claims['kind'], access: Access): Claims | null {
  const { passes, ended, accounts, now } = access
  const claims = passes.read(text, kind, now())
  if (claims === null) return null
  const { user: name, role, proof, session, sessionUntil } = claims
  if (ended.has({ user: name, session, until: sessionUntil })) return null
  return accounts.has({ name, role, proof }) ? claims : null
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
