/** Passwords as they are kept: argon2id with its own salt; the text names all of its parameters. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { Derivation } from './password-worker.ts'

interface Cost {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's second choice: 19 MiB, two passes; about 60 ms here. */
const usual: Cost = { memoryKib: 19_456, passes: 2, lanes: 1 }
/** What a list from elsewhere may ask of this server. */
const memoryKibMax = 65_536
const passesMax = 10
const tagBytes = 32
const saltBytes = 16
/** More at once are turned away. */
const waitingMax = 8

/** `argon2id$19456$2$1$SALT$TAG`, in base64url; null: too many at once. */
export async function hashPassword(password: string, cost: Cost = usual): Promise<string | null> {
  const salt = randomBytes(saltBytes)
  const tag = await derive(password, salt, cost)
  if (tag === null) return null
  const numbers = [cost.memoryKib, cost.passes, cost.lanes].join('$')
  return `argon2id$${numbers}$${salt.toString('base64url')}$${tag.toString('base64url')}`
}

/** False also for a text that is no such hash; null: too many at once. */
export async function isPassword(password: string, hash: string): Promise<boolean | null> {
  const [kind, memory, passes, lanes, salt = '', tag = ''] = hash.split('$')
  const cost = { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) }
  const expected = Buffer.from(tag, 'base64url')
  const isOurs = cost.memoryKib <= memoryKibMax && cost.passes <= passesMax && cost.lanes === 1
  if (kind !== 'argon2id' || expected.length !== tagBytes || !isOurs) return false
  const found = await derive(password, Buffer.from(salt, 'base64url'), cost)
  return found === null ? null : timingSafeEqual(found, expected)
}

let worker: Worker | null = null
let latest = 0
const waiting = new Map<number, (tag: Buffer | null) => void>()

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer | null> {
  if (waiting.size >= waitingMax) return Promise.resolve(null)
  latest += 1
  const wanted: Derivation = { id: latest, password, salt, ...cost, tagBytes }
  return new Promise((resolve) => {
    waiting.set(wanted.id, resolve)
    workerNow().postMessage(wanted)
  })
}

function workerNow(): Worker {
  if (worker !== null) return worker
  const made = new Worker(new URL('./password-worker.ts', import.meta.url))
  made.unref()
  made.on('message', ({ id, tag }: { readonly id: number; readonly tag: Uint8Array }) => {
    waiting.get(id)?.(Buffer.from(tag))
    waiting.delete(id)
  })
  made.on('error', () => {
    worker = null
    for (const answer of waiting.values()) answer(null)
    waiting.clear()
  })
  worker = made
  return made
}
