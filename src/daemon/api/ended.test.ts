import { expect, test } from 'vitest'
import type { Store } from '../../drivers/store.ts'
import { endedSessions, type SessionEnd } from './ended.ts'

function memory(): Store<readonly SessionEnd[]> {
  let kept: readonly SessionEnd[] | null = null
  return {
    read: () => Promise.resolve({ ok: true, value: kept }),
    write(value) {
      kept = value
      return Promise.resolve({ ok: true })
    },
  }
}

const of = (session: string, until: number, user = 'admin'): SessionEnd => ({
  user,
  session,
  until,
})

test('what was ended stays so over a restart, and is forgotten when it would have ended', async () => {
  let now = 1000
  const store = memory()
  const before = await endedSessions(() => now, store)
  before.add(of('a', 5000))
  before.add(of('b', 9000))
  before.add(of('over already', 900))
  expect(before.list().length).toBe(2)
  await expect
    .poll(async () => {
      const read = await store.read()
      return read.ok ? read.value?.length : 0
    })
    .toBe(2)
  const after = await endedSessions(() => now, store)
  expect([after.has(of('a', 5000)), after.has(of('b', 9000)), after.has(of('c', 9000))]).toEqual([
    true,
    true,
    false,
  ])
  now = 6000
  after.add(of('c', 9000))
  expect(after.list().map(({ session }) => session)).toEqual(['b', 'c'])
})

test('logins and logouts without end: the list stays short, and each of them is over', async () => {
  const sessions = await endedSessions(() => 0, null)
  sessions.add(of('of another', 500, 'night'))
  for (let index = 1; index <= 5000; index += 1) sessions.add(of(`s${index}`, index))
  expect(sessions.list().length).toBeLessThanOrEqual(21)
  for (let index = 1; index <= 5000; index += 1) {
    expect(sessions.has(of(`s${index}`, index))).toBe(true)
  }
  // What has begun later goes on, and so does everybody else.
  expect(sessions.has(of('present', 5001))).toBe(false)
  expect(sessions.has(of('other', 100, 'night'))).toBe(false)
  expect(sessions.has(of('of another', 500, 'night'))).toBe(true)
})

test('a file that is none is as good as none', async () => {
  const store = { ...memory(), read: () => Promise.resolve({ ok: true as const, value: 'x' }) }
  const sessions = await endedSessions(() => 0, store as unknown as Store<readonly SessionEnd[]>)
  expect(sessions.list()).toEqual([])
})
