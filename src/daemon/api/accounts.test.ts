import { expect, test } from 'vitest'
import { memoryStore } from './app.fixtures.ts'
import { openAccounts, readList, type Accounts } from './accounts.ts'

async function open(store: Parameters<typeof openAccounts>[0] = memoryStore()): Promise<Accounts> {
  const opened = await openAccounts(store)
  if ('reason' in opened) throw new Error(opened.reason)
  return opened.accounts
}

const admin = { name: 'admin', role: 'operator', password: 'correct horse' } as const

test('what is kept shows neither passwords nor tokens', async () => {
  const store = memoryStore()
  const accounts = await open(store)
  expect(await accounts.setUser(admin)).toBe(null)
  const expiresAt = '2027-01-01T00:00:00Z'
  const made = await accounts.addToken({ name: 'script', role: 'viewer', expiresAt })
  const token = 'token' in made ? made.token : ''
  const text = JSON.stringify(store.kept())
  expect(text).toContain('argon2id$')
  expect(text).not.toContain(admin.password)
  expect(text).not.toContain(token)
  expect(accounts.holderOf(token, 0)).toEqual({ name: 'script', role: 'viewer' })
  expect(await accounts.login('admin', admin.password)).toMatchObject({
    name: 'admin',
    role: 'operator',
  })
  expect(await accounts.login('admin', 'correct hors')).toBe(null)
  expect(await accounts.login('root', admin.password)).toBe(null)
})

test.each([
  ['Admin', 'correct horse', 'account-name-wrong'],
  ['', 'correct horse', 'account-name-wrong'],
  ['a/b', 'correct horse', 'account-name-wrong'],
  ['admin', 'short', 'password-length'],
  ['admin', 'x'.repeat(300), 'password-length'],
])('%j with %j: %s', async (name, password, id) => {
  const accounts = await open()
  expect(await accounts.setUser({ name, role: 'viewer', password })).toMatchObject({ id })
  expect(accounts.list().users).toEqual([])
})

test('a list that cannot be written stays as it was', async () => {
  const accounts = await open({
    read: () => Promise.resolve({ ok: true, value: null }),
    write: () => Promise.resolve({ ok: false, reason: 'no space left' }),
  })
  expect(await accounts.setUser(admin)).toMatchObject({ id: 'accounts-not-written' })
  expect(accounts.list().users).toEqual([])
})

test('changes at the same time all count', async () => {
  const accounts = await open()
  const names = ['a', 'b', 'c', 'd']
  await Promise.all(names.map((name) => accounts.setUser({ ...admin, name })))
  expect(
    accounts
      .list()
      .users.map(({ name }) => name)
      .toSorted(),
  ).toEqual(names)
  expect(accounts.list().stamp).toBe(4)
})

test('two servers come to the same list, whoever was changed while they were apart', async () => {
  const [one, two] = await Promise.all([open(), open()])
  await one.setUser(admin)
  await two.learn(one.list())
  expect(two.list()).toEqual(one.list())
  await one.removeUser('admin')
  await two.setUser({ ...admin, name: 'night' })
  const [ours, theirs] = [one.list(), two.list()]
  await Promise.all([one.learn(theirs), two.learn(ours)])
  expect(one.list()).toEqual(two.list())
  // Neither change was lost: the one is gone, the other one is there.
  expect(two.list().users.map(({ name }) => name)).toEqual(['night'])
  await two.learn({ stamp: 0, users: [], tokens: [], removed: [] })
  expect(two.list()).toEqual(one.list())
})

test('somebody who was removed and added again is there, whichever list comes last', async () => {
  const [one, two] = await Promise.all([open(), open()])
  await one.setUser(admin)
  const early = one.list()
  await one.removeUser('admin')
  await two.learn(one.list())
  await two.setUser(admin)
  await one.learn(two.list())
  await one.learn(early)
  expect(one.knows('admin')).toBe(true)
  expect(await one.login('admin', admin.password)).not.toBe(null)
})

test('of two removals and an addition made apart, the removal counts', async () => {
  const [one, two] = await Promise.all([open(), open()])
  await one.setUser(admin)
  await two.learn(one.list())
  await one.removeUser('admin')
  await two.setUser({ ...admin, role: 'viewer' })
  await Promise.all([one.learn(two.list()), two.learn(one.list())])
  expect([one.knows('admin'), two.knows('admin')]).toEqual([false, false])
})

test('a list of an earlier version is read, and a later change of it counts', async () => {
  const store = memoryStore()
  const old = { stamp: 7, users: [{ name: 'admin', role: 'operator', hash: 'x' }], tokens: [] }
  await store.write(readList(old) ?? { stamp: 0, users: [], tokens: [], removed: [] })
  const accounts = await open(store)
  expect(accounts.list().users).toMatchObject([{ name: 'admin', stamp: 0 }])
  await accounts.setUser({ ...admin, role: null })
  expect(accounts.list().users).toMatchObject([{ role: 'operator', stamp: 8 }])
})

test('what the peer took away is gone here too, though it cannot be written', async () => {
  let isFull = false
  const store = memoryStore()
  const here = await open({
    read: store.read,
    write: (value) =>
      isFull ? Promise.resolve({ ok: false, reason: 'no space left' }) : store.write(value),
  })
  const there = await open()
  await there.setUser(admin)
  await here.learn(there.list())
  await there.removeUser('admin')
  isFull = true
  expect(await here.learn(there.list())).toMatchObject({ id: 'accounts-not-written' })
  expect(here.knows('admin')).toBe(false)
})

test.each([
  null,
  {},
  { stamp: 1, users: [null], tokens: [] },
  { stamp: 1e308, users: [], tokens: [] },
  { stamp: -1, users: [], tokens: [] },
  { stamp: 1, users: [{ name: 'a', role: 'root', hash: '' }], tokens: [] },
])('%j is no list', (value) => {
  expect(readList(value)).toBe(null)
})

test('more logins at once than can be checked are turned away, and the others are checked', async () => {
  const accounts = await open()
  await accounts.setUser(admin)
  const all = await Promise.all(
    Array.from({ length: 30 }, () => accounts.login('admin', admin.password)),
  )
  expect(all.filter((each) => each === 'busy').length).toBeGreaterThan(0)
  expect(all.filter((each) => each !== 'busy' && each !== null).length).toBeGreaterThan(5)
  expect(await accounts.login('admin', admin.password)).toMatchObject({ name: 'admin' })
})
