/**
 * Staying awake for a moment after something happened.
 *
 * A write at depth one passes through four processes' hands, and most of its time is the waking up
 * of each. A process that asks for events without sleeping for the next fraction of a millisecond
 * is there at once when the answer comes: a write takes half the time, and not more processor time
 * in all, for falling asleep and waking up are work as well. Idle, it sleeps as ever.
 */
import { availableParallelism } from 'node:os'

const awakeMs = 0.2

export interface Wakefulness {
  /** Something happened, and an answer to it may follow soon. */
  stir(): void
}

/** Where there is one processor, whoever is to answer needs it. */
export function createWakefulness(processors = availableParallelism()): Wakefulness {
  let untilMs = 0
  let isAwake = false

  function turn(): void {
    if (performance.now() < untilMs) setImmediate(turn)
    else isAwake = false
  }

  return {
    stir() {
      if (processors < 2) return
      untilMs = performance.now() + awakeMs
      if (isAwake) return
      isAwake = true
      setImmediate(turn)
    },
  }
}
