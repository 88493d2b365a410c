/**
 * Reads a definition and its scripts from a folder: the only file of this room that touches the
 * disk. Everything is read once, checked, and handed over as values; nothing is applied here.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { say, type Message, type MessageId } from '../messages/catalogue.ts'
import { parseDefinition } from './parse.ts'
import { isError, keyText, type Finding, type Path, type Problem } from './problem.ts'
import type { Definition } from './schema.ts'
import { checkScript } from './script.ts'

const definitionFile = 'cluster.yaml'
const fileBytesMax = 1024 * 1024

export type Loaded =
  | {
      readonly ok: true
      readonly definition: Definition
      /** The folder that the scripts' paths start from. */
      readonly folder: string
      /** Path as written in the definition: the script's bytes. */
      readonly scripts: ReadonlyMap<string, Uint8Array>
      readonly warnings: readonly Problem[]
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** `path`: the folder, or the file in it. Problems name files by `path` as it was given. */
export function loadDefinition(path: string): Loaded {
  const file = isFolder(path) ? join(path, definitionFile) : path
  const folder = dirname(file)
  const text = readText(file)
  if (typeof text !== 'string') return { ok: false, problems: [text] }
  const parsed = parseDefinition(text, file)
  if (!parsed.ok) return parsed
  const { scripts, problems } = loadScripts({ ...parsed, folder })
  const errors = problems.filter(isError)
  if (errors.length > 0) return { ok: false, problems: errors }
  const warnings = [...parsed.warnings, ...problems]
  return { ok: true, definition: parsed.definition, folder, scripts, warnings }
}

function readText(file: string): string | Problem {
  const problem = (message: Message, line = 1): Problem => ({ file, line, column: 1, message })
  const read = readWhole(file)
  if ('code' in read) {
    const absent = read.code === 'ENOENT' || read.code === 'ENOTDIR'
    const message = absent ? say('definition-not-found') : say('definition-unreadable', read)
    return problem(message)
  }
  if ('tooLarge' in read) {
    return problem(say('definition-too-large', { bytes: read.tooLarge, max: fileBytesMax }))
  }
  // A character that cannot be decoded becomes U+FFFD; a zero byte is a sign of UTF-16.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(read.bytes)
  const bad = text.search(/[\uFFFD\0]/)
  if (bad === -1) return text
  return problem(say('definition-not-utf8'), text.slice(0, bad).split('\n').length)
}

function loadScripts(context: {
  readonly definition: Definition
  readonly folder: string
  readonly locate: (finding: Finding) => Problem
}): { readonly scripts: ReadonlyMap<string, Uint8Array>; readonly problems: readonly Problem[] } {
  const { definition, folder, locate } = context
  const scripts = new Map<string, Uint8Array>()
  const problems: Problem[] = []
  for (const { path, at } of scriptUses(definition)) {
    if (scripts.has(path)) continue
    const loaded = loadScript(folder, path)
    if ('refused' in loaded) {
      const message: Message = {
        id: loaded.refused,
        args: { key: keyText(at), path, ...loaded.args },
      }
      problems.push(locate({ path: at, message }))
      continue
    }
    scripts.set(path, loaded.bytes)
    const file = join(folder, path)
    problems.push(...checkScript(loaded.bytes).map((finding) => ({ file, ...finding })))
    if (!loaded.executable) {
      const message = say('script-not-executable', { key: keyText(at), path })
      problems.push(locate({ path: at, message }))
    }
  }
  return { scripts, problems }
}

function scriptUses(definition: Definition): { readonly path: string; readonly at: Path }[] {
  return definition.groups.flatMap((group, index) =>
    group.resources.flatMap((resource, place) => {
      if (resource.type !== 'script') return []
      const at = ['groups', index, 'resources', place]
      return [
        { path: resource.start, at: [...at, 'start'] },
        { path: resource.stop, at: [...at, 'stop'] },
      ]
    }),
  )
}

type LoadedScript =
  | { readonly bytes: Uint8Array; readonly executable: boolean }
  | { readonly refused: MessageId; readonly args?: Message['args'] }

function loadScript(folder: string, path: string): LoadedScript {
  if (isAbsolute(path) || path.split('/').includes('..') || path.includes('\0')) {
    return { refused: 'script-path-outside' }
  }
  const file = join(folder, path)
  if (isOutside(folder, file)) return { refused: 'script-path-outside' }
  const read = readWhole(file)
  if ('tooLarge' in read) {
    return { refused: 'script-too-large', args: { bytes: read.tooLarge, max: fileBytesMax } }
  }
  if (!('code' in read)) return read
  if (read.code === 'ENOENT' || read.code === 'ENOTDIR') return { refused: 'script-not-found' }
  return { refused: 'script-not-a-file' }
}

/** A link in the folder may lead out of it. */
function isOutside(folder: string, file: string): boolean {
  try {
    const inside = relative(realpathSync(folder), realpathSync(file))
    return isAbsolute(inside) || inside.split('/')[0] === '..'
  } catch {
    return false
  }
}

type Read =
  | { readonly bytes: Uint8Array; readonly executable: boolean }
  | { readonly code: string }
  | { readonly tooLarge: number }

/** Opened without waiting (a FIFO would), judged by what was opened, and never read beyond the limit. */
function readWhole(file: string): Read {
  let descriptor: number
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return { code: codeOf(error) }
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) return { code: stat.isDirectory() ? 'EISDIR' : 'ENOTREG' }
    if (stat.size > fileBytesMax) return { tooLarge: stat.size }
    const buffer = new Uint8Array(stat.size)
    const bytes = buffer.subarray(0, readSync(descriptor, buffer, 0, stat.size, 0))
    return { bytes, executable: (stat.mode & 0o111) !== 0 }
  } catch (error) {
    return { code: codeOf(error) }
  } finally {
    closeSync(descriptor)
  }
}

function isFolder(path: string): boolean {
  return (
    basename(path) !== definitionFile &&
    (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false)
  )
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'EIO'
}
