/** Hands an order to kagamid, and says what it answered. */
import type { ActionResult } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { ask, type Answer } from './client.ts'
import { complain, exitCode, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'

type Given = { readonly accepted: Message } | { readonly ended: ExitCode }

/** The answer of an order that was accepted; else how the command ends, which was said already. */
export async function giveOrder(shell: Shell, path: string, body: object = {}): Promise<Given> {
  return told(shell, await ask(shell.socket, { method: 'POST', path, body }))
}

/** The same, of an answer that is here. */
export function told(shell: Shell, answer: Answer): Given {
  if (!answer.ok) {
    complain(shell, answer.message)
    return { ended: exitCode.unreachable }
  }
  const result = answer.body as Partial<ActionResult>
  if (result.message === undefined) {
    complain(shell, say('daemon-odd-answer', { status: answer.status }))
    return { ended: exitCode.unreachable }
  }
  if (result.accepted !== true) {
    const { message, ...more } = result
    complain(shell, message, withTexts(more, shell.language) as object)
    return { ended: exitCode.failed }
  }
  tellDone(shell, result.message)
  return { accepted: result.message }
}

/** What was done, or will be: a sentence, or a line of JSON. */
export function tellDone(shell: Shell, message: Message): void {
  const { json, language } = shell
  const line = JSON.stringify(withTexts({ accepted: true, message }, language))
  shell.write(`${json ? line : sentenceOf(message, language)}\n`)
}
