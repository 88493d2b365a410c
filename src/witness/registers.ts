/**
 * The registers of a witness, one file a cluster in its data folder. What is told is durable first.
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

interface Kept {
  readonly cluster: string
  /** Of the token, hex SHA-256. */
  readonly token: string
  readonly register: WireRegister
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
  list(): Promise<readonly { readonly cluster: string; readonly register: WireRegister }[]>
  answer(cluster: string, token: string, claim: WireClaim | null): Promise<Answer>
}

/** `log`: what a person should know. */
export async function openRegisters(data: string, log: (text: string) => void): Promise<Registers> {
  const folder = join(data, 'clusters')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const home = await identityOf(folder)
  const storeOf = (cluster: string) => fileStore<Kept>(join(folder, fileName(cluster)))
  const turns = new Map<string, Promise<unknown>>()
  /** One after the other, for each cluster. */
  const inTurn = <Value>(cluster: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = (turns.get(cluster) ?? Promise.resolve()).then(work, work)
    turns.set(cluster, mine)
    return mine
  }

  async function answer(cluster: string, token: string, claim: WireClaim | null): Promise<Answer> {
    const store = storeOf(cluster)
    const found = await store.read()
    if (!found.ok) return { kind: 'failed', reason: found.reason }
    const kept = found.value
    if (kept === null || !isToken(kept.token, token)) return { kind: 'stranger' }
    if (parseRegister(kept.register) === null) return { kind: 'failed', reason: 'no register' }
    const before = kept.folder === home ? kept.register : newRegister()
    const register = claim === null ? before : afterClaim(before, claim)
    if (register === kept.register) return { kind: 'register', register }
    if (before !== kept.register) log(`${cluster}: the folder is another one: a new instance`)
    const written = await store.write({ ...kept, register, folder: home })
    if (!written.ok) return { kind: 'failed', reason: written.reason }
    return { kind: 'register', register }
  }

  return {
    answer: (cluster, token, claim) => inTurn(cluster, () => answer(cluster, token, claim)),
    add: (cluster) =>
      inTurn(cluster, async () => {
        const store = storeOf(cluster)
        const found = await store.read()
        if (found.ok && found.value !== null) return null
        const token = randomBytes(32).toString('base64url')
        const kept = { cluster, token: hashOf(token), register: newRegister(), folder: home }
        const written = await store.write(kept)
        if (!written.ok) throw new Error(written.reason)
        return token
      }),
    remove: (cluster) =>
      inTurn(cluster, async () => {
        const { value } = { value: null, ...(await storeOf(cluster).read()) }
        await rm(join(folder, fileName(cluster)), { force: true })
        return value !== null
      }),
    async list() {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
      const all = await Promise.all(names.map((name) => fileStore<Kept>(join(folder, name)).read()))
      return all.flatMap((each) => (each.ok && each.value !== null ? [each.value] : []))
    },
  }
}

function newRegister(): WireRegister {
  return { instance: randomUUID(), version: 0, holder: '', nonce: '' }
}

/** A name can hold anything; a file's name cannot. */
function fileName(cluster: string): string {
  return `${createHash('sha256').update(cluster).digest('hex').slice(0, 32)}.json`
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
