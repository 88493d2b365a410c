/** `kagami group move|start|stop NAME`: hands the order to kagamid and tells what it answered. */
import type { ActionResult } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import { ask } from './client.ts'
import { complain, exitCode, sentenceOf, type ExitCode, type Shell } from './shell.ts'

export async function orderGroup(
  shell: Shell,
  order: {
    readonly action: 'move' | 'start' | 'stop'
    readonly group: string
    readonly to?: string
  },
): Promise<ExitCode> {
  const { action, group, to } = order
  const path = `/api/v1/groups/${encodeURIComponent(group)}/${action}`
  const body = to === undefined ? {} : { to }
  const answer = await ask(shell.socket, { method: 'POST', path, body })
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const result = answer.body as Partial<ActionResult>
  if (result.message === undefined) {
    complain(shell, say('daemon-odd-answer', { status: answer.status }))
    return exitCode.unreachable
  }
  if (result.accepted !== true) {
    complain(shell, result.message)
    return exitCode.failed
  }
  shell.write(`${sentenceOf(result.message, shell.language)}\n`)
  return exitCode.ok
}
