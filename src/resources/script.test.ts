import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../drivers/process.ts'
import { script } from './script.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-script-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(name: string, text: string, mode = 0o755): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

function make(start: string, stop: string, self = 'SERVER1') {
  const settings = {
    name: 'httpd',
    group: 'Apache',
    startPath: start,
    stopPath: stop,
    logFile: join(folder, 'log'),
    self,
    servers: ['SERVER1', 'SERVER2'],
    programs: '/opt/kagami/bin',
  }
  return script(settings, run)
}

const stopOrder = { event: 'START', factor: 'GROUPMOVE', timeoutMs: 5000 } as const
const startOrder = {
  event: 'FAILOVER',
  previousServer: 'SERVER1',
  promotion: null,
  timeoutMs: 5000,
} as const
const show = '#!/bin/sh\nenv | grep -E "^(ARMS|CLP)_" | sort\necho "path $PATH"\n'

test('the start script sees why and where it runs, in both families of names', async () => {
  const path = write('start.sh', show)
  const outcome = await make(path, path, 'SERVER2').start(startOrder)
  const log = readFileSync(join(folder, 'log'), 'utf8')
  expect(outcome).toEqual({ ok: true })
  for (const family of ['ARMS', 'CLP']) {
    expect(log).toContain(`${family}_EVENT=FAILOVER\n`)
    expect(log).toContain(`${family}_DISK=SUCCESS\n`)
    expect(log).toContain(`${family}_SERVER=OTHER\n`)
    expect(log).toContain(`${family}_SERVER_PREV=SERVER1\n`)
    expect(log).toContain(`${family}_GROUPNAME=Apache\n`)
    expect(log).toContain(`${family}_PRIORITY=2\n`)
  }
  expect(log).toContain('path /opt/kagami/bin:')
})

test('the stop script sees the event the group was started with, and the factor', async () => {
  const path = write('stop.sh', show)
  expect(await make(path, path).stop(stopOrder)).toEqual({ ok: true })
  const log = readFileSync(join(folder, 'log'), 'utf8')
  expect(log).toContain('ARMS_EVENT=START\n')
  expect(log).toContain('ARMS_FACTOR=GROUPMOVE\n')
  expect(log).toContain('ARMS_SERVER=HOME\n')
})

test.each([
  ['exit code 3', '#!/bin/sh\nexit 3\n', 'script-failed'],
  ['killed by a signal', '#!/bin/sh\nkill -9 $$\n', 'script-failed'],
  ['hangs', '#!/bin/sh\nsleep 60\n', 'script-timed-out'],
])('%s', async (_name, text, id) => {
  const path = write('start.sh', text)
  const outcome = await make(path, path).start({ ...startOrder, timeoutMs: 300 })
  expect(outcome).toMatchObject({ ok: false, error: { id } })
})

test('a script that is missing', async () => {
  const path = join(folder, 'no-such')
  const outcome = await make(path, path).start(startOrder)
  expect(outcome).toMatchObject({ ok: false, error: { id: 'script-missing' } })
})

test('a script without the executable bit runs through sh', async () => {
  const path = write('start.sh', 'exit 0\n', 0o644)
  expect(await make(path, path).start(startOrder)).toEqual({ ok: true })
})

test('a daemon that the script leaves behind does not hold it', async () => {
  const path = write('start.sh', '#!/bin/sh\nsleep 5 &\nexit 0\n')
  const before = performance.now()
  expect(await make(path, path).start(startOrder)).toEqual({ ok: true })
  expect(performance.now() - before).toBeLessThan(4000)
})
