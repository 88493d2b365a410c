/** Single stories of two engines: what a broken disk, a late order or a second master leads to. */
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
  read,
  steps,
  write,
  writeAt,
} from './mirror-stage.ts'

beforeEach(begin)

describe('a broken disk', () => {
  test('of the active side: reads come from the peer, writes fail, the peer can take over', () => {
    promote(a, 1)
    expect(write(a, 1)).toBe(0)
    a.data.broken = true
    expect(read(a)).toBe(1)
    expect(a.engine?.state.keeper.durable.failed).toBe(true)
    expect(write(a, 2)).toBe(5)
    expect(order(a, { command: 'demote' })).toBeNull()
    expect(promote(a, 2)).toBe('mirrord-promote-failed')
    expect(promote(b, 2)).toBeNull()
    expect([1, 2]).toContain(read(b))
  })

  test('of the standby: the active side loses it, and freezes', () => {
    promote(a, 1)
    b.data.broken = true
    expect(write(a, 1)).toBe('waiting')
    expect(a.engine?.state.inBreak).toBe(true)
    expect(b.engine?.state.keeper.durable.failed).toBe(true)
    expect(promote(b, 2)).toBe('mirrord-promote-failed')
    pass(3000)
    expect(a.engine?.state.phase.name).toBe('refused')
  })

  test('of the active side: many reads at once come from the peer as well', () => {
    promote(a, 1)
    a.data.broken = true
    const length = 128 * 1024
    const errors: number[] = []
    for (let index = 0; index < 32; index += 1) {
      const offset = (index % 16) * length
      a.engine?.submit({ kind: 'read', offset, length }, (error) => errors.push(error))
    }
    pass(5000)
    expect(errors).toEqual(Array.from({ length: 32 }, () => 0))
    expect(a.engine?.state.inBreak).toBe(false)
  })

  test('that takes writes and cannot flush: whoever waits for the log is told', () => {
    cut()
    pass(1000)
    promote(a, 1, true)
    a.data.faults.add({ on: ['flush'] })
    const errors: number[] = []
    for (let extent = 0; extent < 8; extent += 1) {
      const offset = extent * 64 * 1024
      const request = { kind: 'write', offset, data: blockOf(extent), fua: false } as const
      a.engine?.submit(request, (error) => errors.push(error))
      pass(1000)
    }
    expect(errors.length).toBe(8)
    expect(errors.at(-1)).toBe(5)
    expect(a.engine?.state.keeper.durable.failed).toBe(true)
  })

  test('of a side that is being promoted: it is not in sync any more, and the peer is told', () => {
    promote(a, 1)
    expect(write(a, 1)).toBe(0)
    order(a, { command: 'demote' })
    b.data.faults.add({ on: ['flush'], times: 1 })
    expect(promote(b, 2)).toBe('mirrord-disk-failed')
    expect(b.engine?.state.inSync).toBe(false)
    pass(3000)
    expect(a.engine?.state.phase.name).toBe('refused')
    expect(promote(a, 3)).toBeNull()
  })

  test('of the CLUSTER partition: what cannot be recorded is not done', () => {
    a.cluster.broken = true
    expect(promote(a, 1)).toBe('mirrord-metadata-failed')
    expect(a.engine?.state.role).toBe('secondary')
  })
})

describe('permission', () => {
  test('is for one break, and ends with the commit', () => {
    promote(a, 1)
    cut()
    expect(write(a, 1)).toBe('waiting')
    pass(1000)
    const number = a.engine?.state.breakNumber ?? 0
    expect(
      order(a, { command: 'permit-alone', breakNumber: number - 1, grounds: 'operator' }),
    ).toBe('mirrord-permit-stale')
    expect(
      order(a, { command: 'permit-alone', breakNumber: number, grounds: 'operator' }),
    ).toBeNull()
    expect(write(a, 2)).toBe(0)
    mend()
    pass(5000)
    expect(a.engine?.state.inSync).toBe(true)
    cut()
    pass(1000)
    expect(write(a, 3)).toBe('waiting')
  })

  test('given at promotion holds for later breaks until both are in sync again', () => {
    cut()
    pass(1000)
    expect(promote(a, 1, true)).toBeNull()
    expect(write(a, 1)).toBe(0)
    expect(a.engine?.state.keeper.durable).toMatchObject({ alone: true })
  })

  test('given with a promotion that comes late does not hold beside a peer in sync', () => {
    expect(promote(a, 1, true)).toBeNull()
    expect(write(a, 1)).toBe(0)
    cut()
    pass(1000)
    expect(write(a, 2)).toBe('waiting')
  })

  test('a mark that arrives late is refused', () => {
    promote(a, 1)
    cut()
    pass(1000)
    mend()
    pass(5000)
    const { incarnation } = a
    const mark = { command: 'mark-outdated', asker: 'A', breakNumber: 1, incarnation } as const
    expect(order(b, mark)).toBe('mirrord-outdated-stale')
    expect(b.engine?.state.inSync).toBe(true)
    expect(promote(b, 2)).toBe('mirrord-peer-active')
    cut()
    pass(1000)
    expect(order(b, { ...mark, breakNumber: 2 })).toBeNull()
    expect(promote(b, 2, true)).toBe('mirrord-promote-outdated')
  })

  test('a mark for a break that is over is refused, and when the peer is gone again', () => {
    promote(a, 1)
    cut()
    pass(1000)
    mend()
    pass(5000)
    const { incarnation } = a
    a.die('power')
    pass(1000)
    const mark = { command: 'mark-outdated', asker: 'A', breakNumber: 1, incarnation } as const
    expect(order(b, mark)).toBe('mirrord-outdated-stale')
    expect(order(b, { ...mark, breakNumber: 2 })).toBeNull()
  })

  test('a mark for an asker that died before it went alone loses nothing', () => {
    promote(a, 1)
    expect(write(a, 1)).toBe(0)
    cut()
    pass(1000)
    const { incarnation } = a
    a.die('power')
    const mark = { command: 'mark-outdated', asker: 'A', breakNumber: 1, incarnation } as const
    expect(order(b, mark)).toBeNull()
    expect(promote(b, 2, true)).toBe('mirrord-promote-outdated')
    mend()
    a.start()
    pass(3000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
    expect(a.data.content.readUInt32LE(0)).toBe(1)
    expect(promote(b, 3)).toBeNull()
    expect(read(b)).toBe(1)
  })

  test('a mark for a former life of the asker is refused', () => {
    const { incarnation } = a
    const mark = { command: 'mark-outdated', asker: 'A', breakNumber: 9, incarnation } as const
    a.die('power')
    a.start()
    pass(1000)
    expect(order(b, mark)).toBe('mirrord-outdated-stale')
    expect(order(b, { ...mark, incarnation: a.incarnation })).toBeNull()
  })

  test('no mark is put on the source of a copy that is not at its end', () => {
    promote(a, 1)
    expect(write(a, 1)).toBe(0)
    const { incarnation } = a
    a.die('power')
    b.data.slowness = 30
    a.start()
    while (phaseOf(b) !== 'copying') pass(1)
    cut()
    pass(1000)
    expect(b.engine?.state.keeper.durable.alone).toBe(true)
    const mark = { command: 'mark-outdated', asker: 'A', breakNumber: 9, incarnation } as const
    expect(order(b, mark)).toBe('mirrord-outdated-stale')
    b.data.slowness = 1
    mend()
    pass(2000)
    expect(a.engine?.state.inSync && b.engine?.state.inSync).toBe(true)
  })
})

describe('two masters', () => {
  test('that meet freeze, both, and nothing is copied', () => {
    cut()
    pass(1000)
    promote(a, 1, true)
    promote(b, 2, true)
    expect(write(a, 1)).toBe(0)
    expect(write(b, 2)).toBe(0)
    mend()
    pass(5000)
    for (const server of [a, b]) {
      expect(server.engine?.state.phase.name).toBe('refused')
      expect(write(server, 3)).toBe('waiting')
    }
    expect(order(a, { command: 'demote' })).toBeNull()
    pass(3000)
    expect(a.engine?.state.phase).toMatchObject({ name: 'refused', state: 'split-brain' })
  })
})

describe('orders', () => {
  test('fail-io answers everything with an error, until the next promotion', () => {
    promote(a, 1)
    cut()
    expect(write(a, 1)).toBe('waiting')
    expect(order(a, { command: 'fail-io' })).toBeNull()
    expect(a.engine?.requests.pending).toBe(0)
    expect(write(a, 2)).toBe(5)
    expect(order(a, { command: 'demote' })).toBeNull()
    mend()
    pass(5000)
    expect(promote(a, 2)).toBeNull()
    expect(write(a, 3)).toBe(0)
  })

  test('a term that is not higher is refused, the same one only to whoever had it', () => {
    promote(a, 5)
    order(a, { command: 'demote' })
    expect(promote(b, 5)).toBe('mirrord-promote-term')
    expect(promote(a, 5)).toBe('mirrord-promote-term')
    expect(promote(b, 6)).toBeNull()
    b.die('killed')
    pass(1000)
    b.start()
    pass(5000)
    expect(
      order(b, { command: 'promote', term: 6, grounds: 'copy-source', peerExcluded: false }),
    ).toBeNull()
  })

  test('a proof that was replaced by a better one on the way counts', () => {
    b.die('killed')
    pass(1000)
    promote(a, 1, true)
    expect(write(a, 1)).toBe(0)
    order(a, { command: 'demote' })
    expect(a.engine?.state.keeper.alone).toBe(true)
    b.start()
    pass(5000)
    expect(a.engine?.state).toMatchObject({ inSync: true, keeper: { alone: false } })
    // Sent while the copy was still under way.
    const late = { command: 'promote', grounds: 'alone-record', peerExcluded: false } as const
    expect(order(a, { ...late, term: 2 })).toBeNull()
  })

  test('a copy that broke off as the promotion came: its source was alone', () => {
    b.die('killed')
    pass(1000)
    promote(a, 1, true)
    expect(write(a, 1)).toBe(0)
    order(a, { command: 'demote' })
    const late = { command: 'promote', grounds: 'copy-source', peerExcluded: true } as const
    expect(order(a, { ...late, term: 2 })).toBeNull()
  })

  test('an own term is not taken again when the peer was active since', () => {
    promote(a, 1)
    a.die('killed')
    pass(1000)
    expect(promote(b, 2, true)).toBeNull()
    a.start()
    pass(5000)
    b.die('killed')
    pass(1000)
    expect(promote(a, 1, true)).toBe('mirrord-promote-term')
    expect(promote(a, 3, true)).toBeNull()
  })

  test('an active side does not leave', () => {
    promote(a, 1)
    expect(order(a, { command: 'quit' })).toBe('mirrord-quit-active')
    expect(order(b, { command: 'quit' })).toBeNull()
  })
})

describe('a full activity log', () => {
  test('beside a copy waits for the flush of the peer, and asks for it once', () => {
    cut()
    pass(1000)
    promote(a, 1, true)
    for (let extent = 0; extent < 8; extent += 1) writeAt(extent)
    pass(1000)
    b.data.slowness = 100
    mend()
    pass(1000)
    expect(a.engine?.state.phase.name).toBe('copying')
    steps.length = 0
    for (let extent = 8; extent < 16; extent += 1) writeAt(extent)
    pass(200)
    expect(steps.filter((step) => step === 'send flush').length).toBeLessThan(20)
    b.data.slowness = 1
    pass(8000)
    expect(a.engine?.requests.pending).toBe(0)
    expect(a.engine?.state.inSync).toBe(true)
    expect(a.data.content.equals(b.data.content)).toBe(true)
  })
})

describe('an extent of the activity log', () => {
  test('written to before a session replicates leaves it only after the map is durable', () => {
    cut()
    pass(1000)
    promote(a, 1, true)
    writeAt(0)
    pass(500)
    mend()
    while (phaseOf(a) !== 'starting') pass(0.2)
    for (let block = 1; phaseOf(a) === 'starting' && block < 16; block += 1) {
      const at = { offset: block * 4096, data: blockOf(block), fua: false }
      a.engine?.submit({ kind: 'write', ...at }, () => undefined)
      pass(0.4)
    }
    while (phaseOf(a) !== 'copying') pass(0.2)
    pass(5)
    a.cluster.hang(1000)
    let flushed = false
    a.engine?.submit({ kind: 'flush' }, () => {
      flushed = true
    })
    pass(200)
    expect(flushed).toBe(true)
    expect(a.engine?.state.log.hasUncovered).toBe(true)
    pass(3000)
    expect(a.engine?.state.log.hasUncovered).toBe(false)
  })
})
