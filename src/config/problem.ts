/**
 * What is wrong with a definition: first as a finding (a place in the definition's tree), then as
 * a problem (a place in a file) that can be shown to a person.
 */
import { codeOf, entryOf, render, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'

/** The way to a value from the root: `['servers', 1, 'name']`. */
export type Path = readonly (string | number)[]

export interface Finding {
  readonly path: Path
  /** Show the key itself instead of its value. */
  readonly atKey?: true
  readonly message: Message
}

export interface Problem {
  readonly file: string
  /** Both count from 1. */
  readonly line: number
  readonly column: number
  readonly message: Message
}

/** `cluster.yaml:12:5 KG1022 …`, one line. */
export function problemText(problem: Problem, language: Language): string {
  const { file, line, column, message } = problem
  return `${file}:${line}:${column} ${codeOf(message)} ${render(message, language)}`
}

/** Errors forbid the use of a definition, warnings do not. */
export function isError(problem: { readonly message: Message }): boolean {
  return entryOf(problem.message).severity === 'error'
}

/** `servers[1].name`; the whole definition is called by its file. */
export function keyText(path: Path): string {
  if (path.length === 0) return 'cluster.yaml'
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '')
}
