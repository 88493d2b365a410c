/** The pool with a process in place of kagami-mirrord that reports, and answers what it is told to answer. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import type { MirrorSettings } from '../wire/mirror-control.ts'
import { mirrordPool } from './mirrord-pool.ts'

const children: ChildProcess[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** It never answers a `promote` nor a `demote`. */
const program = `
const [socket] = process.argv.slice(2)
require('node:net').createServer((client) => {
  const report = { pid: process.pid }
  client.write(JSON.stringify({ report }) + '\\n')
  client.on('data', (text) => {
    const { id, command } = JSON.parse(text)
    if (command === 'status') client.write(JSON.stringify({ id, ok: true, report }) + '\\n')
  })
}).listen(socket, () => console.log('ready'))
`

async function start() {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-pool-'))
  const controlSocket = join(folder, 'control')
  const file = join(folder, 'mirrord.cjs')
  writeFileSync(file, program)
  const child = spawn(process.execPath, [file, controlSocket], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  const lost: string[] = []
  const settings = { mirror: 'NMP1', controlSocket } as MirrorSettings
  const folders = { run: folder, log: folder }
  const pool = mirrordPool(
    [settings],
    { program: '/nowhere', folders, answerMs: 300 },
    {
      reported: () => undefined,
      lost: (mirror) => lost.push(mirror),
      told: () => undefined,
    },
  )
  expect(await pool.start('NMP1')).toEqual({ ok: true })
  expect(await pool.command('NMP1', { command: 'status' })).toEqual({ ok: true })
  return { child, pool, lost }
}

test('a promotion that is not answered is not carried out later either', async () => {
  const { child, pool, lost } = await start()
  const ended = once(child, 'exit')
  const promote = { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false } as const
  expect(await pool.command('NMP1', promote)).toMatchObject({
    ok: false,
    error: { id: 'mirrord-not-reached' },
  })
  expect((await ended)[1]).toBe('SIGKILL')
  expect(lost).toEqual(['NMP1'])
})

test('anything else that takes too long leaves it alive: it may still write for its clients', async () => {
  const { child, pool, lost } = await start()
  expect((await pool.command('NMP1', { command: 'demote' })).ok).toBe(false)
  expect(lost).toEqual(['NMP1'])
  expect([child.exitCode, child.signalCode]).toEqual([null, null])
})

test('one that is not heard any more has not gone, until it has', async () => {
  const { child, pool } = await start()
  expect(await pool.isGone('NMP1')).toBe(false)
  // Too late: its connection is given up, and it goes on.
  await pool.command('NMP1', { command: 'demote' })
  expect(pool.latest('NMP1')).toBeNull()
  expect(await pool.isGone('NMP1')).toBe(false)
  await expect.poll(() => pool.latest('NMP1')).not.toBeNull()
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  await expect.poll(() => pool.isGone('NMP1')).toBe(true)
})
