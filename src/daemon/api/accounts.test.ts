import { expect, test } from 'vitest'
import { memoryStore } from './app.fixtures.ts'
import { openAccounts, type Accounts } from './accounts.ts'

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
  expect(await accounts.login('admin', admin.password)).toEqual({ name: 'admin', role: 'operator' })
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
  await two.learn({ stamp: 0, users: [], tokens: [] })
  expect(two.list()).toEqual(one.list())
})
