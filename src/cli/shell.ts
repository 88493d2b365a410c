/**
 * What a command knows of the terminal it was typed into, handed to it as one value so that a test
 * can hand it another one. And the exit codes, which scripts may rely on.
 */
import stringWidth from 'string-width'
import { allEntries, codeOf, entryOf, render, type Message } from '../messages/catalogue.ts'
import type { Language } from '../messages/message.ts'

export interface Shell {
  readonly language: Language
  /** The unix socket of kagamid. */
  readonly socket: string
  /** For programs: what is told is JSON, a line or a document. */
  readonly json: boolean
  readonly isTerminal: boolean
  readonly colour: boolean
  readonly columns: number
  /** Writes to standard output; a line end is not added. */
  readonly write: (text: string) => void
  readonly writeError: (text: string) => void
}

export const exitCode = {
  ok: 0,
  /** The order was refused, or failed. */
  failed: 1,
  usage: 2,
  /** kagamid does not answer. */
  unreachable: 3,
  /** The definition has errors. */
  badDefinition: 4,
} as const

export type ExitCode = (typeof exitCode)[keyof typeof exitCode]

/** `ja` or `en`, from `--lang` or what the environment says (LC_ALL, LC_MESSAGES, LANG). */
export function languageOf(
  wanted: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Language {
  if (wanted === 'ja' || wanted === 'en') return wanted
  const set = [environment['LC_ALL'], environment['LC_MESSAGES'], environment['LANG']]
  return set.find((value) => value !== undefined && value !== '')?.startsWith('ja') === true
    ? 'ja'
    : 'en'
}

const known = new Set<string>(allEntries().map(([id]) => id))

/** The sentence of a message, also of one that only a newer kagamid knows; never a control character. */
export function sentenceOf(message: Message, language: Language): string {
  const text = known.has(message.id)
    ? render(message, language)
    : `${message.id} ${JSON.stringify(message.args)}`
  return printable(text)
}

/** Text from elsewhere must not move the cursor or change colours. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}

/**
 * A refusal, which ends the command. For people: `KG5001 sentence`, then cause and action, on standard error.
 * With `--json` it is the answer: one object on standard output, with `more` of what is known.
 */
export function complain(shell: Shell, message: Message, more: object = {}): void {
  if (!shell.json) return shell.writeError(complaintText(message, shell.language))
  const told = { accepted: false, message: explained(message, shell.language), ...more }
  shell.write(`${JSON.stringify(told)}\n`)
}

/** What is to be known and ends nothing: on standard error, so that the answer stays whole. */
export function warn(shell: Shell, message: Message): void {
  const { json, language } = shell
  const line = JSON.stringify({ message: explained(message, language) })
  shell.writeError(json ? `${line}\n` : complaintText(message, language))
}

function complaintText(message: Message, language: Language): string {
  const label = language === 'ja' ? ['原因', '対処'] : ['Cause', 'What to do']
  const colon = language === 'ja' ? '：' : ': '
  const { cause, action } = reasonsOf(message, language)
  const lines = [`${codeText(message)} ${sentenceOf(message, language)}`]
  if (cause !== undefined) lines.push(`  ${label[0]}${colon}${cause}`)
  if (action !== undefined) lines.push(`  ${label[1]}${colon}${action}`)
  return `${lines.join('\n')}\n`
}

/** A message for programs: with its number and its sentences. */
function explained(message: Message, language: Language): object {
  const text = sentenceOf(message, language)
  return { ...message, code: codeText(message), text, ...reasonsOf(message, language) }
}

function reasonsOf(
  message: Message,
  language: Language,
): { readonly cause?: string; readonly action?: string } {
  const { cause, action } = known.has(message.id) ? entryOf(message) : {}
  return {
    ...(cause === undefined ? {} : { cause: filled(cause[language], message) }),
    ...(action === undefined ? {} : { action: filled(action[language], message) }),
  }
}

function filled(text: string, { args }: Message): string {
  const whole = text.replace(/\{(\w+)\}/g, (braces, name: string) => String(args[name] ?? braces))
  return printable(whole)
}

export function codeText(message: Message): string {
  return known.has(message.id) ? codeOf(message) : 'KG----'
}

/**
 * Columns on the screen. Symbols that some Japanese terminals show at double width count as 2, so
 * that a line is never too long on either kind.
 */
export function widthOf(text: string): number {
  return stringWidth(text, { ambiguousIsNarrow: false })
}

export function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)))
}

export function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(widthOf))
}
