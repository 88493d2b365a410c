/**
 * `kagami what-if --lose NAME …`: the plan of the two decision makers, computed here from what this
 * server's kagamid knows now. Nothing is touched.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { otherLosses, whatIf, type GroupOutcome, type WhatIf } from '../verdict.ts'
import { fetchFrom } from './client.ts'
import { complain, exitCode, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'
import { hanging, wrapped } from './wrap.ts'

export interface WhatIfOptions {
  readonly lose: readonly string[]
}

type State = Parameters<typeof whatIf>[0]

export async function showWhatIf(shell: Shell, { lose }: WhatIfOptions): Promise<ExitCode> {
  const answer = await fetchFrom(shell.socket, '/api/v1/core')
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  const state = answer.body as State
  const result = whatIf(state, lose)
  if (result === null) {
    const { self, peer, links } = state.settings
    const known = [self, peer, ...links, ...otherLosses].join(', ')
    complain(shell, say('what-if-unknown', { names: lose.join(', '), known }))
    return exitCode.usage
  }
  if (shell.json) shell.write(`${JSON.stringify(withTexts(result, shell.language), null, 2)}\n`)
  else for (const line of linesOf(shell, lose, result)) shell.write(`${line}\n`)
  return exitCode.ok
}

function linesOf(shell: Shell, lose: readonly string[], result: WhatIf): string[] {
  const sentence = (message: Parameters<typeof sentenceOf>[0]): string =>
    sentenceOf(message, shell.language)
  const steps = result.steps.flatMap(({ afterMs, server, message }) => {
    const seconds = (afterMs / 1000).toFixed(1).padStart(6)
    return hanging(`${seconds} s  ${server}  `, sentence(message), shell.columns)
  })
  const ends = result.groups.map((outcome) => sentence(endOf(outcome)))
  const last = [...ends, ...(result.twoActive ? [sentence(say('what-if-two-active'))] : [])]
  return [
    ...wrapped(sentence(say('what-if-head', { names: lose.join(', ') })), shell.columns),
    ...(steps.length === 0 ? [sentence(say('what-if-nothing'))] : steps),
    ...last.flatMap((line) => wrapped(line, shell.columns)),
  ]
}

/** A break that no client could notice is none. */
const noticeableMs = 50

function endOf({ group, owner, outageMs }: GroupOutcome): Message {
  if (owner === null || outageMs === null) return say('what-if-stops', { group })
  if (outageMs < noticeableMs) return say('what-if-goes-on', { group, owner })
  return say('what-if-runs', { group, owner, seconds: (outageMs / 1000).toFixed(1) })
}
