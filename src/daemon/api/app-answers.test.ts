/** What the answers of the API say: names that are not there, words for people, figures, the short list. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { FastifyInstance } from 'fastify'
import type { ActionResult } from '../../api.ts'
import { message, newTold, openApp, runningGroup, status } from './app.fixtures.ts'

const from = '10.0.0.1'
let app: FastifyInstance
let operator = ''
let viewer = ''
const told = newTold()

beforeAll(async () => {
  ;({ app, operator, viewer } = await openApp(told))
})
afterAll(() => app.close())
beforeEach(() => {
  told.groups.splice(0, told.groups.length, ...status.groups)
})

const by = (secret: string) => ({ authorization: `Bearer ${secret}` })

const ask = (method: 'GET' | 'POST', url: string, headers = {}, body?: object) =>
  app.inject({
    ...{ method, url, headers, remoteAddress: from },
    ...(body === undefined ? {} : { body }),
  })

const idOf = (response: { json(): unknown }): string => (response.json() as ActionResult).message.id

test.each([
  ['/groups/Nope/start', {}, 'group-unknown', 'KG2301', 'Nope'],
  ['/groups/Nope/take-over', {}, 'group-unknown', 'KG2301', 'Nope'],
  ['/groups/Apache/move', { to: 'SERVER9' }, 'server-unknown', 'KG2302', 'SERVER9'],
  ['/groups/Apache/suspend', { monitor: 'page' }, 'monitor-unknown', 'KG2345', 'page'],
  ['/servers/SERVER9/standby', {}, 'server-unknown', 'KG2302', 'SERVER9'],
  ['/servers/SERVER9/shutdown', {}, 'server-unknown', 'KG2302', 'SERVER9'],
  ['/mirrors/NMP9/recover', {}, 'mirror-unknown-name', 'KG6254', 'NMP9'],
  ['/mirrors/NMP1/force', { loser: 'SERVER9' }, 'server-unknown', 'KG2302', 'SERVER9'],
])('POST %s %o: what is not there is named', async (path, body, id, code, name) => {
  const response = await ask('POST', `/api/v1${path}`, by(operator), body)
  expect([response.statusCode, idOf(response)]).toEqual([404, id])
  const { said } = response.json<ActionResult>()
  expect(said).toMatchObject({
    code,
    ja: { text: expect.stringContaining(name), cause: expect.any(String) },
    en: { text: expect.stringContaining(name), action: expect.any(String) },
  })
  expect(told.orders).toEqual([])
  const words = Object.entries(body).flat()
  expect(told.audit.splice(0)).toEqual([`script ${from} ${[path, ...words].join(' ')} false`])
})

test('what is accepted, asked and refused is said in words of both languages', async () => {
  told.groups[0] = runningGroup
  const asked = await ask('POST', '/api/v1/groups/Apache/stop', by(operator))
  expect(asked.json()).toMatchObject({
    message: { id: 'order-needs-confirmation', args: {} },
    said: { code: expect.stringMatching(/^KG\d{4}$/) },
    confirm: { said: { en: { text: expect.stringContaining('SERVER1') } } },
  })
  const started = await ask('POST', '/api/v1/groups/Apache/start', by(operator))
  expect(started.json()).toMatchObject({
    accepted: true,
    said: {
      code: 'KG6001',
      ja: { text: expect.stringContaining('SERVER1'), cause: null, action: null },
    },
  })
  for (const refused of [
    await ask('GET', '/api/v1/status'),
    await ask('GET', '/api/v1/nothing', by(viewer)),
    await ask('POST', '/api/v1/groups/Apache/start', by(viewer)),
    await ask('POST', '/api/v1/groups/Apache/start', by(operator), { too: 1 }),
  ]) {
    const said = { code: expect.stringMatching(/^KG\d{4}$/), en: { text: expect.any(String) } }
    expect(refused.json()).toMatchObject({ accepted: false, said })
  }
  told.orders.length = 0
  told.audit.length = 0
})

test('the figures for Prometheus, where it looks for them as well, and for nobody without a login', async () => {
  for (const url of ['/metrics', '/api/v1/metrics']) {
    expect((await ask('GET', url)).statusCode).toBe(401)
    expect((await ask('GET', url, by('kg_wrong'))).statusCode).toBe(401)
    const figures = await ask('GET', url, by(viewer))
    expect(figures.headers['content-type']).toMatch(/^text\/plain/)
    expect(figures.body).toContain('# TYPE kagami_monitor_duration_seconds gauge')
  }
})

test('the list of clusters is the one that it is', async () => {
  expect((await ask('GET', '/api/v1/clusters', by(viewer))).json()).toEqual({
    clusters: [
      {
        ...{ superCluster: 'super', cluster: 'cluster', reportedBy: 'SERVER1' },
        ...{ servers: ['SERVER1', 'SERVER2'], health: 'green', why: message, next: null },
      },
    ],
  })
})

test('what is not there', async () => {
  expect((await ask('GET', '/api/v1/nothing', by(operator))).statusCode).toBe(404)
  const none = await ask('GET', '/api/v1/why?group=none', by(viewer))
  expect([none.statusCode, idOf(none)]).toEqual([404, 'group-unknown'])
  expect((await ask('GET', '/no-such-page', by(viewer))).statusCode).toBe(404)
})

test('the document says what each route answers, and how it refuses', () => {
  const { paths = {} } = app.swagger() as unknown as {
    paths?: Record<string, Record<string, { responses: Record<string, { content?: object }> }>>
  }
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { responses }]) => ({ path, method, responses })),
  )
  expect(all.length).toBeGreaterThan(40)
  for (const { path, responses } of all) {
    expect({ path, told: Object.keys(responses['200']?.content ?? {}).length }).toEqual({
      ...{ path, told: 1 },
    })
  }
  const isOrder = (path: string): boolean => /\/(?:groups|servers?|mirrors|cluster)\/.+/.test(path)
  const orders = all.filter(({ method, path }) => method === 'post' && isOrder(path))
  expect(orders.length).toBeGreaterThan(15)
  for (const { responses } of orders) {
    expect(Object.keys(responses)).toEqual(['200', '400', '401', '403', '404', '409', '429'])
  }
})

test('what the decision maker knows is told whole', async () => {
  const { body } = await ask('GET', '/api/v1/core', by(viewer))
  expect(body).toContain('"record":{"term":1}')
})
