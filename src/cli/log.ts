/**
 * `kagami log`: the alert log, oldest first. With `--follow` it goes on with what comes: every sign
 * of a new alert makes it ask for all alerts after the last one shown, so that none is missed or
 * shown twice, also not while kagamid is restarted.
 */
import type { Alert } from '../api.ts'
import { fetchFrom, listen } from './client.ts'
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

export interface LogOptions {
  readonly follow?: boolean
  /** How many of the past ones are shown. */
  readonly lines: number
}

const pauseMs = 1000

export async function showLog(shell: Shell, options: LogOptions): Promise<ExitCode> {
  const first = await alertsAfter(shell, 0, complain)
  if (first === null) return exitCode.unreachable
  const ordered = first.toSorted((a, b) => a.stamp - b.stamp)
  const shown = options.lines === 0 ? [] : ordered.slice(-options.lines)
  for (const alert of shown) shell.write(alertText(shell, alert))
  return options.follow === true ? followLog(shell, lastOf(first)) : exitCode.ok
}

async function followLog(shell: Shell, shown: number): Promise<ExitCode> {
  let last = shown
  let turn = Promise.resolve()
  const catchUp = (isNewConnection: boolean) => {
    turn = turn.then(async () => {
      const alerts = await alertsAfter(shell, isNewConnection ? 0 : last, warn)
      if (alerts === null) return
      // A log that was begun anew counts from the start again.
      if (isNewConnection && lastOf(alerts) < last) last = 0
      for (const alert of alerts.filter((each) => each.sequence > last)) {
        shell.write(alertText(shell, alert))
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
