/**
 * What the engine of one mirror disk knows and needs: its state, and the world it is put into.
 *
 * The engine itself is made of a few parts that share this state: `meeting.ts` (sessions, which
 * way to copy, the commit), `activation.ts` (role, breaks, permission), `requests.ts` (clients),
 * `peer-writes.ts` (what the peer sends). None of them does I/O.
 */
import type { Message } from '../messages/catalogue.ts'
import type { MirrorMode } from '../wire/mirror-control.ts'
import type { Checksum } from '../wire/peer-frame.ts'
import type { PeerMessage, ReplicaView } from '../wire/peer-message.ts'
import type { CopySource } from './copy-source.ts'
import type { ActivityLog } from './activity-log.ts'
import type { Differences } from './differences.ts'
import type { DiskPort } from './disk-port.ts'
import type { MetadataPort } from './metadata-port.ts'
import type { RangeQueue } from './range-queue.ts'
import type { RecordKeeper, StoreRecord } from './record-keeper.ts'
import type { Unflushed } from './unflushed.ts'

export interface EngineSettings {
  readonly mirror: string
  readonly server: string
  readonly peer: string
  readonly bootId: string
  /** A longer gap between two looks at the clock means that we were stopped meanwhile. */
  readonly pathTimeoutMs: number
  readonly mode: MirrorMode
  /** Of an asynchronous disk: a takeover may lose what was acknowledged early. */
  readonly acceptsLoss: boolean
  /** Comparisons in the background; 0 hours = none. `firstShare`: 0 to 1, by chance. */
  readonly verify: { readonly everyHours: number; readonly firstShare: number }
}

export interface EngineWorld {
  readonly disk: DiskPort
  readonly metadata: MetadataPort
  readonly storeRecord: StoreRecord
  readonly checksum: Checksum
  readonly link: LinkPort
  nowMs(): number
  /** Wall clock, for people only. */
  wallMs(): number
  newGeneration(): string
  /** sha256. */
  digest(data: Buffer): Buffer
  /** Calls back when what happens now is dealt with, before anything else happens. */
  soon(action: () => void): void
  after(delayMs: number, action: () => void): void
  /** The size of the data partition now. */
  partitionBytes(): number
  /** One for the operators. */
  tell(message: Message): void
  /** The report may have changed. */
  changed(): void
}

/** The session as the engine uses it. */
export interface LinkPort {
  term: number
  /** Which life of the peer the session is with; null without a session. */
  readonly peerIncarnation: string | null
  readonly path: number | null
  /** When something was last heard from the peer. */
  readonly heardMs: number | null
  /** Bytes sent that the peer is not known to have received. */
  readonly keptBytes: number
  send(message: PeerMessage): number
  /** As `send`, quicker; only after `room` said yes. */
  sendBlocks(type: 'write' | 'copy', offset: number, data: Buffer, fua: boolean): number
  /** Whether so many bytes of blocks can be sent now; if not, `roomAgain` will tell. */
  room(bytes: number): boolean
  /** No session while held. */
  hold(held: boolean): void
  closeSession(): void
}

export type Phase =
  | { readonly name: 'apart' }
  | {
      readonly name: 'greeting'
      /** What this side has shown; null until all of it is durable. */
      sent: ReplicaView | null
      /** The peer was quicker. */
      heard: ReplicaView | null
    }
  | {
      readonly name: 'refused'
      readonly state: 'refused' | 'split-brain'
      readonly reason: Message
    }
  | {
      readonly name: 'starting'
      readonly direction: 'source' | 'target'
      readonly cover: 'difference' | 'full'
      /** The same on both sides: of the copy that begins, or of the one that goes on. */
      readonly copySession: number
      readonly number: number
      readonly theirs: ReplicaView
      /** The target was rolled back, which only the number of its last session says. */
      readonly rolledBack: boolean
      /** This side's part is durable. */
      ready: boolean
    }
  | { readonly name: 'copying'; readonly direction: 'source'; readonly copy: CopySource }
  | { readonly name: 'copying'; readonly direction: 'target'; bytesDone: number }
  | { readonly name: 'committing'; readonly direction: 'source' | 'target' }
  | { readonly name: 'in-sync' }

/** The part of the state that several parts write. */
export interface EngineState {
  readonly settings: EngineSettings
  readonly world: EngineWorld
  readonly keeper: RecordKeeper
  readonly ranges: RangeQueue
  readonly log: ActivityLog
  readonly differences: Differences
  readonly unflushed: Unflushed
  /** So many blocks of the map have room on the CLUSTER partition. */
  readonly mapBlocksMax: number
  /** What could not be read at the start, all of which counts as differing. */
  readonly bad: { readonly mapBlocks: number; readonly logSectors: number }
  /** The superblock was read and belongs to this data partition. */
  readonly known: boolean
  readonly bound: boolean
  role: 'secondary' | 'primary'
  phase: Phase
  /** A new object for each session, and for the time between two. */
  session: object
  peerActive: boolean
  /** The session in which an operator's order marked this replica outdated. */
  markedIn: object | null
  /** Behind, and given every write in order since then, in this life. */
  follows: boolean
  /** What the peer last showed of its replica. */
  theirs: ReplicaView | null
  /** The number of the peer's latest break, as it said when the session began. */
  peerBreakNumber: number
  /** The life of the peer with which this side last agreed on a copy, and its latest break then. */
  joined: { readonly incarnation: string | null; readonly breakNumber: number } | null
  /** Proved equal in this life. A new object in `proof` whenever that ends. */
  inSync: boolean
  proof: object
  breakNumber: number
  /** The peer is missing: the break in which that is so. */
  inBreak: boolean
  /** The permission to acknowledge without the peer; needs the durable *alone* as well. */
  mayAlone: boolean
  ioFailed: boolean
  lastTickMs: number
  /** Apart from the peer by an operator's order. */
  hold: 'cancelled' | 'broken' | null
  readonly counters: { copySentBytes: number; copyEqualBytes: number; replicatedBytes: number }
}

/** Nothing proves this replica equal to the peer's any more. */
export function endProof(state: EngineState): void {
  state.inSync = false
  state.proof = {}
}

/** The highest activation this side knows of. */
export function knownTerm(state: EngineState): number {
  const { activationTerm, peerTerm } = state.keeper.current
  return Math.max(activationTerm, peerTerm)
}

/** A session in which the active side's changes go to the peer. */
export function replicates(phase: Phase): boolean {
  switch (phase.name) {
    case 'apart':
    case 'greeting':
    case 'refused':
    case 'starting':
      return false
    case 'copying':
    case 'committing':
      return phase.direction === 'source'
    case 'in-sync':
      return true
  }
}

/** Both sides agreed on a copy, or on being equal: the peer is not missing. */
export function isJoined(phase: Phase): boolean {
  return phase.name === 'copying' || phase.name === 'committing' || phase.name === 'in-sync'
}

/** This side's record as it is shown to the peer. */
export function viewOf(state: EngineState): ReplicaView {
  const { keeper, settings } = state
  const record = keeper.current
  return {
    server: settings.server,
    known: state.known,
    bound: state.bound,
    diskId: record.diskId,
    sizeBytes: record.sizeBytes,
    state: record.state === 'creating' ? 'never-built' : record.state,
    alone: record.alone,
    outdated: record.outdated !== null,
    failed: record.failed || keeper.error !== null,
    active: state.role === 'primary',
    restarted: record.bootId !== settings.bootId,
    generation: record.generation,
    base: record.base,
    history: [...record.history],
    activationTerm: record.activationTerm,
    session: record.session,
    sessionConfirmed: record.sessionConfirmed,
    copySession: record.copySession,
    granuleBytes: state.differences.set.granuleBytes,
    behind: record.behind,
    mode: settings.mode,
    discardsOld: settings.acceptsLoss,
    partitionBytes: state.world.partitionBytes(),
    breakNumber: state.breakNumber,
  }
}
