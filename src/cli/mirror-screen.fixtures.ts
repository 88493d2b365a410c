/** Reports of one mirror disk, for the tests of its screens. */
import { say } from '../messages/catalogue.ts'
import type { MirrorDetail, MirrorReport } from '../wire/mirror-control.ts'

type Change = Partial<Omit<MirrorReport, 'detail'>> & { readonly detail?: Partial<MirrorDetail> }

const gibibyte = 1024 ** 3

/** In sync and active, changed in some places. */
export function mirrorReport(change: Change = {}): MirrorReport {
  return {
    mirror: 'md1',
    pid: 4711,
    incarnation: '0123456789abcdef',
    sizeBytes: 20 * gibibyte,
    role: 'primary',
    replica: 'consistent',
    outdated: false,
    failed: false,
    alone: false,
    generation: '5aa5c0ffee123456',
    base: '0',
    activationTerm: 3,
    inSync: true,
    link: { state: 'connected', path: 'interconnect', heardMsAgo: 12, reason: null },
    copy: null,
    io: 'serving',
    break: null,
    nbd: { socket: '/run/kagami/md1/nbd.sock', clients: 1 },
    ...change,
    detail: {
      server: 'SERVER2',
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
      ...change.detail,
    },
  }
}

const apart = { state: 'disconnected', path: null, heardMsAgo: null, reason: null } as const
const copying = { direction: 'source', bytesDone: 5 * gibibyte, bytesTotal: 20 * gibibyte } as const

export const mirrorReports: Readonly<Record<string, MirrorReport>> = {
  'in-sync': mirrorReport(),
  standby: mirrorReport({ role: 'secondary', io: 'idle', nbd: { socket: '/run/nbd', clients: 0 } }),
  behind: mirrorReport({
    detail: { mode: 'async', backlog: { bytes: 3_500_000, seconds: 1.25 }, linkSecurity: 'off' },
  }),
  copying: mirrorReport({
    inSync: false,
    copy: copying,
    detail: {
      server: 'SERVER2',
      peer: null,
      differingBytes: 900_000_000,
      copy: {
        cover: 'difference',
        sentBytes: 2 * gibibyte,
        equalBytes: 3 * gibibyte,
        leftBytes: 15 * gibibyte,
        bytesPerSecond: 400_000_000,
        secondsLeft: 3725,
      },
    },
  }),
  target: mirrorReport({
    role: 'secondary',
    io: 'idle',
    replica: 'inconsistent',
    inSync: false,
    copy: { ...copying, direction: 'target' },
  }),
  alone: mirrorReport({
    alone: true,
    inSync: false,
    base: '1234567890abcdef',
    link: apart,
    break: { number: 2, waiting: false, permitted: true },
    detail: { differingBytes: 70_000_000 },
  }),
  frozen: mirrorReport({
    io: 'frozen',
    link: apart,
    break: { number: 2, waiting: true, permitted: false },
  }),
  'split-brain': mirrorReport({
    role: 'secondary',
    io: 'idle',
    alone: true,
    inSync: false,
    link: { ...apart, state: 'split-brain', path: 'public', reason: say('mirrord-busy') },
  }),
  refused: mirrorReport({
    inSync: false,
    link: {
      ...apart,
      state: 'refused',
      reason: say('mirrord-link-other-disk', { mirror: 'md1' }),
    },
  }),
  apart: mirrorReport({ inSync: false, alone: true, link: apart, detail: { hold: 'broken' } }),
  failed: mirrorReport({ failed: true, io: 'failed' }),
  outdated: mirrorReport({
    role: 'secondary',
    io: 'idle',
    inSync: false,
    outdated: true,
    link: apart,
  }),
  verified: mirrorReport({
    detail: {
      server: 'SERVER2',
      peer: null,
      verify: {
        running: false,
        doneBytes: 20 * gibibyte,
        totalBytes: 20 * gibibyte,
        differingBytes: 8192,
        places: [
          { offset: 4096, length: 4096 },
          { offset: 1_073_741_824, length: 4096 },
        ],
        repaired: true,
        identicalAsOfMs: null,
      },
      snapshot: {
        exportName: 'md1-snapshot',
        takenMs: 1_795_000_000_000,
        writable: true,
        usedBytes: 1_000_000,
        spaceBytes: gibibyte,
        dropped: false,
      },
    },
  }),
}
