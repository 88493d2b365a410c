/**
 * The registers of a witness: for each cluster a file that says who may ask, written by `add` and
 * `remove`, and one with the register, written by the service alone, so that neither undoes the other's
 * work. What is told is durable first.
 *
 * A register must never go back to what it was, so it is bound to the folder that it was made in: one
 * that was copied or restored from a backup is another folder, and gets new instances. (A whole machine
 * that is rolled back cannot be noticed.)
 */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileStore } from '../drivers/store.ts'
import { afterClaim, parseRegister, type WireClaim, type WireRegister } from '../wire/register.ts'

interface Registration {
  readonly cluster: string
  /** Of the token, hex SHA-256. */
  readonly token: string
}

interface Kept {
  readonly register: WireRegister
  /** Of which registration: one that was made anew begins anew. */
  readonly token: string
  /** The folder that it was made in. */
  readonly folder: string
}

export type Answer =
  | { readonly kind: 'register'; readonly register: WireRegister }
  | { readonly kind: 'stranger' }
  | { readonly kind: 'failed'; readonly reason: string }

export interface Registers {
  /** The token, which is shown once and not kept. null: there is a cluster of that name. */
  add(cluster: string): Promise<string | null>
  /** False: there is none. */
  remove(cluster: string): Promise<boolean>
  /** `register: null`: not asked for yet, or not readable. */
  list(): Promise<readonly { readonly cluster: string; readonly register: WireRegister | null }[]>
  answer(cluster: string, token: string, claim: WireClaim | null): Promise<Answer>
}

/** `log`: what a person should know. */
export async function openRegisters(data: string, log: (text: string) => void): Promise<Registers> {
  const folder = join(data, 'clusters')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const home = await identityOf(folder)
  const storeOf = (cluster: string) => fileStore<Kept>(join(folder, fileName(cluster, 'register')))
  const registrationOf = (cluster: string) =>
    fileStore<Registration>(join(folder, fileName(cluster, 'json')))
  const turns = new Map<string, Promise<unknown>>()
  /** One after the other, for each cluster. */
  const inTurn = <Value>(cluster: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = (turns.get(cluster) ?? Promise.resolve()).then(work, work)
    turns.set(cluster, mine)
    return mine
  }

  async function answer(cluster: string, token: string, claim: WireClaim | null): Promise<Answer> {
    const registered = await registrationOf(cluster).read()
    if (!registered.ok) return { kind: 'failed', reason: registered.reason }
    const known = registered.value
    if (known === null || !isToken(known.token, token)) return { kind: 'stranger' }
    const store = storeOf(cluster)
    const found = await store.read()
    if (!found.ok) return { kind: 'failed', reason: found.reason }
    const kept = found.value
    if (kept !== null && parseRegister(kept.register) === null) {
      return { kind: 'failed', reason: 'the file holds no register' }
    }
    const isOurs = kept?.folder === home && kept.token === known.token
    const before = isOurs ? kept.register : newRegister()
    const register = claim === null ? before : afterClaim(before, claim)
    if (register === kept?.register) return { kind: 'register', register }
    if (!isOurs)
      log(
        `${cluster}: a new instance${kept === null ? '' : ', for what was kept is of another folder or registration'}`,
      )
    const written = await store.write({ register, token: known.token, folder: home })
    if (!written.ok) return { kind: 'failed', reason: written.reason }
    return { kind: 'register', register }
  }

  return {
    answer: (cluster, token, claim) => inTurn(cluster, () => answer(cluster, token, claim)),
    async add(cluster) {
      const store = registrationOf(cluster)
      const found = await store.read()
      if (found.ok && found.value !== null) return null
      const token = randomBytes(32).toString('base64url')
      const written = await store.write({ cluster, token: hashOf(token) })
      if (!written.ok) throw new Error(written.reason)
      return token
    },
    async remove(cluster) {
      const path = join(folder, fileName(cluster, 'json'))
      const isThere = await stat(path).then(
        () => true,
        () => false,
      )
      await rm(path, { force: true })
      return isThere
    },
    async list() {
      const known = await registrationsIn(folder)
      return Promise.all(
        known.map(async ({ cluster }) => {
          const found = await storeOf(cluster).read()
          return { cluster, register: found.ok ? (found.value?.register ?? null) : null }
        }),
      )
    },
  }
}

async function registrationsIn(folder: string): Promise<readonly Registration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  const read = (name: string) => fileStore<Registration>(join(folder, name)).read()
  const all = await Promise.all(names.map(read))
  return all.flatMap((each) => (each.ok && each.value !== null ? [each.value] : []))
}

function newRegister(): WireRegister {
  return { instance: randomUUID(), version: 0, holder: '', nonce: '' }
}

/** A name can hold anything; a file's name cannot. */
function fileName(cluster: string, kind: 'json' | 'register'): string {
  return `${createHash('sha256').update(cluster).digest('hex').slice(0, 32)}.${kind}`
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function isToken(hash: string, token: string): boolean {
  const [known, given] = [Buffer.from(hash, 'hex'), Buffer.from(hashOf(token), 'hex')]
  return known.length === given.length && timingSafeEqual(known, given)
}

/** A copy has another number, or was born at another time. */
async function identityOf(folder: string): Promise<string> {
  const { dev, ino, birthtimeMs } = await stat(folder)
  return `${dev}:${ino}:${Math.round(birthtimeMs)}`
}
