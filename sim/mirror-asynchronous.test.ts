/** Two engines of an asynchronous disk: early acknowledgements, a takeover, a move of the service. */
import { beforeEach, expect, test } from 'vitest'
import type { MirrorCommand } from '../src/wire/mirror-control.ts'
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
  const trace = (): void => undefined
  const sizeBytes = 2 * 1024 * 1024
  const shared = { timeline, chance, network, pathCount: 1, sizeBytes, trace }
  const world = { ...shared, isAsynchronous: true }
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

function order(server: MirrorServer, command: MirrorCommand, ms = 300): string | null {
  let result: string | null = 'waiting'
  server.command(command, (refused) => {
    result = refused?.id ?? null
  })
  pass(ms)
  return result
}

function promote(
  server: MirrorServer,
  term: number,
  how: { grounds?: 'in-sync' | 'accept-behind'; peerExcluded?: boolean } = {},
): string | null {
  const { grounds = 'in-sync', peerExcluded = false } = how
  return order(server, { command: 'promote', term, grounds, peerExcluded })
}

function write(server: MirrorServer, number: number, ms = 300): number | 'waiting' {
  let result: number | 'waiting' = 'waiting'
  const request = { kind: 'write', offset: 0, data: blockOf(number), fua: false } as const
  server.engine?.submit(request, (error) => {
    result = error
  })
  pass(ms)
  return result
}

test('a takeover from behind is carried out at once, where the policy accepts the loss', () => {
  expect(promote(a, 1)).toBeNull()
  expect(write(a, 1)).toBe(0)
  expect(b.engine?.state.keeper.durable.behind).toBe(true)
  expect(a.engine?.state.keeper.durable.alone).toBe(true)
  a.die('killed')
  pass(1000)
  expect(promote(b, 2, { grounds: 'accept-behind', peerExcluded: true })).toBeNull()
  expect(b.engine?.state.role).toBe('primary')
  expect(write(b, 2)).toBe(0)
  a.start()
  pass(5000)
  expect(a.data.content.equals(b.data.content)).toBe(true)
})

test('the service moves, and the standby is behind no more', () => {
  promote(a, 1)
  expect(write(a, 1)).toBe(0)
  expect(order(a, { command: 'demote' })).toBeNull()
  expect(b.engine?.state.keeper.durable.behind).toBe(false)
  expect(promote(b, 2)).toBeNull()
  expect(write(b, 2)).toBe(0)
})

test('moved at any moment after a promotion, the service can start over there', () => {
  for (let ms = 0; ms < 60; ms += 0.5) {
    begin()
    a.command({ command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false })
    while (!(a.engine?.serves ?? false)) pass(0.1)
    pass(ms)
    expect(order(a, { command: 'demote' })).toBeNull()
    expect([ms, promote(b, 2)]).toEqual([ms, null])
  }
})

test('a permission does not outlive the move of the service', () => {
  for (let ms = 0; ms < 60; ms += 0.5) {
    begin()
    a.command({ command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false })
    while (!(a.engine?.serves ?? false)) pass(0.1)
    pass(ms)
    expect(order(a, { command: 'demote' })).toBeNull()
    a.command({ command: 'promote', term: 2, grounds: 'in-sync', peerExcluded: false })
    while (!(a.engine?.serves ?? false)) pass(0.1)
    pass(0.2)
    for (const from of [0, 1] as const) network.set(0, from, false)
    pass(1000)
    const isMarked = b.engine?.state.keeper.durable.behind ?? false
    expect([ms, isMarked, (a.engine?.state.mayAlone ?? false) && !isMarked]).toEqual([
      ms,
      isMarked,
      false,
    ])
  }
})
