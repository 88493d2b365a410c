/** The state of one replica as its control daemon sees it: a picture, made when it is asked for. */
import type { Message } from '../messages/catalogue.ts'
import type { LinkSecurity, MirrorReport } from '../wire/mirror-control.ts'
import type { EngineState } from './engine-state.ts'
import type { Requests } from './requests.ts'

export interface ReportSurroundings {
  readonly pid: number
  readonly incarnation: string
  readonly nbdSocket: string
  readonly nbdClients: number
  readonly pathNames: readonly string[]
  readonly linkSecurity: LinkSecurity
  readonly heardMs: number | null
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
    detail: {
      mode: 'sync',
      linkSecurity: around.linkSecurity,
      differingBytes: 0,
      backlog: { bytes: 0, seconds: 0 },
      hold: null,
      copy: null,
      verify: null,
      snapshot: null,
      counters: {
        copySentBytes: 0,
        copyEqualBytes: 0,
        replicatedBytes: 0,
        linkFaults: 0,
        nbdFaults: 0,
      },
    },
  }
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
  const bytesDone = phase.direction === 'source' ? phase.copy.bytesDone : phase.bytesDone
  return { direction: phase.direction, bytesDone, bytesTotal }
}

function ioOf(state: EngineState): MirrorReport['io'] {
  if (state.role === 'secondary') return 'idle'
  if (state.ioFailed || state.keeper.error !== null) return 'failed'
  return state.inBreak && !state.mayAlone ? 'frozen' : 'serving'
}
