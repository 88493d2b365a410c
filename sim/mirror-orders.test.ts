/** Orders of an operator that come at any moment of a session. */
import { beforeEach, expect, test } from 'vitest'
import type { MirrorCommand, OperatorCommand } from '../src/wire/mirror-control.ts'
import { FakeNetwork } from './fake-network.ts'
import { blockOf } from './ledger.ts'
import { MirrorServer } from './mirror-server.ts'
import { chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

let timeline: Timeline
let network: FakeNetwork
let a: MirrorServer
let b: MirrorServer

function begin(): void {
  timeline = createTimeline()
  const chance = chanceOf(1)
  network = new FakeNetwork(timeline, chance, 1)
  const sizeBytes = 2 * 1024 * 1024
  const trace = (): void => undefined
  const world = { timeline, chance, network, pathCount: 1, sizeBytes, trace }
  a = new MirrorServer(world, 0)
  b = new MirrorServer(world, 1)
  a.start()
  b.start()
  pass(1000)
}

beforeEach(begin)

function pass(ms: number): void {
  timeline.runUntil(timeline.nowMs + ms)
}

function order(server: MirrorServer, command: MirrorCommand | OperatorCommand): string | null {
  let result: string | null = 'waiting'
  server.command(command, (refused) => {
    result = refused?.id ?? null
  })
  pass(300)
  return result
}

function write(server: MirrorServer, number: number): number | 'waiting' {
  let result: number | 'waiting' = 'waiting'
  const request = { kind: 'write', offset: 0, data: blockOf(number), fua: false } as const
  server.engine?.submit(request, (error) => {
    result = error
  })
  pass(300)
  return result
}

/** A is active, has gone alone, and meets B again. */
function meetAgain(): void {
  begin()
  order(a, { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false })
  for (const from of [0, 1] as const) network.set(0, from, false)
  pass(1000)
  const breakNumber = a.engine?.state.breakNumber ?? 0
  order(a, { command: 'permit-alone', breakNumber, grounds: 'operator' })
  expect(write(a, 1)).toBe(0)
  for (const from of [0, 1] as const) network.set(0, from, true)
  while (a.engine?.state.phase.name !== 'copying') pass(0.1)
}

for (const [name, orderer] of [
  ['the active side', () => a],
  ['the standby', () => b],
] as const) {
  test(`broken off by ${name} while a copy ends: whoever was left behind cannot take over`, () => {
    for (let ms = 0; ms < 12; ms += 0.25) {
      meetAgain()
      pass(ms)
      order(orderer(), { command: 'break' })
      if (a.engine?.state.mayAlone !== true) continue
      expect(write(a, 2)).toBe(0)
      const promotion = { command: 'promote', term: 2, grounds: 'in-sync', peerExcluded: true }
      expect([ms, order(b, promotion as MirrorCommand)]).not.toEqual([ms, null])
    }
  })
}

test('given up by the active side while a copy ends: it cannot take over', () => {
  let givenUp = 0
  for (let ms = 0; ms < 30; ms += 0.25) {
    meetAgain()
    pass(ms)
    const loserGeneration = a.engine?.state.theirs?.generation ?? '0'
    let isDone = false
    a.command({ command: 'force', loser: 'B', loserGeneration }, (refused) => {
      isDone = refused === null
      // At once, before the two can meet anew.
      if (isDone) a.die('power')
    })
    pass(1000)
    if (!isDone) continue
    givenUp += 1
    const promote = { command: 'promote', term: 2, grounds: 'in-sync', peerExcluded: true } as const
    expect(order(b, promote), `forced ${ms} ms after the copy began`).not.toBeNull()
  }
  expect(givenUp).toBeGreaterThan(5)
})

test('of two replicas, the only whole one is not given up', () => {
  begin()
  b.die('killed')
  pass(1000)
  // B's replica is whole no more as soon as a copy to it begins.
  order(a, { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: true })
  expect(write(a, 1)).toBe(0)
  order(a, { command: 'demote' })
  b.start()
  while (a.engine?.state.phase.name !== 'copying') pass(0.1)
  const { generation } = a.engine.state.keeper.current
  const force = { command: 'force', loser: 'A', loserGeneration: generation } as const
  expect(order(a, force)).toBe('mirrord-force-incomplete')
  pass(3000)
  expect(a.data.content.equals(b.data.content)).toBe(true)
})

test('a replica that is alone stays apart without a mark: no other one could serve', () => {
  begin()
  b.die('killed')
  pass(1000)
  order(a, { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: true })
  expect(write(a, 1)).toBe(0)
  order(a, { command: 'demote' })
  expect(order(a, { command: 'break' })).toBeNull()
  const again = {
    command: 'promote',
    term: 2,
    grounds: 'alone-record',
    peerExcluded: true,
  } as const
  expect(order(a, again)).toBeNull()
})
