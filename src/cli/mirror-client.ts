/**
 * Speaks to one kagami-mirrord over its control socket: JSON, one object a line, see
 * wire/mirror-control.ts. Whatever goes wrong comes back as a message; nothing is thrown.
 */
import { connect } from 'node:net'
import { say, type Message } from '../messages/catalogue.ts'
import type {
  MirrorNotice,
  MirrorReply,
  MirrorReport,
  OperatorCommand,
} from '../wire/mirror-control.ts'

export type MirrorAsk = OperatorCommand | { readonly command: 'status' }

export type MirrorAnswer =
  | { readonly ok: true; readonly reply: MirrorReply }
  | { readonly ok: false; readonly message: Message }

const answerSecondsMax = 60
const lineBytesMax = 16 * 1024 * 1024

/**
 * One order and its answer. With `until`, goes on listening to reports (the answer's first) until
 * one satisfies it; that one is then the report of the answer.
 */
export function askMirror(
  socketPath: string,
  command: MirrorAsk,
  until: (report: MirrorReport) => boolean = () => true,
): Promise<MirrorAnswer> {
  return new Promise((done) => {
    const socket = connect(socketPath).setEncoding('utf8')
    let reply: MirrorReply | null = null
    let rest = ''
    const end = (answer: MirrorAnswer): void => {
      clearTimeout(timer)
      socket.destroy()
      done(answer)
    }
    const timer = setTimeout(() => {
      const args = { socket: socketPath, seconds: answerSecondsMax }
      if (reply === null) end({ ok: false, message: say('mirror-no-answer', args) })
    }, answerSecondsMax * 1000)
    socket.on('error', (error) => end({ ok: false, message: failureOf(error, socketPath) }))
    socket.on('close', () =>
      end({ ok: false, message: say('mirror-lost', { socket: socketPath }) }),
    )
    socket.on('data', (chunk) => {
      const lines = (rest + String(chunk)).split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > lineBytesMax) socket.destroy()
      for (const line of lines) {
        const message = parse(line)
        if (message === null) return socket.destroy()
        if ('id' in message) reply = message
        if (reply === null) continue
        if (!reply.ok || until(message.report)) {
          return end({ ok: true, reply: { ...reply, report: message.report } })
        }
      }
    })
    socket.write(`${JSON.stringify({ id: 1, ...command })}\n`)
  })
}

function parse(line: string): MirrorReply | MirrorNotice | null {
  try {
    const value: unknown = JSON.parse(line)
    const isReport = typeof value === 'object' && value !== null && 'report' in value
    return isReport ? (value as MirrorReply | MirrorNotice) : null
  } catch {
    return null
  }
}

function failureOf(error: Error, socket: string): Message {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'EACCES' || code === 'EPERM') return say('mirror-no-permission', { socket })
  if (code === 'ECONNRESET' || code === 'EPIPE') return say('mirror-lost', { socket })
  return say('mirror-not-running', { socket })
}
