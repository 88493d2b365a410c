/**
 * The YAML of a definition as a plain value, and where each part of it stands in the text.
 *
 * Only plain YAML is accepted: no anchors and aliases (nothing can grow beyond the text, and every
 * value has one place), no tags, one document, names as keys. Only the first syntax error is told;
 * what a parser says after it mostly follows from it.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml'
import type { Document, Node, Pair, YAMLError } from 'yaml'
import { say, type Message } from '../messages/catalogue.ts'
import type { Path } from './problem.ts'

interface Place {
  readonly line: number
  readonly column: number
}

interface PlacedMessage extends Place {
  readonly message: Message
}

export type YamlText =
  | {
      readonly ok: true
      readonly value: unknown
      readonly placeOf: (path: Path, atKey?: boolean) => Place
    }
  | { readonly ok: false; readonly problem: PlacedMessage }

const depthMax = 64

export function readYaml(text: string): YamlText {
  const lines = new LineCounter()
  const placed = (offset: number, message: Message): YamlText => {
    const { line, col } = lines.linePos(offset)
    return { ok: false, problem: { line: Math.max(line, 1), column: Math.max(col, 1), message } }
  }
  const deep = tooDeepAt(text)
  if (deep !== null) return { ok: false, problem: { ...deep, message: say('yaml-too-deep') } }
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  })
  const error = document.errors[0]
  if (error !== undefined) {
    return placed(openedAt(document, error) ?? error.pos[0], syntaxMessage(error))
  }
  const refused = refusedNode(document, lines) ?? warned(document)
  if (refused !== null) return placed(refused.offset, refused.message)
  const value: unknown = document.toJS()
  const placeOf = (path: Path, atKey = false) => {
    const { line, col } = lines.linePos(offsetOf(document, path, atKey))
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  return { ok: true, value, placeOf }
}

/** A text nested without end would keep the parser busy for seconds: a rough count comes first. */
function tooDeepAt(text: string): Place | null {
  let brackets = 0
  for (const [index, line] of text.split('\n').entries()) {
    const marks = /^[\s?-]*/.exec(line)?.[0].replaceAll(/\s/g, '').length ?? 0
    for (const character of line) {
      if (character === '[' || character === '{') brackets += 1
      if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1)
    }
    if (marks > depthMax || brackets > depthMax) return { line: index + 1, column: 1 }
  }
  return null
}

/** Where the quote or bracket was opened that the parser missed the end of, far below perhaps. */
function openedAt(document: Document, error: YAMLError): number | null {
  if (error.code !== 'MISSING_CHAR' && error.code !== 'BAD_INDENT') return null
  let opened: number | null = null
  visit(document, {
    Node: (_, node) => {
      const isQuoted = isScalar(node) && node.type?.startsWith('QUOTE') === true
      const isBracket = (isMap(node) || isSeq(node)) && node.flow === true
      const [start, end] = node.range ?? [0, 0]
      const around = start < error.pos[0] && error.pos[0] <= end
      if ((isQuoted || isBracket) && around) opened = start
    },
  })
  return opened
}

function syntaxMessage(error: YAMLError): Message {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return say('yaml-tab')
    case 'BAD_INDENT':
      return say('yaml-indentation')
    case 'MISSING_CHAR':
      return say('yaml-not-closed')
    case 'MULTIPLE_DOCS':
      return say('yaml-several-documents')
    case 'BAD_ALIAS':
    case 'ALIAS_PROPS':
    case 'MULTIPLE_ANCHORS':
      return say('yaml-alias')
    case 'TAG_RESOLVE_FAILED':
    case 'MULTIPLE_TAGS':
      return say('yaml-tag')
    case 'RESOURCE_EXHAUSTION':
      return say('yaml-too-deep')
    default:
      return say('yaml-syntax')
  }
}

interface Refused {
  readonly offset: number
  readonly message: Message
}

/** Valid YAML that a definition does not use. */
function refusedNode(document: Document, lines: LineCounter): Refused | null {
  let refused: Refused | null = null
  const refuse = (offset: number, message: Message) => {
    refused = { offset, message }
    return visit.BREAK
  }
  visit(document, {
    Node: (_, node) => {
      const offset = node.range?.[0] ?? 0
      if (isAlias(node) || node.anchor !== undefined) return refuse(offset, say('yaml-alias'))
      if (node.tag !== undefined) return refuse(offset, say('yaml-tag'))
      return undefined
    },
    Map: (_, node) => {
      const seen = new Map<string, number>()
      for (const { key } of node.items) {
        const offset = startOf(key)
        const name = nameOf(key)
        if (name === null) return refuse(offset, say('yaml-key'))
        const first = seen.get(name)
        if (first !== undefined) {
          const { line } = lines.linePos(first)
          return refuse(offset, say('yaml-duplicate-key', { key: name, line }))
        }
        seen.set(name, offset)
      }
      return undefined
    },
  })
  return refused
}

function warned(document: Document): Refused | null {
  const warning = document.warnings[0]
  if (warning === undefined) return null
  return { offset: warning.pos[0], message: syntaxMessage(warning) }
}

/** The offset of a value, or of its key; of the nearest thing around it when it is missing. */
function offsetOf(document: Document, path: Path, atKey: boolean): number {
  let node: unknown = document.contents
  let offset = startOf(node)
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1
    if (isSeq(node)) {
      node = node.items[Number(part)]
      if (node === undefined) return offset
    } else if (isMap(node)) {
      const pair = pairOf(node.items, part)
      if (pair === undefined) return offset
      if (isLast && atKey) return startOf(pair.key)
      // What is missing inside a mapping is shown at the mapping's own key.
      offset = startOf(pair.key)
      node = pair.value
      if (isLast) return startOf(node, offset)
      continue
    } else {
      return offset
    }
    offset = startOf(node, offset)
  }
  return offset
}

function pairOf(items: readonly Pair[], name: string | number): Pair | undefined {
  return items.find(({ key }) => nameOf(key) === String(name))
}

/** The text of a plain key; null for a list, a mapping or nothing. */
function nameOf(key: unknown): string | null {
  const value: unknown = isScalar(key) ? key.value : null
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : null
}

function startOf(node: unknown, otherwise = 0): number {
  return (node as Node | null | undefined)?.range?.[0] ?? otherwise
}
