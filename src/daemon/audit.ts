/** Who ordered what: the last lines in memory, all of them in a file of their own. */
import { readFile } from 'node:fs/promises'
import type { ActionResult, Operation } from '../api.ts'
import type { Journal } from '../drivers/journal.ts'

const keptMax = 2000

export interface Audit {
  add(
    who: { readonly name: string; readonly from: string },
    what: string,
    outcome: ActionResult,
  ): void
  after(sequence: number): readonly Operation[]
}

export async function openAudit(server: string, file: string, journal: Journal): Promise<Audit> {
  const kept = linesOf(await readFile(file, 'utf8').catch(() => ''))
  let sequence = kept.at(-1)?.sequence ?? 0
  return {
    add({ name: user, from }, what, { accepted, message }) {
      sequence += 1
      const at = new Date().toISOString()
      const operation = { sequence, at, server, user, from, what, accepted, message }
      kept.push(operation)
      if (kept.length > keptMax) kept.shift()
      journal.append(operation)
    },
    after: (wanted) => kept.filter((each) => each.sequence > wanted),
  }
}

function linesOf(text: string): Operation[] {
  return text
    .split('\n')
    .slice(-keptMax - 1)
    .flatMap((line) => {
      try {
        return line === '' ? [] : [JSON.parse(line) as Operation]
      } catch {
        // A line cut short by a power cut.
        return []
      }
    })
}
