/** What would happen if something were lost now: the plan of `kagami what-if`, for programs without the core. */
import type { Plan } from '../../api.ts'
import type { State } from '../../core/state.ts'
import { oneWorker } from './one-worker.ts'

export interface PlanAsked {
  readonly state: State
  /** Names of servers, links, and the others of verdict.ts; all at once. */
  readonly lose: readonly string[]
}

export interface Planned {
  /** null: there is no such thing to lose. */
  readonly plan: Plan | null
  /** What there is. */
  readonly known: readonly string[]
}

/** One at a time; null: another one is being made, or it takes too long. */
export const planFor: (asked: PlanAsked) => Promise<Planned | null> = oneWorker<Planned>(
  new URL('./plan-worker.ts', import.meta.url),
  { withinMs: 10_000, memoryMb: 256, restFactor: 3 },
)
