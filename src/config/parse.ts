/**
 * The text of a definition -> the definition, or what is wrong with it and where. Pure: the same
 * function serves the command line, the daemon and a browser.
 */
import { say } from '../messages/catalogue.ts'
import { checkDefinition } from './check.ts'
import { isError, type Finding, type Problem } from './problem.ts'
import type { Definition } from './schema.ts'
import { shapeDefinition } from './shape.ts'
import { readYaml } from './yaml-text.ts'

export type Parsed =
  | {
      readonly ok: true
      readonly definition: Definition
      readonly warnings: readonly Problem[]
      /** Where a value stands, for whoever finds something wrong with it later. */
      readonly locate: (finding: Finding) => Problem
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `file` is the name to show in problems. */
export function parseDefinition(text: string, file: string): Parsed {
  if (text.startsWith('\uFEFF')) {
    return {
      ok: false,
      problems: [{ file, line: 1, column: 1, message: say('definition-has-bom') }],
    }
  }
  const yaml = readYaml(text)
  if (!yaml.ok) return { ok: false, problems: [{ file, ...yaml.problem }] }
  const locate = ({ path, atKey, message }: Finding): Problem => ({
    file,
    ...yaml.placeOf(path, atKey === true),
    message,
  })
  const shaped = shapeDefinition(yaml.value)
  if (!shaped.ok) return { ok: false, problems: inOrder(shaped.findings.map(locate)) }
  const found = inOrder(checkDefinition(shaped.definition).map(locate))
  const errors = found.filter(isError)
  if (errors.length > 0) return { ok: false, problems: errors }
  return { ok: true, definition: shaped.definition, warnings: found, locate }
}

/** As they stand in the file. */
function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}
