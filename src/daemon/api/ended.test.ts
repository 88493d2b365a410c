import { expect, test } from 'vitest'
import type { Store } from '../../drivers/store.ts'
import { endedSessions } from './ended.ts'

type Ended = readonly (readonly [string, number])[]

function memory(): Store<Ended> {
  let kept: Ended | null = null
  return {
    read: () => Promise.resolve({ ok: true, value: kept }),
    write(value) {
      kept = value
      return Promise.resolve({ ok: true })
    },
  }
}

test('what was ended stays so over a restart, and is forgotten when it would have ended', async () => {
  let now = 1000
  const store = memory()
  const before = await endedSessions(() => now, store)
  before.add('a', 5000)
  before.add('b', 9000)
  before.add('over already', 900)
  await expect.poll(async () => (await store.read()).ok && before.list().length).toBe(2)
  const after = await endedSessions(() => now, store)
  expect([after.has('a'), after.has('b'), after.has('over already')]).toEqual([true, true, false])
  now = 6000
  after.add('c', 9000)
  expect(after.list()).toEqual([
    ['b', 9000],
    ['c', 9000],
  ])
})

test('a file that is none is as good as none', async () => {
  const store = { ...memory(), read: () => Promise.resolve({ ok: true as const, value: 'x' }) }
  const sessions = await endedSessions(() => 0, store as unknown as Store<Ended>)
  expect(sessions.list()).toEqual([])
})
