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
   * alone mark. mirrord checks the grounds itself and refuses what it cannot confirm.
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
  | { readonly command: 'mark-outdated'; readonly asker: string; readonly breakNumber: number }
  /** Fail pending and new NBD requests with EIO until the next promotion (rule 11). */
  | { readonly command: 'fail-io' }
  /** Flush the local replica and the metadata. */
  | { readonly command: 'flush' }
  /** Leave in order: flush, keep the records, exit. Refused while active. */
  | { readonly command: 'quit' }

export type PromotionGrounds = 'in-sync' | 'copy-source' | 'alone-record'
export type AloneGrounds = 'peer-outdated' | 'peer-excluded' | 'operator'

export type MirrorRequest = { readonly id: number } & MirrorCommand

export type MirrorReply =
  | { readonly id: number; readonly ok: true; readonly report: MirrorReport }
  | {
      readonly id: number
      readonly ok: false
      readonly error: Message
      readonly report: MirrorReport
    }

export type MirrorNotice = { readonly report: MirrorReport }

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
  /** Tells one boot of the kernel from the next. */
  readonly bootId: string
  /** A path with no frame for so long is dead; a peer with no path for so long is lost. */
  readonly pathTimeoutMs: number
  readonly peerTimeoutMs: number
}
