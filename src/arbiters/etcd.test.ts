/** The register in a real etcd (Debian: etcd-server), which listens on this machine alone. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requestJson } from '../drivers/http-json.ts'
import type { Register, RegisterAnswer } from './arbiter.ts'
import { etcdArbiter } from './etcd.ts'

const isInstalled = spawnSync('etcd', ['--version']).status === 0
const within = 5000
const nobody = 'http://127.0.0.1:9'

const freePort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const valueOf = (answer: RegisterAnswer) => {
  if (!answer.ok) throw new Error(JSON.stringify(answer.error))
  return answer.value
}

function registerAt(endpoints: readonly string[], cluster: string): Register {
  const { register } = etcdArbiter(
    { endpoints, cluster },
    { request: requestJson, readText: () => Promise.resolve(''), newInstance: randomUUID },
  )
  if (register === undefined) throw new Error('it keeps a register')
  return register
}

test('an etcd that is not there is named', async () => {
  const answer = await registerAt([nobody], 'Shop/Till').read(500)
  expect(answer).toMatchObject({ ok: false, error: { args: { arbiter: 'etcd' } } })
  expect(JSON.stringify(answer)).toContain(nobody)
})

describe.skipIf(!isInstalled)('with the program etcd', () => {
  let etcd: ChildProcess
  let folder = ''
  let url = ''

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kagami-etcd-'))
    url = `http://127.0.0.1:${await freePort()}`
    const peer = `http://127.0.0.1:${await freePort()}`
    const words = [
      ...['--data-dir', folder, '--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', `default=${peer}`],
    ]
    etcd = spawn('etcd', words, { stdio: 'ignore' })
    const endsAt = performance.now() + 15_000
    while (performance.now() < endsAt && !(await registerAt([url], 'warm-up').read(1000)).ok) {
      await new Promise((done) => setTimeout(done, 100))
    }
  })

  afterAll(() => {
    etcd.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  test('both servers make the same register, whoever asks first', async () => {
    const made = await Promise.all(
      Array.from({ length: 10 }, () => registerAt([url], 'Shop/First').read(within)),
    )
    const values = made.map(valueOf)
    expect(new Set(values.map(({ instance }) => instance)).size).toBe(1)
    expect(values[0]?.version).toBe(0)
  })

  test('of many claims from one version exactly one wins, and all hear who', async () => {
    const register = registerAt([url], 'Shop/Till')
    const { instance } = valueOf(await register.read(within))
    for (let version = 0; version < 4; version += 1) {
      const claims = Array.from({ length: 12 }, (_none, index) =>
        register.claim({ instance, version, holder: `S${index}`, nonce: `n${index}` }, within),
      )
      const heard = (await Promise.all(claims)).map(valueOf)
      expect(new Set(heard.map((each) => JSON.stringify(each))).size).toBe(1)
      expect(heard[0]).toMatchObject({ instance, version: version + 1 })
    }
  })

  test('a repeated claim is answered as won; another instance wins nothing', async () => {
    const register = registerAt([url], 'Shop/Again')
    const { instance } = valueOf(await register.read(within))
    const claim = { instance, version: 0, holder: 'SERVER1', nonce: 'once' }
    const told = valueOf(await register.claim(claim, within))
    expect(told).toMatchObject({ version: 1, holder: 'SERVER1' })
    expect(valueOf(await register.claim(claim, within))).toEqual(told)
    const strange = { instance: 'another', version: 1, holder: 'SERVER2', nonce: 'x' }
    expect(valueOf(await register.claim(strange, within))).toEqual(told)
  })

  test('an endpoint that is down is passed over', async () => {
    const register = registerAt([nobody, url], 'Shop/Till')
    expect(await register.read(within)).toMatchObject({ ok: true })
  })
})
