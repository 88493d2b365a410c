/**
 * The real commands as child processes, against a small daemon of this test that answers on a
 * socket of its own.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AccountList } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import { openBench, type Answers, type Bench } from './bench.fixtures.ts'
import { fixtures } from './status-screen.fixtures.ts'

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      {
        readonly post: {
          readonly requestBody: {
            readonly content: { readonly 'application/json': { readonly schema: object } }
          }
        }
      }
    >
  >
}
const openApi = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApi

const here = import.meta.dirname

const someAccounts: AccountList = {
  users: [
    { name: 'admin', role: 'operator' },
    { name: 'night', role: 'viewer' },
  ],
  tokens: [{ name: 'script', role: 'viewer', expiresAt: '2027-01-01T00:00:00.000Z' }],
}
let accounts = someAccounts

let shownStatus = fixtures.green
const answers: Answers = {
  'GET /api/v1/status': () => [200, shownStatus],
  'GET /api/v1/alerts': () => [200, { alerts: [] }],
  'POST /api/v1/groups/Apache/move': () => [
    200,
    { accepted: true, message: say('group-started', { group: 'Apache', server: 'SERVER2' }) },
  ],
  'POST /api/v1/groups/Other/stop': () => [
    409,
    { accepted: false, message: say('daemon-no-answer', { seconds: 1 }) },
  ],
  'POST /api/v1/groups/Odd/stop': () => [200, {}],
  'POST /api/v1/servers/SERVER1/standby': () => [
    200,
    { accepted: true, message: say('server-standby-ordered', { server: 'SERVER1', peer: 'B' }) },
  ],
  'POST /api/v1/servers/SERVER2/stop-waiting': () => [
    409,
    { accepted: false, message: say('server-not-waiting', { server: 'SERVER2' }) },
  ],
  ...Object.fromEntries(
    ['cluster/shutdown', 'server/shutdown', 'servers/SERVER2/shutdown'].map((path) => [
      `POST /api/v1/${path}`,
      () => [200, { accepted: true, message: say('server-online-already', { server: 'SERVER2' }) }],
    ]),
  ),
  'POST /api/v1/servers/SERVER3/shutdown': () => [
    409,
    {
      accepted: false,
      message: say('server-unknown', { server: 'SERVER3', first: 'SERVER1', second: 'SERVER2' }),
    },
  ],
  'POST /api/v1/users': () => [
    200,
    { accepted: true, message: say('user-kept', { user: 'night', role: 'viewer' }) },
  ],
  'POST /api/v1/tokens': () => [
    200,
    {
      accepted: true,
      message: say('token-made', { token: 'script', expiresAt: '2027-01-01T00:00:00.000Z' }),
      token: 'kg_secret',
    },
  ],
  'DELETE /api/v1/users/nobody': () => [
    409,
    { accepted: false, message: say('user-unknown', { user: 'nobody' }) },
  ],
  'GET /api/v1/accounts': () => [200, accounts],
  'GET /api/v1/why': () => [
    200,
    {
      reportedBy: 'SERVER1',
      reasons: [
        { message: say('why-peer-heard', { peer: 'SERVER2', link: 'public' }), agoMs: 99 },
        { message: say('group-stopped-by-operator', { group: 'Apache' }), agoMs: null },
      ],
    },
  ],
}

let bench: Bench
const kagami = (...args: readonly string[]) => bench.kagami(...args)

beforeEach(async () => {
  bench = await openBench(answers)
})

afterEach(() => bench.close())

describe('status', () => {
  test('shows the screen', async () => {
    const { code, out } = await kagami('status')
    expect(code).toBe(0)
    expect(out).toMatch(/^● OK /)
    expect(out).not.toContain('\u001b')
  })

  test('is what cluster status shows', async () => {
    expect((await kagami('cluster', 'status')).out).toBe((await kagami('status')).out)
  })

  test('--json is the answer, with the sentence of every message', async () => {
    const { out } = await kagami('status', '--json')
    expect(JSON.parse(out)).toMatchObject(fixtures.green)
    expect(JSON.parse(out)).toMatchObject({
      summary: { why: { code: 'KG2001', text: expect.any(String) } },
    })
  })

  test('--watch goes on after a restart of the daemon', async () => {
    const { child, heard, exited } = bench.run(['status', '--watch', '--json'])
    await expect.poll(() => heard.out.split('\n').length - 1).toBe(1)
    bench.streams[0]?.write(
      `: still here\n\nevent: status\ndata: ${JSON.stringify(fixtures.failed)}\n\n`,
    )
    await expect.poll(() => heard.out.split('\n').length - 1).toBe(2)
    await bench.stopDaemon()
    await expect.poll(() => heard.error).toContain('KG5005')
    await bench.startDaemon()
    await expect.poll(() => heard.out.split('\n').length - 1, { timeout: 10_000 }).toBe(3)
    child.kill()
    await exited
  })
})

describe('one kind of parts', () => {
  const inFolder = (part: string) => `screens/list-${part}.txt`

  test.each([
    ['server', 'list'],
    ['link', 'list'],
    ['arbiter', 'show'],
    ['group', 'list'],
    ['resource', 'list'],
    ['monitor', 'list'],
    ['mirror', 'list'],
  ])('%s %s, in both languages', async (noun, verb) => {
    shownStatus = fixtures['taken-over']
    const en = await kagami('--lang', 'en', noun, verb)
    const ja = await kagami('--lang', 'ja', noun, verb)
    shownStatus = fixtures.green
    expect([en.code, ja.code]).toEqual([0, 0])
    await expect(`${en.out}\n${ja.out}`).toMatchFileSnapshot(inFolder(noun))
  })

  test('for programs: which group it is of', async () => {
    const { out } = await kagami('--json', 'monitor', 'list')
    const [first] = fixtures.green.groups
    expect(JSON.parse(out)).toMatchObject(
      first?.monitors.map((each) => ({ group: first.name, ...each })) ?? [],
    )
  })
})

describe('group', () => {
  test('--json: what was accepted, and what was not', async () => {
    const given = await kagami('group', 'move', 'Apache', '--no-wait', '--json')
    expect(JSON.parse(given.out)).toMatchObject({
      accepted: true,
      message: { id: 'group-started', code: 'KG2001', text: expect.stringContaining('Apache') },
    })
    const refused = await kagami('group', 'stop', 'Other', '--json')
    expect([refused.code, JSON.parse(refused.out)]).toMatchObject([1, { accepted: false }])
  })

  test('an accepted order', async () => {
    const { code, out } = await kagami('group', 'move', 'Apache', '--to', 'SERVER2', '--no-wait')
    expect([code, out]).toEqual([0, expect.stringContaining('SERVER2')])
    expect(bench.asked.at(-1)).toEqual({
      route: 'POST /api/v1/groups/Apache/move',
      body: '{"to":"SERVER2"}',
    })
  })

  test('waits until the group has stopped where it runs now and runs elsewhere', async () => {
    const orders = bench.asked.length
    setTimeout(() => {
      shownStatus = fixtures['taken-over']
    }, 1500)
    const { code, out } = await kagami('--lang', 'en', 'group', 'move', 'Apache', '--to', 'SERVER2')
    shownStatus = fixtures.green
    expect(code).toBe(0)
    expect(out.trim().split('\n').length).toBe(2)
    expect(bench.asked.slice(orders).filter(({ route }) => route.startsWith('POST')).length).toBe(1)
  })

  test('a refused order', async () => {
    const { code, error } = await kagami('group', 'stop', 'Other')
    expect([code, error]).toEqual([1, expect.stringContaining('KG5003')])
  })

  test('an answer that cannot be understood', async () => {
    expect((await kagami('group', 'stop', 'Odd')).code).toBe(3)
    expect((await kagami('group', 'stop', '../x')).code).toBe(3)
    expect(bench.asked.at(-1)?.route).toBe('POST /api/v1/groups/..%2Fx/stop')
  })
})

describe('server', () => {
  test('standby waits until nothing runs there any more', async () => {
    setTimeout(() => {
      shownStatus = fixtures['taken-over']
    }, 1500)
    const { code, out } = await kagami('--lang', 'en', 'server', 'standby', 'SERVER1')
    shownStatus = fixtures.green
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toEqual([
      expect.stringContaining('SERVER1 is kept free'),
      expect.stringContaining('runs on'),
    ])
  })

  test('a refused order', async () => {
    const { code, error } = await kagami('server', 'stop-waiting', 'SERVER2')
    expect([code, error]).toEqual([1, expect.stringContaining('KG2325')])
  })
})

describe('the way down', () => {
  const bodiesOf = (path: string): object => {
    const body = openApi.paths[path]?.post.requestBody.content['application/json'].schema
    return body ?? {}
  }

  test.each([
    [['server', 'shutdown'], '/api/v1/server/shutdown', {}],
    [['server', 'shutdown', '--poweroff'], '/api/v1/server/shutdown', { afterwards: 'poweroff' }],
    [['server', 'shutdown', 'SERVER2'], '/api/v1/servers/SERVER2/shutdown', {}],
    [['server', 'reboot'], '/api/v1/server/shutdown', { afterwards: 'reboot' }],
    [['server', 'reboot', 'SERVER2'], '/api/v1/servers/SERVER2/shutdown', { afterwards: 'reboot' }],
    [['cluster', 'shutdown'], '/api/v1/cluster/shutdown', {}],
    [['cluster', 'shutdown', '--reboot'], '/api/v1/cluster/shutdown', { afterwards: 'reboot' }],
  ] as const)('%j', async (args, path, body) => {
    expect((await kagami(...args)).code).toBe(0)
    expect(bench.asked).toEqual([{ route: `POST ${path}`, body: JSON.stringify(body) }])
    // The API takes nothing but what its document names.
    expect(bodiesOf(path.replace('SERVER2', '{name}'))).toMatchObject({
      properties: { afterwards: { enum: ['poweroff', 'reboot'] } },
      additionalProperties: false,
    })
  })

  test('of a server that is none', async () => {
    const { code, error } = await kagami('server', 'reboot', 'SERVER3')
    expect([code, error]).toEqual([1, expect.stringContaining('SERVER3')])
  })
})

describe('why', () => {
  test('says each reason with its age', async () => {
    const { code, out } = await kagami('--lang', 'en', 'why')
    expect([code, out]).toEqual([
      0,
      'SERVER2 was heard on public. (0.1 s ago)\nGroup Apache is stopped, as an operator ordered.\n',
    ])
    expect((await kagami('--lang', 'ja', 'why')).out).toContain('（0.1 秒前）')
  })

  test('of a group', async () => {
    expect((await kagami('why', 'Apache', '--json')).out).toContain('"agoMs": 99')
    expect(bench.asked.at(-1)?.route).toBe('GET /api/v1/why')
  })
})

describe('config check', () => {
  test('a good definition', async () => {
    const { code, out } = await kagami('config', 'check', join(here, '../../examples/apache-howto'))
    expect([code, out]).toEqual([0, expect.stringContaining('SERVER1, SERVER2')])
  })

  test('a bad one', async () => {
    const file = join(bench.folder, 'cluster.yaml')
    writeFileSync(file, 'kagami: 2\n')
    const { code, out, error } = await kagami('--lang', 'ja', 'config', 'check', file)
    expect([code, error]).toEqual([4, expect.stringContaining('誤りが')])
    expect(out).toContain(`${file}:1:9 KG1035 `)
  })
})

test.each([
  [['status'], 3, 'KG5001'],
  [['log'], 3, 'KG5001'],
  [['status', '--watch'], 3, 'KG5001'],
  [['group', 'stop', 'Apache'], 3, 'KG5001'],
  [['nonsense'], 2, 'KG5020'],
  [['status', '--nonsense'], 2, 'KG5021'],
  [['group', 'move'], 2, 'KG5022'],
  [['log', '-n', 'all'], 2, 'KG5023'],
  [['group'], 2, 'Usage'],
  [[], 2, 'Usage'],
] as const)('without a daemon: %j', async (args, code, text) => {
  await bench.stopDaemon()
  expect(await kagami(...args)).toMatchObject({ code, error: expect.stringContaining(text) })
})

describe('with --json', () => {
  test.each([
    [['status'], 3, 'daemon-not-running', 'KG5001'],
    [['log', '--follow'], 3, 'daemon-not-running', 'KG5001'],
    [['server', 'list', '--watch'], 3, 'daemon-not-running', 'KG5001'],
    [['group', 'stop', 'Apache'], 3, 'daemon-not-running', 'KG5001'],
    [['token', 'add', 'script'], 3, 'daemon-not-running', 'KG5001'],
    [['nonsense'], 2, 'command-unknown', 'KG5020'],
    [['--lang', 'fr'], 2, 'argument-invalid', 'KG5023'],
    [['status', '--nonsense'], 2, 'option-unknown', 'KG5021'],
    [['group'], 2, 'command-missing', 'KG5024'],
  ] as const)('what cannot be done is one object: %j', async (args, code, id, number) => {
    await bench.stopDaemon()
    const ended = await kagami(...args, '--json')
    expect([ended.code, JSON.parse(ended.out)]).toMatchObject([
      code,
      { accepted: false, message: { id, code: number, text: expect.any(String) } },
    ])
    if (id !== 'command-missing') expect(ended.error).toBe('')
  })

  test('a refused order says cause and action', async () => {
    const { code, out, error } = await kagami('--json', 'group', 'stop', 'Other')
    expect([code, error]).toEqual([1, ''])
    expect(JSON.parse(out)).toMatchObject({
      accepted: false,
      message: {
        id: 'daemon-no-answer',
        code: 'KG5003',
        cause: expect.stringContaining('kagamid'),
        action: expect.any(String),
      },
    })
  })

  test('config check tells the problems as the API does', async () => {
    const good = await kagami(
      '--json',
      'config',
      'check',
      join(here, '../../examples/apache-howto'),
    )
    expect([good.code, JSON.parse(good.out)]).toMatchObject([
      0,
      {
        accepted: true,
        message: { id: 'definition-accepted', code: 'KG5010' },
        problems: [{ isError: false }],
      },
    ])
    const file = join(bench.folder, 'cluster.yaml')
    writeFileSync(file, 'kagami: 2\n')
    for (const question of ['check', 'verdict']) {
      const bad = await kagami('--json', 'config', question, file)
      expect([bad.code, bad.error, JSON.parse(bad.out)]).toMatchObject([
        4,
        '',
        {
          accepted: false,
          message: { id: 'definition-refused', code: 'KG5011' },
          problems: expect.arrayContaining([
            expect.objectContaining({
              ...{ file, line: 1, column: 9, isError: true },
              message: expect.objectContaining({ code: 'KG1035', text: expect.any(String) }),
            }),
          ]),
        },
      ])
    }
  })
})

test.each([
  [{ LANG: 'ja_JP.UTF-8' }, '使い方:'],
  [{ LANG: 'ja_JP.UTF-8', LC_ALL: 'C' }, 'Usage:'],
  [{ LC_MESSAGES: 'ja_JP.UTF-8' }, '使い方:'],
])('help speaks the language of %j', async (environment, title) => {
  const { heard, exited } = bench.run(['--help'], environment)
  expect([await exited, heard.out]).toEqual([0, expect.stringContaining(title)])
})

describe('who may use the API', () => {
  test('a password comes from standard input and nowhere else', async () => {
    const typed = 'correct horse\nmore\n'
    // Without a role it is left as it is: another password is no other role.
    expect(await bench.run(['user', 'add', 'night'], {}, typed).exited).toBe(0)
    expect(bench.asked).toEqual([
      {
        route: 'POST /api/v1/users',
        body: JSON.stringify({ name: 'night', password: 'correct horse' }),
      },
    ])
  })

  test('the token alone is on standard output', async () => {
    const { code, out, error } = await kagami('token', 'add', 'script', '--days', '30')
    expect([code, out]).toEqual([0, 'kg_secret\n'])
    expect(error).toContain('script')
    expect(bench.asked[0]?.body).toBe(JSON.stringify({ name: 'script', role: 'viewer', days: 30 }))
  })

  test.each(['user', 'token'])('no %s: the next step; for programs an empty list', async (noun) => {
    accounts = { users: [], tokens: [] }
    const en = await kagami('--lang', 'en', noun, 'list')
    const ja = await kagami('--lang', 'ja', noun, 'list')
    const json = await kagami('--json', noun, 'list')
    accounts = someAccounts
    expect([en.code, en.out]).toEqual([0, ''])
    expect([en.error, ja.error]).toEqual(
      Array(2).fill(expect.stringContaining(`kagami ${noun} add NAME --role`)),
    )
    expect([json.code, json.error, JSON.parse(json.out)]).toEqual([0, '', []])
  })

  test('lists and removals', async () => {
    const users = await kagami('user', 'list')
    expect(users.out).toBe('admin  operator\nnight  viewer  \n')
    const tokens = await kagami('token', 'list')
    expect(tokens.out).toBe('script  viewer    2027-01-01 00:00:00\n')
    expect((await kagami('user', 'remove', 'nobody')).code).toBe(1)
    expect(bench.asked.at(-1)?.route).toBe('DELETE /api/v1/users/nobody')
    expect((await kagami('user', 'add', 'x', '--role', 'root')).code).toBe(2)
    expect((await kagami('token', 'add', 'x', '--days', '0')).code).toBe(2)
  })
})
