/** The decision maker itself, in a thread of its own: what it would do is computed here, in the browser. */
import { whatIf, type Loss, type WhatIf } from '../verdict.ts'

type State = Parameters<typeof whatIf>[0]

export interface PlanAsked {
  readonly id: number
  readonly state: State
  readonly lose: readonly Loss[]
}

export interface PlanMade {
  readonly id: number
  /** null: there is no such thing to lose. */
  readonly plan: WhatIf | null
}

addEventListener('message', (event: MessageEvent<PlanAsked>) => {
  const { id, state, lose } = event.data
  const made: PlanMade = { id, plan: whatIf(state, lose) }
  postMessage(made)
})
