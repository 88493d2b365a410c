/** The register kept by a witness (`kagami witness`), over HTTPS: the strong arbiter without etcd. */
import type { RequestJson, JsonAnswer } from '../drivers/http-json.ts'
import { say } from '../messages/catalogue.ts'
import { parseRegister } from '../wire/register.ts'
import type { Arbiter, RegisterAnswer } from './arbiter.ts'

export interface WitnessSettings {
  /** `https://192.168.4.100:29010` */
  readonly url: string
  readonly cluster: string
  readonly caFile: string
  readonly tokenFile: string
}

export interface WitnessWorld {
  readonly request: RequestJson
  /** The text of a file; throws what reading a file throws. */
  readText(path: string): Promise<string>
}

export function witnessArbiter(settings: WitnessSettings, world: WitnessWorld): Arbiter {
  const base = `${settings.url.replace(/\/+$/, '')}/v1/registers/${encodeURIComponent(settings.cluster)}`
  const ask = async (
    question: { readonly method: 'GET' | 'POST'; readonly url: string; readonly body?: unknown },
    timeoutMs: number,
  ): Promise<RegisterAnswer> => {
    try {
      const [ca, token] = await Promise.all([
        world.readText(settings.caFile),
        world.readText(settings.tokenFile),
      ])
      const headers = { authorization: `Bearer ${token.trim()}` }
      return read(await world.request({ ...question, headers, timeoutMs, tls: { ca } }))
    } catch (error) {
      return refused(error instanceof Error ? error.message : String(error))
    }
  }
  return {
    ask: () => Promise.resolve('unasked'),
    register: {
      read: (timeoutMs) => ask({ method: 'GET', url: base }, timeoutMs),
      claim: (claim, timeoutMs) =>
        ask({ method: 'POST', url: `${base}/claim`, body: claim }, timeoutMs),
    },
  }
}

function read(answer: JsonAnswer): RegisterAnswer {
  if (!answer.ok) return refused(answer.reason)
  if (answer.status === 401) return refused('it does not know this cluster, or its token is wrong')
  const value = answer.status === 200 ? parseRegister(answer.body) : null
  if (value === null) return refused(`it answered with status ${answer.status}`)
  return { ok: true, value }
}

function refused(reason: string): RegisterAnswer {
  return { ok: false, error: say('register-no-answer', { arbiter: 'witness', reason }) }
}
