/**
 * `kagami config check PATH`: every problem of a definition, one a line, as editors read them; and
 * `kagami config show`: the definition in force.
 */
import { stringify } from 'yaml'
import { loadDefinition } from '../config/load.ts'
import { isError, problemText, type Problem } from '../config/problem.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { fetchFrom } from './client.ts'
import { complain, exitCode, printable, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'
import { wrapped } from './wrap.ts'

export function checkConfig(shell: Shell, path: string): ExitCode {
  const loaded = loadDefinition(path)
  if (!loaded.ok) return refuseDefinition(shell, loaded.problems)
  const { definition, warnings } = loaded
  const names = (items: readonly { readonly name: string }[]) =>
    items.map((item) => item.name).join(', ') || '-'
  const message = say('definition-accepted', {
    file: path,
    cluster: definition.cluster.name,
    servers: names(definition.servers),
    groups: names(definition.groups),
  })
  acceptDefinition(shell, message, warnings)
  return exitCode.ok
}

function acceptDefinition(shell: Shell, message: Message, warnings: readonly Problem[]): void {
  const { json, language } = shell
  if (json) {
    const told = { accepted: true, message, problems: toldProblems(warnings) }
    return shell.write(`${JSON.stringify(withTexts(told, language))}\n`)
  }
  for (const warning of warnings) shell.write(`${printable(problemText(warning, language))}\n`)
  shell.write(`${sentenceOf(message, language)}\n`)
}

/** Says what is wrong with it, and that it cannot be used. */
export function refuseDefinition(shell: Shell, problems: readonly Problem[]): ExitCode {
  const { json, language } = shell
  const message = say('definition-refused', { errors: problems.length })
  if (json) {
    complain(shell, message, { problems: withTexts(toldProblems(problems), language) })
    return exitCode.badDefinition
  }
  for (const problem of problems) shell.write(`${printable(problemText(problem, language))}\n`)
  shell.writeError(`${sentenceOf(message, language)}\n`)
  return exitCode.badDefinition
}

/** As POST /api/v1/configuration/check tells them, with the file that each of them is in. */
function toldProblems(problems: readonly Problem[]): readonly object[] {
  return problems.map((problem) => ({ ...problem, isError: isError(problem) }))
}

/** `kagami config show`: the definition that the cluster runs by, as kagamid tells it. */
export async function showConfig(shell: Shell): Promise<ExitCode> {
  const { json, language } = shell
  const answer = await fetchFrom(shell.socket, '/api/v1/configuration')
  if (!answer.ok) {
    complain(shell, answer.message)
    return exitCode.unreachable
  }
  if (json) {
    shell.write(`${JSON.stringify(answer.body, null, 2)}\n`)
    return exitCode.ok
  }
  const head = wrapped(sentenceOf(say('definition-shown'), language), 78)
  for (const line of head) shell.write(`# ${line}\n`)
  const text = stringify(answer.body, { lineWidth: 80 })
  for (const line of text.trimEnd().split('\n')) shell.write(`${printable(line)}\n`)
  return exitCode.ok
}
