import { expect, test } from 'vitest'
import type { Alert, ClusterStatus, MirrorStatus } from '../../api.ts'
import { render, say, type Message } from '../../messages/catalogue.ts'
import { message, runningGroup, status as bare } from './app.fixtures.ts'
import { consequenceOf, mirrorConsequenceOf, tokenOf } from './consequence.ts'

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
  const shown = { message, status }
  const token = tokenOf('stop', shown)
  expect(tokenOf('stop', { message, status: { ...status, at: 'later' } })).toBe(token)
  expect(tokenOf('move', shown)).not.toBe(token)
  const groups = [{ ...runningGroup, owner: 'SERVER2' }]
  expect(tokenOf('stop', { message, status: { ...status, groups } })).not.toBe(token)
  const mirrors = [{ ...mirror, state: 'copying' as const }]
  expect(tokenOf('stop', { message, status: { ...status, mirrors } })).not.toBe(token)
})
