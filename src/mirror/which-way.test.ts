/**
 * The table, exhaustively: every pair of records over small domains, asked from both sides.
 */
import { describe, expect, test } from 'vitest'
import type { ReplicaView } from '../wire/peer-message.ts'
import { whichWay } from './which-way.ts'

const g = (letter: string): string => letter.repeat(16)
const plain: ReplicaView = {
  server: 'a',
  known: true,
  bound: true,
  diskId: '11'.repeat(16),
  sizeBytes: 4096,
  state: 'consistent',
  alone: false,
  outdated: false,
  failed: false,
  active: false,
  restarted: false,
  generation: g('1'),
  base: '0',
  history: [],
  activationTerm: 0,
  session: 1,
  sessionConfirmed: 1,
  copySession: 0,
  granuleBytes: 4096,
  behind: false,
  mode: 'sync',
  discardsOld: false,
  partitionBytes: 4096,
  breakNumber: 0,
}

const flags = [false, true]

/** More than a thousand records of one side; every pair of them is more than a million. */
function* sides(server: string): Generator<ReplicaView> {
  const lines = [
    { generation: g('1'), base: '0', history: [] },
    { generation: g('2'), base: g('1'), history: [] },
    { generation: g('3'), base: g('1'), history: [] },
    { generation: g('2'), base: '0', history: [g('1')] },
    { generation: g('3'), base: g('2'), history: [g('1')] },
    { generation: '0', base: '0', history: [] },
  ]
  for (const line of lines)
    for (const state of ['never-built', 'inconsistent', 'consistent'] as const)
      for (const alone of flags)
        for (const active of flags)
          for (const outdated of flags)
            for (const restarted of flags)
              for (const activationTerm of [0, 4])
                for (const session of [1, 2])
                  yield {
                    ...plain,
                    ...line,
                    ...{ server, state, alone, active, outdated, restarted },
                    ...{ activationTerm, session, sessionConfirmed: session },
                  }
}

const left = [...sides('a')]
const right = [...sides('b')]

describe('every pair', () => {
  test('both sides give matching answers, and what is copied may be lost', () => {
    let pairs = 0
    let copies = 0
    for (const mine of left) {
      for (const theirs of right) {
        pairs += 1
        const here = whichWay(mine, theirs)
        const there = whichWay(theirs, mine)
        if (here.kind !== 'source' && here.kind !== 'target') {
          if (JSON.stringify(here) !== JSON.stringify(there)) fail(mine, theirs, here, there)
          continue
        }
        copies += 1
        const opposite = here.kind === 'source' ? 'target' : 'source'
        const matches =
          there.kind === opposite && there.cover === here.cover && there.because === here.because
        if (!matches) fail(mine, theirs, here, there)
        const [source, target] = here.kind === 'source' ? [mine, theirs] : [theirs, mine]
        const lawful =
          source.state === 'consistent' &&
          // A mark counts for nothing beside one that never went alone on the strength of it.
          (!source.outdated || (source.generation === target.generation && !target.alone)) &&
          !target.active &&
          // Whoever acknowledged alone is overwritten only if its line was never complete.
          (!target.alone || target.state !== 'consistent' || target.outdated)
        if (!lawful) fail(mine, theirs, here, there)
      }
    }
    expect(pairs).toBe(left.length * right.length)
    expect(copies).toBeGreaterThan(1000)
  })
})

function fail(...what: unknown[]): never {
  throw new Error(what.map((each) => JSON.stringify(each)).join('\n'))
}

describe('row by row', () => {
  const cases: [string, Partial<ReplicaView>, Partial<ReplicaView>, object][] = [
    ['other disk', {}, { diskId: '22'.repeat(16) }, { because: 'other-disk' }],
    ['other size', {}, { sizeBytes: 8192 }, { because: 'other-size' }],
    [
      'a new standby with room takes the size',
      { alone: true },
      { sizeBytes: 8192, state: 'never-built', generation: '0' },
      { kind: 'source' },
    ],
    ['not its partition', {}, { bound: false }, { because: 'unbound' }],
    ['unreadable is not new', { alone: true }, { known: false }, { because: 'unknown' }],
    ['failed', { alone: true }, { failed: true }, { because: 'failed' }],
    ['both active', { active: true }, { active: true }, { kind: 'double-activation' }],
    [
      'active in an earlier term',
      { active: true, activationTerm: 1 },
      { activationTerm: 2 },
      { kind: 'double-activation' },
    ],
    [
      'rolled back',
      { session: 3, sessionConfirmed: 3 },
      { session: 2, sessionConfirmed: 2 },
      { kind: 'source', cover: 'full', because: 'rolled-back' },
    ],
    [
      'one session behind, not confirmed: no roll-back',
      { session: 3, sessionConfirmed: 2, restarted: true },
      { session: 2, sessionConfirmed: 2 },
      { kind: 'target', because: 'same-generation' },
    ],
    [
      'rolled back, and alone since',
      { session: 3, sessionConfirmed: 3 },
      { session: 2, alone: true, generation: g('2'), base: g('1') },
      { because: 'rolled-back' },
    ],
    [
      'neither ever built',
      { state: 'never-built', generation: '0' },
      { state: 'never-built', generation: '0' },
      { because: 'none-built' },
    ],
    [
      'never built, the other one alone',
      { alone: true },
      { state: 'never-built', generation: '0', session: 0 },
      { kind: 'source', cover: 'full', because: 'never-built' },
    ],
    [
      'never built, the other one in an unfinished commit',
      { generation: g('2'), base: g('1') },
      { state: 'never-built', generation: '0' },
      { kind: 'source', because: 'never-built' },
    ],
    [
      'made anew, the other one not proved newest',
      { session: 5, sessionConfirmed: 5 },
      { state: 'never-built', generation: '0', session: 0, sessionConfirmed: 0 },
      { because: 'not-proved-newest' },
    ],
    ['the active one', { active: true }, {}, { kind: 'source', because: 'same-generation' }],
    ['the one that did not restart', { restarted: true }, {}, { kind: 'target' }],
    ['the later activation', { activationTerm: 2 }, { activationTerm: 1 }, { kind: 'source' }],
    ['nothing to tell them apart: by name', {}, {}, { kind: 'source' }],
    ['the one that is consistent', { state: 'inconsistent' }, {}, { kind: 'target' }],
    ['the one that went alone', { outdated: true }, { alone: true }, { kind: 'target' }],
    [
      'a mark on the strength of which nobody went alone',
      { outdated: true },
      { restarted: true, activationTerm: 1 },
      { kind: 'source', because: 'same-generation' },
    ],
    [
      'the one that left the common line after the mark',
      { outdated: true },
      { generation: g('2'), base: g('1'), restarted: true },
      { kind: 'target', because: 'base' },
    ],
    [
      'an unfinished commit',
      { generation: g('2'), base: g('1'), activationTerm: 1 },
      { generation: g('2') },
      { kind: 'source', because: 'same-generation' },
    ],
    [
      'theirs is my base',
      { generation: g('2'), base: g('1'), alone: true },
      {},
      { kind: 'source', cover: 'difference', because: 'base' },
    ],
    [
      'mine is among their past',
      {},
      { generation: g('3'), history: [g('2'), g('1')] },
      { kind: 'target', cover: 'full', because: 'past-generation' },
    ],
    [
      'the older one serves',
      { active: true },
      { generation: g('2'), base: g('1'), alone: true },
      { kind: 'double-activation' },
    ],
    [
      'the newer one is half a copy',
      {},
      { generation: g('2'), base: g('1'), state: 'inconsistent' },
      { because: 'no-source' },
    ],
    [
      'both went alone since the same moment',
      { generation: g('2'), base: g('1'), alone: true },
      { generation: g('3'), base: g('1'), alone: true },
      { kind: 'split-brain', ancestor: 'base' },
    ],
    [
      'nothing in common',
      { generation: g('8') },
      { generation: g('9') },
      { kind: 'split-brain', ancestor: 'none' },
    ],
  ]
  test.each(cases)('%s', (_name, mine, theirs, expected) => {
    expect(whichWay({ ...plain, ...mine }, { ...plain, server: 'b', ...theirs })).toMatchObject(
      expected,
    )
  })
})
