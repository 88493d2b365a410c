/**
 * Who may use the API from another machine: users with a password, and tokens for programs. Both servers
 * keep the same list; the one with the higher stamp counts. Passwords are kept as argon2id, tokens as their
 * SHA-256: neither can be read back.
 */
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Store } from '../../drivers/store.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import { hashPassword, isPassword } from './passwords.ts'

/** A viewer sees everything and changes nothing. */
export type Role = 'operator' | 'viewer'

export interface User {
  readonly name: string
  readonly role: Role
  readonly hash: string
}

export interface Token {
  readonly name: string
  readonly role: Role
  readonly hash: string
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface AccountList {
  readonly stamp: number
  readonly users: readonly User[]
  readonly tokens: readonly Token[]
}

export interface Holder {
  readonly name: string
  readonly role: Role
}

/** `proof`: of the password that was right; another password, or another user of that name, has another. */
export interface Login extends Holder {
  readonly proof: string
}

const listSchema = z.object({
  stamp: z.number().int().min(0).max(1e12),
  users: z
    .array(z.object({ name: z.string(), role: z.enum(['operator', 'viewer']), hash: z.string() }))
    .max(1000),
  tokens: z
    .array(
      z.object({
        ...{ name: z.string(), role: z.enum(['operator', 'viewer']), hash: z.string() },
        expiresAt: z.string(),
      }),
    )
    .max(1000),
})

/** What a file or the peer says; null: it is no list of accounts. */
export function readList(value: unknown): AccountList | null {
  const read = listSchema.safeParse(value)
  return read.success ? read.data : null
}

export interface Accounts {
  list(): AccountList
  /** The role of a user with that password; null: no such user, or another password. */
  login(name: string, password: string): Promise<Login | 'busy' | null>
  /** Whose token it is; null: nobody's, or its time is over. */
  holderOf(token: string, nowMs: number): Holder | null
  /** Whether that user is there, with that role and that password: a pass outlives none of them. */
  has(login: Login): boolean
  /** Whether there is a user of that name. */
  knows(name: string): boolean
  setUser(user: { name: string; role: Role; password: string }): Promise<Message | null>
  removeUser(name: string): Promise<Message | null>
  /** The token is shown once. */
  addToken(token: {
    name: string
    role: Role
    expiresAt: string
  }): Promise<{ readonly token: string } | { readonly problem: Message }>
  removeToken(name: string): Promise<Message | null>
  /** What the peer has; taken when its stamp is higher, also where it cannot be written. */
  learn(theirs: AccountList): Promise<Message | null>
}

type Next = (now: AccountList) => AccountList | Message

const empty: AccountList = { stamp: 0, users: [], tokens: [] }
const namePattern = /^[a-z][a-z0-9._-]{0,31}$/
const passwordLettersMin = 8
const passwordLettersMax = 200
const tokenPrefix = 'kg_'

/** A hash of no password at all: an unknown name takes as long as a known one. */
const nobody = `argon2id$19456$2$1$${randomBytes(16).toString('base64url')}$${randomBytes(32).toString('base64url')}`

export async function openAccounts(
  store: Store<AccountList>,
): Promise<{ readonly accounts: Accounts } | { readonly reason: string }> {
  const found = await store.read()
  if (!found.ok) return { reason: found.reason }
  const first = found.value === null ? empty : readList(found.value)
  if (first === null) return { reason: 'not a list of accounts' }
  const { list, change } = keeperOf(store, first)
  return {
    accounts: {
      list,
      async login(name, password) {
        const user = list().users.find((each) => each.name === name)
        const isRight = await isPassword(password, user?.hash ?? nobody)
        if (isRight === null) return 'busy'
        if (user === undefined || !isRight) return null
        return { name: user.name, role: user.role, proof: proofOf(user) }
      },
      holderOf(token, nowMs) {
        const hash = hashToken(token)
        const found = list().tokens.find((each) => each.hash === hash)
        if (found === undefined || Date.parse(found.expiresAt) <= nowMs) return null
        return { name: found.name, role: found.role }
      },
      has: ({ name, role, proof }) =>
        list().users.some(
          (each) => each.name === name && each.role === role && proofOf(each) === proof,
        ),
      knows: (name) => list().users.some((each) => each.name === name),
      async setUser({ name, role, password }) {
        const problem = problemOf(name, password)
        if (problem !== null) return problem
        const hash = await hashPassword(password)
        if (hash === null) return say('login-busy')
        const user = { name, role, hash }
        return change((now) => ({ ...stamped(now), users: [...without(now.users, name), user] }))
      },
      removeUser: (name) =>
        change((now) =>
          now.users.some((each) => each.name === name)
            ? { ...stamped(now), users: without(now.users, name) }
            : say('user-unknown', { user: name }),
        ),
      async addToken({ name, role, expiresAt }) {
        if (!namePattern.test(name)) return { problem: say('account-name-wrong', { name }) }
        const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
        const made = { name, role, expiresAt, hash: hashToken(token) }
        const problem = await change((now) =>
          now.tokens.some((each) => each.name === name)
            ? say('token-exists', { token: name })
            : { ...stamped(now), tokens: [...now.tokens, made] },
        )
        return problem === null ? { token } : { problem }
      },
      removeToken: (name) =>
        change((now) =>
          now.tokens.some((each) => each.name === name)
            ? { ...stamped(now), tokens: without(now.tokens, name) }
            : say('token-unknown', { token: name }),
        ),
      learn: async (theirs) =>
        isNewer(theirs, list())
          ? change((now) => (isNewer(theirs, now) ? theirs : now), true)
          : null,
    },
  }
}

/**
 * One change after the other: each begins with what the last one has left. `counts`: it counts at once, though
 * it cannot be written: what was taken away on the other server must not live on here for want of space.
 */
function keeperOf(
  store: Store<AccountList>,
  first: AccountList,
): { list(): AccountList; change(next: Next, counts?: boolean): Promise<Message | null> } {
  let current = first
  let last: Promise<unknown> = Promise.resolve()
  const changeNow = async (next: Next, counts: boolean): Promise<Message | null> => {
    const made = next(current)
    if ('id' in made) return made
    if (counts) current = made
    const written = await store.write(made)
    if (!written.ok) return say('accounts-not-written', { reason: written.reason })
    current = made
    return null
  }
  const change = (next: Next, counts = false): Promise<Message | null> => {
    const before = last
    const changed = (async () => {
      await before
      return changeNow(next, counts)
    })()
    // Whatever becomes of one change, the next one has its turn.
    last = changed.catch(() => null)
    return changed
  }
  return { list: () => current, change }
}

/** Where the list cannot be read nobody is let in, and nothing is written over it. */
export async function noAccounts(reason: string): Promise<Accounts> {
  const store: Store<AccountList> = {
    read: () => Promise.resolve({ ok: true, value: null }),
    write: () => Promise.resolve({ ok: false, reason }),
  }
  const opened = await openAccounts(store)
  if ('reason' in opened) throw new Error(opened.reason)
  return opened.accounts
}

/** Both were changed while they could not reach each other: one of them counts, the same on both sides. */
function isNewer(theirs: AccountList, ours: AccountList): boolean {
  if (theirs.stamp !== ours.stamp) return theirs.stamp > ours.stamp
  return JSON.stringify(theirs) > JSON.stringify(ours)
}

function problemOf(name: string, password: string): Message | null {
  if (!namePattern.test(name)) return say('account-name-wrong', { name })
  const letters = Array.from(password).length
  if (letters < passwordLettersMin || letters > passwordLettersMax) {
    return say('password-length', { least: passwordLettersMin, most: passwordLettersMax })
  }
  return null
}

const stamped = (list: AccountList): AccountList => ({ ...list, stamp: list.stamp + 1 })

function without<Each extends { readonly name: string }>(
  all: readonly Each[],
  name: string,
): Each[] {
  return all.filter((each) => each.name !== name)
}

function proofOf({ hash }: User): string {
  return hashToken(hash).slice(0, 16)
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
