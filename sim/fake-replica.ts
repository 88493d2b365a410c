/** One half of the fake mirror disk: what its mirrord reports, and what it knows beyond that. */
import type { MirrorReport } from '../src/wire/mirror-control.ts'

export interface FakeReplica {
  /** Its mirrord runs. */
  alive: boolean
  report: MirrorReport
  /** Which of the promised versions this replica holds. */
  version: number
  /** May acknowledge without the peer. */
  mayAlone: boolean
  /** Breaks of this life, and the peer's latest one as it was when they last met. */
  breakNumber: number
  peerBreakNumber: number
  /** The highest activation of the peer that was heard of. */
  peerTerm: number
  /** Promoted and not demoted since; outlives mirrord. */
  wasActive: boolean
}

export const notConnected: MirrorReport['link'] = {
  state: 'disconnected',
  path: null,
  heardMsAgo: null,
  reason: null,
}

const sizeBytes = 64 * 1024 * 1024

/** `isSource`: the replica that creation named; the other one is not built yet. */
export function newReplica(mirror: string, isSource: boolean): FakeReplica {
  return {
    alive: false,
    version: isSource ? 1 : 0,
    mayAlone: false,
    breakNumber: 0,
    peerBreakNumber: 0,
    peerTerm: 0,
    wasActive: false,
    report: {
      mirror,
      pid: 1,
      incarnation: '0',
      sizeBytes,
      role: 'secondary',
      replica: isSource ? 'consistent' : 'never-built',
      outdated: false,
      failed: false,
      alone: isSource,
      generation: isSource ? '1' : '0',
      base: '0',
      activationTerm: 0,
      inSync: false,
      link: notConnected,
      copy: null,
      io: 'idle',
      break: null,
      nbd: { socket: '', clients: 0 },
      detail: {
        server: '',
        peer: null,
        mode: 'sync',
        linkSecurity: 'tls',
        differingBytes: 0,
        backlog: { bytes: 0, seconds: 0 },
        map: null,
        writeMs: 0,
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
    },
  }
}
