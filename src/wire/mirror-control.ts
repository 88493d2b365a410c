/**
 * What the control daemon and a mirror process say to each other, over a unix socket.
 *
 * JSON, one object a line. The daemon sends requests (`{ id, ...command }`); mirrord answers each
 * (`{ id, ok: true }` or `{ id, ok: false, error }`) and, unasked, sends a report whenever its
 * state changes and at least once a second (`{ report }`). mirrord never waits for the daemon
 * except where safety.md says it must: before going alone, and before being promoted.
 */
import type { Message } from '../messages/catalogue.ts'

export type MirrorCommand =
  | { readonly command: 'status' }
  /**
   * Become the active side: flush, close the peer link, durably raise the activation term.
   * `grounds`: `in-sync` this replica proved equal in this life of mirrord; `copy-source` both
   * sides agreed in the live session that this replica is the source; `alone-record` the durable
   * alone mark; `register-claim` the cluster's register was won from the version at which the pair
   * last formed, so that nobody can have gone on without marking this replica; `accept-behind` a policy that accepts the loss of what the peer acknowledged early.
   * mirrord checks its own replica and refuses when nothing proves it. Of the first three, any proof counts that
   * is there when the order arrives and again when it is carried out: what it was ordered on may have changed on
   * the way (a copy that was done).
   */
  | {
      readonly command: 'promote'
      readonly term: number
      readonly grounds: PromotionGrounds
      /** The peer is excluded: it may be treated as gone for every later break until paired again. */
      readonly peerExcluded: boolean
    }
  /** Stop being active: flush both sides, refuse while an NBD client is connected. */
  | { readonly command: 'demote' }
  /** Acknowledge without the peer, for this break only. */
  | {
      readonly command: 'permit-alone'
      readonly breakNumber: number
      readonly grounds: AloneGrounds
    }
  /** Durably mark this replica outdated: the asker goes on without it. */
  | {
      readonly command: 'mark-outdated'
      readonly asker: string
      readonly breakNumber: number
      /** Which life of the asker's mirrord that break belongs to, as in its report. */
      readonly incarnation: string
    }
  /** Fail pending and new NBD requests with EIO until the next promotion (rule 11). */
  | { readonly command: 'fail-io' }
  /** Flush the local replica and the metadata. */
  | { readonly command: 'flush' }
  /** Leave in order: flush, keep the records, exit. Refused while active. */
  | { readonly command: 'quit' }

/** What an operator asks of one mirror disk. */
export type OperatorCommand =
  /** Meet the peer again after `cancel` or `break`; whatever differs is copied. */
  | { readonly command: 'recover' }
  /** Stop the copy under way and stay apart until `recover`. Refused when nothing is copied. */
  | { readonly command: 'cancel' }
  /**
   * Isolate the two replicas until `recover`: the standby's is durably marked outdated first, and
   * the active side goes on alone by this order. Refused when the standby cannot be asked.
   */
  | { readonly command: 'break' }
  /**
   * An operator names the loser of two replicas that do not come together by themselves: what only
   * that replica holds is given up, durably. `loserGeneration`: what the operator was shown; the
   * order is refused when it has changed since.
   */
  | { readonly command: 'force'; readonly loser: string; readonly loserGeneration: string }
  /** Compare both replicas while they are used; `repair`: copy what differs from the source. */
  | { readonly command: 'verify'; readonly repair: boolean }
  /** The durable metadata, for a person: answered with `dump` beside the report. */
  | { readonly command: 'dump' }
  /** A view of the standby's replica as it is now, at most `spaceBytes` of changes beside it. */
  | {
      readonly command: 'snapshot-start'
      readonly spaceFile: string
      readonly spaceBytes: number
      readonly writable: boolean
    }
  | { readonly command: 'snapshot-stop' }
  /** Take the size that both data partitions have grown to. On the active side, in sync. */
  | { readonly command: 'extend' }

export type PromotionGrounds =
  | 'in-sync'
  | 'copy-source'
  | 'alone-record'
  | 'accept-behind'
  | 'register-claim'
export type AloneGrounds = 'peer-outdated' | 'peer-excluded' | 'operator'

export type MirrorRequest = { readonly id: number } & (MirrorCommand | OperatorCommand)

export type MirrorReply =
  | {
      readonly id: number
      readonly ok: true
      readonly report: MirrorReport
      readonly dump?: MetadataDump
    }
  | {
      readonly id: number
      readonly ok: false
      readonly error: Message
      readonly report: MirrorReport
    }

export interface MirrorNotice {
  readonly report: MirrorReport
  /** What has happened, for the alert log; to a new connection what is kept of it. */
  readonly told?: readonly ToldLine[]
}

export interface ToldLine {
  /** Counts from 1 in each life of mirrord. */
  readonly number: number
  /** Wall clock, ms since 1970. */
  readonly atMs: number
  readonly message: Message
}

/** The state of one replica as its mirrord knows it. */
export interface MirrorReport {
  readonly mirror: string
  readonly pid: number
  /** Random hex of this life of mirrord. */
  readonly incarnation: string
  readonly sizeBytes: number
  readonly role: 'secondary' | 'primary'
  readonly replica: 'never-built' | 'inconsistent' | 'consistent'
  readonly outdated: boolean
  readonly failed: boolean
  /** The durable alone record. */
  readonly alone: boolean
  /** Hex; `0` = none. */
  readonly generation: string
  readonly base: string
  readonly activationTerm: number
  /** Proved equal to the peer in this life of mirrord; stays true when the peer goes away. */
  readonly inSync: boolean
  readonly link: {
    readonly state: 'connected' | 'disconnected' | 'refused' | 'split-brain'
    /** Name of the link that carries the mirror traffic now. */
    readonly path: string | null
    /** Age of the last frame from the peer, milliseconds. */
    readonly heardMsAgo: number | null
    /** Why the link is refused. */
    readonly reason: Message | null
  }
  readonly copy: {
    readonly direction: 'source' | 'target'
    readonly bytesDone: number
    readonly bytesTotal: number
  } | null
  /** `idle`: nobody writes here (secondary). `frozen`: requests wait for the permission below. */
  readonly io: 'idle' | 'serving' | 'frozen' | 'failed'
  /** Set on an active side without its peer. `waiting`: a write or flush waits for permission. */
  readonly break: {
    readonly number: number
    readonly waiting: boolean
    readonly permitted: boolean
  } | null
  readonly nbd: { readonly socket: string; readonly clients: number }
  readonly detail: MirrorDetail
}

/** What an operator wants to see and no decision needs. */
export interface MirrorDetail {
  readonly server: string
  /** What the peer showed of its replica when the present session began; null without one. */
  readonly peer: {
    readonly server: string
    readonly generation: string
    readonly replica: 'never-built' | 'inconsistent' | 'consistent'
    readonly alone: boolean
    readonly outdated: boolean
    readonly active: boolean
  } | null
  readonly mode: MirrorMode
  readonly linkSecurity: LinkSecurity
  /** Bytes that this side's map and log name as perhaps differing from the peer's replica. */
  readonly differingBytes: number
  /** Where on the disk they lie: a digit for each of 64 parts, 0 none, 9 all of it; null: nowhere. */
  readonly map: string | null
  /** Acknowledged here and not known to be at the peer (asynchronous disks; else 0). */
  readonly backlog: { readonly bytes: number; readonly seconds: number }
  /** How long a write has taken lately, from its arrival to its acknowledgement; 0: none yet. */
  readonly writeMs: number
  /** Apart by order, until `recover`. */
  readonly hold: 'cancelled' | 'broken' | null
  /** More of the copy under way; null when there is none, or on the target. */
  readonly copy: {
    readonly cover: 'difference' | 'full'
    /** Sent as data. */
    readonly sentBytes: number
    /** Not sent: the target has the same already. */
    readonly equalBytes: number
    readonly leftBytes: number
    readonly bytesPerSecond: number
    readonly secondsLeft: number | null
  } | null
  /** The comparison under way or the latest one of this life; null when there was none. */
  readonly verify: {
    readonly running: boolean
    readonly doneBytes: number
    readonly totalBytes: number
    readonly differingBytes: number
    /** The first places that differ, at most 16. */
    readonly places: readonly { readonly offset: number; readonly length: number }[]
    readonly repaired: boolean
    /**
     * Wall clock, ms since 1970, of the *start* of a comparison that found no difference: what
     * had gone wrong before it would have been found.
     */
    readonly identicalAsOfMs: number | null
  } | null
  readonly snapshot: {
    readonly exportName: string
    readonly takenMs: number
    readonly writable: boolean
    readonly usedBytes: number
    readonly spaceBytes: number
    /** The space was full: the view is gone. */
    readonly dropped: boolean
  } | null
  /** Counted in this life of mirrord. */
  readonly counters: {
    readonly copySentBytes: number
    readonly copyEqualBytes: number
    readonly replicatedBytes: number
    readonly linkFaults: number
    readonly nbdFaults: number
  }
}

export type MirrorMode = 'sync' | 'async'
export type LinkSecurity = 'tls' | 'off'

/** The metadata of one replica as `kagami mirror dump` prints it. */
export interface MetadataDump {
  readonly version: number
  readonly record: Readonly<Record<string, unknown>>
  readonly granuleBytes: number
  readonly extentBytes: number
  readonly logSlots: number
  /** Extents in the activity log, by number. */
  readonly hotExtents: readonly number[]
  /** Runs the map names, at most 1000, and how many there are. */
  readonly runs: readonly { readonly offset: number; readonly length: number }[]
  readonly runCount: number
  readonly differingBytes: number
  /** Blocks of the map, and sectors of the log, that could not be read: all of theirs counts. */
  readonly badMapBlocks: number
  readonly badLogSectors: number
}

/** How a mirrord is told what it is: written by the control daemon, one file a mirror disk. */
export interface MirrorSettings {
  readonly mirror: string
  readonly server: string
  readonly peer: string
  /** 32 hex digits; equal on both servers. */
  readonly diskId: string
  readonly dataPartition: string
  readonly clusterPartition: string
  readonly controlSocket: string
  readonly nbdSocket: string
  /** In order of priority. mirrord listens on `local:port` of each and connects from there. */
  readonly paths: readonly {
    readonly name: string
    readonly local: string
    readonly peer: string
    readonly port: number
    readonly peerPort: number
  }[]
  /** File with the cluster key (32 bytes as hex); both sides prove that they hold it. */
  readonly keyFile: string
  /** Mutual TLS 1.3 on every path, or nothing but the proof of the key. */
  readonly link:
    | {
        readonly security: 'tls'
        /** PEM files: this server's certificate and private key, and the cluster's authority. */
        readonly certificateFile: string
        readonly privateKeyFile: string
        readonly authorityFile: string
      }
    | { readonly security: 'off' }
  readonly mode: MirrorMode
  /** Asynchronous only: a takeover may lose writes, and the old side's extra ones are given up. */
  readonly acceptLoss?: boolean | undefined
  /** Both replicas are compared in the background so often; 0 = never. */
  readonly verifyEveryHours: number
  /** Tells one boot of the kernel from the next. */
  readonly bootId: string
  /** A path with no frame for so long is dead; a peer with no path for so long is lost. */
  readonly pathTimeoutMs: number
  readonly peerTimeoutMs: number
}
