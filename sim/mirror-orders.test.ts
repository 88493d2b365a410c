/** Orders of an operator that come at any moment of a session. */
import { beforeEach, expect, test } from 'vitest'
import { a, b, begin, cut, mend, order, pass, phaseOf, promote, write } from './mirror-stage.ts'

beforeEach(begin)

/** A is active, has gone alone, and meets B again. */
function meetAgain(): void {
  begin()
  promote(a, 1)
  cut()
  pass(1000)
  const breakNumber = a.engine?.state.breakNumber ?? 0
  order(a, { command: 'permit-alone', breakNumber, grounds: 'operator' })
  expect(write(a, 1)).toBe(0)
  mend()
  while (phaseOf(a) !== 'copying') pass(0.1)
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
      expect([ms, promote(b, 2, true)]).not.toEqual([ms, null])
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
    expect(promote(b, 2, true), `forced ${ms} ms after the copy began`).not.toBeNull()
  }
  expect(givenUp).toBeGreaterThan(5)
})

test('of two replicas, the only whole one is not given up', () => {
  begin()
  b.die('killed')
  pass(1000)
  // B's replica is whole no more as soon as a copy to it begins.
  promote(a, 1, true)
  expect(write(a, 1)).toBe(0)
  order(a, { command: 'demote' })
  b.start()
  while (phaseOf(a) !== 'copying') pass(0.1)
  const generation = a.engine?.state.keeper.current.generation ?? ''
  const force = { command: 'force', loser: 'A', loserGeneration: generation } as const
  expect(order(a, force)).toBe('mirrord-force-incomplete')
  pass(3000)
  expect(a.data.content.equals(b.data.content)).toBe(true)
})

test('a replica that is alone stays apart without a mark: no other one could serve', () => {
  begin()
  b.die('killed')
  pass(1000)
  promote(a, 1, true)
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
