/**
 * What the mirrord processes tell, once each in the alert log. A mirrord outlives this daemon and tells a new one
 * what it keeps: how far that was read is written down as long as the machine runs. It may be of another version.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKnown, type Message } from '../messages/catalogue.ts'
import type { ToldLine } from '../wire/mirror-control.ts'

interface Read {
  readonly incarnation: string
  readonly number: number
}

/** `file`: where it is written down; it need not survive a reboot, which no mirrord does. */
export function mirrorNews(file: string, add: (message: Message, at: Date) => void) {
  const read = new Map<string, Read>(Object.entries(readFrom(file)))
  return (mirror: string, incarnation: string, lines: readonly ToldLine[]): void => {
    const before = read.get(mirror)
    const last = before?.incarnation === incarnation ? before.number : 0
    const fresh = lines.filter(({ number }) => number > last)
    const number = fresh.at(-1)?.number
    if (number === undefined) return
    read.set(mirror, { incarnation, number })
    try {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, JSON.stringify(Object.fromEntries(read)))
    } catch {
      // A line twice in the log is better than none.
    }
    for (const { message, atMs } of fresh) {
      if (isKnown(message)) add(message, new Date(atMs))
    }
  }
}

function readFrom(file: string): Readonly<Record<string, Read>> {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, Read>> | null) ?? {}
  } catch {
    return {}
  }
}
