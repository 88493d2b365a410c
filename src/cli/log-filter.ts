/** Which lines of a log are wanted: filtered here, of all that kagamid tells. Every filter has to fit. */
import type { LogLine } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { Severity } from '../messages/message.ts'
import { codeText, sentenceOf, type Shell } from './shell.ts'

export interface LogFilter {
  /** How many of the latest that fit; undefined: 50, or all of them since a moment. */
  readonly lines?: number
  /** Of exactly this severity, as in the Manager. */
  readonly severity?: Severity
  /** In what is shown, whatever the case. */
  readonly search?: string
  /** The server that wrote it. */
  readonly server?: string
  /** Milliseconds since 1970. */
  readonly since?: number
}

interface Line extends LogLine {
  readonly message: Message
  readonly severity?: Severity
}

const usualLines = 50

/** `words`: what else of a line is searched. */
export function fits<T extends Line>(
  shell: Shell,
  { severity, search, server, since }: LogFilter,
  words: (line: T) => readonly string[] = () => [],
): (line: T) => boolean {
  const lower = (text: string): string => text.toLocaleLowerCase(shell.language)
  const textOf = (line: T): string =>
    [
      line.server,
      codeText(line.message),
      ...words(line),
      sentenceOf(line.message, shell.language),
    ].join(' ')
  return (line) =>
    (severity === undefined || line.severity === severity) &&
    (server === undefined || lower(line.server) === lower(server)) &&
    (since === undefined || Date.parse(line.at) >= since) &&
    (search === undefined || lower(textOf(line)).includes(lower(search)))
}

/** In the cluster's own order, the latest that are wanted. */
export function latest<T extends Line>(
  lines: readonly T[],
  { lines: wanted, since }: LogFilter,
): readonly T[] {
  const count = wanted ?? (since === undefined ? usualLines : lines.length)
  const ordered = lines.toSorted((a, b) => a.stamp - b.stamp)
  return count === 0 ? [] : ordered.slice(-count)
}

/** For a person who sees nothing: why. On standard error, so that a list for other programs stays one. */
export function sayNothing(shell: Shell, command: string, all: readonly Line[]): void {
  if (shell.json) return
  const message = all.length === 0 ? say('log-empty') : say('log-nothing-fits', { command })
  shell.writeError(`${sentenceOf(message, shell.language)}\n`)
}
