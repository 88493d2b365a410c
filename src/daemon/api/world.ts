/** What the API shows and moves: the daemon, as its routes see it. */
import type { ActionResult, ClusterStatus, Explanation, Operation, Sample } from '../../api.ts'
import type { Definition } from '../../config/schema.ts'
import type { AnyOrder } from '../../core/gossip.ts'
import type { State } from '../../core/state.ts'
import type { Message } from '../../messages/catalogue.ts'
import type { OperatorCommand } from '../../wire/mirror-control.ts'
import type { AlertLog } from '../alerts.ts'
import type { MergedLog } from '../merged-log.ts'
import type { Caller } from './caller.ts'

export interface ApiWorld {
  status(): ClusterStatus
  /** Null: there is no such group. */
  why(group: string | null): Explanation | null
  readonly definition: Definition
  /** Files of the journal of decisions, the older one first; not all of them need be there. */
  readonly journal: readonly string[]
  /** All that the decision maker knows, for `kagami what-if`. */
  core(): State
  readonly alerts: AlertLog
  /** The samples of the last hour after a time, ms since 1970. */
  history(after: number): readonly Sample[]
  /** `server`: who obeys, where that is not for the two of them to agree on. */
  order(order: AnyOrder, server?: string): Promise<ActionResult>
  /** An operator's order for the replica of a server; null: it has obeyed, else why not. */
  orderMirror(server: string, mirror: string, command: OperatorCommand): Promise<Message | null>
  /** Calls back when the status may have changed; returns how to stop that. */
  onChange(listener: () => void): () => void
  /** Calls back when the other server has written lines that are not known here; returns how to stop that. */
  onNews(listener: () => void): () => void
  /** What `audit` wrote down. */
  readonly operations: MergedLog<Operation>
  /** Every order and every login: who, from where, what, and what came of it. */
  audit(caller: Caller, what: string, outcome: ActionResult): void
}
