/** The comparison of two replicas while they are written to, and what becomes of a difference. */
import { beforeEach, describe, expect, test } from 'vitest'
import type { MirrorCommand, OperatorCommand } from '../src/wire/mirror-control.ts'
import { FakeNetwork } from './fake-network.ts'
import { blockOf } from './ledger.ts'
import { MirrorServer } from './mirror-server.ts'
import { type Chance, chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

const sizeBytes = 2 * 1024 * 1024
let timeline: Timeline
let network: FakeNetwork
let chance: Chance
let a: MirrorServer
let b: MirrorServer
let told: string[]

function pairOf(seed: number, verifyEveryHours = 0): void {
  timeline = createTimeline()
  chance = chanceOf(seed)
  network = new FakeNetwork(timeline, chance, 1)
  told = []
  const trace = (line: string): void => void told.push(line)
  const step = (): void => undefined
  const world = {
    timeline,
    chance,
    network,
    pathCount: 1,
    sizeBytes,
    trace,
    step,
    verifyEveryHours,
  }
  a = new MirrorServer(world, 0)
  b = new MirrorServer(world, 1)
  a.start()
  b.start()
  pass(1500)
}

beforeEach(() => pairOf(1))

function pass(ms: number): void {
  timeline.runUntil(timeline.nowMs + ms)
}

function order(server: MirrorServer, command: MirrorCommand | OperatorCommand): string | null {
  let result: string | null = 'waiting'
  server.command(command, (refused) => {
    result = refused?.id ?? null
  })
  pass(100)
  return result
}

function promote(server: MirrorServer, term: number): string | null {
  return order(server, { command: 'promote', term, grounds: 'in-sync', peerExcluded: false })
}

function verify(server: MirrorServer, repair = false): string | null {
  return order(server, { command: 'verify', repair })
}

function reportOf(server: MirrorServer) {
  const { report } = server.engine?.verify ?? { report: null }
  if (report === null) throw new Error('there was none')
  return report
}

function settle(server: MirrorServer) {
  for (let waited = 0; waited < 200_000 && reportOf(server).running; waited += 100) pass(100)
  return reportOf(server)
}

/** Something that kagami did not write. */
function damage(server: MirrorServer, offset: number, length = 1): void {
  server.data.content.fill(0xd5, offset, offset + length)
}

/** A client that writes now and then, until told. */
function writeOn(server: MirrorServer): () => number {
  let isOn = true
  let acknowledged = 0
  let number = 1
  const next = (): void => {
    if (!isOn) return
    // Most of it in few places, so that somebody always writes where one looks.
    const blocks = chance.oneIn(4) ? sizeBytes / 4096 : 16
    const offset = chance.below(blocks) * 4096
    number += 1
    const request = { kind: 'write', offset, data: blockOf(number), fua: false } as const
    server.engine?.submit(request, (error) => {
      if (error === 0) acknowledged += 1
    })
    timeline.after(chance.between(0, 3), next)
  }
  next()
  return () => {
    isOn = false
    return acknowledged
  }
}

const equal = (): boolean => a.data.content.equals(b.data.content)

describe('a comparison', () => {
  test('of equal replicas, on the one that was active last', () => {
    expect(verify(b)).toBe('mirrord-verify-elsewhere')
    const startMs = timeline.nowMs
    expect(verify(a)).toBeNull()
    expect(settle(a)).toMatchObject({
      running: false,
      doneBytes: sizeBytes,
      totalBytes: sizeBytes,
      differingBytes: 0,
      places: [],
    })
    expect(reportOf(a).identicalAsOfMs).toBe(startMs)
    promote(b, 1)
    expect(order(b, { command: 'demote' })).toBeNull()
    expect(verify(a)).toBe('mirrord-verify-elsewhere')
    expect(verify(b)).toBeNull()
    expect(settle(b).identicalAsOfMs).not.toBeNull()
  })

  test.each([1, 2, 3, 4, 5, 6])('is not misled by writes in flight (seed %i)', (seed) => {
    pairOf(seed)
    promote(a, 1)
    a.data.slowness = 4
    const stop = writeOn(a)
    for (let round = 0; round < 3; round += 1) {
      expect(verify(a)).toBeNull()
      expect(settle(a)).toMatchObject({ differingBytes: 0, doneBytes: sizeBytes })
    }
    expect(stop()).toBeGreaterThan(20)
    for (let waited = 0; waited < 60_000 && a.engine?.requests.pending !== 0; waited += 100)
      pass(100)
    pass(2000)
    expect(equal()).toBe(true)
  })

  test('finds what differs, to 4 KiB, and leaves it alone', () => {
    promote(a, 1)
    damage(b, 70_000)
    damage(a, 1_000_000, 9000)
    damage(b, sizeBytes - 1)
    expect(verify(a)).toBeNull()
    const report = settle(a)
    expect(report).toMatchObject({ differingBytes: 5 * 4096, repaired: false })
    expect(report.identicalAsOfMs).toBeNull()
    expect(report.places).toEqual([
      { offset: 69_632, length: 4096 },
      { offset: 999_424, length: 3 * 4096 },
      { offset: sizeBytes - 4096, length: 4096 },
    ])
    expect(equal()).toBe(false)
    expect(a.engine?.state.differences.set.isEmpty).toBe(true)
  })

  test.each([true, false])('repairs, active: %s', (isActive) => {
    if (isActive) promote(a, 1)
    damage(b, 70_000)
    damage(b, 300_000, 600_000)
    const before = Buffer.from(a.data.content)
    expect(verify(a, true)).toBeNull()
    expect(settle(a)).toMatchObject({ repaired: true })
    expect(equal()).toBe(true)
    expect(a.data.content.equals(before)).toBe(true)
    expect(a.engine?.state.differences.set.isEmpty).toBe(true)
    expect(a.engine?.state.inSync).toBe(true)
    // What was repaired is on stable storage over there.
    b.data.powerCut()
    expect(equal()).toBe(true)
  })

  test('a repair that breaks off is finished by the next copy', () => {
    promote(a, 1)
    damage(b, 0, sizeBytes)
    damage(a, 0, 100)
    expect(verify(a, true)).toBeNull()
    for (let waited = 0; waited < 5000 && reportOf(a).differingBytes === 0; waited += 5) pass(5)
    pass(10)
    expect(a.engine?.state.differences.set.isEmpty).toBe(false)
    a.die('power')
    a.start()
    pass(5000)
    expect(a.engine?.state.inSync).toBe(true)
    expect(a.engine?.state.differences.set.isEmpty).toBe(true)
  })

  test('places are joined, and only the first sixteen', () => {
    for (let at = 0; at < 40; at += 2) damage(b, at * 4096, 4096)
    expect(verify(a)).toBeNull()
    expect(settle(a)).toMatchObject({ differingBytes: 20 * 4096 })
    expect(reportOf(a).places.length).toBe(16)
  })
})

describe('its end', () => {
  const startSlowly = (): void => {
    promote(a, 1)
    a.data.slowness = 300
    expect(verify(a)).toBeNull()
    expect(verify(a)).toBe('mirrord-verify-running')
    expect(reportOf(a).running).toBe(true)
  }
  const expectEnded = (): void => {
    a.data.slowness = 1
    expect(reportOf(a)).toMatchObject({ running: false, identicalAsOfMs: null })
    pass(1000)
    expect(a.engine?.state.ranges.size).toBe(0)
  }

  test('by the end of the session; writes that waited go on', () => {
    startSlowly()
    b.die('killed')
    pass(1000)
    expectEnded()
    expect(verify(a)).toBe('mirrord-verify-apart')
  })

  test('by an order, by demotion', () => {
    startSlowly()
    expect(order(a, { command: 'cancel' })).toBeNull()
    expectEnded()
    a.data.slowness = 300
    expect(verify(a)).toBeNull()
    order(a, { command: 'demote' })
    pass(3000)
    expectEnded()
  })

  test('by a disk that cannot be read', () => {
    promote(a, 1)
    a.data.broken = true
    expect(verify(a)).toBeNull()
    expectEnded()
    expect(a.engine?.state.keeper.current.failed).toBe(true)
  })
})

test('a copy in sync is taken from nobody but the side that counts as right', () => {
  const send = (server: MirrorServer): void => {
    server.link?.send({ type: 'copy', offset: 0, data: Buffer.alloc(4096, 7) })
    pass(100)
  }
  send(b)
  expect(told.some((line) => line.startsWith('A mirrord-peer-misbehaved'))).toBe(true)
  expect(a.data.content[0]).toBe(0)
  pass(3000)
  promote(a, 1)
  told = []
  send(b)
  expect(told.some((line) => line.startsWith('A mirrord-peer-misbehaved'))).toBe(true)
  expect(a.data.content[0]).toBe(0)
})

test('in the background, on the side that it is for', () => {
  pairOf(1, 1)
  promote(a, 1)
  pass(3_600_000)
  expect(a.engine?.verify.report?.identicalAsOfMs).not.toBeNull()
  expect(b.engine?.verify.report).toBeNull()
}, 60_000)
