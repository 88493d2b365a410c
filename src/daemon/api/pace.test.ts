import { expect, test } from 'vitest'
import type { ClusterStatus } from '../../api.ts'
import { say } from '../../messages/catalogue.ts'
import { status } from './app.fixtures.ts'
import { newPace } from './pace.ts'

const [mirror] = status.mirrors
if (mirror === undefined) throw new Error('a mirror is there')

const silent = (longestSilenceMs: number): ClusterStatus => ({
  ...status,
  at: `2026-01-01T00:00:00.${longestSilenceMs}Z`,
  heartbeat: { ...status.heartbeat, longestSilenceMs },
})
const linked = (roundTripMs: number | null): ClusterStatus => ({
  ...status,
  links: [
    {
      ...({ name: 'public', kind: 'public', state: 'up', roundTripMs } as const),
      ...{ addresses: {}, carries: [] },
    },
  ],
})
const waiting = (secondsLeft: number): ClusterStatus => ({
  ...status,
  summary: {
    ...status.summary,
    why: say('server-waiting', { peer: 'SERVER2', secondsLeft }),
  },
})
const copying = (bytesDone: number): ClusterStatus => {
  const ends = { from: 'SERVER1', to: 'SERVER2', bytesTotal: 100 }
  const copy = { ...ends, bytesDone, bytesPerSecond: null, secondsLeft: null }
  return { ...status, mirrors: [{ ...mirror, copy, percent: bytesDone }] }
}

test.each([
  ['a silence', silent(1), silent(2), 1000],
  ['a round trip', linked(1), linked(1.5), 1000],
  ['seconds of a sentence', waiting(9), waiting(8), 1000],
  ['bytes of a copy', copying(1), copying(2), 200],
  ['only the time', silent(1), { ...silent(1), at: '' }, null],
  ['a link falls silent', linked(1), linked(null), 0],
  ['another sentence', status, waiting(8), 0],
  ['a copy begins', status, copying(0), 0],
  ['a copy ends', copying(100), status, 0],
])('%s: told in time', (_what, before, after, waitMs) => {
  const pace = newPace()
  expect(pace.waitMs(before, 5000)).toBe(0)
  pace.told(before, 5000)
  expect(pace.waitMs(after, 5000)).toBe(waitMs)
  // Never later than that, however much comes meanwhile.
  if (waitMs !== null) expect(pace.waitMs(after, 5000 + waitMs)).toBe(0)
})
