/** A stage for single stories: two servers, a network, and what an operator or a client can do. */
import type { MirrorCommand, MirrorMode, OperatorCommand } from '../src/wire/mirror-control.ts'
import { FakeNetwork } from './fake-network.ts'
import { blockOf } from './ledger.ts'
import { MirrorServer, type SimWorld } from './mirror-server.ts'
import { chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

let timeline: Timeline
let network: FakeNetwork
export let a: MirrorServer
export let b: MirrorServer
export let steps: string[]
export let world: SimWorld & { mode?: MirrorMode; acceptsLoss?: boolean }

/** Two servers that have just come together, A the source. */
export function begin(): void {
  timeline = createTimeline()
  const chance = chanceOf(1)
  network = new FakeNetwork(timeline, chance, 1)
  const ignored = (): void => undefined
  steps = []
  const step = (_server: number, kind: string): void => void steps.push(kind)
  world = {
    timeline,
    chance,
    network,
    pathCount: 1,
    sizeBytes: 2 * 1024 * 1024,
    trace: ignored,
    step,
  }
  a = new MirrorServer(world, 0)
  b = new MirrorServer(world, 1)
  a.start()
  b.start()
  pass(1000)
}

export function pass(ms: number): void {
  timeline.runUntil(timeline.nowMs + ms)
}

/** Null when it was done, `waiting`, or the id of the refusal. */
export function order(
  server: MirrorServer,
  command: MirrorCommand | OperatorCommand,
): string | null {
  let result: string | null = 'waiting'
  server.command(command, (refused) => {
    result = refused?.id ?? null
  })
  pass(300)
  return result
}

export function promote(server: MirrorServer, term: number, peerExcluded = false): string | null {
  return order(server, { command: 'promote', term, grounds: 'in-sync', peerExcluded })
}

/** The error a write got, or `waiting`. */
export function write(server: MirrorServer, number: number): number | 'waiting' {
  let result: number | 'waiting' = 'waiting'
  const request = { kind: 'write', offset: 0, data: blockOf(number), fua: false } as const
  server.engine?.submit(request, (error) => {
    result = error
  })
  pass(300)
  return result
}

export function read(server: MirrorServer): number | 'error' {
  let result: number | 'error' = 'error'
  server.engine?.submit({ kind: 'read', offset: 0, length: 4096 }, (error, data) => {
    if (error === 0 && data !== null) result = data.readUInt32LE(0)
  })
  pass(300)
  return result
}

export function cut(): void {
  for (const from of [0, 1] as const) network.set(0, from, false)
}

export function mend(): void {
  for (const from of [0, 1] as const) network.set(0, from, true)
}

export function phaseOf(server: MirrorServer): string | undefined {
  return server.engine?.state.phase.name
}

export function writeAt(extent: number): void {
  const data = blockOf(extent + 1)
  a.engine?.submit({ kind: 'write', offset: extent * 65_536, data, fua: false }, () => undefined)
}
