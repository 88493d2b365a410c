/** The witness as a real process, asked over HTTPS as a server asks it. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requestJson } from '../drivers/http-json.ts'
import type { Register, RegisterAnswer } from './arbiter.ts'
import { witnessArbiter } from './witness.ts'

const main = join(import.meta.dirname, '../witness/main.ts')
let folder = ''
const running: ChildProcess[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-witness-'))
})

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const data = (): string => join(folder, 'data')
const said: string[] = []

function kagami(...words: string[]): string {
  return execFileSync(process.execPath, [main, ...words, '--data', data()], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
}

/** Its port. */
async function serve(): Promise<number> {
  said.length = 0
  const words = ['serve', '--data', data(), '--listen', '127.0.0.1', '--port', '0']
  const child = spawn(process.execPath, [main, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  running.push(child)
  child.stderr.setEncoding('utf8')
  child.stderr.on('data', (text: string) => said.push(text))
  const port = (): number => Number(/listening on 127.0.0.1:(\d+)/.exec(said.join(''))?.[1] ?? 0)
  await expect.poll(port).toBeGreaterThan(0)
  return port()
}

async function killed(): Promise<void> {
  for (const child of running.splice(0)) {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGKILL')
    await ended
  }
}

function registerOf(port: number, token: string, cluster = 'Shop/Till'): Register {
  const tokenFile = join(folder, 'token')
  writeFileSync(tokenFile, `${token}\n`)
  const caFile = join(data(), 'tls', 'ca.pem')
  const { register } = witnessArbiter(
    { url: `https://127.0.0.1:${port}`, cluster, caFile, tokenFile },
    { request: requestJson, readText: (path) => Promise.resolve(readFileSync(path, 'utf8')) },
  )
  if (register === undefined) throw new Error('it keeps a register')
  return register
}

const valueOf = (answer: RegisterAnswer) => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

const within = 5000

test('of many claims from one version exactly one wins, and all hear who', async () => {
  const token = kagami('add', 'Shop/Till')
  const register = registerOf(await serve(), token)
  const { instance } = valueOf(await register.read(within))
  for (let version = 0; version < 5; version += 1) {
    const claims = Array.from({ length: 20 }, (_none, index) =>
      register.claim({ instance, version, holder: `S${index}`, nonce: `n${index}` }, within),
    )
    const heard = (await Promise.all(claims)).map(valueOf)
    expect(new Set(heard.map((each) => JSON.stringify(each))).size).toBe(1)
    expect(heard[0]).toMatchObject({ instance, version: version + 1 })
  }
})

test('what was told is there after it was killed; a repeated claim is answered as won', async () => {
  const token = kagami('add', 'Shop/Till')
  const before = registerOf(await serve(), token)
  const { instance } = valueOf(await before.read(within))
  const claim = { instance, version: 0, holder: 'SERVER2', nonce: 'once' }
  const told = valueOf(await before.claim(claim, within))
  await killed()
  const after = registerOf(await serve(), token)
  expect(valueOf(await after.read(within))).toEqual(told)
  expect(valueOf(await after.claim(claim, within))).toEqual(told)
  expect(kagami('list')).toBe(`Shop/Till\t1\tSERVER2\t${instance}`)
})

test('a claim from another version or for another instance changes nothing', async () => {
  const token = kagami('add', 'Shop/Till')
  const register = registerOf(await serve(), token)
  const now = valueOf(await register.read(within))
  const { instance } = now
  for (const wrong of [
    { instance, version: 1 },
    { instance: 'another', version: 0 },
  ]) {
    const claim = { ...wrong, holder: 'SERVER1', nonce: 'x' }
    expect(valueOf(await register.claim(claim, within))).toEqual(now)
  }
})

test('a stranger is told nothing, and each guess takes longer', async () => {
  const token = kagami('add', 'Shop/Till')
  const port = await serve()
  const times: number[] = []
  for (const [cluster, guess] of [
    ['Shop/Till', 'guess'],
    ['Shop/Other', token],
    ['Shop/Till', ''],
  ] as const) {
    const began = performance.now()
    expect(await registerOf(port, guess, cluster).read(within)).toMatchObject({ ok: false })
    times.push(performance.now() - began)
  }
  expect(times[2]).toBeGreaterThan((times[0] ?? 0) + 200)
  expect(await registerOf(port, token).read(within)).toMatchObject({ ok: true })
})

test('restored from a copy it is another register; moved, it is the same', async () => {
  const token = kagami('add', 'Shop/Till')
  const first = valueOf(await registerOf(await serve(), token).read(within))
  await killed()
  const moved = join(folder, 'moved')
  renameSync(data(), moved)
  renameSync(moved, data())
  expect(valueOf(await registerOf(await serve(), token).read(within))).toEqual(first)
  await killed()
  cpSync(data(), moved, { recursive: true })
  rmSync(data(), { recursive: true })
  renameSync(moved, data())
  const restored = valueOf(await registerOf(await serve(), token).read(within))
  expect(restored.instance).not.toBe(first.instance)
  expect(restored.version).toBe(0)
})

test('a file that cannot be read is an error, never a fresh register', async () => {
  const token = kagami('add', 'Shop/Till')
  const port = await serve()
  await registerOf(port, token).read(within)
  const clusters = join(data(), 'clusters')
  const file = readdirSync(clusters).find((name) => name.endsWith('.register')) ?? ''
  writeFileSync(join(clusters, file), '{"register":{"insta')
  expect(await registerOf(port, token).read(within)).toMatchObject({ ok: false })
})

test('clusters are added and removed while it runs', async () => {
  const port = await serve()
  const token = kagami('add', 'Shop/Till')
  expect(await registerOf(port, token).read(within)).toMatchObject({ ok: true })
  expect(() => kagami('add', 'Shop/Till')).toThrow()
  kagami('remove', 'Shop/Till')
  expect(await registerOf(port, token).read(within)).toMatchObject({ ok: false })
})

test('a second one on the same folder ends at once', async () => {
  await serve()
  expect(() => kagami('serve', '--listen', '127.0.0.1', '--port', '0')).toThrow()
})

const asked = (port: number, text: string): Promise<string> =>
  new Promise((done) => {
    const ca = readFileSync(join(data(), 'tls', 'ca.pem'), 'utf8')
    const socket = connectTls({ host: '127.0.0.1', port, ca }, () => socket.write(text))
    let heard = ''
    socket.on('data', (part) => {
      heard += part.toString()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => done(heard))
  })

test('garbage, too much, and nothing at all do it no harm', async () => {
  const token = kagami('add', 'Shop/Till')
  const port = await serve()
  const post = `POST /v1/registers/Shop%2FTill/claim HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nConnection: close\r\n`
  const raw = connect(port, '127.0.0.1')
  raw.on('error', () => undefined)
  raw.end('this is no TLS at all\r\n\r\n'.repeat(100))
  const silent = connect(port, '127.0.0.1')
  silent.on('error', () => undefined)
  for (const [text, status] of [
    ['\0\0\0\0\r\n\r\n', ''],
    [`GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, ''],
    [`GET /v1/registers/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, '404'],
    [`${post}Content-Length: 9\r\n\r\nnot json!`, '400'],
    [`${post}Content-Length: 2\r\n\r\n{}`, '400'],
    [`${post}Content-Length: 60000\r\n\r\n${' '.repeat(60_000)}`, '400'],
  ] as const) {
    expect(await asked(port, text)).toContain(status)
  }
  expect(await registerOf(port, token).read(within)).toMatchObject({
    ok: true,
    value: { version: 0 },
  })
  silent.destroy()
})

test('the private key and the token are for one pair of eyes', async () => {
  const token = kagami('add', 'Shop/Till')
  await serve()
  const mode = execFileSync('stat', ['-c', '%a', join(data(), 'tls', 'key.pem')], {
    encoding: 'utf8',
  })
  expect(mode.trim()).toBe('600')
  const found = spawnSync('grep', ['-rl', token, data()], { encoding: 'utf8' })
  expect(found.stdout).toBe('')
  expect(existsSync(join(data(), 'tls', 'ca.pem'))).toBe(true)
})
