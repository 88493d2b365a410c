/** Who gets what from the API: every route without, with wrong, with a viewer's and with expired credentials. */
import { readFileSync, writeFileSync } from 'node:fs'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { ActionResult } from '../../api.ts'
import { say } from '../../messages/catalogue.ts'
import type { Accounts } from './accounts.ts'
import { newTold, openApp, runningGroup, status } from './app.fixtures.ts'
import { passesOf } from './passes.ts'

const host = '192.168.3.21:29003'
const origin = `https://${host}`
const peerOrigin = 'https://192.168.3.22:29003'
const key = '0f'.repeat(32)

let accounts: Accounts
let app: FastifyInstance
let operator = ''
let viewer = ''
let now = Date.parse('2096-01-01T00:00:00Z')
const told = newTold()

beforeAll(async () => {
  ;({ app, accounts, operator, viewer } = await openApp(told, { key, peerOrigin, now: () => now }))
})

type Headers = Readonly<Record<string, string | undefined>>
type Method = 'GET' | 'POST' | 'DELETE' | 'OPTIONS'

/** Each test comes from an address of its own: how much one may ask is looked at elsewhere. */
let tests = 0
let from = ''
beforeEach(() => {
  tests += 1
  from = `10.0.${tests >> 8}.${tests & 255}`
  told.groups.splice(0, told.groups.length, ...status.groups)
  told.servers.splice(0, told.servers.length, ...status.servers)
})

const ask = (method: Method, url: string, headers: Headers = {}, body?: object) =>
  app.inject({
    method,
    url,
    remoteAddress: from,
    headers: { host, ...headers },
    ...(body === undefined ? {} : { body }),
  })

let addresses = 0

/** From an address that has not asked before: the limits are looked at elsewhere. */
const askFromAfar = (method: Method, url: string, headers: Headers = {}) => {
  addresses += 1
  const remoteAddress = `10.1.${addresses >> 8}.${addresses & 255}`
  return app.inject({ method, url, remoteAddress, headers: { host, ...headers } })
}

const by = (secret: string) => ({ authorization: `Bearer ${secret}` })

const idOf = (response: { json(): unknown }): string => (response.json() as ActionResult).message.id

const questions = [
  '/status',
  '/clusters',
  '/what-if',
  '/why',
  '/alerts',
  '/core',
  '/history',
  '/operations',
  '/metrics',
  '/openapi.json',
  '/events',
  '/configuration',
  '/journal',
  ...['/servers', '/links', '/groups', '/resources', '/monitors', '/mirrors', '/arbiter'],
]
const orders = [
  ...['/groups/Apache/move', '/groups/Apache/start', '/groups/Apache/stop', '/groups/Apache/force'],
  '/groups/Apache/take-over',
  ...['/groups/Apache/suspend', '/groups/Apache/resume', '/servers/SERVER1/standby'],
  ...['/servers/SERVER1/online', '/servers/SERVER1/stop-waiting', '/cluster/suspend'],
  ...['/cluster/resume', '/cluster/shutdown', '/server/shutdown'],
  '/servers/SERVER1/shutdown',
  ...['recover', 'cancel', 'break', 'verify', 'force'].map((action) => `/mirrors/NMP1/${action}`),
]
const checks = ['/configuration/check']
const routes = [
  ...questions.map((url) => ['GET', url] as const),
  ...checks.map((url) => ['POST', url] as const),
  ...orders.map((url) => ['POST', url] as const),
]

test('the list of routes here is the list of routes there', () => {
  const paths = Object.keys(app.swagger().paths ?? {})
  // The figures are at two paths.
  const listed = paths
    .filter((path) => path !== '/metrics')
    .map((path) => path.replace('/api/v1', '').replace('{name}', 'X'))
  const known = routes.map(([, url]) => url.replace(/Apache|SERVER1|NMP1/, 'X'))
  const isOpen = (path: string): boolean => /^\/(?:session|health|discovery)/.test(path)
  expect(listed.filter((path) => !isOpen(path)).toSorted()).toEqual(
    known.filter((path) => path !== '/openapi.json').toSorted(),
  )
})

test('docs/openapi.json is what the routes say (UPDATE=1 writes it)', () => {
  const file = new URL('../../../docs/openapi.json', import.meta.url)
  const document = `${JSON.stringify(app.swagger(), null, 2)}\n`
  if (process.env['UPDATE'] === '1') writeFileSync(file, document)
  expect(readFileSync(file, 'utf8')).toBe(document)
})

test.each(routes)(
  '%s %s: nothing without credentials, nor with wrong or expired ones',
  async (method, path) => {
    const url = `/api/v1${path}`
    const expired = passesOf(key).sign({
      ...{ kind: 'pass', session: 's', user: 'admin', role: 'operator', proof: '' },
      ...{ until: now - 1, sessionUntil: now + 1e6 },
    } as const)
    const forged = passesOf('0e'.repeat(32)).sign({
      ...{ kind: 'pass', session: 's', user: 'admin', role: 'operator', proof: '' },
      ...{ until: now + 1e6, sessionUntil: now + 1e6 },
    } as const)
    for (const headers of [
      {},
      by('kg_wrong'),
      by(expired),
      by(forged),
      { authorization: `Basic ${Buffer.from('admin:correct horse').toString('base64')}` },
      { cookie: `__Host-kagami=${operator}` },
    ]) {
      const response = await askFromAfar(method, url, headers)
      expect(response.statusCode).toBe(401)
      expect(idOf(response)).toBe('login-needed')
    }
    expect(told.orders).toEqual([])
  },
)

test.each(routes)('%s %s: nothing either, however its path is written', async (method, path) => {
  const ways = [
    `/%61pi/v1${path}`,
    `/api/%761${path}`,
    `https://${host}/api/v1${path}`,
    `https://x/%61pi/v1${path}`,
    `/api/v1${path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`,
    `//api/v1${path}`,
    `/API/v1${path}`,
    `/./api/v1${path}`,
  ]
  for (const url of ways) {
    const response = await askFromAfar(method, url)
    const isLetIn = ![401, 403, 404].includes(response.statusCode)
    expect({ url, isLetIn }).toEqual({ url, isLetIn: false })
    expect(response.body).not.toContain('SERVER1')
  }
  expect(told.orders).toEqual([])
  expect(told.audit).toEqual([])
})

test.each([...orders, ...checks])('POST %s: a viewer may not', async (path) => {
  const response = await ask('POST', `/api/v1${path}`, by(viewer))
  expect(response.statusCode).toBe(403)
  expect(idOf(response)).toBe('access-role')
  expect(told.orders).toEqual([])
})

test('a viewer sees, an operator orders, and the order is written down', async () => {
  const seen = await ask('GET', '/api/v1/status', by(viewer))
  expect(seen.json()).toEqual(status)
  const moved = await ask('POST', '/api/v1/groups/Apache/move', by(operator), { to: 'SERVER2' })
  expect(moved.statusCode).toBe(200)
  expect(told.orders.splice(0)).toEqual([{ kind: 'move', group: 'Apache', to: 'SERVER2' }])
  expect(told.audit.splice(0)).toEqual([`script ${from} /groups/Apache/move to SERVER2 true`])
})

test('what takes something away is accepted for what was shown, as long as it is so', async () => {
  told.groups[0] = runningGroup
  const url = '/api/v1/groups/Apache/stop'
  const asked = await ask('POST', url, by(operator))
  expect(asked.statusCode).toBe(409)
  expect(idOf(asked)).toBe('order-needs-confirmation')
  const { confirm } = asked.json<ActionResult>()
  expect(confirm?.message).toEqual(say('would-stop-group', { group: 'Apache', server: 'SERVER1' }))
  const { seen = '' } = confirm ?? {}
  // For another order it is no token, nor when the group has moved meanwhile.
  const other = await ask('POST', '/api/v1/groups/Apache/move', by(operator), { seen })
  expect(idOf(other)).toBe('order-changed')
  told.groups[0] = { ...runningGroup, owner: 'SERVER2' }
  expect(idOf(await ask('POST', url, by(operator), { seen }))).toBe('order-changed')
  expect(told.orders).toEqual([])
  expect(told.audit).toEqual([])
  told.groups[0] = runningGroup
  expect((await ask('POST', url, by(operator), { seen })).statusCode).toBe(200)
  expect(told.orders.splice(0)).toEqual([{ kind: 'stop', group: 'Apache' }])
  expect(told.audit.splice(0)).toEqual([`script ${from} /groups/Apache/stop true`])
})

test('a definition is shown without what is secret, and another one is looked at', async () => {
  const shown = await ask('GET', '/api/v1/configuration', by(viewer))
  expect(shown.json()).toEqual({ superCluster: 'super', arbiter: { password: '…' } })
  const url = '/api/v1/configuration/check'
  const bad = await ask('POST', url, by(operator), { text: 'kagami: 2\n' })
  expect(bad.json()).toMatchObject({
    accepted: false,
    problems: expect.arrayContaining([expect.objectContaining({ line: 1, isError: true })]),
  })
  const text = readFileSync(
    new URL('../../../examples/apache-howto/cluster.yaml', import.meta.url),
    'utf8',
  )
  expect((await ask('POST', url, by(operator), { text })).json()).toMatchObject({ accepted: true })
  // A long and wrong one is looked at elsewhere, one at a time: this thread goes on.
  const long = Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n')
  const before = performance.now()
  let longestMs = 0
  const ticks = setInterval(() => {
    longestMs = Math.max(longestMs, performance.now() - last)
    last = performance.now()
  }, 5)
  let last = before
  const all = await Promise.all([1, 2].map(() => ask('POST', url, by(operator), { text: long })))
  clearInterval(ticks)
  expect(all.map(({ statusCode }) => statusCode).toSorted()).toEqual([200, 503])
  expect(all[0]?.json<{ problems: object[] }>().problems.length).toBeLessThanOrEqual(100)
  expect(longestMs).toBeLessThan(1000)
  const none = await ask('GET', '/api/v1/journal', by(viewer))
  expect([none.statusCode, idOf(none)]).toEqual([404, 'journal-missing'])
})

test.each([
  ['SERVER2', 'online', { kind: 'move', group: 'Apache', to: 'SERVER1' }],
  ['SERVER2', 'offline', { kind: 'start', group: 'Apache', to: 'SERVER1' }],
  [null, 'online', { kind: 'start', group: 'Apache', to: 'SERVER1' }],
  [null, 'silent', { kind: 'force', group: 'Apache', seen: null }],
  ['SERVER2', 'silent', { kind: 'force', group: 'Apache', seen: null }],
  [null, 'unknown', { kind: 'force', group: 'Apache', seen: null }],
] as const)(
  'take over from %s, the other server being %s: the mildest order that does it',
  async (owner, state, order) => {
    const [server] = status.servers
    if (server === undefined) throw new Error('a server is there')
    told.servers[1] = { ...server, name: 'SERVER2', state }
    told.groups[0] = { ...runningGroup, owner, state: owner === null ? 'stopped' : 'running' }
    const url = '/api/v1/groups/Apache/take-over'
    const asked = await ask('POST', url, by(operator), {})
    // A move takes the service away for a moment: that is said first.
    const { confirm } = asked.json<ActionResult>()
    if (confirm !== undefined) await ask('POST', url, by(operator), { seen: confirm.seen })
    expect(told.orders.splice(0)).toEqual([order])
    told.audit.length = 0
  },
)

test('a token ends on its day, and when it is removed', async () => {
  now = Date.parse('2096-02-01T00:00:00Z')
  expect((await ask('GET', '/api/v1/status', by(viewer))).statusCode).toBe(401)
  now = Date.parse('2096-01-01T00:00:00Z')
  expect((await ask('GET', '/api/v1/status', by(viewer))).statusCode).toBe(200)
  await accounts.addToken({ name: 'short', role: 'viewer', expiresAt: '2096-03-01T00:00:00Z' })
  expect(await accounts.removeToken('short')).toBe(null)
  expect(await accounts.removeToken('short')).toMatchObject({ id: 'token-unknown' })
})

const login = (user: string, password: string, headers: Record<string, string> = {}) =>
  ask('POST', '/api/v1/session', headers, { user, password })

const cookieOf = (response: {
  headers: Record<string, string[] | string | number | undefined>
}): string => [response.headers['set-cookie']].flat().join('; ')

test('a login gives a pass, and a cookie that no script can read and no other site can use', async () => {
  const response = await login('admin', 'correct horse', { origin })
  const cookie = cookieOf(response)
  expect(cookie).toMatch(
    /^__Host-kagami=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Strict$/,
  )
  const { pass } = response.json<{ pass: string }>()
  expect((await ask('GET', '/api/v1/status', by(pass))).statusCode).toBe(200)
  const value = cookie.split(';')[0] ?? ''
  // The cookie orders nothing by itself.
  expect((await ask('POST', '/api/v1/groups/Apache/stop', { cookie: value })).statusCode).toBe(401)
  const next = await ask('POST', '/api/v1/session/pass', { cookie: value, origin })
  expect(next.json()).toMatchObject({ user: 'admin', role: 'operator' })
  // A pass is short-lived, and the session ends it.
  now += 10 * 60_000
  expect((await ask('GET', '/api/v1/status', by(pass))).statusCode).toBe(401)
  const renewed = (await ask('POST', '/api/v1/session/pass', { cookie: value, origin })).json<{
    pass: string
    sessionUntil: string
  }>()
  expect((await ask('GET', '/api/v1/status', by(renewed.pass))).statusCode).toBe(200)
  // The other server has no cookie: the present pass is enough, and the session's end stays.
  const elsewhere = await ask('POST', '/api/v1/session/pass', { ...by(renewed.pass), origin })
  expect(elsewhere.json<{ sessionUntil: string }>().sessionUntil).toBe(renewed.sessionUntil)
  const out = await ask('DELETE', '/api/v1/session', { cookie: value, origin })
  expect(idOf(out)).toBe('logout-done')
  expect((await ask('GET', '/api/v1/status', by(renewed.pass))).statusCode).toBe(401)
  expect((await ask('POST', '/api/v1/session/pass', { cookie: value, origin })).statusCode).toBe(
    401,
  )
  now = Date.parse('2096-01-01T00:00:00Z')
  told.audit.splice(0)
})

test('guessing is paused where it comes from, and nowhere else', async () => {
  const unknown = await login('my secret password', 'x')
  expect([unknown.statusCode, idOf(unknown)]).toEqual([401, 'login-wrong'])
  for (let attempt = 0; attempt < 2; attempt += 1) {
    expect(idOf(await login('admin', 'wrong'))).toBe('login-wrong')
  }
  const paused = await login('admin', 'correct horse')
  expect([paused.statusCode, idOf(paused)]).toEqual([429, 'login-paused'])
  const elsewhere = await app.inject({
    ...{ method: 'POST', url: '/api/v1/session', remoteAddress: '192.168.4.77' },
    ...{ headers: { host }, body: { user: 'admin', password: 'correct horse' } },
  })
  expect(elsewhere.statusCode).toBe(200)
  now += 2000
  expect((await login('admin', 'correct horse')).statusCode).toBe(200)
  const lines = told.audit.splice(0)
  expect(lines).toHaveLength(5)
  expect(lines.join(' ')).not.toContain('secret')
})

test('another password ends what the old one began', async () => {
  const user = { name: 'guest', role: 'operator' } as const
  await accounts.setUser({ ...user, password: 'long enough' })
  const begun = await login('guest', 'long enough')
  const { pass } = begun.json<{ pass: string }>()
  const cookie = cookieOf(begun).split(';')[0] ?? ''
  await accounts.setUser({ ...user, password: 'another one' })
  expect((await ask('GET', '/api/v1/status', by(pass))).statusCode).toBe(401)
  expect((await ask('POST', '/api/v1/session/pass', { cookie, origin })).statusCode).toBe(401)
  await accounts.removeUser('guest')
  told.audit.splice(0)
})

test('a user who is removed is out at once', async () => {
  await accounts.setUser({ name: 'guest', role: 'operator', password: 'long enough' })
  const { pass } = (await login('guest', 'long enough')).json<{ pass: string }>()
  expect((await ask('GET', '/api/v1/status', by(pass))).statusCode).toBe(200)
  await accounts.removeUser('guest')
  expect((await ask('GET', '/api/v1/status', by(pass))).statusCode).toBe(401)
  told.audit.splice(0)
})

test('a page of another site gets nothing, whatever it has got hold of; that of the peer does', async () => {
  const foreign = { ...by(operator), origin: 'https://evil.example' }
  for (const [method, url] of [
    ['GET', '/api/v1/status'],
    ['POST', '/api/v1/groups/Apache/stop'],
    ['OPTIONS', '/api/v1/groups/Apache/stop'],
  ] as const) {
    const response = await ask(method, url, foreign)
    expect(response.headers['access-control-allow-origin']).toBe(undefined)
    if (method !== 'OPTIONS') expect(idOf(response)).toBe('access-origin')
  }
  const peer = await ask('OPTIONS', '/api/v1/status', { origin: peerOrigin })
  expect(peer.headers['access-control-allow-origin']).toBe(peerOrigin)
  expect(peer.headers['access-control-allow-credentials']).toBe(undefined)
  expect(
    (await ask('GET', '/api/v1/status', { ...by(viewer), origin: peerOrigin })).statusCode,
  ).toBe(200)
  expect(told.orders).toEqual([])
})

test.each([
  ['not JSON', '{', 'application/json', 400],
  ['too long', JSON.stringify({ to: 'x'.repeat(70_000) }), 'application/json', 413],
  ['an unknown field', JSON.stringify({ to: 'SERVER2', too: 1 }), 'application/json', 400],
  ['a wrong type', JSON.stringify({ to: ['SERVER2'] }), 'application/json', 400],
  ['a form', 'to=SERVER2', 'application/x-www-form-urlencoded', 415],
])('%s: refused, with the place', async (_what, payload, type, code) => {
  const url = '/api/v1/groups/Apache/move'
  const headers = { host, 'content-type': type, ...by(operator) }
  const response = await app.inject({
    ...{ method: 'POST', url, headers, payload, remoteAddress: from },
  })
  expect([response.statusCode, idOf(response)]).toEqual([code, 'request-wrong'])
  expect(told.orders).toEqual([])
})

test('without a login: that it lives, and who it is, and nothing else', async () => {
  expect((await ask('GET', '/api/v1/health')).json()).toEqual({ alive: true })
  const { fingerprint, ...rest } = (await ask('GET', '/api/v1/discovery')).json<{
    fingerprint: string
  }>()
  expect(fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  expect(rest).toEqual({
    ...{ product: 'kagami', version: expect.stringMatching(/^\d+\.\d+\.\d+$/), server: 'SERVER1' },
    ...{ superCluster: 'super', cluster: 'cluster' },
  })
})

test('what is refused counts as well', async () => {
  const answers: number[] = []
  for (let index = 0; index < 1300; index += 1) {
    const url = index % 2 === 0 ? '/api/v1/status' : '/nothing'
    const remoteAddress = '192.168.4.78'
    answers.push(
      (await app.inject({ method: 'GET', url, headers: { host }, remoteAddress })).statusCode,
    )
  }
  expect(answers.filter((code) => code === 429).length).toBeGreaterThan(0)
  expect((await ask('GET', '/api/v1/status', by(viewer))).statusCode).toBe(200)
})
