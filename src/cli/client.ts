/**
 * Speaks HTTP to the kagamid of this server over its unix socket. Whatever goes wrong comes back
 * as a message; nothing is thrown.
 */
import { request, type IncomingMessage } from 'node:http'
import { say, type Message } from '../messages/catalogue.ts'

const answerSecondsMax = 30

export type Answer =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly message: Message }

/** One request; the answer's JSON whatever its status, as long as it is JSON. */
export async function ask(
  socket: string,
  wanted: {
    readonly method: 'GET' | 'POST' | 'DELETE'
    readonly path: string
    readonly body?: object
  },
): Promise<Answer> {
  try {
    const response = await send(socket, wanted)
    const text = await textOf(response)
    const status = response.statusCode ?? 0
    const body = jsonOf(text)
    if (body === undefined) return { ok: false, message: say('daemon-odd-answer', { status }) }
    return { ok: true, status, body }
  } catch (error) {
    return { ok: false, message: failureOf(error, socket) }
  }
}

/** GET, where only a 200 is an answer. The caller knows the type from api.ts. */
export async function fetchFrom(socket: string, path: string): Promise<Answer> {
  const answer = await ask(socket, { method: 'GET', path })
  if (!answer.ok || answer.status === 200) return answer
  return { ok: false, message: say('daemon-odd-answer', { status: answer.status }) }
}

export interface ServerSentEvent {
  readonly event: string
  readonly data: string
}

/**
 * Calls `hear` for each event of /api/v1/events until the connection ends, then says why it did.
 * `connected` is called once the daemon has answered.
 */
export async function listen(
  socket: string,
  on: { readonly connected?: () => void; readonly hear: (event: ServerSentEvent) => void },
): Promise<Message> {
  try {
    const response = await send(socket, { method: 'GET', path: '/api/v1/events', lasting: true })
    const status = response.statusCode ?? 0
    if (status !== 200) {
      response.destroy()
      return say('daemon-odd-answer', { status })
    }
    on.connected?.()
    response.setEncoding('utf8')
    let rest = ''
    for await (const chunk of response) {
      const blocks = (rest + String(chunk)).split(/\r?\n\r?\n/)
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = eventOf(block)
        if (event !== null) on.hear(event)
      }
    }
  } catch (error) {
    const failure = failureOf(error, socket)
    if (failure.id !== 'daemon-odd-answer') return failure
  }
  return say('daemon-lost')
}

/** One block of the stream; null for a comment that keeps the connection alive. */
function eventOf(block: string): ServerSentEvent | null {
  const fields = block.split(/\r?\n/).map((line) => /^([a-z]+): ?(.*)$/.exec(line))
  const values = (name: string) =>
    fields.flatMap((field) => (field?.[1] === name ? [field[2] ?? ''] : []))
  const data = values('data')
  return data.length === 0
    ? null
    : { event: values('event')[0] ?? 'message', data: data.join('\n') }
}

function send(
  socket: string,
  wanted: {
    readonly method: string
    readonly path: string
    readonly body?: object
    readonly lasting?: true
  },
): Promise<IncomingMessage> {
  const { method, path, body, lasting } = wanted
  const text = body === undefined ? undefined : JSON.stringify(body)
  const headers = text === undefined ? {} : { 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    const timeout = answerSecondsMax * 1000
    const outgoing = request({ socketPath: socket, method, path, headers, timeout }, resolve)
    outgoing.on('error', reject)
    outgoing.on('timeout', () => {
      // A stream of events may well be quiet for longer than an answer takes.
      if (lasting !== true) outgoing.destroy(Object.assign(new Error(), { code: 'ETIMEDOUT' }))
    })
    outgoing.end(text)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function failureOf(error: unknown, socket: string): Message {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '-'
  switch (code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
    case 'ENOTDIR':
      return say('daemon-not-running', { socket })
    case 'EACCES':
    case 'EPERM':
      return say('daemon-no-permission', { socket })
    case 'ETIMEDOUT':
      return say('daemon-no-answer', { seconds: answerSecondsMax })
    case 'ECONNRESET':
    case 'EPIPE':
      return say('daemon-lost')
    default:
      return say('daemon-odd-answer', { status: code })
  }
}
