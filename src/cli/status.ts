/**
 * `kagami status`: the whole cluster on one screen; `kagami server list` and the like: a part of it. Once, or
 * again at every change.
 */
import type { ClusterStatus } from '../api.ts'
import { fetchFrom, listen } from './client.ts'
import { complain, exitCode, warn, type ExitCode, type Shell } from './shell.ts'
import { partScreen, statusScreen, type Part } from './status-screen.ts'
import { timeText, withTexts } from './texts.ts'

export interface StatusOptions {
  /** Of what; else of everything. */
  readonly part?: Part
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
    if (shell.isTerminal && !shell.json) shell.write('\u001b[H\u001b[2J')
    shell.write(drawn(shell, status, { ...options, watch: true }))
    if (!shell.isTerminal && !shell.json) shell.write('\n')
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
    warn(shell, ended)
    await untilAnswered(shell.socket)
  }
}

async function untilAnswered(socket: string): Promise<void> {
  do {
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  } while (!(await fetchFrom(socket, '/api/v1/status')).ok)
}

/** JSON is one line an event when watched, and laid out for reading when not. */
function drawn(shell: Shell, status: ClusterStatus, { part, watch }: StatusOptions): string {
  const { language, colour, columns, json } = shell
  if (json) {
    const shown = part === undefined ? status : partOf(status, part)
    return `${JSON.stringify(withTexts(shown, language), null, watch === true ? undefined : 2)}\n`
  }
  const options = { language, colour, columns, timeText }
  return part === undefined ? statusScreen(status, options) : partScreen(status, part, options)
}

/** What a program gets to see of a part. */
function partOf(status: ClusterStatus, part: Part): unknown {
  const { groups } = status
  if (part === 'resources') {
    return groups.flatMap(({ name: group, resources }) =>
      resources.map((each) => ({ group, ...each })),
    )
  }
  if (part === 'monitors') {
    return groups.flatMap(({ name: group, monitors }) =>
      monitors.map((each) => ({ group, ...each })),
    )
  }
  return status[part]
}
