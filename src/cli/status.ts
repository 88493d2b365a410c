/** `kagami status`: the whole cluster on one screen, once or again at every change. */
import type { ClusterStatus } from '../api.ts'
import { fetchFrom, listen } from './client.ts'
import { complain, exitCode, type ExitCode, type Shell } from './shell.ts'
import { statusScreen } from './status-screen.ts'
import { timeText, withTexts } from './texts.ts'

export interface StatusOptions {
  readonly json?: boolean
  readonly watch?: boolean
}

const pauseMs = 1000

export async function showStatus(shell: Shell, options: StatusOptions): Promise<ExitCode> {
  if (options.watch === true) return watchStatus(shell, options)
  const answer = await fetchFrom(shell.socket, '/api/v1/status')
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  shell.write(drawn(shell, answer.body as ClusterStatus, options))
  return exitCode.ok
}

/** Until Ctrl-C. A kagamid that is restarted is waited for; one that never answered is not. */
async function watchStatus(shell: Shell, options: StatusOptions): Promise<ExitCode> {
  let wasConnected = false
  const show = (status: ClusterStatus) => {
    if (shell.isTerminal && options.json !== true) shell.write('\u001b[H\u001b[2J')
    shell.write(drawn(shell, status, { ...options, watch: true }))
    if (!shell.isTerminal && options.json !== true) shell.write('\n')
  }
  for (;;) {
    const ended = await listen(shell.socket, {
      connected: () => {
        wasConnected = true
        void fetchFrom(shell.socket, '/api/v1/status').then((answer) => {
          if (answer.ok) show(answer.body as ClusterStatus)
        })
      },
      hear: ({ event, data }) => {
        if (event === 'status') show(JSON.parse(data) as ClusterStatus)
      },
    })
    if (!wasConnected) {
      complain(shell, ended)
      return exitCode.unreachable
    }
    complain(shell, ended)
    await untilAnswered(shell.socket)
  }
}

async function untilAnswered(socket: string): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  } while (!(await fetchFrom(socket, '/api/v1/status')).ok)
}

/** JSON is one line an event when watched, and laid out for reading when not. */
function drawn(shell: Shell, status: ClusterStatus, options: StatusOptions): string {
  const { language, colour, columns } = shell
  if (options.json === true) {
    const spaces = options.watch === true ? undefined : 2
    return `${JSON.stringify(withTexts(status, language), null, spaces)}\n`
  }
  return statusScreen(status, { language, colour, columns, timeText })
}
