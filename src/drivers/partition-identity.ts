/** What blkid knows of a partition: its identity in the partition table, and what it holds. */
import { execFile } from 'node:child_process'

/** The partition's UUID in its table; empty when it has none (a whole disk, a file). */
export async function partitionIdentity(path: string): Promise<string> {
  const { output } = await blkid(['-p', '-o', 'value', '-s', 'PART_ENTRY_UUID', path])
  return output.trim().slice(0, 40)
}

/** What blkid recognises on it (`ext3`, `dos`, …); null when nothing. */
export async function partitionContents(path: string): Promise<string | null> {
  const { code, output } = await blkid(['-p', '-o', 'export', path])
  const types = /^(?:TYPE|PTTYPE)=(.*)$/m.exec(output)
  if (types?.[1] !== undefined) return types[1]
  // 2: nothing found. 8: more than one thing was found, which is not nothing.
  if (code === 2 || code === 0) return null
  return `blkid: ${code}`
}

function blkid(parameters: readonly string[]): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    execFile('blkid', parameters, { timeout: 30_000 }, (error, output) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ code, output })
    })
  })
}
