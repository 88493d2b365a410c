/**
 * Everything the core knows. `step` never changes a state: it makes the next one.
 */
import type { Message } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'
import type { Action, Afterwards, StartEvent, StopFactor } from './effect.ts'
import type { ForwardedOrder, Gossip, PhaseKind } from './gossip.ts'
import type { DurableRecord } from './record.ts'
import type { RegisterValue } from './register.ts'

/** The slice of the definition that decisions need. */
export interface Settings {
  readonly self: string
  readonly peer: string
  readonly bootId: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly waitForPeerMs: number
  readonly arbiter: 'ping' | 'none' | 'fence' | 'witness' | 'etcd'
  /** Of an arbiter that keeps a register; null for the others. */
  readonly lease: LeaseSettings | null
  /** What this server does when it ran something and has lost. */
  readonly loser: 'stop-groups' | 'shutdown' | 'reboot' | 'reset'
  /** fence: the one that runs nothing waits so long, so that the other is the first to act. */
  readonly standbyDelayMs: number
  /** fence: all devices, with their retries, are done within this. */
  readonly fenceWithinMs: number
  readonly links: readonly string[]
  readonly mirrors: readonly string[]
  readonly groups: readonly GroupSettings[]
}

/** The right to run, limited in time (safety.md 8). */
export interface LeaseSettings {
  readonly leaseMs: number
  /** The peer's lease is over for certain so long after the end of ours. */
  readonly marginMs: number
  /** Nothing starts before the guard is armed. */
  readonly guard: boolean
  /** Arbiter, time-outs and lease as text: both servers must have the same. */
  readonly terms: string
}

export interface GroupSettings {
  readonly name: string
  /** Order of priority. */
  readonly servers: readonly string[]
  readonly startup: 'auto' | 'manual'
  readonly failover: 'auto' | 'manual'
  readonly failback: 'auto' | 'manual'
  /** The first server must have been ready for so long before an automatic failback. */
  readonly failbackQuietMs: number
  /** When it has failed on both servers. */
  readonly finalAction: 'retry' | 'stop' | 'reboot' | 'shutdown'
  /** Groups that have to run, somewhere, before this one starts. */
  readonly after: readonly string[]
  readonly resources: readonly ResourceSettings[]
  readonly monitors: readonly MonitorSettings[]
}

export interface ResourceSettings {
  readonly name: string
  readonly type: 'mirror-disk' | 'floating-ip' | 'script'
  /** Set for a mirror disk. */
  readonly mirror: string | null
  readonly startTimeoutMs: number
  readonly stopTimeoutMs: number
}

export interface MonitorSettings {
  readonly name: string
  readonly type: 'http' | 'link'
  /** http: the resource to restart. */
  readonly resource: string | null
  /** link: the link it watches. */
  readonly link: string | null
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly failures: number
  readonly restarts: number
}

export type Membership =
  /** Started, the peer not met yet. `until`: when the start-up wait ends. */
  | { readonly kind: 'waiting'; readonly since: number; readonly until: number }
  | { readonly kind: 'paired'; readonly since: number }
  /** Silence beyond the first threshold: evidence is being collected, nothing is decided. */
  | { readonly kind: 'suspecting'; readonly since: number }
  /** Silent past the time-out, but something of the peer lives: its groups may still run. */
  | { readonly kind: 'peer-hung'; readonly since: number; readonly sign: 'kernel' | 'mirror' }
  /** The peer is excluded: this server may run everything. */
  | {
      readonly kind: 'holding'
      readonly since: number
      readonly how: 'arbiter' | 'peer-left' | 'peer-lost' | 'operator'
    }
  /** The arbiter decided for the peer, or for nobody: everything here stops. */
  /** `ran`: something ran here as it lost. */
  | { readonly kind: 'lost'; readonly since: number; readonly ran: boolean }
  | {
      readonly kind: 'leaving'
      readonly since: number
      readonly done: boolean
      readonly afterwards: Afterwards
    }

export interface Evidence {
  readonly startedAt: number
  readonly kernelAnswers: boolean
  readonly mirrorAlive: boolean
  readonly arbiter: 'win' | 'lose' | 'unasked'
}

/** What came of the attempts to switch the peer off, in this silence. */
export interface Fencing {
  readonly failures: number
  readonly retryAt: number
  readonly error: Message | null
  /** The peer is off, and nothing was done with that yet. */
  readonly confirmed: boolean
  /** The life of the peer's daemon at which the latest attempt was aimed. */
  readonly aimedAt: string | null
}

/** What is known of the cluster's register, and of our claim of it. */
export interface RegisterView {
  readonly value: RegisterValue | null
  readonly answeredAt: number | null
  readonly error: Message | null
  readonly failures: number
  /** When it may be asked next. */
  readonly askAt: number
  /** We claim it, and acknowledge nothing that the peer says (safety.md 8). */
  readonly claiming: boolean
  /** What came of the claim, and nothing was done with that yet. */
  readonly verdict: 'won' | 'beaten' | null
}

export interface LinkView {
  readonly carrier: boolean
  readonly heardAt: number | null
  readonly acknowledgedSentAt: number | null
  readonly roundTripMs: number | null
}

export type ResourceState = 'stopped' | 'starting' | 'running' | 'stopping' | 'failed'

export interface ResourceView {
  readonly state: ResourceState
  readonly error: Message | null
}

export interface MonitorView {
  readonly state: 'ok' | 'failing' | 'unknown'
  readonly error: Message | null
  readonly failuresInRow: number
  readonly nextAt: number
}

/** What happens when a group has stopped. */
export type AfterStop =
  | { readonly kind: 'stay' }
  | { readonly kind: 'release'; readonly to: string }
  /** Try here again once the pause is over. */
  | { readonly kind: 'retry' }

export interface GroupView {
  readonly phase: PhaseKind
  readonly since: number
  readonly event: StartEvent
  readonly previousServer: string | null
  readonly factor: StopFactor
  readonly afterStop: AfterStop
  readonly resources: Readonly<Record<string, ResourceView>>
  readonly monitors: Readonly<Record<string, MonitorView>>
  /** Restarts of a resource by its monitors; forgotten after a long healthy time. */
  readonly restarts: number
  readonly restartedAt: number
  /** The resource being restarted by a monitor, if any. */
  readonly restarting: string | null
  /** Failed starts here in a row, and when the next attempt is allowed. */
  readonly failedStarts: number
  readonly retryAt: number
  readonly why: Message
  /** Running here: since when the peer could take it without a break; null: it could not. */
  readonly peerReadySince: number | null
  /** What its latest start here was decided with. */
  readonly startedFor: Message | null
}

export interface MirrorView {
  readonly report: MirrorReport | null
  /** Whether it had gone on alone when it last reported; null: it has not, in this life of the daemon. */
  readonly wasAlone: boolean | null
  /** Both replicas were connected since the servers last met, in this life of the peer's daemon. */
  readonly met: boolean
  /** Since when a write has waited for permission, with no answer. */
  readonly waitingSince: number | null
  /** The alert log knows of that wait. */
  readonly told: boolean
  readonly restartAt: number
  readonly lives: number
  /** Commands refused or failed in a row, and when the next one may be sent. */
  readonly refusals: number
  readonly commandAt: number
}

export interface State {
  readonly settings: Settings
  readonly now: number
  /** Since when we have been listening: the start, or when we came back from being away. */
  readonly listeningSince: number
  readonly membership: Membership
  /** Why the membership is what it is, and since when. */
  readonly decided: { readonly why: Message; readonly at: number } | null
  readonly evidence: Evidence | null
  /** Examinations in a row that the arbiter answered with "lose" in this silence. */
  readonly losses: number
  readonly fencing: Fencing
  readonly register: RegisterView
  /** The longest silence between two heartbeats while the pair was formed: this hour, the one before. */
  readonly silence: {
    readonly hourSince: number
    readonly longestMs: number
    readonly beforeMs: number
  }
  /** When the latest heartbeat of the peer came that we acknowledged, or may have. */
  readonly acknowledgedAt: number
  readonly guardArmed: boolean
  readonly links: Readonly<Record<string, LinkView>>
  /** What the peer last said, in which life, and when; null before the first heartbeat. */
  readonly peer: {
    readonly gossip: Gossip
    readonly incarnation: string
    readonly heardAt: number
  } | null
  readonly groups: Readonly<Record<string, GroupView>>
  readonly mirrors: Readonly<Record<string, MirrorView>>
  /** What is durable, and what should be: a difference is written, one write at a time. */
  readonly record: DurableRecord
  readonly desired: DurableRecord
  /** Writes of the record that failed in a row, and when the next may be tried. */
  readonly recordFailures: number
  readonly recordAt: number
  /** Effects under way, by id. */
  readonly pending: Readonly<Record<number, PendingAction>>
  readonly nextEffect: number
  /** A start by an operator's word is under way. */
  readonly forcing: { readonly group: string; readonly since: number } | null
  /** The whole cluster is to stop, and this server is the last; since when it waits for the other. */
  readonly shutdown: { readonly since: number; readonly afterwards: Afterwards } | null
  /** Orders for the peer, waiting for its answer; and our answers to its orders. */
  readonly forwarded: readonly (ForwardedOrder & { readonly since: number })[]
  readonly answers: readonly {
    readonly id: string
    readonly accepted: boolean
    readonly message: Message
    readonly at: number
  }[]
}

export type PendingAction = Action & { readonly deadline: number; readonly startedAt: number }
