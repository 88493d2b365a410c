/** A journal as `kagami journal export` writes it, or as it lies on a server. */
import { readFileSync } from 'node:fs'
import { constants, gunzipSync } from 'node:zlib'
import type { JournalLine } from '../src/core/journal.ts'
import { replay } from './replay.ts'

/** Prints what was decided; exit code 0: the same was decided again. */
export function replayFile(path: string): number {
  const { events, decisions, said, difference } = replay(linesOf(readFileSync(path)))
  for (const line of said) console.log(line)
  console.log(`${events} events, ${decisions} decisions`)
  console.log(difference === null ? 'every decision is the same' : `DIFFERENT ${difference}`)
  return difference === null && events > 0 ? 0 : 1
}

function linesOf(bytes: Buffer): JournalLine[] {
  // One that was cut short is read as far as it goes.
  const finishFlush = constants.Z_SYNC_FLUSH
  const isCompressed = bytes[0] === 0x1f && bytes[1] === 0x8b
  const text = (isCompressed ? gunzipSync(bytes, { finishFlush }) : bytes).toString()
  return text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as JournalLine]
    } catch {
      return []
    }
  })
}
