/**
 * A log that both servers keep: this server's own lines in one file, what was learned of the other's in
 * another one. The last lines of both are in memory for those who ask, in the order of their arrival.
 */
import { readFile } from 'node:fs/promises'
import type { LogLine } from '../api.ts'
import type { Journal } from '../drivers/journal.ts'
import type { LogClock } from './log-clock.ts'

const keptMax = 2000
/** After a start: lines that the other server has learned, and that a power cut took from here, keep theirs. */
const numbersLeftOut = 1000
/** What one answer to the other server holds at most. */
const toldMax = 200

type Written<T extends LogLine> = Omit<T, keyof LogLine>

export interface MergedLog<T extends LogLine> {
  /** `at`: when it happened, if that was before now. */
  add(line: Written<T>, at?: Date): T
  /** In the order of arrival. */
  after(sequence: number): readonly T[]
  /** The same, as JSON: made once for all who ask. */
  textsAfter(sequence: number): readonly { readonly sequence: number; readonly text: string }[]
  /** This server's own lines after a number of its own, the oldest first. */
  own(number: number): { readonly lines: readonly T[]; readonly latest: number }
  /** The latest line that is known of another server; 0: none. */
  knownOf(server: string): number
  /** Lines that the other server has written; returns those that were new. */
  learn(lines: readonly T[]): readonly T[]
  /** Calls back for each new line until the returned function is called. */
  follow(listener: (line: T) => void): () => void
}

export interface LogPlace {
  readonly server: string
  /** One JSON text a line, `alerts.jsonl`; what is learned goes to `alerts-of-peer.jsonl`. */
  readonly file: string
  readonly clock: LogClock
  openJournal(file: string): Journal
}

interface Kept<T> {
  readonly line: T
  readonly sequence: number
  readonly text: string
}

const keptOf = <T extends LogLine>(line: T): Kept<T> => ({
  ...{ line, sequence: line.sequence },
  text: JSON.stringify(line),
})

/** `read`: what a line of a file says; null: nothing that is understood. */
export async function openMergedLog<T extends LogLine>(
  place: LogPlace,
  read: (line: unknown) => T | null,
): Promise<MergedLog<T>> {
  const { server, file, clock, openJournal } = place
  const learnedFile = file.replace(/(\.\w+)$/, '-of-peer$1')
  const journals = { own: openJournal(file), learned: openJournal(learnedFile) }
  const found = [...(await readLines(file, read)), ...(await readLines(learnedFile, read))]
  const kept = found.toSorted((a, b) => a.sequence - b.sequence).map(keptOf)
  const lines = (): T[] => kept.map(({ line }) => line)
  let sequence = kept.at(-1)?.sequence ?? 0
  const latest = latestOf(lines(), server)
  let number = latest === 0 ? 0 : latest + numbersLeftOut
  for (const { stamp } of lines()) clock.heard(stamp)
  const listeners = new Set<(line: T) => void>()
  const keep = (line: T, journal: Journal): T => {
    kept.push(keptOf(line))
    if (kept.length > 2 * keptMax) kept.splice(0, kept.length - 2 * keptMax)
    journal.append(line)
    for (const listener of listeners) listener(line)
    return line
  }
  const arrived = (): number => {
    sequence += 1
    return sequence
  }
  return {
    add(written, when = new Date()) {
      number += 1
      const at = when.toISOString()
      const head: LogLine = { sequence: arrived(), number, server, at, stamp: clock.next() }
      return keep({ ...head, ...written } as T, journals.own)
    },
    after: (wanted) => lines().filter((line) => line.sequence > wanted),
    textsAfter: (wanted) => kept.filter((each) => each.sequence > wanted),
    own(after) {
      const mine = lines().filter((line) => line.server === server && line.number > after)
      return { lines: mine.slice(-keptMax).slice(0, toldMax), latest: number }
    },
    knownOf: (other) => latestOf(lines(), other),
    learn(theirs) {
      const known = new Set(lines().map(nameOf))
      const fresh = theirs.filter((line) => line.server !== server && !known.has(nameOf(line)))
      return fresh.map((line) => keep({ ...line, sequence: arrived() }, journals.learned))
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A log that was begun anew counts from one again. */
const nameOf = ({ server, number, at }: LogLine): string => `${server}/${number}/${at}`

function latestOf(lines: readonly LogLine[], server: string): number {
  return lines.findLast((line) => line.server === server)?.number ?? 0
}

/** A line of an earlier version has neither a number nor a stamp. */
function completed(line: object): object {
  const { number, stamp, sequence, at }: Partial<LogLine> = line
  return { ...line, number: number ?? sequence, stamp: stamp ?? Date.parse(String(at)) }
}

async function readLines<T>(file: string, read: (line: unknown) => T | null): Promise<T[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text
    .split('\n')
    .slice(-keptMax - 1)
    .flatMap((line) => {
      const value = parsed(line)
      const understood = typeof value === 'object' && value !== null ? read(completed(value)) : null
      return understood === null ? [] : [understood]
    })
}

/** null: no JSON, like a line cut short by a power cut. */
function parsed(line: string): unknown {
  try {
    return line === '' ? null : JSON.parse(line)
  } catch {
    return null
  }
}
