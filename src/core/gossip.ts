/**
 * What each server says of itself in every heartbeat. The two daemons have no other conversation:
 * requests, grants and releases are states in here, repeated until they are no longer true, so
 * that a lost packet delays and never loses anything.
 */
import type { Message } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'
import type { Afterwards } from './effect.ts'
import type { Membership } from './state.ts'
import type { OutdatedMark, Suspended, Term, Wanted } from './record.ts'

export type PhaseKind =
  | 'stopped'
  | 'claiming'
  | 'adopting'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'stop-failed'

export interface GroupGossip {
  readonly phase: PhaseKind
  /** Durable on the sender. */
  readonly term: Term
  readonly releasedTo: string | null
  readonly wanted: Wanted
  /** The sender tried to start it and failed, and will not try again for now. */
  readonly failedHere: boolean
  /** Failed starts there in a row, until it has run well for long. */
  readonly failures: number
  readonly resources: Readonly<Record<string, { state: string; error: Message | null }>>
  readonly monitors: Readonly<Record<string, { state: string; error: Message | null }>>
  readonly why: Message
}

export interface DiskGossip {
  /** null while the sender's mirrord does not answer. */
  readonly report: MirrorReport | null
  /** Durable in the sender's own store. */
  readonly outdated: OutdatedMark | null
  /** The sender's active side waits: it may go on once the peer marked itself outdated for this. */
  readonly asking: OutdatedMark | null
}

/** Durable on the sender. */
export interface RegisterGossip {
  readonly instance: string
  readonly version: number
  readonly terms: string
  readonly agreed: boolean
  /** The sender holds the exclusion won with this version. */
  readonly held: boolean
}

export interface Gossip {
  readonly membership: Membership['kind']
  readonly epoch: number
  readonly register: RegisterGossip | null
  readonly leaving: boolean
  /** It is kept free of groups, by an operator's order. */
  readonly standby: boolean
  readonly suspended: Suspended
  /** Milliseconds left of the start-up wait; null when not waiting. */
  readonly waitLeftMs: number | null
  readonly groups: Readonly<Record<string, GroupGossip>>
  readonly disks: Readonly<Record<string, DiskGossip>>
  /** Link monitors: can clients reach the sender over this link? */
  readonly linkHealth: Readonly<Record<string, 'ok' | 'dead' | 'unknown'>>
  /** Orders for the receiver, and answers to the receiver's orders, by order id. */
  readonly orders: readonly ForwardedOrder[]
  readonly answers: readonly {
    readonly id: string
    readonly accepted: boolean
    readonly message: Message
  }[]
}

export type GroupOrder =
  | { readonly kind: 'move'; readonly group: string; readonly to: string | null }
  | { readonly kind: 'start'; readonly group: string; readonly to: string | null }
  | { readonly kind: 'stop'; readonly group: string }

export interface ServerOrder {
  readonly kind: 'standby' | 'online' | 'end-wait'
  readonly server: string
}

/** `group: null`: all of them. */
export type SuspensionOrder =
  | { readonly kind: 'suspend'; readonly group: string | null; readonly monitor: string | null }
  | { readonly kind: 'resume'; readonly group: string | null; readonly monitor: string | null }

/** Stop everything on both servers; `last`: the one that leaves after the other. */
export interface ClusterShutdown {
  readonly kind: 'shutdown-cluster'
  readonly last: string | null
  readonly afterwards: Afterwards
}

/** `seen`: the token of what the operator was shown; null: to be shown it. */
export interface ForceOrder {
  readonly kind: 'force'
  readonly group: string
  readonly seen: string | null
}

export interface Leave {
  readonly kind: 'leave'
  readonly afterwards: Afterwards
}

export type AnyOrder =
  | GroupOrder
  | ServerOrder
  | SuspensionOrder
  | ClusterShutdown
  | ForceOrder
  | Leave

export interface ForwardedOrder {
  readonly id: string
  readonly order: GroupOrder | ServerOrder | ClusterShutdown
}
