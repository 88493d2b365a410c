/** The state of one replica as its control daemon sees it: a picture, made when it is asked for. */
import type { Message } from '../messages/catalogue.ts'
import type { LinkSecurity, MirrorReport } from '../wire/mirror-control.ts'
import type { ReplicaView } from '../wire/peer-message.ts'
import type { BlockSet } from './block-set.ts'
import type { EngineState } from './engine-state.ts'
import type { Requests } from './requests.ts'

export interface ReportSurroundings {
  readonly pid: number
  readonly incarnation: string
  readonly nbdSocket: string
  readonly nbdClients: number
  readonly pathNames: readonly string[]
  readonly heardMs: number | null
  readonly linkSecurity: LinkSecurity
  /** Connections of peers, and of clients, that were closed for what they said. */
  readonly linkFaults: number
  readonly nbdFaults: number
  readonly verify: MirrorReport['detail']['verify']
  readonly snapshot: MirrorReport['detail']['snapshot']
  /** Why the latest connection was turned away, while that is recent. */
  readonly turnedAway: Message | null
}

export function reportOf(
  state: EngineState,
  requests: Requests,
  around: ReportSurroundings,
): MirrorReport {
  const record = state.keeper.current
  return {
    mirror: state.settings.mirror,
    pid: around.pid,
    incarnation: around.incarnation,
    sizeBytes: record.sizeBytes,
    role: state.role,
    replica: record.state === 'creating' ? 'never-built' : record.state,
    outdated: record.outdated !== null,
    failed: record.failed || state.keeper.error !== null || !state.known || !state.bound,
    alone: state.keeper.alone,
    generation: record.generation,
    base: record.base,
    activationTerm: record.activationTerm,
    inSync: state.inSync,
    link: linkOf(state, around),
    copy: copyOf(state),
    io: ioOf(state),
    break:
      state.role === 'primary' && state.inBreak
        ? {
            number: state.breakNumber,
            waiting: requests.pending > 0,
            permitted: state.mayAlone,
          }
        : null,
    nbd: { socket: around.nbdSocket, clients: around.nbdClients },
    detail: detailOf(state, requests, around),
  }
}

function detailOf(
  state: EngineState,
  requests: Requests,
  around: ReportSurroundings,
): MirrorReport['detail'] {
  const { settings, differences, unflushed, counters, hold } = state
  const { theirs, phase } = state
  return {
    server: settings.server,
    peer: theirs === null || phase.name === 'apart' ? null : peerOf(theirs),
    mode: settings.mode,
    linkSecurity: around.linkSecurity,
    differingBytes: differences.set.bytes + unflushed.bytes,
    map: mapOf(differences.set),
    backlog: requests.backlog,
    writeMs: Math.round(requests.latencyMs * 100) / 100,
    hold,
    copy: copyDetailOf(state),
    verify: around.verify,
    snapshot: around.snapshot,
    counters: { ...counters, linkFaults: around.linkFaults, nbdFaults: around.nbdFaults },
  }
}

const mapParts = 64

function mapOf(set: BlockSet): string | null {
  if (set.isEmpty) return null
  const whole = set.granules / mapParts
  // What is not empty shows, however little it is.
  const digit = (count: number): number =>
    count === 0 ? 0 : Math.min(9, Math.max(1, Math.round((9 * count) / whole)))
  return set.counts(mapParts).map(digit).join('')
}

function peerOf(theirs: ReplicaView): MirrorReport['detail']['peer'] {
  const { server, generation, state: replica, alone, outdated, active } = theirs
  return { server, generation, replica, alone, outdated, active }
}

function copyDetailOf(state: EngineState): MirrorReport['detail']['copy'] {
  const { phase } = state
  if (phase.name !== 'copying' || phase.direction !== 'source') return null
  const { cover, sentBytes, equalBytes, leftBytes, bytesPerSecond } = phase.copy
  const secondsLeft = bytesPerSecond > 0 ? Math.ceil(leftBytes / bytesPerSecond) : null
  return { cover, sentBytes, equalBytes, leftBytes, bytesPerSecond, secondsLeft }
}

function linkOf(state: EngineState, around: ReportSurroundings): MirrorReport['link'] {
  const { phase, world } = state
  const { path: index } = world.link
  const path = index === null ? null : (around.pathNames[index] ?? null)
  const heardMsAgo = around.heardMs === null ? null : Math.round(world.nowMs() - around.heardMs)
  if (phase.name === 'refused') {
    return { state: phase.state, path, heardMsAgo, reason: phase.reason }
  }
  if (phase.name !== 'apart') return { state: 'connected', path, heardMsAgo, reason: null }
  const reason = around.turnedAway
  return { state: reason === null ? 'disconnected' : 'refused', path, heardMsAgo, reason }
}

function copyOf(state: EngineState): MirrorReport['copy'] {
  const { phase } = state
  const bytesTotal = state.keeper.current.sizeBytes
  if (phase.name === 'committing') {
    return { direction: phase.direction, bytesDone: bytesTotal, bytesTotal }
  }
  if (phase.name !== 'copying') return null
  if (phase.direction === 'target') {
    return { direction: 'target', bytesDone: phase.bytesDone, bytesTotal }
  }
  const { copy } = phase
  return { direction: 'source', bytesDone: copy.bytesDone, bytesTotal: copy.bytesTotal }
}

function ioOf(state: EngineState): MirrorReport['io'] {
  if (state.role === 'secondary') return 'idle'
  if (state.ioFailed || state.keeper.error !== null) return 'failed'
  return state.inBreak && !state.mayAlone ? 'frozen' : 'serving'
}
