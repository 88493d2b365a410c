/**
 * Checks a plain value against the schema, and says what zod found in messages of the catalogue.
 *
 * The schema itself names the message for a format (`name-invalid`, …) as its `error`; everything
 * else is told by the kind of the issue. No sentence of zod ever reaches a person.
 */
import type { z } from 'zod'
import { say, type Message } from '../messages/catalogue.ts'
import { configMessages, type ConfigMessageId } from '../messages/config.ts'
import { nearest } from './nearest.ts'
import { keyText, type Finding, type Path } from './problem.ts'
import { definitionSchema, type Definition } from './schema.ts'

type Issue = z.core.$ZodIssue

export type Shaped =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly findings: readonly Finding[] }

export function shapeDefinition(value: unknown): Shaped {
  const parsed = definitionSchema.safeParse(value, { error: knownKeys })
  if (parsed.success) return { ok: true, definition: parsed.data }
  const findings = parsed.error.issues.flatMap((issue) => findingsOf(issue, value))
  return { ok: false, findings: onePerPlace(findings) }
}

/** A value of the wrong kind breaks further rules; the first one says it all. */
function onePerPlace(findings: readonly Finding[]): readonly Finding[] {
  return [...new Map(findings.toReversed().map((each) => [keyText(each.path), each])).values()]
}

/** The message slot of an unknown key carries the keys that are known there. */
function knownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== 'unrecognized_keys') return undefined
  const inst = issue.inst as z.core.$ZodObject | undefined
  return inst === undefined ? '' : Object.keys(inst._zod.def.shape).join(' ')
}

function findingsOf(issue: Issue, root: unknown): readonly Finding[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)))
  if (issue.code === 'unrecognized_keys') {
    const known = issue.message.split(' ')
    return issue.keys.map((key) => unknownKey([...path, key], known))
  }
  if (issue.code === 'invalid_key') {
    const value = path.at(-1) ?? ''
    return [{ path, atKey: true, message: say('name-invalid', { key: keyText(path), value }) }]
  }
  const value = valueAt(root, path)
  if (value === undefined) return [missing(path)]
  return [{ path, message: messageOf(issue, path, value) }]
}

function missing(path: Path): Finding {
  return { path, message: say('key-missing', { key: keyText(path) }) }
}

function unknownKey(path: Path, known: readonly string[]): Finding {
  const guess = nearest(String(path.at(-1)), known)
  const key = keyText(path)
  if (guess !== null) return { path, atKey: true, message: say('key-misspelt', { key, guess }) }
  return { path, atKey: true, message: say('key-unknown', { key, known: known.join(', ') }) }
}

function messageOf(issue: Issue, path: Path, found: unknown): Message {
  const at = { key: keyText(path), value: shown(found) }
  switch (issue.code) {
    case 'invalid_type':
      return wrongKind(issue.expected, at)
    case 'invalid_value':
      if (issue.message === 'format-version-unknown') return say(issue.message, at)
      return say('value-not-a-choice', { ...at, choices: issue.values.map(String).join(', ') })
    case 'invalid_union': {
      const options: readonly unknown[] = 'options' in issue ? (issue.options ?? []) : []
      return say('value-not-a-choice', { ...at, choices: options.map(String).join(', ') })
    }
    case 'too_small':
      return tooSmall(issue, at, found)
    case 'too_big':
      return tooBig(issue, at, found)
    case 'invalid_format':
      return formatMessage(issue.message, at)
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return say('value-invalid', at)
  }
}

interface At {
  readonly key: string
  readonly value: string
}

function wrongKind(expected: string, at: At): Message {
  if (expected === 'string') return say('value-not-text', at)
  if (expected === 'number') return say('value-not-number', at)
  if (expected === 'int') return say('value-not-whole', at)
  if (expected === 'array') return say('value-not-list', at)
  if (expected === 'object' || expected === 'record') return say('value-not-mapping', at)
  return say('value-invalid', at)
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, at: At, found: unknown): Message {
  const min = Number(issue.minimum)
  if (!Array.isArray(found)) {
    return issue.inclusive === false
      ? say('value-not-positive', { ...at, min })
      : say('value-too-small', { ...at, min })
  }
  const count = { key: at.key, count: found.length }
  return issue.exact === true
    ? say('list-not-exact', { ...count, exact: min })
    : say('list-too-short', { ...count, min })
}

function tooBig(issue: z.core.$ZodIssueTooBig, at: At, found: unknown): Message {
  const max = Number(issue.maximum)
  if (!Array.isArray(found)) return say('value-too-large', { ...at, max })
  const count = { key: at.key, count: found.length }
  return issue.exact === true
    ? say('list-not-exact', { ...count, exact: max })
    : say('list-too-long', { ...count, max })
}

function formatMessage(id: string, at: At): Message {
  const isKnown = (name: string): name is ConfigMessageId => Object.hasOwn(configMessages, name)
  return isKnown(id) ? { id, args: { ...at } } : say('value-invalid', at)
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, part) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, part)
        ? (value as Record<string | number, unknown>)[part]
        : undefined,
    root,
  )
}

/** The value as it would be written, at most 40 characters. */
function shown(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 40 ? `${text.slice(0, 39)}…` : text
}
