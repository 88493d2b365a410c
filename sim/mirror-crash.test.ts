/** The power of the active side goes soon after the replicas have met again. */
import { expect, test } from 'vitest'
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
  const world = { timeline, chance, network, pathCount: 1, sizeBytes, trace }
  a = new MirrorServer(world, 0)
  b = new MirrorServer(world, 1)
  a.start()
  b.start()
  pass(1000)
}

function pass(ms: number): void {
  timeline.runUntil(timeline.nowMs + ms)
}

function order(server: MirrorServer, command: MirrorCommand): void {
  server.command(command)
  pass(300)
}

function write(block: number, number: number): void {
  const request = {
    kind: 'write',
    offset: block * 4096,
    data: blockOf(number),
    fua: false,
  } as const
  a.engine?.submit(request, () => undefined)
}

test('what was written while they met, and flushed, is copied after a power cut', () => {
  for (let ms = 0; ms < 4; ms += 0.25) {
    begin()
    order(a, { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false })
    for (const from of [0, 1] as const) network.set(0, from, false)
    pass(1000)
    const breakNumber = a.engine?.state.breakNumber ?? 0
    order(a, { command: 'permit-alone', breakNumber, grounds: 'operator' })
    for (let block = 0; block < 496; block += 16) write(block, block)
    pass(1000)
    for (const from of [0, 1] as const) network.set(0, from, true)
    while (a.engine?.state.phase.name !== 'starting') pass(0.05)
    pass(ms)
    write(511, 1000)
    while (a.engine?.state.phase.name === 'starting') pass(0.05)
    a.engine?.submit({ kind: 'flush' }, () => undefined)
    pass(8)
    // The log has four slots: what is covered leaves it.
    for (const block of [0, 16, 32, 48]) write(block, 2000 + block)
    pass(4)
    a.die('power')
    pass(1000)
    a.start()
    pass(5000)
    expect([ms, a.engine?.state.inSync, b.engine?.state.inSync]).toEqual([ms, true, true])
    expect([ms, a.data.content.equals(b.data.content)]).toEqual([ms, true])
  }
})
