/** One question over HTTP(S) with a JSON answer, all of it within a time limit. */
import http from 'node:http'
import https from 'node:https'

export interface JsonRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** Longer ones count as none; else 256 KiB. */
  readonly answerBytesMax?: number
  /** PEM texts: whom to trust, and who we are. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

/** `reason`: in plain words. An answer that is no JSON has `body: null`. */
export type JsonAnswer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly reason: string }

export type RequestJson = (request: JsonRequest) => Promise<JsonAnswer>

const usualBytesMax = 256 * 1024

/** Over a connection of its own: one that has died in silence would cost the whole time limit. */
export const requestJson: RequestJson = (wanted) =>
  new Promise((resolve) => {
    const { method, url, body, headers, timeoutMs, tls, answerBytesMax = usualBytesMax } = wanted
    const { request } = url.startsWith('https:') ? https : http
    const text = body === undefined ? '' : JSON.stringify(body)
    const options = {
      method,
      agent: false,
      headers: {
        ...headers,
        ...(text === '' ? {} : { 'content-type': 'application/json' }),
        'content-length': String(Buffer.byteLength(text)),
      },
      ...tls,
    }
    const asked = request(url, options, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > answerBytesMax) asked.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        end({ ok: true, status: response.statusCode ?? 0, body: parsed(Buffer.concat(chunks)) })
      })
      response.on('error', (error) => end({ ok: false, reason: error.message }))
    })
    const timer = setTimeout(() => {
      asked.destroy(new Error(`no answer within ${Math.round(timeoutMs)} ms`))
    }, timeoutMs)
    const end = (answer: JsonAnswer): void => {
      clearTimeout(timer)
      resolve(answer)
    }
    asked.on('error', (error) => end({ ok: false, reason: reasonOf(error) }))
    asked.end(text)
  })

function reasonOf(error: Error): string {
  // A name with several addresses gives one error for all of them, which says nothing itself.
  const inner = error instanceof AggregateError ? (error.errors[0] as Error | undefined) : undefined
  return (inner ?? error).message
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch {
    return null
  }
}
