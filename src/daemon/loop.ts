/**
 * The event loop of decisions: one event at a time, written to the journal, given to the core;
 * the effects that come out are performed, and their outcomes are the next events.
 */
import type { Effect } from '../core/effect.ts'
import type { Event, Outcome } from '../core/event.ts'
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
  readonly journal: Journal
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
    if (isWorthKeeping(event, next.effects)) {
      world.journal.append({ event, effects: next.effects })
    }
    performAll(next.effects)
    world.changed(state, before)
  }
  world.journal.append({ started: { settings, record, at: state.now } })
  performAll(first.effects)
  setInterval(() => happened({ kind: 'ticked' }), tickMs)
  return { happened, state: () => state }
}

const frequent: readonly Event['kind'][] = [
  'ticked',
  'heartbeat-heard',
  'heartbeat-acknowledged',
  'mirror-reported',
]

/** Beats and ticks that led to nothing are not news. */
function isWorthKeeping(event: Event, effects: readonly Effect[]): boolean {
  if (effects.length > 0) return true
  return !frequent.includes(event.kind)
}
