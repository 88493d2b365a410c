/**
 * Small durable files: temp file, fsync, rename, fsync of the folder. After `write` has said yes,
 * a power cut leaves the new content; before, the old one; never a mixture.
 */
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

export interface Store<Value> {
  /** null when there is none; an unreadable one is an error, not "none". */
  read(): Promise<{ ok: true; value: Value | null } | { ok: false; reason: string }>
  write(value: Value): Promise<{ ok: true } | { ok: false; reason: string }>
}

/** A JSON file. The caller vouches for the type of what an earlier version of itself wrote. */
export function fileStore<Value>(path: string): Store<Value> {
  return {
    async read() {
      try {
        return { ok: true, value: JSON.parse(await readFile(path, 'utf8')) as Value }
      } catch (error) {
        if (isMissing(error)) return { ok: true, value: null }
        return { ok: false, reason: String(error) }
      }
    },
    async write(value) {
      try {
        await writeDurably(path, JSON.stringify(value))
        return { ok: true }
      } catch (error) {
        return { ok: false, reason: String(error) }
      }
    },
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path)
  await mkdir(folder, { recursive: true })
  const temporary = `${path}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
