/**
 * Who is logged in. The cookie is out of reach of this code; the pass is kept in memory alone, and is good on
 * both servers.
 */
import type { ActionResult } from '../api.ts'
import type { Message } from '../messages/catalogue.ts'

/** What a server says of a login. */
interface Given {
  readonly user: string
  readonly role: 'operator' | 'viewer'
  readonly pass: string
  readonly passUntil: string
  readonly sessionUntil: string
}

export interface Session extends Given {
  /** Where the cluster is asked first: empty for the server that the page came from. */
  readonly home: string
}

type Method = 'GET' | 'POST' | 'DELETE'

export interface Reply {
  readonly status: number
  readonly body: unknown
}

/** One request; null: no answer in time. */
export async function ask(
  origin: string,
  method: Method,
  path: string,
  more: { readonly pass?: string; readonly body?: object; readonly withinMs?: number } = {},
): Promise<Reply | null> {
  const { pass, body, withinMs = 10_000 } = more
  const headers: Record<string, string> = {}
  if (pass !== undefined) headers['authorization'] = `Bearer ${pass}`
  if (method === 'POST') headers['content-type'] = 'application/json'
  try {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(withinMs),
      // The cookie goes to the server it came from, and nowhere else.
      credentials: 'same-origin',
      ...(method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {}),
    })
    return { status: response.status, body: await response.json() }
  } catch {
    return null
  }
}

const refusalIn = ({ body }: Reply): Message => (body as ActionResult).message

/** Set while there may be a cookie: this code cannot see it, and a question in vain is an error in the log. */
const hintKey = 'kagami-logged-in'

/** The session of the cookie, if there is one. */
export async function resume(): Promise<Session | null> {
  if (localStorage.getItem(hintKey) === null) return null
  const reply = await ask('', 'POST', '/session/pass')
  return reply?.status === 200 ? { ...(reply.body as Given), home: '' } : null
}

export interface Credentials {
  readonly user: string
  readonly password: string
}

/** A message: it was refused; null: no answer. */
export async function login(home: string, body: Credentials): Promise<Session | Message | null> {
  const reply = await ask(home, 'POST', '/session', { body })
  if (reply === null) return null
  if (reply.status !== 200) return refusalIn(reply)
  if (home === '') localStorage.setItem(hintKey, 'yes')
  return { ...(reply.body as Given), home }
}

export async function logout({ home, pass }: Session): Promise<void> {
  if (home === '') localStorage.removeItem(hintKey)
  await ask(home, 'DELETE', '/session', { pass })
}

/** The next pass; null: the session is over, or nobody answers. */
export async function renewed(origin: string, { pass, home }: Session): Promise<Session | null> {
  const reply = await ask(origin, 'POST', '/session/pass', { pass, withinMs: 3000 })
  return reply?.status === 200 ? { ...(reply.body as Given), home } : null
}
