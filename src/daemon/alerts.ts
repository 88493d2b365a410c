/** The alert log: the last lines in memory for those who ask, all of them in a file. */
import { readFile } from 'node:fs/promises'
import type { Alert } from '../api.ts'
import type { Journal } from '../drivers/journal.ts'
import { codeOf, entryOf, render, type Message } from '../messages/catalogue.ts'

const keptMax = 2000

export interface AlertLog {
  add(message: Message): void
  after(sequence: number): readonly Alert[]
  /** Calls back for each new line until the returned function is called. */
  follow(listener: (alert: Alert) => void): () => void
}

export async function openAlertLog(
  server: string,
  file: string,
  journal: Journal,
): Promise<AlertLog> {
  const kept: Alert[] = await readKept(file)
  const listeners = new Set<(alert: Alert) => void>()
  let sequence = kept.at(-1)?.sequence ?? 0
  return {
    add(message) {
      sequence += 1
      const { severity } = entryOf(message)
      const at = new Date().toISOString()
      const alert: Alert = { sequence, at, server, severity, message }
      kept.push(alert)
      if (kept.length > keptMax) kept.shift()
      journal.append(alert)
      console.log(`${at} ${codeOf(message)} ${severity} ${render(message, 'en')}`)
      for (const listener of listeners) listener(alert)
    },
    after: (wanted) => kept.filter((alert) => alert.sequence > wanted),
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

async function readKept(file: string): Promise<Alert[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  const lines = text.split('\n').slice(-keptMax - 1)
  return lines.flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as Alert]
    } catch {
      // A line cut short by a power cut.
      return []
    }
  })
}
