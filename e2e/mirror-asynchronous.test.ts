/**
 * The asynchronous mode on a stand-alone pair: answered before the standby has it, shown how far the
 * standby is behind, and nothing promoted that may be missing something.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { MirrorReport } from '../src/wire/mirror-control.ts'
import { killSide, operate, order, reportWhen, withoutControl } from './mirror-operator.ts'
import { runProgram, writePattern } from './mirrord-pair.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

const mebibyte = 1024 * 1024
let pair: StandAlonePair

beforeAll(async () => {
  const times = ['--alone-after', '50', '--restart-after', '100', '--path-timeout', '2000']
  const words = ['--size', '64M', '--mode', 'async', '--link-security', 'off', ...times]
  pair = new StandAlonePair(words)
  await pair.ready()
})

afterAll(async () => {
  await pair.end()
})

/** The standby follows, durably marked as one that may be behind. */
const follows = (report: MirrorReport): boolean => report.alone && report.link.state === 'connected'

async function untilFollowed(): Promise<void> {
  await reportWhen(pair, 'a', (report) => follows(report) && report.detail.backlog.bytes === 0)
}

test('writes are answered while the standby stands still, and it catches up', async () => {
  await untilFollowed()
  const report = await reportWhen(pair, 'a', () => true)
  expect(report).toMatchObject({ role: 'primary', detail: { mode: 'async' } })
  await withoutControl(pair, async () => {
    killSide(pair, 'b', 'SIGSTOP')
    const write = { pattern: 91, offset: '8M', length: '4M' }
    expect((await writePattern(pair.uri, write)).code).toBe(0)
    const { detail } = await reportWhen(pair, 'a', () => true)
    expect(detail.backlog.bytes).toBe(4 * mebibyte)
    expect(detail.backlog.seconds).toBeGreaterThan(0)
    const shown = await operate(pair, 'a', ['status'])
    expect(shown.output).toMatch(/4\.0? ?MiB|4 MiB/)
    killSide(pair, 'b', 'SIGCONT')
    await untilFollowed()
  })
  expect((await runProgram('qemu-io', ['-f', 'raw', '-c', 'flush', pair.uri])).code).toBe(0)
  expect(await pair.equal()).toBe(true)
})

test('the standby is not promoted when the active side dies, and follows again afterwards', async () => {
  await withoutControl(pair, async () => {
    killSide(pair, 'a', 'SIGKILL')
    await reportWhen(pair, 'b', ({ link }) => link.state === 'disconnected')
    for (const grounds of ['in-sync', 'accept-behind'] as const) {
      const reply = await order(pair, 'b', {
        command: 'promote',
        term: 99,
        grounds,
        peerExcluded: true,
      })
      expect(reply).toMatchObject({ ok: false, error: { id: 'mirrord-promote-behind' } })
    }
  })
  await untilFollowed()
})

test('a planned stop leaves both equal', async () => {
  const write = { pattern: 92, offset: '20M', length: '8M' }
  expect((await writePattern(pair.uri, write)).code).toBe(0)
  expect(await pair.stop()).toBe(0)
  expect(await pair.imagesEqual()).toBe(true)
})
