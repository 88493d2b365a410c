/** Single stories of two replicas that part and meet again: what each of them then knows. */
import { beforeEach, describe, expect, test } from 'vitest'
import { blockOf } from './ledger.ts'
import {
  a,
  b,
  begin,
  cut,
  mend,
  order,
  pass,
  phaseOf,
  promote,
  world,
  write,
} from './mirror-stage.ts'

beforeEach(begin)

describe('a promotion', () => {
  test('that is refused after all leaves no term in which this side was active', () => {
    promote(a, 1)
    cut()
    pass(1000)
    expect(order(a, { command: 'permit-alone', breakNumber: 1, grounds: 'operator' })).toBeNull()
    expect(write(a, 1)).toBe(0)
    expect(order(a, { command: 'demote' })).toBeNull()
    mend()
    while (phaseOf(a) !== 'copying') pass(0.2)
    // It is alone when it is asked. When the term is durable it has begun a commit that breaks off.
    b.data.hang(100)
    a.cluster.hang(2000)
    const late: (string | null)[] = []
    const command = { command: 'promote', term: 5, grounds: 'alone-record' } as const
    a.command({ ...command, peerExcluded: false }, (refused) => late.push(refused?.id ?? null))
    while (phaseOf(a) !== 'committing') pass(1)
    b.die('killed')
    pass(3000)
    expect(late).toEqual(['mirrord-promote-grounds'])
    b.start()
    pass(5000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
    expect(a.engine?.state.keeper.durable.activationTerm).toBe(1)
    expect(promote(a, 4)).toBe('mirrord-promote-term')
  })
})

describe('a promotion that takes long', () => {
  test('is refused in the end, when the other side was promoted meanwhile', () => {
    pass(3000)
    const late: (string | null)[] = []
    a.data.hang(5000)
    const command = {
      command: 'promote',
      term: 5,
      grounds: 'in-sync',
      peerExcluded: false,
    } as const
    a.command(command, (refused) => late.push(refused?.id ?? null))
    pass(500)
    // Whoever ordered it has given up, and the other side goes on without this one.
    expect(promote(b, 6)).toBeNull()
    pass(1000)
    const { breakNumber } = b.engine?.state ?? { breakNumber: 0 }
    const alone = { command: 'permit-alone', breakNumber, grounds: 'peer-outdated' } as const
    expect(order(b, alone)).toBeNull()
    expect(write(b, 99)).toBe(0)
    pass(6000)
    expect(late).toEqual(['mirrord-promote-term'])
    expect(a.engine?.state.role).toBe('secondary')
    // And the one that was rightly promoted is not held up by it.
    expect(write(b, 100)).toBe(0)
  })
})

describe('an asynchronous pair', () => {
  beforeEach(() => {
    world.mode = 'async'
    for (const server of [a, b]) {
      server.die('killed')
      server.start()
    }
    pass(2000)
    promote(a, 1)
    pass(200)
  })

  test('has no backlog any more when everything was answered with an error', () => {
    expect(a.engine?.state.keeper.alone).toBe(true)
    b.data.hang(300)
    expect(write(a, 1)).toBe(0)
    b.data.hang(300)
    let backlog = 0
    a.engine?.submit({ kind: 'write', offset: 0, data: blockOf(2), fua: false }, () => {
      backlog = a.engine?.requests.backlog.bytes ?? 0
    })
    pass(50)
    expect(order(a, { command: 'fail-io' })).toBeNull()
    pass(1000)
    expect(backlog).toBeGreaterThan(0)
    expect(a.engine?.requests.backlog.bytes).toBe(0)
  })

  test('leaves although its disk fails while both are made equal', () => {
    let left = false
    a.command({ command: 'demote' }, (refused) => {
      left = refused === null
    })
    while (phaseOf(a) !== 'committing') pass(0.05)
    while (phaseOf(a) !== 'in-sync') pass(0.05)
    a.cluster.hang(100)
    a.data.broken = true
    a.command({ command: 'flush' })
    pass(1000)
    expect(left).toBe(true)
    expect(promote(b, 2)).toBeNull()
  })
})

describe('the standby of an asynchronous pair', () => {
  test('takes over at the first order that accepts the loss, and the old side follows', () => {
    world.mode = 'async'
    world.acceptsLoss = true
    for (const server of [a, b]) {
      server.die('killed')
      server.start()
    }
    pass(2000)
    promote(a, 1)
    pass(500)
    expect(b.engine?.state.keeper.durable.behind).toBe(true)
    a.die('power')
    pass(1000)
    const takeOver = { command: 'promote', term: 2, peerExcluded: true } as const
    expect(order(b, { ...takeOver, grounds: 'in-sync' })).toBe('mirrord-promote-behind')
    expect(order(b, { ...takeOver, grounds: 'accept-behind' })).toBeNull()
    expect(write(b, 1)).toBe(0)
    a.start()
    pass(5000)
    expect(phaseOf(a)).toBe('in-sync')
    expect(a.data.content.equals(b.data.content)).toBe(true)
  })
})

describe('a meeting', () => {
  test('shows what is durable: a commit still being recorded is not built on', () => {
    promote(a, 1)
    expect(write(a, 1)).toBe(0)
    cut()
    pass(1000)
    expect(order(a, { command: 'permit-alone', breakNumber: 1, grounds: 'operator' })).toBeNull()
    expect(write(a, 2)).toBe(0)
    mend()
    while (phaseOf(b) !== 'committing') pass(0.1)
    // Decided, and for a while not durable: the old side dies, and asks again.
    while (b.engine?.state.keeper.current.state !== 'consistent') pass(0.05)
    b.cluster.hang(2000)
    a.die('power')
    a.start()
    pass(1500)
    expect(b.engine?.state.keeper.durable.state).toBe('inconsistent')
    expect(a.engine?.state.keeper.current.state).toBe('consistent')
    pass(3000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
    expect(a.data.content.equals(b.data.content)).toBe(true)
  })
})

describe('the source of a copy', () => {
  test('has flushed what it copies: once copied, no map names it any more', () => {
    promote(a, 1)
    cut()
    pass(1000)
    expect(order(a, { command: 'permit-alone', breakNumber: 1, grounds: 'operator' })).toBeNull()
    expect(write(a, 1)).toBe(0)
    // What it wrote is in the memory of its kernel, and the log that named it ends with the process.
    a.die('killed')
    mend()
    a.start()
    pass(2000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
    const image = Buffer.alloc(a.data.sizeBytes)
    a.data.imageAfterCut(image, 'nothing')
    expect(image.readUInt32LE(0)).toBe(1)
    expect(image.equals(b.data.content)).toBe(true)
  })
})

describe('a replica that was rolled back', () => {
  test('needs everything until the source has recorded it, though the first meeting breaks', () => {
    promote(a, 1)
    cut()
    pass(1000)
    expect(order(a, { command: 'permit-alone', breakNumber: 1, grounds: 'operator' })).toBeNull()
    expect(write(a, 1)).toBe(0)
    const [data, cluster] = [Buffer.from(b.data.content), Buffer.from(b.cluster.content)]
    mend()
    // Everything is there, and no map names it any more.
    while (phaseOf(a) !== 'committing') pass(0.1)
    b.die('power')
    b.data.preload(0, data)
    b.cluster.preload(0, cluster)
    b.start()
    while (b.engine?.state.keeper.durable.state !== 'inconsistent') pass(0.1)
    expect(a.engine?.state.differences.set.bytes).toBe(0)
    cut()
    pass(1000)
    mend()
    pass(3000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
    expect(b.data.content.equals(a.data.content)).toBe(true)
  })
})
