/** The two decision makers in a world of numbers, on a thread of their own: some hundred milliseconds of work. */
import { parentPort, workerData } from 'node:worker_threads'
import { otherLosses, whatIf } from '../../verdict.ts'
import type { PlanAsked, Planned } from './plan.ts'

const { state, lose } = workerData as PlanAsked
const { self, peer, links } = state.settings
const planned: Planned = {
  plan: whatIf(state, lose),
  known: [self, peer, ...links, ...otherLosses],
}
parentPort?.postMessage(planned)
