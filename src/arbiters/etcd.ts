/**
 * The register kept in etcd, by its JSON gateway (v3): one key that never expires, changed by a
 * transaction that compares its revision. Reads go through the majority, which is etcd's default.
 */
import type { JsonAnswer, RequestJson } from '../drivers/http-json.ts'
import { say } from '../messages/catalogue.ts'
import { afterClaim, parseRegister, type WireRegister } from '../wire/register.ts'
import type { Arbiter, RegisterAnswer } from './arbiter.ts'

export interface EtcdSettings {
  /** `https://192.168.4.100:2379`, asked in this order. */
  readonly endpoints: readonly string[]
  readonly cluster: string
  readonly caFile?: string | undefined
  readonly certificateFile?: string | undefined
  readonly privateKeyFile?: string | undefined
  readonly username?: string | undefined
  readonly passwordFile?: string | undefined
}

export interface EtcdWorld {
  readonly request: RequestJson
  readText(path: string): Promise<string>
  /** Of a register that does not exist yet. */
  newInstance(): string
}

interface Kept {
  readonly value: WireRegister
  readonly revision: string
}

type Post = (path: string, body: object) => Promise<Readonly<Record<string, unknown>>>

export function etcdArbiter(settings: EtcdSettings, world: EtcdWorld): Arbiter {
  const key = base64(`kagami/${settings.cluster}`)
  const within = async (
    timeoutMs: number,
    work: (post: Post) => Promise<WireRegister>,
  ): Promise<RegisterAnswer> => {
    const endsAt = performance.now() + timeoutMs
    let reason = 'no endpoint'
    for (const [index, endpoint] of settings.endpoints.entries()) {
      const left = endsAt - performance.now()
      if (left <= 0) break
      // Each that is still to be asked gets its share of the time.
      const share = left / (settings.endpoints.length - index)
      try {
        return { ok: true, value: await work(await session(settings, world, endpoint, share)) }
      } catch (error) {
        reason = `${endpoint}: ${error instanceof Error ? error.message : String(error)}`
      }
    }
    return { ok: false, error: say('register-no-answer', { arbiter: 'etcd', reason }) }
  }
  return {
    ask: () => Promise.resolve('unasked'),
    register: {
      read: (timeoutMs) => within(timeoutMs, async (post) => (await kept(post, key, world)).value),
      claim: (claim, timeoutMs) =>
        within(timeoutMs, async (post) => {
          const before = await kept(post, key, world)
          const after = afterClaim(before.value, claim)
          if (after === before.value) return before.value
          return put(post, key, after, { mod_revision: before.revision, target: 'MOD' })
        }),
    },
  }
}

/** The key as it is now; one that does not exist is made. */
async function kept(post: Post, key: string, { newInstance }: EtcdWorld): Promise<Kept> {
  const found = firstOf(await post('kv/range', { key }))
  if (found !== null) return found
  const made = { instance: newInstance(), version: 0, holder: '', nonce: '' }
  await put(post, key, made, { create_revision: '0', target: 'CREATE' })
  const again = firstOf(await post('kv/range', { key }))
  if (again === null) throw new Error('the register could not be made')
  return again
}

/** Writes it if the key is still at that revision; gives what the key holds afterwards. */
async function put(
  post: Post,
  key: string,
  value: WireRegister,
  compare: Readonly<Record<string, string>>,
): Promise<WireRegister> {
  const answer = await post('kv/txn', {
    compare: [{ key, result: 'EQUAL', ...compare }],
    success: [{ request_put: { key, value: base64(JSON.stringify(value)) } }],
    failure: [{ request_range: { key } }],
  })
  if (answer['succeeded'] === true) return value
  const [response] = listOf(answer['responses'])
  const found = firstOf(recordOf(response?.['response_range']))
  if (found === null) throw new Error('the register has gone')
  return found.value
}

function firstOf(range: Readonly<Record<string, unknown>>): Kept | null {
  const [entry] = listOf(range['kvs'])
  if (entry === undefined) return null
  const text = Buffer.from(String(entry['value']), 'base64').toString()
  const value = parseRegister(JSON.parse(text))
  if (value === null) throw new Error('the key holds something that is no register')
  return { value, revision: String(entry['mod_revision']) }
}

async function session(
  settings: EtcdSettings,
  world: EtcdWorld,
  endpoint: string,
  timeoutMs: number,
): Promise<Post> {
  const endsAt = performance.now() + timeoutMs
  const tls = await tlsOf(settings, world)
  const send = async (path: string, body: object, token: string | null): ReturnType<Post> => {
    const url = `${endpoint.replace(/\/+$/, '')}/v3/${path}`
    const left = Math.max(1, endsAt - performance.now())
    const headers = token === null ? {} : { authorization: token }
    return bodyOf(await world.request({ method: 'POST', url, body, headers, tls, timeoutMs: left }))
  }
  const { username, passwordFile } = settings
  if (username === undefined || passwordFile === undefined) {
    return (path, body) => send(path, body, null)
  }
  const password = (await world.readText(passwordFile)).trimEnd()
  const given = await send('auth/authenticate', { name: username, password }, null)
  const token = typeof given['token'] === 'string' ? given['token'] : ''
  return (path, body) => send(path, body, token)
}

async function tlsOf(
  { caFile, certificateFile, privateKeyFile }: EtcdSettings,
  { readText }: EtcdWorld,
): Promise<{ ca?: string; cert?: string; key?: string }> {
  return {
    ...(caFile === undefined ? {} : { ca: await readText(caFile) }),
    ...(certificateFile === undefined ? {} : { cert: await readText(certificateFile) }),
    ...(privateKeyFile === undefined ? {} : { key: await readText(privateKeyFile) }),
  }
}

function bodyOf(answer: JsonAnswer): Readonly<Record<string, unknown>> {
  if (!answer.ok) throw new Error(answer.reason)
  const body = recordOf(answer.body)
  if (answer.status === 200) return body
  const error = body['error'] ?? body['message']
  throw new Error(typeof error === 'string' ? error : `status ${answer.status}`)
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
