/**
 * What the daemon, the command line and the Manager say to each other: HTTP + JSON, on
 * `/run/kagami/api.sock` for root, and over TLS on `ports.manager` for everybody with an account.
 *
 * The routes are in `docs/openapi.json`, made of the same schemas that check them; in short:
 *
 *   GET  /api/v1/status                 -> ClusterStatus
 *   GET  /api/v1/clusters               -> { clusters: ClusterBrief[] }
 *   GET  /api/v1/why?group=NAME         -> Explanation     (all groups without a name)
 *   GET  /api/v1/core                   -> State (core/state.ts), for whatIf of verdict.ts
 *   GET  /api/v1/what-if?lose=NAME&…    -> Plan
 *   GET  /api/v1/alerts?after=SEQUENCE  -> { alerts: Alert[] }
 *   GET  /api/v1/configuration          -> the definition  (src/config/schema.ts), without passwords
 *   GET  /api/v1/journal                -> gzip, a line of JSON each (core/journal.ts)
 *   GET  /api/v1/operations?after=SEQUENCE -> { operations: Operation[] }
 *   GET  /api/v1/history?after=MS       -> { everyMs, samples: Sample[] }
 *   GET  /api/v1/metrics, GET /metrics  -> figures for Prometheus
 *   GET  /api/v1/events                 -> server-sent events: `status` (ClusterStatus), `alert` (Alert)
 *   POST /api/v1/groups/NAME/move …     -> ActionResult    (src/daemon/api/orders.ts)
 *   POST /api/v1/mirrors/NAME/recover … -> ActionResult    (src/daemon/api/mirror-orders.ts)
 *   GET  /api/v1/accounts, POST /users, /tokens, DELETE /users/NAME, /tokens/NAME   (unix socket alone)
 */
import type { Message } from './messages/catalogue.ts'
import type { Severity } from './messages/message.ts'

export const apiSocket = '/run/kagami/api.sock'

export type Health = 'green' | 'yellow' | 'red' | 'gray'

export interface ClusterStatus {
  readonly superCluster: string
  readonly cluster: string
  /** The server that answers; what it says of the other one is what it last heard. */
  readonly reportedBy: string
  /** ISO 8601. */
  readonly at: string
  /** The one thing to know now: green when nothing needs attention, and the next step otherwise. */
  readonly summary: {
    readonly health: Health
    readonly why: Message
    readonly next: Message | null
  }
  readonly servers: readonly ServerStatus[]
  /** How near the silences of the last hour or two came to the time-out. */
  readonly heartbeat: {
    readonly longestSilenceMs: number
    readonly timeoutMs: number
    readonly health: Health
    readonly why: Message
  }
  readonly arbiter: {
    readonly method: 'ping' | 'none' | 'fence' | 'witness' | 'etcd'
    /** `untried`: it is asked, or acts, only when it is needed. */
    readonly state: 'answers' | 'unreachable' | 'not-agreed' | 'untried' | 'none'
    readonly health: Health
    readonly why: Message
  }
  readonly links: readonly LinkStatus[]
  readonly groups: readonly GroupStatus[]
  readonly mirrors: readonly MirrorStatus[]
}

export interface ServerStatus {
  readonly name: string
  readonly state:
    | 'online'
    | 'standby'
    | 'starting'
    | 'offline'
    | 'silent'
    | 'isolated'
    | 'leaving'
    | 'unknown'
  readonly health: Health
  readonly why: Message
}

export interface LinkStatus {
  readonly name: string
  readonly kind: 'interconnect' | 'public'
  readonly state: 'up' | 'down' | 'unknown'
  readonly roundTripMs: number | null
  /** Server name: its address. */
  readonly addresses: Readonly<Record<string, string>>
  /** Uses of this link now. */
  readonly carries: readonly ('heartbeat' | 'mirror')[]
}

export type GroupState = 'running' | 'starting' | 'stopping' | 'stopped' | 'failed' | 'unknown'

export interface GroupStatus {
  readonly name: string
  readonly state: GroupState
  readonly health: Health
  /** The server that runs it (or is starting or stopping it); null when none does. */
  readonly owner: string | null
  /** It was started by force, and the two versions of its data have not come together since. */
  readonly forced: boolean
  /** An operator has suspended it: nothing happens to it by itself. */
  readonly suspended: boolean
  readonly why: Message
  readonly resources: readonly {
    readonly name: string
    readonly type: string
    readonly state: 'running' | 'starting' | 'stopping' | 'stopped' | 'failed' | 'unknown'
    /** What it is for a person: the address, the device and mount point, the script. */
    readonly detail: string
    readonly error: Message | null
  }[]
  readonly monitors: readonly {
    readonly name: string
    readonly type: string
    readonly state: 'ok' | 'failing' | 'unknown' | 'suspended'
    readonly error: Message | null
  }[]
}

export interface MirrorStatus {
  readonly name: string
  readonly device: string
  readonly state:
    | 'in-sync'
    | 'copying'
    | 'alone'
    | 'frozen'
    | 'disconnected'
    | 'split-brain'
    | 'failed'
    | 'unknown'
  readonly health: Health
  readonly why: Message
  /** 0 to 100 while copying; else null. */
  readonly percent: number | null
  readonly bytesLeft: number | null
  /** While copying; rate and time as the sending side knows them, null at first. */
  readonly copy: {
    readonly from: string
    readonly to: string
    readonly bytesDone: number
    readonly bytesTotal: number
    readonly bytesPerSecond: number | null
    readonly secondsLeft: number | null
  } | null
  /** Acknowledged, and not known to be at the standby: what a power cut could cost now. */
  readonly backlogBytes: number
  /** Apart by an operator's order, until a recovery is ordered. */
  readonly hold: 'cancelled' | 'broken' | null
  /** The comparison of both replicas under way, or the latest one. */
  readonly verify: {
    readonly running: boolean
    readonly doneBytes: number
    readonly totalBytes: number
    readonly differingBytes: number
    readonly repaired: boolean
    /** ISO 8601: when the latest comparison that found no difference began. */
    readonly identicalAsOf: string | null
  } | null
  readonly path: string | null
  readonly sizeBytes: number | null
  /** green: up to date; yellow: being recovered; red: not up to date; gray: unknown. */
  readonly replicas: readonly {
    readonly server: string
    readonly health: Health
    readonly role: 'active' | 'standby' | 'unknown'
    /** Which line of the disk's history it holds, in hexadecimal digits; null: not known. */
    readonly generation: string | null
    /** What it has and the other one may not have. */
    readonly differingBytes: number | null
    /** Where that lies: a digit for each of 64 parts of the disk, 0 none, 9 all of it; null: nowhere. */
    readonly map: string | null
  }[]
}

/** The summary of a cluster, for a list of them. */
export interface ClusterBrief
  extends Pick<ClusterStatus, 'superCluster' | 'cluster' | 'reportedBy'> {
  /** Their names. */
  readonly servers: readonly string[]
  readonly health: Health
  readonly why: Message
  readonly next: Message | null
}

/** Why things are as they are, sentence by sentence, as one server knows it. */
export interface Explanation {
  readonly reportedBy: string
  readonly reasons: readonly {
    readonly message: Message
    /** How long ago it happened or was seen; null: it is so now. */
    readonly agoMs: number | null
  }[]
}

/** A line of a log that both servers keep: each its own lines, and what it has learned of the other's. */
export interface LogLine {
  /** In the order of arrival at the server that tells it: what `after` counts. */
  readonly sequence: number
  /** Counted by the server that wrote it. */
  readonly number: number
  readonly server: string
  /** ISO 8601, by that server's clock. */
  readonly at: string
  /** The cluster's own order, whatever the clocks say: what led to a line has a smaller stamp. */
  readonly stamp: number
}

export interface Alert extends LogLine {
  readonly severity: Severity
  readonly message: Message
}

/** An order or a login: who, from where, what, and what came of it. */
export interface Operation extends LogLine {
  readonly user: string
  /** An address, or `local`. */
  readonly from: string
  readonly what: string
  readonly accepted: boolean
  readonly message: Message
}

/** The figures of a moment, of what the charts show. */
export interface Sample {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Round trip of each link, ms; null: nothing is heard. */
  readonly links: Readonly<Record<string, number | null>>
  /** Of each mirror disk that is in use. */
  readonly mirrors: Readonly<
    Record<
      string,
      {
        readonly writeMs: number
        readonly bytesPerSecond: number
        readonly backlogBytes: number
      }
    >
  >
  /** How long each monitor took, ms; by `group/monitor`, of those that run on this server. */
  readonly monitors: Readonly<Record<string, number>>
}

/** What the decision makers would do, of the losses that were asked about. */
export interface Plan {
  readonly steps: readonly {
    /** From the failure on. */
    readonly afterMs: number
    readonly server: string
    readonly message: Message
    readonly said?: Said | undefined
  }[]
  readonly groups: readonly {
    readonly group: string
    /** Where it runs in the end; null: nowhere. */
    readonly owner: string | null
    /** How long it did not run; null: it does not run in the end. */
    readonly outageMs: number | null
  }[]
  /** Both servers had the same group active for a moment. */
  readonly twoActive: boolean
}

/** Users and tokens, without their secrets. */
export interface AccountList {
  readonly users: readonly { readonly name: string; readonly role: 'operator' | 'viewer' }[]
  readonly tokens: readonly {
    readonly name: string
    readonly role: 'operator' | 'viewer'
    readonly expiresAt: string
  }[]
}

/** A message in words, for whoever has no catalogue at hand. */
export interface Said {
  /** `KG2301`, as in docs/messages.md. */
  readonly code: string
  readonly ja: Wording
  readonly en: Wording
}

export interface Wording {
  readonly text: string
  /** Null: the catalogue names none. */
  readonly cause: string | null
  readonly action: string | null
}

/** The outcome of an order: what was accepted or refused, as a message; `said`: the same in words. */
export interface ActionResult {
  readonly accepted: boolean
  readonly message: Message
  /** Left out of a message that this version does not know. */
  readonly said?: Said | undefined
  /** What the order would cost: it is accepted with this token, as long as that is still so. */
  readonly confirm?:
    | { readonly message: Message; readonly said?: Said | undefined; readonly seen: string }
    | undefined
}
