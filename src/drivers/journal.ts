/**
 * An append-only file of JSON lines, kept below a size by moving it aside once. It explains later
 * what happened; nothing ever waits for it, and a full disk only ends the explanation.
 */
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Journal {
  append(line: unknown): void
}

const flushMs = 200

export function fileJournal(path: string, bytesMax: number): Journal {
  let waiting: string[] = []
  let size: number | null = null
  let timer: NodeJS.Timeout | null = null
  const flush = async (): Promise<void> => {
    timer = null
    const text = waiting.join('')
    waiting = []
    try {
      if (size === null) {
        await mkdir(dirname(path), { recursive: true })
        size = await stat(path).then(
          (found) => found.size,
          () => 0,
        )
      }
      if (size > bytesMax) {
        await rename(path, `${path}.1`)
        size = 0
      }
      await appendFile(path, text)
      size += text.length
    } catch {
      // Not written: see the head comment.
    }
  }
  return {
    append(line) {
      waiting.push(`${JSON.stringify(line)}\n`)
      timer ??= setTimeout(() => void flush(), flushMs).unref()
    },
  }
}
