/** `kagami log`, `kagami operations` and `kagami config show` against a small daemon of this test. */
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Alert, Operation } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import { openBench, type Bench } from './bench.fixtures.ts'
import { showOperations } from './operations.ts'
import { widthOf, type Shell } from './shell.ts'

const alert = (sequence: number): Alert => ({
  sequence,
  number: sequence,
  stamp: sequence,
  at: '2026-11-22T05:00:00.000Z',
  server: 'SERVER1',
  severity: sequence % 2 === 0 ? 'warning' : 'info',
  message: say('group-started', { group: `G${sequence}`, server: 'SERVER1' }),
})
let alerts: Alert[] = []

const operation = (sequence: number, change: Partial<Operation> = {}): Operation => ({
  ...{ sequence, number: sequence, stamp: sequence, user: 'night', from: '192.168.4.9' },
  ...{ at: '2026-11-22T05:00:00.000Z', server: 'SERVER1', what: '/groups/Apache/move to SERVER2' },
  ...{ accepted: true, message: say('group-started', { group: 'Apache', server: 'SERVER2' }) },
  ...change,
})
const someOperations = [
  operation(2, {
    ...{ user: 'root', from: 'local', server: 'SERVER2', what: '/groups/Other/stop' },
    ...{ accepted: false, message: say('group-unknown', { group: 'Other' }) },
  }),
  operation(1),
]
let operations: readonly Operation[] = someOperations

let bench: Bench
const kagami = (...args: readonly string[]) => bench.kagami(...args)

beforeEach(async () => {
  alerts = [alert(1), alert(2), alert(3)]
  bench = await openBench({
    'GET /api/v1/status': () => [200, {}],
    'GET /api/v1/alerts': () => [200, { alerts }],
    'GET /api/v1/operations': () => [200, { operations }],
    'GET /api/v1/configuration': () => [
      200,
      {
        kagami: 1,
        cluster: { name: 'Cluster1' },
        monitors: [],
        passwordFile: '…',
        odd: 'a\u202eb',
      },
    ],
  })
})

afterEach(() => bench.close())

describe('log', () => {
  test('-n', async () => {
    const { out } = await kagami('log', '-n', '2')
    expect(out.split('\n').map((line) => line.slice(0, 46))).toEqual([
      '2026-11-22 05:00:00  SERVER1  KG2001  warning ',
      '2026-11-22 05:00:00  SERVER1  KG2001  info    ',
      '',
    ])
  })

  test('filters, of which each has to fit', async () => {
    alerts = [1, 2, 3, 4].map((each) => ({
      ...alert(each),
      at: `2026-11-2${each}T05:00:00.000Z`,
      server: each < 3 ? 'SERVER1' : 'SERVER2',
    }))
    const shown = async (...args: string[]) =>
      [...(await kagami('log', '--json', ...args)).out.matchAll(/"sequence":(\d+)/g)].map((match) =>
        Number(match[1]),
      )
    expect(await shown('--severity', 'warning')).toEqual([2, 4])
    expect(await shown('--server', 'server2')).toEqual([3, 4])
    expect(await shown('--search', 'GROUP G3')).toEqual([3])
    expect(await shown('--search', 'kg2001', '-n', '1')).toEqual([4])
    expect(await shown('--since', '2026-11-22')).toEqual([2, 3, 4])
    expect(await shown('--since', '2026-11-22', '-n', '2', '--severity', 'info')).toEqual([3])
  })

  test('nothing fits: said beside the list', async () => {
    const none = await kagami('--lang', 'en', 'log', '--search', 'nonsense')
    expect(none).toMatchObject({
      code: 0,
      out: '',
      error: 'No line fits. Without filters: kagami log\n',
    })
    expect((await kagami('--json', 'log', '--search', 'nonsense')).error).toBe('')
    alerts = []
    expect((await kagami('--lang', 'ja', 'log')).error).toContain('まだ何も')
  })

  test.each([
    ['--severity', 'loud'],
    ['--since', 'yesterday'],
    ['-n', 'all'],
  ])('%s %s is refused', async (option, text) => {
    expect(await kagami('log', option, text)).toMatchObject({
      code: 2,
      error: expect.stringContaining('KG5023'),
    })
  })

  test('--follow shows each alert once, also over a restart', async () => {
    const { child, heard, exited } = bench.run(['log', '--follow', '--json', '-n', '1'])
    const shown = () =>
      [...heard.out.matchAll(/"sequence":(\d+)/g)].map((match) => Number(match[1]))
    await expect.poll(() => bench.streams.length).toBe(1)
    alerts.push(alert(4))
    bench.streams[0]?.write('event: alert\ndata: {}\n\n')
    await expect.poll(shown).toEqual([3, 4])
    await bench.stopDaemon()
    alerts.push(alert(5))
    await bench.startDaemon()
    await expect.poll(shown, { timeout: 10_000 }).toEqual([3, 4, 5])
    child.kill()
    await exited
  })
})

describe('operations', () => {
  test('when, server, outcome, who, from where, what; in both languages', async () => {
    const en = await kagami('--lang', 'en', 'operations')
    const ja = await kagami('--lang', 'ja', 'operations')
    expect([en.code, ja.code]).toEqual([0, 0])
    await expect(`${en.out}\n${ja.out}`).toMatchFileSnapshot('screens/operations.txt')
  })

  test('on a terminal of 80 columns no line is longer', async () => {
    let out = ''
    const shell: Shell = {
      ...{ language: 'ja', socket: join(bench.folder, 'api.sock'), json: false, columns: 80 },
      ...{ isTerminal: true, colour: false, writeError: () => undefined },
      write: (text) => {
        out += text
      },
    }
    expect(await showOperations(shell, {})).toBe(0)
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(6)
    expect(lines.filter((line) => widthOf(line) > 80)).toEqual([])
  })

  test('filters, and JSON', async () => {
    const { out } = await kagami('operations', '--json', '--search', 'LOCAL', '--server', 'SERVER2')
    expect(JSON.parse(out)).toMatchObject({
      ...{ user: 'root', from: 'local', what: '/groups/Other/stop', accepted: false },
      message: { id: 'group-unknown', text: expect.any(String) },
    })
    expect(bench.asked.at(-1)?.route).toBe('GET /api/v1/operations')
    operations = []
    const none = await kagami('--lang', 'en', 'operations')
    operations = someOperations
    expect(none).toMatchObject({ code: 0, out: '', error: 'Nothing has been written yet.\n' })
  })
})

describe('config show', () => {
  test('YAML for people, that a reader of YAML understands', async () => {
    const { code, out } = await kagami('--lang', 'en', 'config', 'show')
    expect(code).toBe(0)
    expect(out).toMatch(/^# The definition in force/)
    expect(out).not.toContain('\u202e')
    expect(parse(out)).toMatchObject({ cluster: { name: 'Cluster1' }, passwordFile: '…' })
  })

  test('JSON as kagamid tells it', async () => {
    const { out } = await kagami('config', 'show', '--json')
    expect(JSON.parse(out)).toMatchObject({ kagami: 1, passwordFile: '…' })
    await bench.stopDaemon()
    expect((await kagami('config', 'show', '--json')).code).toBe(3)
  })
})
