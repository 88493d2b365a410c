/** `kagami operations`: who ordered what, when and from where, and what came of it; on both servers. */
import type { Operation } from '../api.ts'
import { fetchFrom } from './client.ts'
import { fits, latest, sayNothing, type LogFilter } from './log-filter.ts'
import {
  codeText,
  complain,
  exitCode,
  padded,
  printable,
  sentenceOf,
  widest,
  type ExitCode,
  type Shell,
} from './shell.ts'
import { timeText, withTexts } from './texts.ts'
import { wordsOf } from './words.ts'
import { wrapped } from './wrap.ts'

export async function showOperations(shell: Shell, filter: LogFilter): Promise<ExitCode> {
  const answer = await fetchFrom(shell.socket, '/api/v1/operations')
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const { operations } = answer.body as { readonly operations: readonly Operation[] }
  const words = ({ user, from, what }: Operation): readonly string[] => [user, from, what]
  const shown = latest(operations.filter(fits(shell, filter, words)), filter)
  for (const operation of shown) shell.write(operationText(shell, operation))
  if (shown.length === 0 && filter.lines !== 0) sayNothing(shell, 'kagami operations', operations)
  return exitCode.ok
}

/** One line in a file or pipe; on a terminal what was ordered and what came of it stand below. */
function operationText(shell: Shell, operation: Operation): string {
  const { language } = shell
  if (shell.json) return `${JSON.stringify(withTexts(operation, language))}\n`
  const { at, server, user, from, what, accepted, message } = operation
  const { operations } = wordsOf(language)
  const { done, refused } = operations
  const outcome = padded(accepted ? done : refused, widest([done, refused]))
  const who = printable(operations.by(user, from))
  const head = [timeText(at), server, outcome, who].join('  ')
  const sentence = `${codeText(message)} ${sentenceOf(message, language)}`
  if (!shell.isTerminal) return `${head}  ${printable(what)}  ${sentence}\n`
  const indent = 4
  const below = [printable(what), sentence].flatMap((text) =>
    wrapped(text, Math.max(40, shell.columns) - indent),
  )
  const coloured = shell.colour && !accepted ? `\u001b[33m${head}\u001b[0m` : head
  return [coloured, ...below.map((line) => ' '.repeat(indent) + line), ''].join('\n')
}
