/**
 * Who may use the API from another machine: users with a password, and tokens for programs. Both servers
 * keep the same list: of each name the latest change counts, a removal too. Passwords are kept as argon2id, tokens as their
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
  /** Of its latest change: the list's own at that time. */
  readonly stamp: number
}

export interface Token extends User {
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface AccountList {
  /** Counts the changes; a list that has learned of another one goes on from the higher one. */
  readonly stamp: number
  readonly users: readonly User[]
  readonly tokens: readonly Token[]
  /** So that the other server, which has not heard of it, does not bring it back. */
  readonly removed: readonly Removed[]
}

interface Removed {
  readonly kind: 'users' | 'tokens'
  readonly name: string
  readonly stamp: number
}

export interface Holder {
  readonly name: string
  readonly role: Role
}

/** `proof`: of the password that was right; another password, or another user of that name, has another. */
export interface Login extends Holder {
  readonly proof: string
}

const changeCount = z.number().int().min(0).max(1e12)
const account = z.object({
  ...{ name: z.string(), role: z.enum(['operator', 'viewer']), hash: z.string() },
  // A list of an earlier version has none.
  stamp: changeCount.default(0),
})
const removal = z.object({
  kind: z.enum(['users', 'tokens']),
  name: z.string(),
  stamp: changeCount,
})

const listSchema = z.object({
  stamp: changeCount,
  users: z.array(account).max(1000),
  tokens: z.array(account.extend({ expiresAt: z.string() })).max(1000),
  removed: z.array(removal).max(1000).default([]),
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
  /** `role`: null leaves a user's as it is, and makes a new one a viewer. */
  setUser(user: { name: string; role: Role | null; password: string }): Promise<Message | null>
  removeUser(name: string): Promise<Message | null>
  /** The token is shown once. */
  addToken(token: {
    name: string
    role: Role
    expiresAt: string
  }): Promise<{ readonly token: string } | { readonly problem: Message }>
  removeToken(name: string): Promise<Message | null>
  /** What the peer has: of each name the later one is taken, also where it cannot be written. */
  learn(theirs: AccountList): Promise<Message | null>
}

type Next = (now: AccountList) => AccountList | Message

const empty: AccountList = { stamp: 0, users: [], tokens: [], removed: [] }
const removedMax = 1000
/** Of users, and of tokens; a list of two servers that were apart may be twice as long. */
const eachMax = 200
const oldMs = 30 * 86_400_000
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
        return change((now) => {
          if (isFull(now.users, name)) return say('accounts-full', { most: eachMax })
          const present = now.users.find((each) => each.name === name)?.role
          const kept = { name, role: role ?? present ?? 'viewer', hash, stamp: now.stamp + 1 }
          return { ...now, stamp: kept.stamp, users: [...without(now.users, name), kept] }
        })
      },
      removeUser: (name) =>
        change(
          (now) =>
            withoutNamed(now, { kind: 'users', name }) ?? say('user-unknown', { user: name }),
        ),
      async addToken({ name, role, expiresAt }) {
        if (!namePattern.test(name)) return { problem: say('account-name-wrong', { name }) }
        const token = `${tokenPrefix}${randomBytes(32).toString('base64url')}`
        const made = { name, role, expiresAt, hash: hashToken(token) }
        const problem = await change((before) => withToken(before, made))
        return problem === null ? { token } : { problem }
      },
      removeToken: (name) =>
        change(
          (now) =>
            withoutNamed(now, { kind: 'tokens', name }) ?? say('token-unknown', { token: name }),
        ),
      learn: async (theirs) =>
        isSame(merged(list(), theirs), list()) ? null : change((now) => merged(now, theirs), true),
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

const isFull = (all: readonly User[], name: string): boolean =>
  all.length >= eachMax && !all.some((each) => each.name === name)

function withToken(before: AccountList, made: Omit<Token, 'stamp'>): AccountList | Message {
  const now = withoutOld(before, Date.now())
  const { name } = made
  if (now.tokens.some((each) => each.name === name)) return say('token-exists', { token: name })
  if (isFull(now.tokens, name)) return say('accounts-full', { most: eachMax })
  const stamp = now.stamp + 1
  return { ...now, stamp, tokens: [...now.tokens, { ...made, stamp }] }
}

/** Tokens that have ended long ago are of no use to anybody. */
function withoutOld(list: AccountList, nowMs: number): AccountList {
  return list.tokens
    .filter(({ expiresAt }) => Date.parse(expiresAt) < nowMs - oldMs)
    .reduce((rest, { name }) => withoutNamed(rest, { kind: 'tokens', name }) ?? rest, list)
}

/** null: there is none of that name. */
function withoutNamed(
  now: AccountList,
  { kind, name }: Omit<Removed, 'stamp'>,
): AccountList | null {
  if (!now[kind].some((each) => each.name === name)) return null
  const gone = { kind, name, stamp: now.stamp + 1 }
  return {
    stamp: gone.stamp,
    users: kind === 'users' ? without(now.users, name) : now.users,
    tokens: kind === 'tokens' ? without(now.tokens, name) : now.tokens,
    removed: [...now.removed, gone].slice(-removedMax),
  }
}

/**
 * What both know together, whichever of them asks: of each name the later change, and of two that were made
 * without knowing of each other a removal first.
 */
function merged(ours: AccountList, theirs: AccountList): AccountList {
  const removals = Map.groupBy(
    [...ours.removed, ...theirs.removed],
    ({ kind, name }) => `${kind}/${name}`,
  )
  const last = [...removals.values()].map((all) =>
    all.reduce((a, b) => (b.stamp > a.stamp ? b : a)),
  )
  const removedAt = (kind: Removed['kind'], name: string): number =>
    last.find((each) => each.kind === kind && each.name === name)?.stamp ?? -1
  const pick = <Each extends User>(kind: Removed['kind'], all: readonly Each[]): Each[] =>
    [...Map.groupBy(all, ({ name }) => name).values()]
      .map((same) => same.reduce((a, b) => (isLater(b, a) ? b : a)))
      .filter((each) => each.stamp > removedAt(kind, each.name))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return {
    stamp: Math.max(ours.stamp, theirs.stamp),
    users: pick('users', [...ours.users, ...theirs.users]),
    tokens: pick('tokens', [...ours.tokens, ...theirs.tokens]),
    removed: last
      .toSorted((a, b) => a.stamp - b.stamp || (a.name < b.name ? -1 : 1))
      .slice(-removedMax),
  }
}

function isLater(one: User, other: User): boolean {
  if (one.stamp !== other.stamp) return one.stamp > other.stamp
  return JSON.stringify(one) > JSON.stringify(other)
}

function isSame(one: AccountList, other: AccountList): boolean {
  const text = ({ stamp: at, users, tokens, removed: gone }: AccountList): string =>
    JSON.stringify([
      at,
      [...users, ...tokens, ...gone].map((each) => JSON.stringify(each)).toSorted(),
    ])
  return text(one) === text(other)
}

function problemOf(name: string, password: string): Message | null {
  if (!namePattern.test(name)) return say('account-name-wrong', { name })
  const letters = Array.from(password).length
  if (letters < passwordLettersMin || letters > passwordLettersMax) {
    return say('password-length', { least: passwordLettersMin, most: passwordLettersMax })
  }
  return null
}

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
