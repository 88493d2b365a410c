/** What is ordered in each situation of a stand-alone pair. */
import { expect, test } from 'vitest'
import type { MirrorReport } from '../../src/wire/mirror-control.ts'
import { isSettled, nextOrder, type PairView, type SideView } from './judge.ts'

type Change = Partial<Omit<MirrorReport, 'link'>> & { readonly link?: 'disconnected' }

function heard(change: Change = {}): SideView {
  const { link, ...rest } = change
  const report = {
    incarnation: 'life',
    role: 'secondary',
    replica: 'consistent',
    outdated: false,
    failed: false,
    alone: false,
    inSync: true,
    copy: null,
    break: null,
    detail: { mode: 'sync' },
    ...rest,
    link: { state: link ?? 'connected', path: null, heardMsAgo: null, reason: null },
  }
  return { process: 'heard', report: report as unknown as MirrorReport }
}

const dead: SideView = { process: 'dead', report: null }
const silent: SideView = { process: 'silent', report: null }
const starting: SideView = { process: 'starting', report: null }
const waiting = { number: 7, waiting: true, permitted: false }
const frozen = heard({ role: 'primary', link: 'disconnected', break: waiting })

function view(a: SideView, b: SideView, change: Partial<PairView> = {}): PairView {
  return { active: 'a', a, b, takeover: false, waitedMs: 5000, aloneAfterMs: 1000, ...change }
}

test.each<[string, PairView, unknown]>([
  ['all is well', view(heard({ role: 'primary' }), heard()), null],
  [
    'in sync, nobody serves',
    view(heard(), heard()),
    { kind: 'promote', side: 'a', grounds: 'in-sync', peerExcluded: false },
  ],
  [
    'first start',
    view(heard({ inSync: false, alone: true, link: 'disconnected' }), dead),
    { kind: 'promote', side: 'a', grounds: 'alone-record', peerExcluded: true },
  ],
  [
    'source of a copy',
    view(
      heard({ inSync: false, copy: { direction: 'source', bytesDone: 0, bytesTotal: 1 } }),
      heard({ inSync: false }),
    ),
    { kind: 'promote', side: 'a', grounds: 'copy-source', peerExcluded: false },
  ],
  ['restarted, nothing proved', view(heard({ inSync: false }), heard()), null],
  ['target of a copy', view(heard({ inSync: false, outdated: true }), heard()), null],
  ['never built', view(heard({ replica: 'never-built', alone: true }), heard()), null],
  [
    'the standby is dead and a write waits',
    view(frozen, dead),
    { kind: 'permit-excluded', side: 'a', breakNumber: 7 },
  ],
  [
    'the standby lives and a write waits',
    view(frozen, heard()),
    { kind: 'ask-to-mark', side: 'b', breakNumber: 7, incarnation: 'life' },
  ],
  ['it waits not long enough yet', view(frozen, dead, { waitedMs: 500 }), null],
  ['the standby is just starting', view(frozen, starting), null],
  ['the standby is silent', view(frozen, silent), { kind: 'kill', side: 'b' }],
  [
    'permitted already',
    view(heard({ role: 'primary', break: { ...waiting, permitted: true } }), dead),
    null,
  ],
  ['the active one is silent', view(silent, heard()), { kind: 'kill', side: 'a' }],
  ['the active one is dead, no takeover', view(dead, heard()), null],
  [
    'the active one is dead, takeover',
    view(dead, heard({ link: 'disconnected' }), { takeover: true }),
    { kind: 'promote', side: 'b', grounds: 'in-sync', peerExcluded: true },
  ],
  ['takeover by an outdated one', view(dead, heard({ outdated: true }), { takeover: true }), null],
  ['takeover by a restarted one', view(dead, heard({ inSync: false }), { takeover: true }), null],
  ['takeover from one that only starts', view(starting, heard(), { takeover: true }), null],
  [
    'the other one is active',
    view(heard(), heard({ role: 'primary' })),
    { kind: 'demote', side: 'b' },
  ],
])('%s', (_name, situation, order) => {
  expect(nextOrder(situation)).toEqual(order)
})

test('settled is in sync, connected and serving', () => {
  const active = heard({ role: 'primary' })
  expect(isSettled(view(active, heard()))).toBe(true)
  expect(isSettled(view(heard(), heard()))).toBe(false)
  expect(isSettled(view(active, heard({ link: 'disconnected' })))).toBe(false)
  expect(isSettled(view(active, dead))).toBe(false)
})

test('settled is a standby that follows asynchronously', () => {
  const detail = { mode: 'async' } as MirrorReport['detail']
  const active = heard({ role: 'primary', alone: true, inSync: false, detail })
  const copy = { direction: 'target', bytesDone: 0, bytesTotal: 1 } as const
  expect(isSettled(view(active, heard({ inSync: false, detail })))).toBe(true)
  expect(isSettled(view(active, heard({ inSync: false, detail, copy })))).toBe(false)
  expect(isSettled(view(active, heard({ inSync: false })))).toBe(false)
})
