/** A snapshot's content is the replica's at the moment it was taken, whatever happens later. */
import { beforeEach, describe, expect, test } from 'vitest'
import { NBD_EIO, NBD_ENOSPC, NBD_EPERM } from '../src/wire/nbd.ts'
import { createFakeDisk, type FakeDisk } from './fake-disk.ts'
import { FakeNetwork } from './fake-network.ts'
import { blockOf } from './ledger.ts'
import { MirrorServer } from './mirror-server.ts'
import { type Chance, chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

const sizeBytes = 2 * 1024 * 1024
const blockBytes = 64 * 1024
let timeline: Timeline
let chance: Chance
let a: MirrorServer
let b: MirrorServer
let space: FakeDisk
let told: string[]
let ends: number

function pairOf(seed: number): void {
  timeline = createTimeline()
  chance = chanceOf(seed)
  told = []
  ends = 0
  const network = new FakeNetwork(timeline, chance, 1)
  const trace = (line: string): void => void told.push(line)
  const step = (): void => undefined
  const world = { timeline, chance, network, pathCount: 1, sizeBytes, trace, step }
  a = new MirrorServer(world, 0)
  b = new MirrorServer(world, 1)
  space = createFakeDisk(sizeBytes, { timeline, chance, delayMsMax: 4 })
  a.start()
  b.start()
  pass(1500)
  a.command({ command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false })
  pass(100)
}

beforeEach(() => pairOf(1))

function pass(ms: number): void {
  timeline.runUntil(timeline.nowMs + ms)
}

function start(options: { spaceBytes?: number; writable?: boolean } = {}, server = b) {
  let result: string | null = 'waiting'
  const { spaceBytes = sizeBytes, writable = false } = options
  server.engine?.snapshot.take({ space, spaceBytes, writable, ended: () => (ends += 1) }, (no) => {
    result = no?.id ?? null
  })
  return () => result
}

function take(options: { spaceBytes?: number; writable?: boolean } = {}, server = b) {
  const result = start(options, server)
  pass(100)
  return result()
}

/** All of the view, read in pieces of any length; an error instead when one fails. */
function readView(piece = 100_000): Buffer | number {
  const whole = Buffer.alloc(sizeBytes)
  let failed = 0
  for (let at = 0; at < sizeBytes; at += piece) {
    const length = Math.min(piece, sizeBytes - at)
    b.engine?.snapshot.view?.submit({ kind: 'read', offset: at, length }, (error, data) => {
      if (data === null) failed = error
      else data.copy(whole, at)
    })
  }
  pass(3000)
  return failed === 0 ? whole : failed
}

function write(offset: number, data: Buffer): () => boolean {
  let isDone = false
  a.engine?.submit({ kind: 'write', offset, data, fua: false }, (error) => {
    isDone = error === 0
  })
  return () => isDone
}

function writeSomething(number: number): void {
  const kind = chance.below(8)
  const offset = chance.below(sizeBytes / 4096 - 40) * 4096
  const length = (1 + chance.below(40)) * 4096
  const { engine } = a
  if (kind === 0) engine?.submit({ kind: 'zero', offset, length, fua: false }, () => undefined)
  else if (kind === 1) engine?.submit({ kind: 'trim', offset, length, fua: false }, () => undefined)
  else if (kind === 2) write(offset, Buffer.alloc(length, number))
  else write(offset, blockOf(number))
}

describe('the content', () => {
  const seeds = Array.from({ length: 30 }, (_, index) => index + 1)
  test.each(seeds)(
    'is that of the moment, with writes before, at and after it (seed %i)',
    (seed) => {
      pairOf(seed)
      b.data.slowness = chance.pick([1, 3])
      let number = 0
      // What the replica will hold when everything that arrived before the moment is written.
      const moment = (): Buffer => Buffer.from(b.data.content)
      for (; number < 40; number += 1) writeSomething(number)
      pass(chance.between(0, 30))
      const result = start()
      // The writes that have not arrived at the standby yet come after it.
      let content: Buffer | null = null
      for (let waited = 0; waited < 500 && content === null; waited += 1) {
        if (result() === null) content = moment()
        else pass(1)
      }
      expect(content).not.toBeNull()
      let wrong = 0
      const look = (): void => {
        const at = { offset: chance.below(450) * 4096, length: 4096 * (1 + chance.below(60)) }
        b.engine?.snapshot.view?.submit({ kind: 'read', ...at }, (_error, data) => {
          const expected = content?.subarray(at.offset, at.offset + at.length)
          if (data === null || expected?.equals(data) !== true) wrong += 1
        })
      }
      for (let more = 0; more < 150; more += 1) {
        writeSomething((number += 1))
        pass(chance.between(0, 5))
        if (chance.oneIn(2)) look()
      }
      const view = readView(4096 * (1 + chance.below(60)))
      expect(view).toBeInstanceOf(Buffer)
      expect(wrong).toBe(0)
      // The first look was at a disk that only waiting writes had not changed: it is the moment.
      expect((view as Buffer).equals(content as Buffer)).toBe(true)
      pass(2000)
      expect(a.data.content.equals(b.data.content)).toBe(true)
      expect(b.engine?.snapshot.report).toMatchObject({ dropped: false })
    },
  )

  test('a long range is kept a few blocks at a time', () => {
    expect(take()).toBeNull()
    const before = Buffer.from(b.data.content)
    const read = b.data.read
    let most = 0
    let now = 0
    b.data.read = (offset, length, done) => {
      now += 1
      most = Math.max(most, now)
      read(offset, length, (error, data) => {
        now -= 1
        done(error, data)
      })
    }
    const request = { kind: 'zero', offset: 0, length: sizeBytes, fua: false } as const
    a.engine?.submit(request, () => undefined)
    pass(2000)
    expect(most).toBeLessThanOrEqual(16)
    expect(b.engine?.snapshot.report).toMatchObject({ usedBytes: sizeBytes, dropped: false })
    expect((readView() as Buffer).equals(before)).toBe(true)
    expect(b.data.content.every((byte) => byte === 0)).toBe(true)
  })

  test('stays when a copy comes: of what was written while the standby was away', () => {
    write(0, blockOf(1))
    pass(500)
    const before = Buffer.from(b.data.content)
    expect(take()).toBeNull()
    b.link?.closeSession()
    a.engine?.state.differences.set.addEverything()
    for (let at = 0; at < sizeBytes; at += blockBytes) a.data.content.fill(9, at, at + 4096)
    pass(5000)
    expect(b.engine?.state.inSync).toBe(true)
    expect(b.data.content.equals(a.data.content)).toBe(true)
    expect((readView() as Buffer).equals(before)).toBe(true)
  })
})

describe('a writable view', () => {
  test('keeps its own writes to itself', () => {
    expect(take({ writable: true })).toBeNull()
    const model = Buffer.from(b.data.content)
    const view = b.engine?.snapshot.view
    let number = 100
    for (let round = 0; round < 60; round += 1) {
      const offset = chance.below(sizeBytes / 512 - 400) * 512
      const length = (1 + chance.below(400)) * 512
      const errors: number[] = []
      if (chance.oneIn(4)) {
        view?.submit({ kind: 'zero', offset, length, fua: true }, (error) => errors.push(error))
        model.fill(0, offset, offset + length)
      } else {
        const data = Buffer.alloc(length, round)
        view?.submit({ kind: 'write', offset, data, fua: false }, (error) => errors.push(error))
        data.copy(model, offset)
        data.fill(0xff)
      }
      writeSomething((number += 1))
      pass(60)
      expect(errors).toEqual([0])
    }
    expect((readView() as Buffer).equals(model)).toBe(true)
    pass(1000)
    expect(a.data.content.equals(b.data.content)).toBe(true)
  })

  test('refuses what has no room, and is kept; a read-only one refuses all', () => {
    expect(take({ writable: true, spaceBytes: 2 * blockBytes })).toBeNull()
    const errors: number[] = []
    for (let block = 0; block < 3; block += 1) {
      const request = { kind: 'write', data: blockOf(1), fua: false } as const
      b.engine?.snapshot.view?.submit({ ...request, offset: block * blockBytes }, (error) =>
        errors.push(error),
      )
      pass(100)
    }
    expect(errors).toEqual([0, 0, NBD_ENOSPC])
    expect(b.engine?.snapshot.report).toMatchObject({ dropped: false, usedBytes: 2 * blockBytes })
    b.engine?.snapshot.stop(() => undefined)
    expect(take()).toBeNull()
    const request = { kind: 'write', offset: 0, data: blockOf(1), fua: false } as const
    b.engine?.snapshot.view?.submit(request, (error) => errors.push(error))
    expect(errors.at(-1)).toBe(NBD_EPERM)
  })
})

describe('it is dropped, and the mirror goes on', () => {
  const expectDropped = (id: string): void => {
    expect(b.engine?.snapshot.report).toMatchObject({ dropped: true })
    expect(b.engine?.snapshot.view).toBeNull()
    expect(told.some((line) => line.startsWith(`B ${id}`))).toBe(true)
    expect(ends).toBe(1)
    pass(3000)
    const isDone = write(4096, blockOf(9))
    pass(500)
    expect(isDone()).toBe(true)
    pass(2000)
    expect(a.data.content.equals(b.data.content)).toBe(true)
    expect(b.engine?.state.inSync).toBe(true)
  }

  test('when the space is full', () => {
    expect(take({ spaceBytes: 3 * blockBytes })).toBeNull()
    const { view } = b.engine?.snapshot ?? {}
    for (let block = 0; block < 6; block += 1) write(block * blockBytes, blockOf(block))
    pass(300)
    const errors: number[] = []
    view?.submit({ kind: 'read', offset: 0, length: 4096 }, (error) => errors.push(error))
    expect(errors).toEqual([NBD_EIO])
    expectDropped('mirrord-snapshot-full')
  })

  test('when the space fails', () => {
    expect(take()).toBeNull()
    space.broken = true
    write(0, blockOf(1))
    pass(300)
    expectDropped('mirrord-snapshot-failed')
  })

  test('when the space hangs: nobody waits for long', () => {
    expect(take()).toBeNull()
    space.hang(60_000)
    const isDone = write(0, blockOf(1))
    pass(2000)
    expect(isDone()).toBe(false)
    pass(1500)
    expect(isDone()).toBe(true)
    expectDropped('mirrord-snapshot-slow')
  })

  test('when this side is promoted', () => {
    expect(take()).toBeNull()
    a.command({ command: 'demote' })
    pass(200)
    b.command({ command: 'promote', term: 2, grounds: 'in-sync', peerExcluded: false })
    pass(200)
    expect(b.engine?.state.role).toBe('primary')
    expect(b.engine?.snapshot.report).toMatchObject({ dropped: true })
    expect(told.some((line) => line.startsWith('B mirrord-snapshot-promoted'))).toBe(true)
    expect(ends).toBe(1)
  })
})

describe('it is refused', () => {
  test('on the active side, twice, and where there is none to stop', () => {
    expect(take({}, a)).toBe('mirrord-snapshot-active')
    expect(take()).toBeNull()
    expect(take()).toBe('mirrord-snapshot-exists')
    const answers: (string | undefined)[] = []
    b.engine?.snapshot.stop((refused) => answers.push(refused?.id))
    b.engine?.snapshot.stop((refused) => answers.push(refused?.id))
    expect(answers).toEqual([undefined, 'mirrord-snapshot-none'])
    // Each time the space was given back.
    expect(ends).toBe(3)
  })

  test('of a replica that is being built', () => {
    pairOf(2)
    b.die('killed')
    pass(1000)
    a.engine?.state.differences.set.addEverything()
    a.data.slowness = 50
    b.start()
    for (let waited = 0; waited < 5000; waited += 5) {
      if (b.engine?.state.phase.name === 'copying') break
      pass(5)
    }
    expect(b.engine?.state.phase.name).toBe('copying')
    expect(take()).toBe('mirrord-snapshot-inconsistent')
  })
})
