/** The real `kagami mirror` as a child process, against a small mirrord of this test. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { say } from '../messages/catalogue.ts'
import type { MetadataDump, MirrorReport } from '../wire/mirror-control.ts'
import { bytesOf } from './mirror.ts'
import { mirrorReport } from './mirror-screen.fixtures.ts'

type Request = { readonly id: number; readonly command: string }
let folder = ''
let control = ''
let server: Server
let asked: object[] = []
let answer: (request: Request, send: (value: object) => void, socket: Socket) => void

const dump: MetadataDump = {
  version: 2,
  record: { state: 'consistent', generation: '00000000000000aa', history: ['bb'] },
  granuleBytes: 65_536,
  extentBytes: 4_194_304,
  logSlots: 64,
  hotExtents: [3, 7],
  runs: [{ offset: 65_536, length: 131_072 }],
  runCount: 31,
  differingBytes: 131_072,
  badMapBlocks: 0,
  badLogSectors: 1,
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-cli-'))
  control = join(folder, 'NMP1.control')
  asked = []
  answer = ({ id }, send) => send({ id, ok: true, report: mirrorReport() })
  server = createServer((socket) => {
    const send = (value: object) => socket.write(`${JSON.stringify(value)}\n`)
    send({ report: mirrorReport() })
    createInterface({ input: socket }).on('line', (line) => {
      const request = JSON.parse(line) as Request
      asked.push(request)
      answer(request, send, socket)
    })
  })
  server.listen(control)
  await once(server, 'listening')
})

afterEach(async () => {
  server.close()
  rmSync(folder, { recursive: true })
})

async function kagami(args: readonly string[], typed = '') {
  const unset = { LC_ALL: '', LC_MESSAGES: '', LANG: 'C', NO_COLOR: '', TZ: 'UTC' }
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], {
    env: { ...process.env, ...unset },
  })
  let out = ''
  let error = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    error += text
  })
  child.stdin.end(typed)
  const [code] = await once(child, 'close')
  return { code: code as unknown, out, error }
}

const mirror = (...args: string[]) => kagami(['mirror', '--control', control, ...args])

function verified(change: Partial<NonNullable<MirrorReport['detail']['verify']>>): object {
  const verify = {
    running: false,
    doneBytes: 100,
    totalBytes: 100,
    differingBytes: 0,
    places: [],
    repaired: false,
    identicalAsOfMs: null,
    ...change,
  }
  return { report: mirrorReport({ detail: { verify } }) }
}

test('status shows the replica; --json prints the report', async () => {
  const shown = await mirror('status')
  expect([shown.code, shown.out]).toEqual([0, expect.stringMatching(/^● OK {2}Mirror md1/)])
  expect(JSON.parse((await mirror('status', '--json')).out)).toEqual(mirrorReport())
  expect((await kagami(['--lang', 'ja', 'mirror', 'status', '--control', control])).out).toContain(
    '同期済み',
  )
})

test('a refusal is told with its number and what to do', async () => {
  answer = ({ id }, send) =>
    send({ id, ok: false, error: say('mirrord-busy'), report: mirrorReport() })
  for (const order of ['recover', 'cancel', 'break', 'extend', 'dump']) {
    const { code, error } = await mirror(order)
    expect([code, error]).toEqual([1, expect.stringMatching(/^KG3109 [^]*What to do: /)])
    const told = await mirror(order, '--json')
    expect([told.code, told.error, JSON.parse(told.out)]).toMatchObject([
      1,
      '',
      { accepted: false, message: { code: 'KG3109' }, report: { mirror: mirrorReport().mirror } },
    ])
  }
})

test('orders are passed on', async () => {
  for (const order of ['recover', 'cancel', 'break', 'extend'])
    expect((await mirror(order)).code).toBe(0)
  await mirror('snapshot', 'start', '--space', '/tmp/x', '--space-size', '512M', '--writable')
  await mirror('snapshot', 'stop')
  const space = { spaceFile: '/tmp/x', spaceBytes: 512 * 1024 ** 2, writable: true }
  expect(asked).toEqual([
    ...['recover', 'cancel', 'break', 'extend'].map((command) => ({ id: 1, command })),
    { id: 1, command: 'snapshot-start', ...space },
    { id: 1, command: 'snapshot-stop' },
  ])
})

describe('force', () => {
  const order = ['mirror', '--control', control, 'force', '--loser', 'SERVER2']
  const force = { id: 1, command: 'force', loser: 'SERVER2' }
  const words = () => order.map((word, index) => (index === 2 ? control : word))

  test('sends the generation it has shown, once the name was typed', async () => {
    const { code, out, error } = await kagami(words(), 'SERVER2\n')
    expect([code, out, error]).toEqual([
      0,
      expect.stringContaining(mirrorReport().generation),
      expect.stringContaining('KG5106'),
    ])
    expect(asked.at(-1)).toEqual({ ...force, loserGeneration: mirrorReport().generation })
  })

  test('does nothing when something else was typed, or nothing', async () => {
    for (const typed of ['yes\n', '']) {
      expect(await kagami(words(), typed)).toMatchObject({
        code: 1,
        error: expect.stringContaining('KG5105'),
      })
    }
    expect(asked.map((request) => (request as Request).command)).toEqual(['status', 'status'])
  })

  test('--yes does not ask', async () => {
    expect((await kagami([...words(), '--yes'])).code).toBe(0)
    expect(asked.at(-1)).toMatchObject(force)
  })
})

test.each([
  ['identical', { identicalAsOfMs: 0 }, 0, 'identical as of 1970-01-01 00:00:00'],
  ['different', { differingBytes: 4096 }, 1, 'KG5119'],
  ['repaired', { differingBytes: 4096, repaired: true }, 0, 'KG5118'],
  ['cut short', { doneBytes: 50 }, 1, 'KG5120'],
])('verify waits for the end: %s', async (_name, end, expected, text) => {
  answer = ({ id, command }, send) => {
    send({ id, ok: true, report: mirrorReport() })
    if (command !== 'verify') return
    send(verified({ running: true, doneBytes: 10 }))
    setTimeout(() => send(verified(end)), 100)
  }
  const { code, out, error } = await mirror('verify', '--repair')
  expect([code, out + error]).toEqual([expected, expect.stringContaining(text)])
  expect(asked.at(-1)).toEqual({ id: 1, command: 'verify', repair: true })
})

test('dump is a table, or JSON', async () => {
  answer = ({ id }, send) => send({ id, ok: true, report: mirrorReport(), dump })
  const { code, out } = await mirror('dump')
  expect([code, out]).toEqual([0, expect.stringContaining('generation          00000000000000aa')])
  expect(out).toContain('… and 30 more')
  expect(JSON.parse((await mirror('dump', '--json')).out)).toEqual(dump)
})

test('on a server of a cluster the only disk needs no name, and orders go through kagamid', async () => {
  const api = join(folder, 'api.sock')
  const here = (...args: string[]) => kagami(['--socket', api, 'mirror', ...args])
  expect((await here('status')).out).toMatch(/^● OK {2}Mirror md1/)
  const heard: string[] = []
  const daemon = createHttpServer((request, response) => {
    heard.push(`${request.method ?? ''} ${request.url ?? ''}`)
    const message = say('mirror-recover-ordered', { mirror: 'NMP1' })
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ accepted: true, message }))
  })
  daemon.listen(api)
  await once(daemon, 'listening')
  asked = []
  expect(await here('recover')).toMatchObject({ code: 0, out: expect.stringContaining('recovery') })
  expect((await here('--disk', 'NMP 2', 'break')).code).toBe(0)
  expect(heard).toEqual(['POST /api/v1/mirrors/NMP1/recover', 'POST /api/v1/mirrors/NMP%202/break'])
  expect(asked).toEqual([])
  daemon.close()
  // The order to give one up is asked twice: what it would cost, and with the answer's token.
  const bodies: unknown[] = []
  const forced = createHttpServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += String(chunk)))
    request.on('end', () => {
      const { seen } = JSON.parse(body) as { seen?: string }
      bodies.push(JSON.parse(body))
      const cost = say('would-lose', { loser: 'SERVER2', size: '12 MiB' })
      const confirm = { message: cost, seen: 'token' }
      response.statusCode = seen === 'token' ? 200 : 409
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify(
          seen === 'token'
            ? { accepted: true, message: say('mirror-force-ordered', { mirror: 'NMP1' }) }
            : { accepted: false, message: say('order-changed'), confirm },
        ),
      )
    })
  })
  forced.listen(api)
  await once(forced, 'listening')
  const words = ['--socket', api, 'mirror', 'force', '--loser', 'SERVER2']
  const given = await kagami(words, 'SERVER2\n')
  expect([given.code, given.error]).toEqual([0, expect.stringContaining('12 MiB')])
  expect((await kagami(words, 'yes\n')).code).toBe(1)
  const first = { loser: 'SERVER2', seen: '-' }
  expect(bodies).toEqual([first, { ...first, seen: 'token' }, first])
  expect(asked).toEqual([])
  forced.close()
  // Two of them: which one?
  writeFileSync(join(folder, 'NMP2.control'), '')
  expect(await here('status')).toMatchObject({ code: 2, error: expect.stringContaining('KG5100') })
})

test.each([
  [['mirror', 'status'], 2, 'KG5100'],
  [['mirror', '--control', '/nowhere', 'status'], 3, 'KG5101'],
  [['mirror', '--control', '/nowhere', 'force'], 2, 'KG5022'],
  [['mirror', '--control', '/nowhere', 'nonsense'], 2, 'KG5020'],
  [['mirror'], 2, 'Usage'],
])('%j', async (args, code, text) => {
  expect(await kagami(args)).toMatchObject({ code, error: expect.stringContaining(text) })
})

test('one that leaves, or says what is no answer', async () => {
  answer = (_request, _send, socket) => socket.end()
  expect(await mirror('status')).toMatchObject({
    code: 3,
    error: expect.stringContaining('KG5104'),
  })
  answer = (_request, _send, socket) => socket.write('{"id":1,\n[]\n')
  expect((await mirror('status')).code).toBe(3)
})

test('sizes', () => {
  expect([bytesOf('512M'), bytesOf('1T'), bytesOf('7')]).toEqual([512 * 1024 ** 2, 1024 ** 4, 7])
  expect(['', '0', '1.5G', '12Q', '-1'].map(bytesOf)).toEqual([null, null, null, null, null])
  fc.assert(fc.property(fc.string(), (text) => Number.isSafeInteger(bytesOf(text) ?? 1)))
})
