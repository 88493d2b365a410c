/**
 * An append-only file of lines, compressed, kept below a size by moving it aside once. It explains later
 * what happened; nothing ever waits for it, and a full disk only ends the explanation.
 *
 * Each flush is a gzip member of its own, so that the file can be read up to where it was cut short.
 */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { gzipSync } from 'node:zlib'

export interface Journal {
  append(line: unknown): void
}

export interface JournalOptions {
  readonly bytesMax: number
  readonly isCompressed: boolean
  /** The first line of a new file: what the lines before it have led to. */
  readonly checkpoint?: () => unknown
}

const flushMs = 500

export function fileJournal(path: string, options: JournalOptions): Journal {
  const { bytesMax, isCompressed, checkpoint } = options
  let waiting: string[] = []
  let size: number | null = null
  let timer: NodeJS.Timeout | null = null
  let writing = Promise.resolve()
  const bytesOf = (text: string): Buffer =>
    isCompressed ? gzipSync(text, { level: 1 }) : Buffer.from(text)

  const write = async (text: string, state: string): Promise<void> => {
    try {
      if (size === null) {
        await mkdir(dirname(path), { recursive: true })
        size = await stat(path).then(
          (found) => found.size,
          () => 0,
        )
      }
      const bytes = bytesOf(text)
      await appendFile(path, bytes)
      size += bytes.length
      if (size <= bytesMax) return
      await rename(path, `${path}.1`)
      const first = bytesOf(state)
      await appendFile(path, first)
      size = first.length
    } catch {
      // Not written: see the head comment.
    }
  }
  const flush = (): void => {
    timer = null
    const text = waiting.join('')
    waiting = []
    // Taken now: exactly what these lines have led to.
    const state = checkpoint === undefined ? '' : `${JSON.stringify(checkpoint())}\n`
    writing = writing.then(() => write(text, state))
  }
  return {
    append(line) {
      waiting.push(`${JSON.stringify(line)}\n`)
      timer ??= setTimeout(flush, flushMs).unref()
    },
  }
}
