/**
 * The real `kagami` as a child process, against a small daemon that answers on a socket of its own what a test
 * has it answer.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const unset = { LC_ALL: '', LC_MESSAGES: '', LANG: 'C', NO_COLOR: '', TZ: 'UTC' }

/** `GET /api/v1/status`: what is answered. */
export type Answers = Readonly<Record<string, () => readonly [status: number, body: unknown]>>

export type Bench = Awaited<ReturnType<typeof openBench>>

/** The daemon runs already. */
export async function openBench(answers: Answers) {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-cli-'))
  const socket = join(folder, 'api.sock')
  const asked: { readonly route: string; readonly body: string }[] = []
  const streams: ServerResponse[] = []
  let daemon: Server | null = null

  const startDaemon = async (): Promise<void> => {
    const server = createServer((incoming, response) => {
      let body = ''
      incoming.on('data', (chunk) => {
        body += String(chunk)
      })
      incoming.on('end', () => {
        const route = `${incoming.method} ${(incoming.url ?? '').split('?')[0]}`
        asked.push({ route, body })
        if (route === 'GET /api/v1/events') {
          response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
          streams.push(response)
          return
        }
        const [status, answer] = answers[route]?.() ?? [404, { error: 'not found' }]
        response.writeHead(status).end(JSON.stringify(answer))
      })
    })
    server.listen(socket)
    await once(server, 'listening')
    daemon = server
  }

  const stopDaemon = async (): Promise<void> => {
    const server = daemon
    if (server === null) return
    daemon = null
    streams.length = 0
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }

  const run = (
    args: readonly string[],
    environment: Readonly<Record<string, string>> = {},
    input = '',
  ) => launch(args, { KAGAMI_SOCKET: socket, ...environment }, input)

  await startDaemon()
  return {
    ...{ folder, asked, streams, startDaemon, stopDaemon, run },
    kagami: async (...args: readonly string[]) => {
      const { heard, exited } = run(args)
      return { code: await exited, ...heard }
    },
    close: async (): Promise<void> => {
      await stopDaemon()
      rmSync(folder, { recursive: true })
    },
  }
}

function launch(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input: string,
) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, ...unset, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end(input)
  const heard = { out: '', error: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    heard.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    heard.error += text
  })
  const exited = once(child, 'close').then(([code]): unknown => code)
  return { child, heard, exited }
}
