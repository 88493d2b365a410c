/** `kagami config check PATH`: every problem of a definition, one a line, as editors read them. */
import { loadDefinition } from '../config/load.ts'
import { isError, problemText, type Problem } from '../config/problem.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { complain, exitCode, printable, sentenceOf, type ExitCode, type Shell } from './shell.ts'
import { withTexts } from './texts.ts'

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
