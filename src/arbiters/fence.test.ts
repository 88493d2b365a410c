import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run, type Run } from '../drivers/process.ts'
import { fenceArbiter, type FenceDevice } from './fence.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-fence-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A program that writes down what it was told. */
function agent(name: string, body: string): void {
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\ncat >>${folder}/${name}.told\n${body}\n`)
  chmodSync(path, 0o755)
}

const told = (name: string): string => readFileSync(join(folder, `${name}.told`), 'utf8')

const runHere: Run = (program, args, options) => run(join(folder, program), args, options)

function device(change: Partial<FenceDevice> & Pick<FenceDevice, 'agent'>): FenceDevice {
  return { options: {}, timeoutSec: 5, retries: 0, ...change }
}

function exclude(devices: readonly FenceDevice[], restarts = false, timeoutMs = 10_000) {
  const readText = (path: string): Promise<string> => readFile(path, 'utf8')
  const arbiter = fenceArbiter({ peer: 'SERVER2', devices, restarts }, { run: runHere, readText })
  return arbiter.exclude?.(timeoutMs)
}

test('it says nothing before somebody is to be excluded', async () => {
  const world = { run: runHere, readText: () => Promise.resolve('') }
  const arbiter = fenceArbiter({ peer: 'SERVER2', devices: [], restarts: false }, world)
  expect(await arbiter.ask(100)).toBe('unasked')
})

test('an agent is told its options, the password and the action on its standard input', async () => {
  agent('fence_good', 'exit 0')
  writeFileSync(join(folder, 'secret'), 'open sesame\n')
  const options = { ip: '10.0.0.9', plug: 3, lanplus: true }
  const good = device({ agent: 'fence_good', options, passwordFile: join(folder, 'secret') })
  expect(await exclude([good])).toEqual({ ok: true })
  const lines = ['ip=10.0.0.9', 'plug=3', 'lanplus=true', 'password=open sesame', 'action=off', '']
  expect(told('fence_good')).toBe(lines.join('\n'))
})

test('what an agent complains of is the reason', async () => {
  agent('fence_bad', 'echo starting >&2; echo "connection refused" >&2; exit 1')
  expect(await exclude([device({ agent: 'fence_bad' })])).toMatchObject({
    ok: false,
    error: {
      id: 'fence-agent-failed',
      args: { agent: 'fence_bad', peer: 'SERVER2', reason: 'connection refused' },
    },
  })
})

test.each([
  ['a missing agent', device({ agent: 'fence_none' })],
  ['a missing password', device({ agent: 'fence_good', passwordFile: '/nowhere' })],
  ['an agent that hangs', device({ agent: 'fence_hangs', timeoutSec: 0.3 })],
])('no confirmation: %s', async (_what, one) => {
  agent('fence_good', 'exit 0')
  agent('fence_hangs', 'sleep 30')
  expect(await exclude([one])).toMatchObject({ ok: false })
})

test('it is tried again as often as was said', async () => {
  agent('fence_late', `[ "$(grep -c action ${folder}/fence_late.told)" -ge 3 ]`)
  expect(await exclude([device({ agent: 'fence_late', retries: 1 })])).toMatchObject({ ok: false })
  expect(await exclude([device({ agent: 'fence_late', retries: 1 })])).toEqual({ ok: true })
})

test('one power supply that is not confirmed is a server that runs', async () => {
  agent('fence_good', 'exit 0')
  agent('fence_bad', 'exit 1')
  const devices = [device({ agent: 'fence_good' }), device({ agent: 'fence_bad' })]
  expect(await exclude(devices)).toMatchObject({ ok: false })
})

test('afterwards it is switched on again, if that was said', async () => {
  agent('fence_good', 'exit 0')
  expect(await exclude([device({ agent: 'fence_good' })], true)).toEqual({ ok: true })
  await expect.poll(() => told('fence_good')).toContain('action=on')
})

test('the time limit is for all of it', async () => {
  agent('fence_hangs', 'sleep 30')
  const slow = device({ agent: 'fence_hangs', retries: 9 })
  expect(await exclude([slow], false, 300)).toMatchObject({ ok: false })
})
