/**
 * The event loop of decisions: one event at a time, written to the journal, given to the core;
 * the effects that come out are performed, and their outcomes are the next events.
 */
import type { Effect } from '../core/effect.ts'
import type { Event, Outcome } from '../core/event.ts'
import { JournalWriter, type JournalLine } from '../core/journal.ts'
import { start } from '../core/start.ts'
import type { DurableRecord } from '../core/record.ts'
import type { Settings, State } from '../core/state.ts'
import { step } from '../core/step.ts'
import type { Clock } from '../drivers/clock.ts'
import type { Journal } from '../drivers/journal.ts'

/** An event without its time: the loop stamps it. */
type Unstamped<Value> = Value extends unknown ? Omit<Value, 'at'> : never
export type Fact = Unstamped<Event>

export interface Loop {
  happened(fact: Fact): void
  state(): State
}

export interface LoopWorld {
  readonly clock: Clock
  /** `checkpoint`: where a new file of it begins. */
  openJournal(checkpoint: () => JournalLine): Journal
  perform(effect: Effect): Promise<Outcome | null>
  /** After each step. */
  changed(state: State, before: State): void
}

const tickMs = 50

export function startLoop(
  settings: Settings,
  record: DurableRecord | null,
  world: LoopWorld,
): Loop {
  const first = start(settings, record, world.clock.now())
  let state = first.state
  const writer = new JournalWriter()
  const journal = world.openJournal(() => {
    writer.begin()
    return { known: state }
  })
  const performAll = (effects: readonly Effect[]): void => {
    for (const effect of effects) {
      void world.perform(effect).then((outcome) => {
        if (outcome !== null) happened({ kind: 'effect-finished', id: effect.id, outcome })
      })
    }
  }
  const happened = (fact: Fact): void => {
    const event = { ...fact, at: world.clock.now() } as Event
    const before = state
    const next = step(state, event)
    state = next.state
    for (const line of writer.linesOf(event, next.effects)) journal.append(line)
    performAll(next.effects)
    world.changed(state, before)
  }
  journal.append({ began: { settings, record, at: first.state.now } })
  performAll(first.effects)
  setInterval(() => happened({ kind: 'ticked' }), tickMs)
  return { happened, state: () => state }
}
