/** What would happen, against what does happen in the same world. */
import { expect, test } from 'vitest'
import { Cluster } from '../sim/cluster.ts'
import { obey } from '../sim/commands.ts'
import { howtoSettings } from '../sim/howto-settings.ts'
import type { Server } from '../sim/machine.ts'
import { loadDefinition } from './config/load.ts'
import type { Settings, State } from './core/state.ts'
import { verdict, whatIf } from './verdict.ts'

type Arbiter = Settings['arbiter']

function liveState(arbiter: Arbiter, server: Server, ...commands: string[]): State {
  const cluster = new Cluster({ settings: (self) => howtoSettings(self, arbiter) })
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 12s', ...commands])
    obey(cluster, command)
  const { state } = cluster.machine(server)
  if (state === null) throw new Error('it runs')
  // As it comes over the API.
  return JSON.parse(JSON.stringify(state)) as State
}

const outcome = (state: State, ...lose: string[]) => {
  const found = whatIf(state, lose)
  const [group] = found?.groups ?? []
  return { owner: group?.owner, outageMs: group?.outageMs, twoActive: found?.twoActive }
}

test.each(['SERVER1', 'SERVER2'] as const)('asked at %s, the other one takes over', (server) => {
  const { owner, outageMs, twoActive } = outcome(liveState('ping', server), 'SERVER1')
  expect(owner).toBe('SERVER2')
  expect(outageMs).toBeGreaterThan(1000)
  expect(outageMs).toBeLessThan(2500)
  expect(twoActive).toBe(false)
})

test('the standby dies: the owner goes on without a break', () => {
  expect(outcome(liveState('witness', 'SERVER2'), 'SERVER2')).toEqual({
    owner: 'SERVER1',
    outageMs: 0,
    twoActive: false,
  })
})

test('with its arbiter nobody takes over; both without it could', () => {
  expect(outcome(liveState('witness', 'SERVER2'), 'SERVER1', 'arbiter').owner).toBe(null)
  expect(outcome(liveState('none', 'SERVER2'), 'links').twoActive).toBe(true)
  expect(outcome(liveState('witness', 'SERVER2'), 'links').twoActive).toBe(false)
})

test('what is so already counts: a server kept free, a group suspended, a peer that is down', () => {
  expect(outcome(liveState('ping', 'SERVER1', 'standby SERVER2', 'wait 2s'), 'SERVER1').owner).toBe(
    null,
  )
  expect(outcome(liveState('ping', 'SERVER2', 'suspend Apache', 'wait 2s'), 'SERVER1').owner).toBe(
    null,
  )
  expect(outcome(liveState('ping', 'SERVER1', 'off SERVER2', 'wait 9s'), 'arbiter').owner).toBe(
    'SERVER1',
  )
})

test('the same asked again is answered the same, and the state is as it was', () => {
  const state = liveState('fence', 'SERVER1')
  const before = JSON.stringify(state)
  expect(whatIf(state, ['SERVER1'])).toEqual(whatIf(state, ['SERVER1']))
  expect(JSON.stringify(state)).toBe(before)
})

test('a server that has run for months is asked as quickly', () => {
  const late = new Cluster({ settings: (self) => howtoSettings(self, 'ping') })
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 3000s']) obey(late, command)
  const { state } = late.machine('SERVER2')
  if (state === null) throw new Error('it runs')
  const found = whatIf(state, ['SERVER1'])
  expect(found?.groups[0]?.owner).toBe('SERVER2')
  expect(found?.steps.every(({ afterMs }) => afterMs >= 0 && afterMs < 60_000)).toBe(true)
})

test('there is no such thing to lose', () => {
  expect(whatIf(liveState('ping', 'SERVER1'), ['SERVER3'])).toBe(null)
})

const definition = new URL('../examples/apache-howto', import.meta.url).pathname

test('the verdict on the example names the weakness of its arbiter, and nothing worse', () => {
  const loaded = loadDefinition(definition)
  if (!loaded.ok) throw new Error('the example loads')
  const { singles, pairs } = verdict(loaded.definition)
  const bad = singles.filter((each) => each.outcome === 'two-active')
  expect(bad.map(({ failures }) => failures)).toEqual([['links']])
  expect(bad[0]?.trace.length).toBeGreaterThan(3)
  const doubles = pairs.filter((each) => each.outcome === 'two-active')
  expect(doubles.every(({ failures }) => failures.includes('links'))).toBe(true)
})

test('with a witness no failure and no pair makes two active servers', () => {
  const loaded = loadDefinition(definition)
  if (!loaded.ok) throw new Error('the example loads')
  const arbiter = {
    method: 'witness',
    url: 'https://192.168.4.100:29010',
    caFile: '/ca',
    tokenFile: '/token',
    leaseMs: 2500,
    marginMs: 1000,
    standbyDelayMs: 500,
    guard: 'required',
  } as const
  const { singles, pairs } = verdict({ ...loaded.definition, arbiter })
  expect([...singles, ...pairs].filter(({ outcome: each }) => each === 'two-active')).toEqual([])
})
