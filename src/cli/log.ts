/**
 * `kagami log`: the alert log, oldest first, or what a filter leaves of it. With `--follow` it goes on
 * with what comes: every sign of a new alert makes it ask for all alerts after the last one heard, so that
 * none is missed or shown twice, also not while kagamid is restarted.
 */
import type { Alert } from '../api.ts'
import { fetchFrom, listen } from './client.ts'
import { fits, latest, sayNothing, type LogFilter } from './log-filter.ts'
import {
  codeText,
  complain,
  exitCode,
  padded,
  sentenceOf,
  warn,
  widest,
  type ExitCode,
  type Shell,
} from './shell.ts'
import { timeText, withTexts } from './texts.ts'
import { wordsOf } from './words.ts'
import { wrapped } from './wrap.ts'

export interface LogOptions extends LogFilter {
  readonly follow?: boolean
}

const pauseMs = 1000

export async function showLog(shell: Shell, options: LogOptions): Promise<ExitCode> {
  const first = await alertsAfter(shell, 0, complain)
  if (first === null) return exitCode.unreachable
  const shown = latest(first.filter(fits(shell, options)), options)
  for (const alert of shown) shell.write(alertText(shell, alert))
  if (options.follow === true) return followLog(shell, options, lastOf(first))
  if (shown.length === 0 && options.lines !== 0) sayNothing(shell, 'kagami log', first)
  return exitCode.ok
}

async function followLog(shell: Shell, filter: LogFilter, shown: number): Promise<ExitCode> {
  const isWanted = fits<Alert>(shell, filter)
  let last = shown
  let turn = Promise.resolve()
  const catchUp = (isNewConnection: boolean) => {
    turn = turn.then(async () => {
      const alerts = await alertsAfter(shell, isNewConnection ? 0 : last, warn)
      if (alerts === null) return
      // A log that was begun anew counts from the start again.
      if (isNewConnection && lastOf(alerts) < last) last = 0
      for (const alert of alerts.filter((each) => each.sequence > last)) {
        if (isWanted(alert)) shell.write(alertText(shell, alert))
        last = alert.sequence
      }
    })
  }
  for (;;) {
    const ended = await listen(shell.socket, {
      connected: () => catchUp(true),
      hear: ({ event }) => {
        if (event === 'alert') catchUp(false)
      },
    })
    warn(shell, ended)
    do {
      await new Promise((resolve) => setTimeout(resolve, pauseMs))
    } while (!(await fetchFrom(shell.socket, '/api/v1/status')).ok)
  }
}

/** null: it was not answered, and `tell` has said so. */
async function alertsAfter(
  shell: Shell,
  sequence: number,
  tell: typeof warn,
): Promise<readonly Alert[] | null> {
  const answer = await fetchFrom(shell.socket, `/api/v1/alerts?after=${sequence}`)
  if (answer.ok) return (answer.body as { readonly alerts: readonly Alert[] }).alerts
  tell(shell, answer.message)
  return null
}

function lastOf(alerts: readonly Alert[]): number {
  return alerts.at(-1)?.sequence ?? 0
}

/** One line in a file or pipe; on a terminal the sentence wraps below itself. */
function alertText(shell: Shell, alert: Alert): string {
  const { language } = shell
  if (shell.json) return `${JSON.stringify(withTexts(alert, language))}\n`
  const { severity } = wordsOf(language)
  const word = padded(severity[alert.severity], widest(Object.values(severity)))
  const head = [timeText(alert.at), alert.server, codeText(alert.message), word].join('  ')
  const sentence = sentenceOf(alert.message, language)
  if (!shell.isTerminal) return `${head}  ${sentence}\n`
  const indent = 4
  const lines = wrapped(sentence, Math.max(40, shell.columns) - indent)
  const coloured = shell.colour ? paint(alert, head) : head
  return [coloured, ...lines.map((line) => ' '.repeat(indent) + line), ''].join('\n')
}

function paint(alert: Alert, text: string): string {
  const colours = { info: 0, warning: 33, error: 31 } as const
  return `\u001b[${colours[alert.severity]}m${text}\u001b[0m`
}
