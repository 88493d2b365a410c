import { describe, expect, test } from 'vitest'
import { emptyRecord, firstSource, goneAlone, madeTarget } from './record.ts'
import * as record from './record.ts'

const g = (letter: string): string => letter.repeat(16)
const blank = emptyRecord({
  diskId: '11'.repeat(16),
  sizeBytes: 4096,
  dataPartition: { sizeBytes: 4096, identity: '' },
  state: 'never-built',
  layout: null,
})
const inSync = { ...blank, state: 'consistent', generation: g('1') } as const

describe('going alone', () => {
  const alone = { generation: g('9'), peerGeneration: null }

  test('from in sync: a new generation, the shared one as base', () => {
    expect(goneAlone(inSync, alone)).toMatchObject({
      alone: true,
      generation: g('9'),
      base: g('1'),
      history: [],
    })
  })

  test('while alone: nothing changes, however often the peer is lost', () => {
    const already = { ...inSync, alone: true, generation: g('2'), base: g('1') }
    expect(goneAlone(already, alone)).toBe(already)
  })

  test('with a commit in doubt: a new one, for the peer may have taken the present one', () => {
    const inDoubt = { ...inSync, alone: false, generation: g('2'), base: g('1') }
    expect(goneAlone(inDoubt, alone)).toMatchObject({
      generation: g('9'),
      base: g('1'),
      history: [g('2')],
    })
    expect(goneAlone(inDoubt, { ...alone, peerGeneration: g('2') })).toMatchObject({
      generation: g('9'),
      base: g('2'),
      history: [g('1')],
    })
  })

  test('the first source leaves its first generation at the first copy', () => {
    const source = firstSource(blank, g('1'))
    expect(source).toMatchObject({ alone: true, state: 'consistent', base: '0' })
    expect(goneAlone(source, { generation: g('9'), peerGeneration: '0' })).toMatchObject({
      generation: g('9'),
      base: g('1'),
    })
  })
})

describe('a copy', () => {
  test('ends with both on one line, and a past in common', () => {
    const source = goneAlone(inSync, { generation: g('9'), peerGeneration: g('1') })
    const target = madeTarget(
      { ...inSync, outdated: { asker: 'a', breakNumber: 1, atMs: 0 } },
      { sourceSizeBytes: 4096, session: 5 },
    )
    expect(target).toMatchObject({ state: 'inconsistent', generation: g('1') })
    const given = record.noLongerAlone(source)
    const history = record.historyForTarget(given)
    const built = record.builtFrom(target, { generation: given.generation, history })
    const done = record.committed(given)
    expect(built).toMatchObject({ state: 'consistent', outdated: null, alone: false, base: '0' })
    expect(built.generation).toBe(done.generation)
    expect(built.history).toEqual(done.history)
    expect(done).toMatchObject({ alone: false, base: '0', history: [g('1')] })
  })

  test('a never built target stays that until the commit, and takes the size', () => {
    expect(
      madeTarget({ ...blank, sizeBytes: 8192 }, { sourceSizeBytes: 4096, session: 5 }),
    ).toMatchObject({
      state: 'never-built',
      sizeBytes: 4096,
    })
  })

  test('the past is bounded and has no repeats', () => {
    let long = inSync as ReturnType<typeof goneAlone>
    for (let index = 10; index < 60; index += 1) {
      long = record.committed(
        goneAlone(long, { generation: g(String(index)), peerGeneration: null }),
      )
    }
    expect(long.history).toHaveLength(32)
    expect(new Set(long.history).size).toBe(32)
  })
})
