import { describe, expect, test } from 'vitest'
import { outagesOf, type Request } from './outages.ts'

const ok = (startMs: number, endMs: number): Request => ({ startMs, endMs, error: null })
const failed = (startMs: number, endMs: number): Request => ({ startMs, endMs, error: 'gone' })
const waiting = (startMs: number): Request => ({ startMs, endMs: null, error: null })

const cases: {
  name: string
  requests: Request[]
  outages: { startMs: number; lengthMs: number; ended: boolean }[]
}[] = [
  { name: 'none', requests: [ok(0, 2), ok(20, 22)], outages: [] },
  {
    name: 'one, over when the first later success was completed',
    requests: [ok(0, 2), failed(20, 1020), failed(40, 1040), ok(60, 75), ok(80, 82)],
    outages: [{ startMs: 20, lengthMs: 55, ended: true }],
  },
  {
    name: 'a later request that is answered sooner ends it',
    requests: [failed(0, 1000), ok(20, 900), ok(40, 45)],
    outages: [{ startMs: 0, lengthMs: 45, ended: true }],
  },
  {
    name: 'a failure within an outage belongs to it',
    requests: [failed(0, 1000), ok(20, 90), failed(40, 1040), ok(60, 95)],
    outages: [{ startMs: 0, lengthMs: 90, ended: true }],
  },
  {
    name: 'two',
    requests: [failed(0, 5), ok(20, 22), failed(40, 45), ok(60, 61)],
    outages: [
      { startMs: 0, lengthMs: 22, ended: true },
      { startMs: 40, lengthMs: 21, ended: true },
    ],
  },
  {
    name: 'not over yet',
    requests: [ok(0, 2), failed(20, 25), failed(40, 45)],
    outages: [{ startMs: 20, lengthMs: 80, ended: false }],
  },
  {
    name: 'an awaited answer decides nothing, nor does what was asked after it',
    requests: [ok(0, 2), waiting(20), failed(40, 45)],
    outages: [],
  },
]

describe('outages', () => {
  test.each(cases)('$name', ({ requests, outages }) => {
    expect(outagesOf(requests, 100)).toEqual(outages.map((one) => ({ ...one, error: 'gone' })))
  })
})
