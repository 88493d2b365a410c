/** What the two decision makers would do now: asked of the shipped core, on the live state of one server. */
import type { GroupOutcome, Loss, WhatIf } from '../verdict.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { PlanAsked, PlanMade } from './plan-worker.ts'
import { ask } from './session.ts'
import type { Live } from './live.ts'

const waiting = new Map<number, (plan: WhatIf | null) => void>()
let worker: Worker | null = null
let nextId = 1

/** One plan for each list of losses; null: the server does not answer. */
export async function plansFor(
  live: Live,
  losses: readonly (readonly Loss[])[],
): Promise<readonly (WhatIf | null)[] | null> {
  const reply = await ask(live.origin(), 'GET', '/core', { pass: live.session().pass })
  if (reply?.status !== 200) return null
  const state = reply.body as PlanAsked['state']
  return Promise.all(losses.map((lose) => made(state, lose)))
}

function made(state: PlanAsked['state'], lose: readonly Loss[]): Promise<WhatIf | null> {
  const thread = (worker ??= started())
  return new Promise((resolve) => {
    const id = nextId
    nextId += 1
    waiting.set(id, resolve)
    const asked: PlanAsked = { id, state, lose }
    thread.postMessage(asked)
  })
}

function started(): Worker {
  const thread = new Worker(new URL('plan-worker.ts', import.meta.url), { type: 'module' })
  thread.addEventListener('message', (event: MessageEvent<PlanMade>) => {
    const { id, plan } = event.data
    waiting.get(id)?.(plan)
    waiting.delete(id)
  })
  return thread
}

/** A break that no client could notice is none. */
const noticeableMs = 50

/** What becomes of a group, in a sentence. */
export function endOf({ group, owner, outageMs }: GroupOutcome): Message {
  if (owner === null || outageMs === null) return say('what-if-stops', { group })
  if (outageMs < noticeableMs) return say('what-if-goes-on', { group, owner })
  return say('what-if-runs', { group, owner, seconds: (outageMs / 1000).toFixed(1) })
}
