import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { render, type Message } from '../messages/catalogue.ts'
import { watchArmlog } from './armlog-inbox.ts'

const armlog = resolve(import.meta.dirname, '../../bin/armlog')
let folder = ''
let inbox = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-armlog-'))
  inbox = join(folder, 'sub/armlog')
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function write(text: string, group = ''): void {
  const env = { ...process.env, KAGAMI_ARMLOG: inbox, ARMS_GROUPNAME: group }
  execFileSync(armlog, [text], { env })
}

test('lines arrive, also those from before the daemon, and each of them once', async () => {
  const heard: string[] = []
  const listen = (message: Message) => heard.push(render(message, 'en'))
  write('written while the daemon was away', 'Apache')
  const stop = await watchArmlog(inbox, listen)
  write('日本語の行')
  write('two\nlines become one')
  await expect.poll(() => heard.length).toBe(3)
  stop()
  const stopAgain = await watchArmlog(inbox, listen)
  write('after a restart')
  await expect.poll(() => heard.length).toBe(4)
  stopAgain()
  expect(heard).toEqual([
    'Script of Apache: written while the daemon was away',
    'armlog: 日本語の行',
    'armlog: two lines become one',
    'armlog: after a restart',
  ])
})

test('a script goes on when nothing can be written', () => {
  const env = { ...process.env, KAGAMI_ARMLOG: '/proc/no/such/armlog' }
  expect(() => execFileSync(armlog, ['x'], { env, stdio: 'ignore' })).not.toThrow()
})
