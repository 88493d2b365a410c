/** Tells the decision maker again what a journal says it was told, and compares what it decides. */
import type { Effect } from '../src/core/effect.ts'
import { JournalReader, type JournalLine } from '../src/core/journal.ts'
import { start } from '../src/core/start.ts'
import type { State } from '../src/core/state.ts'
import { step } from '../src/core/step.ts'
import { codeOf, render } from '../src/messages/catalogue.ts'

export interface Replay {
  readonly events: number
  readonly decisions: number
  /** What it said, each with its time. */
  readonly said: readonly string[]
  /** The first decision that is another one; null: all are the same. */
  readonly difference: string | null
}

/** `lines`: of one journal, oldest first. What comes before the first state is left out. */
export function replay(lines: Iterable<JournalLine>): Replay {
  let state: State | null = null
  let reader = new JournalReader()
  let decided: readonly Effect[] = []
  let [events, decisions] = [0, 0]
  const said: string[] = []
  const end = (difference: string | null): Replay => ({ events, decisions, said, difference })
  for (const line of lines) {
    if (typeof line === 'object' && 'effects' in line) {
      const isSame = JSON.stringify(decided) === JSON.stringify(line.effects)
      if (state !== null && !isSame) return end(differenceOf(state, decided, line.effects))
      decided = []
      continue
    }
    if (state !== null && decided.length > 0) return end(differenceOf(state, decided, []))
    if (typeof line === 'object' && 'began' in line) {
      const { settings, record, at } = line.began
      state = start(settings, record, at).state
      reader = new JournalReader()
    } else if (typeof line === 'object' && 'known' in line) {
      state = revived(line.known)
      reader = new JournalReader()
    } else if (state !== null) {
      const next = step(state, reader.eventOf(line))
      state = next.state
      decided = next.effects
      events += 1
      decisions += decided.length
      for (const effect of decided) said.push(...sentenceOf(state, effect))
    }
  }
  return end(null)
}

/** Which records are the same one is lost in a file, and counts: what is not the same is written. */
function revived(known: State): State {
  const kept = new Map<string, State['record']>()
  const one = (record: State['record']): State['record'] => {
    const text = JSON.stringify(record)
    kept.set(text, kept.get(text) ?? record)
    return kept.get(text) ?? record
  }
  const pending = Object.entries(known.pending).map(([id, action]) => [
    id,
    action.kind === 'write-record' ? { ...action, record: one(action.record) } : action,
  ])
  return {
    ...known,
    record: one(known.record),
    desired: one(known.desired),
    pending: Object.fromEntries(pending) as State['pending'],
  }
}

function sentenceOf({ now, settings }: State, effect: Effect): string[] {
  if (effect.kind !== 'tell') return []
  const { message } = effect
  const seconds = (now / 1000).toFixed(2)
  return [`${seconds} ${settings.self}  ${codeOf(message)} ${render(message, 'en')}`]
}

function differenceOf(
  { now }: State,
  decided: readonly Effect[],
  recorded: readonly Effect[],
): string {
  const kinds = (effects: readonly Effect[]): string =>
    effects.map((effect) => effect.kind).join(', ') || 'nothing'
  return `at ${(now / 1000).toFixed(3)}: recorded ${kinds(recorded)}; now ${kinds(decided)}`
}
