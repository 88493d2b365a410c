/** What is said of a command line that is not right, and the help. No daemon is needed for either. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBench, type Bench } from './bench.fixtures.ts'

let bench: Bench

beforeEach(async () => {
  bench = await openBench({})
})

afterEach(() => bench.close())

test.each([
  ['token add x --days 99999', 'KG5023', '--days 99999', '1–3650', 'kagami token add --help'],
  ["token add x --days it's", 'KG5023', "--days it's", '1–3650', 'kagami token add --help'],
  ['user add x --role root', 'KG5023', '--role root', 'operator, viewer', 'kagami user add --help'],
  ['--lang fr status', 'KG5023', '--lang fr', 'ja, en', 'kagami --help'],
  ['log -n all', 'KG5023', '--lines all', '0–999999', 'kagami log --help'],
  ['log --since soon', 'KG5023', '--since soon', '2026-11-22', 'kagami log --help'],
  ['manager --port abc', 'KG5023', '--port abc', '1–65535', 'kagami manager --help'],
  ['manager --server-port 65536', 'KG5023', '--server-port 65536', '1–65535', 'manager --help'],
  ['manager --nonsense', 'KG5021', '--nonsense', '', 'kagami manager --help'],
  ['group mvoe', 'KG5020', 'mvoe', '', 'kagami group --help'],
  ['group move', 'KG5022', 'NAME', '', 'kagami group move --help'],
  ['log --search', 'KG5022', '--search <TEXT>', '', 'kagami log --help'],
  ['status now please', 'KG5025', 'now, please', '', 'kagami status --help'],
])('%s: which command, what, what else, and its help', async (line, ...texts) => {
  const { code, out, error } = await bench.kagami(...line.split(' '))
  expect([code, out]).toEqual([2, ''])
  for (const text of texts) expect(error).toContain(text)
})

test('in Japanese, and for programs', async () => {
  const ja = await bench.kagami('--lang', 'ja', 'token', 'add', 'x', '--days', '0')
  expect(ja.error).toMatch(
    /^KG5023 kagami token add: 「--days 0」[^]*1–3650[^]*kagami token add --help/,
  )
  const json = await bench.kagami('--json', 'group')
  expect(JSON.parse(json.out)).toMatchObject({
    message: { code: 'KG5024', args: { command: 'kagami group' } },
  })
  expect(json.out).toContain('take-over')
})

test.each([
  ['en', 'the port at which the servers'],
  ['ja', 'ブラウザで開くポート'],
])('manager --help speaks %s and explains its options', async (language, text) => {
  const { code, out } = await bench.kagami('--lang', language, 'manager', '--help')
  expect(code).toBe(0)
  for (const word of [text, '--port <PORT>', '--server-port <PORT>', '--data <FILE>', '29080']) {
    expect(out).toContain(word)
  }
})

test('manager starts it in the language that was asked for', async () => {
  const data = join(bench.folder, 'clusters.json')
  writeFileSync(data, 'nonsense')
  const ended = await bench.kagami('--lang', 'ja', 'manager', '--data', data)
  expect(ended).toMatchObject({ code: 1, error: expect.stringMatching(/^KG6277 /) })
  expect(ended.error).toContain('クラスタの一覧')
})
