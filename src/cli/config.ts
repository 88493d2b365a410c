/** `kagami config check PATH`: every problem of a definition, one a line, as editors read them. */
import { loadDefinition } from '../config/load.ts'
import { problemText } from '../config/problem.ts'
import { say } from '../messages/catalogue.ts'
import { exitCode, printable, sentenceOf, type ExitCode, type Shell } from './shell.ts'

export function checkConfig(shell: Shell, path: string): ExitCode {
  const { language } = shell
  const loaded = loadDefinition(path)
  const problems = loaded.ok ? loaded.warnings : loaded.problems
  for (const problem of problems) shell.write(`${printable(problemText(problem, language))}\n`)
  if (!loaded.ok) {
    shell.writeError(
      `${sentenceOf(say('definition-refused', { errors: problems.length }), language)}\n`,
    )
    return exitCode.badDefinition
  }
  const { definition } = loaded
  const names = (items: readonly { readonly name: string }[]) =>
    items.map((item) => item.name).join(', ') || '-'
  const message = say('definition-accepted', {
    file: path,
    cluster: definition.cluster.name,
    servers: names(definition.servers),
    groups: names(definition.groups),
  })
  shell.write(`${sentenceOf(message, language)}\n`)
  return exitCode.ok
}
