import { expect, test } from 'vitest'
import type { Alert, ClusterStatus, MirrorStatus } from '../../api.ts'
import { render, say, type Message } from '../../messages/catalogue.ts'
import { message, runningGroup, status as bare } from './app.fixtures.ts'
import { consequenceOf, isTokenOf, mirrorConsequenceOf, tokenOf } from './consequence.ts'

const replica = (server: string, differingBytes: number | null) =>
  ({
    server,
    health: 'green',
    role: 'standby',
    generation: 'ab',
    differingBytes,
    map: null,
  }) as const
const mirror: MirrorStatus = {
  ...{ name: 'NMP1', device: '/dev/NMP1', state: 'split-brain', health: 'red', why: message },
  ...{ percent: null, bytesLeft: null, copy: null, backlogBytes: 0, hold: null, verify: null },
  ...{ path: null, sizeBytes: null },
  replicas: [replica('SERVER1', 12_582_912), { ...replica('SERVER2', null), role: 'active' }],
}
const [server] = bare.servers
const status: ClusterStatus = {
  ...bare,
  servers: ['SERVER1', 'SERVER2'].map((name) => ({ ...(server ?? never()), name })),
  groups: [runningGroup],
  mirrors: [mirror],
}
const order = { mirror: 'NMP1', repair: false, loser: null } as const

function never(): never {
  throw new Error('the status has a server')
}

const textOf = (said: Message | null): string => (said === null ? '' : render(said, 'en'))

test('an order that takes nothing away needs no word', () => {
  const orders = [
    { kind: 'start', group: 'Apache', to: null },
    { kind: 'move', group: 'Apache', to: 'SERVER1' },
    { kind: 'stop', group: 'Other' },
    { kind: 'standby', server: 'SERVER2' },
    { kind: 'resume', group: null, monitor: null },
  ] as const
  expect(orders.map((each) => consequenceOf(each, status))).toEqual(orders.map(() => null))
  expect(mirrorConsequenceOf({ ...order, action: 'recover' }, status, [])).toBe(null)
})

test('who leaves last is told so', () => {
  const leave = { kind: 'leave', afterwards: 'nothing' } as const
  expect(textOf(consequenceOf(leave, status))).toContain('its groups move to SERVER2')
  const servers = status.servers.map((each) =>
    each.name === 'SERVER2' ? { ...each, state: 'offline' as const } : each,
  )
  expect(textOf(consequenceOf(leave, { ...status, servers }))).toContain('nothing serves')
})

test('what a side that is given up loses: how much, since when', () => {
  const force = { ...order, action: 'force', loser: 'SERVER1' } as const
  expect(textOf(mirrorConsequenceOf(force, status, []))).toContain('about 12.0 MiB')
  const alone: Alert = {
    ...{ sequence: 1, number: 1, server: 'SERVER1', stamp: 1, severity: 'warning' },
    at: '2026-01-01T14:03:00.000Z',
    message: say('mirrord-alone', { mirror: 'NMP1', peer: 'SERVER2' }),
  }
  expect(mirrorConsequenceOf(force, status, [alone])?.args['since']).toBe(alone.at)
  const unseen = { ...force, loser: 'SERVER2' }
  expect(textOf(mirrorConsequenceOf(unseen, status, []))).toContain('how much that is cannot be')
})

test('the token is another one when the words, the order, or what a person judges by is', () => {
  const shown = { message, status, caller: 'admin', nowMs: 1e12 }
  const token = tokenOf('stop', shown)
  const isGood = (what: string, change: Partial<typeof shown>): boolean =>
    isTokenOf(token, what, { ...shown, ...change })
  expect(isGood('stop', {})).toBe(true)
  expect(isGood('stop', { status: { ...status, at: 'later' } })).toBe(true)
  expect(isGood('move', {})).toBe(false)
  expect(
    isGood('stop', { status: { ...status, groups: [{ ...runningGroup, owner: 'SERVER2' }] } }),
  ).toBe(false)
  expect(
    isGood('stop', { status: { ...status, mirrors: [{ ...mirror, state: 'copying' }] } }),
  ).toBe(false)
  // Another amount that would be lost; another user; and it does not last.
  expect(isGood('stop', { message: { ...message, args: { server: 'SERVER9' } } })).toBe(false)
  expect(isGood('stop', { caller: 'night' })).toBe(false)
  expect(isGood('stop', { nowMs: 1e12 + 5 * 60_000 })).toBe(true)
  expect(isGood('stop', { nowMs: 1e12 + 7 * 60_000 })).toBe(false)
  expect(isGood('stop', { nowMs: 1e12 - 2 * 60_000 })).toBe(false)
})

test.each(['', '.', 'x', 'zzzz.zzzz', '1.', 'NaN.NaN'])('%j is no token', (token) => {
  expect(isTokenOf(token, 'stop', { message, status, caller: 'admin', nowMs: 0 })).toBe(false)
})
