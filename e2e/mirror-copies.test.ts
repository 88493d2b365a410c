/**
 * What a copy sends: what has changed, and little more; and what an interruption costs. Counted in
 * the reports of the source, not timed.
 */
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MetadataDump } from '../src/wire/mirror-control.ts'
import {
  giveUpStandby,
  killSide,
  operate,
  order,
  reportWhen,
  withoutControl,
} from './mirror-operator.ts'
import { runProgram, type Side, writePattern } from './mirrord-pair.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

const mebibyte = 1024 * 1024
const sizeBytes = 512 * mebibyte
let pair: StandAlonePair

beforeAll(async () => {
  const times = ['--alone-after', '50', '--restart-after', '100', '--path-timeout', '500']
  pair = new StandAlonePair(['--size', '512M', '--link-security', 'off', ...times])
  await pair.ready()
})

afterAll(async () => {
  await pair.end()
})

interface Copied {
  readonly incarnation: string
  readonly sentBytes: number
  readonly equalBytes: number
}

/** Counted in this life of `a`. */
async function counted(): Promise<Copied> {
  const { incarnation, detail } = await reportWhen(pair, 'a', () => true)
  const { copySentBytes, copyEqualBytes } = detail.counters
  return { incarnation, sentBytes: copySentBytes, equalBytes: copyEqualBytes }
}

/** What `a` has gone over in a copy to `b`, equal or not, while `work` was done. */
async function copiedDuring(work: () => Promise<void>): Promise<number> {
  const before = await counted()
  await work()
  await pair.untilSettled()
  const after = await counted()
  expect(after.incarnation).toBe(before.incarnation)
  return after.sentBytes + after.equalBytes - before.sentBytes - before.equalBytes
}

async function dumpOf(side: Side): Promise<MetadataDump> {
  const { code, output } = await operate(pair, side, ['--json', 'dump'])
  expect(code).toBe(0)
  return JSON.parse(output) as MetadataDump
}

async function endsEqual(): Promise<void> {
  await pair.untilSettled()
  await runProgram('qemu-io', ['-f', 'raw', '-c', 'flush', pair.uri])
  expect(await pair.equal()).toBe(true)
}

async function writes(pattern: number, offset: string, length: string): Promise<void> {
  const { code } = await writePattern(pair.uri, { pattern, offset, length, flush: true })
  expect(code).toBe(0)
}

describe('the standby returns', () => {
  test('what was written meanwhile is copied', async () => {
    await writes(11, '0', '64M')
    await pair.untilSettled()
    const copied = await copiedDuring(async () => {
      // Nobody starts it until this is written; the permission comes by order.
      await withoutControl(pair, async () => {
        killSide(pair, 'b', 'SIGKILL')
        await reportWhen(pair, 'a', (report) => report.link.state === 'disconnected')
        const { break: waits } = await reportWhen(pair, 'a', (report) => report.break !== null)
        const breakNumber = waits?.number ?? 0
        await order(pair, 'a', { command: 'permit-alone', breakNumber, grounds: 'operator' })
        await writes(12, '100M', '8M')
      })
    })
    expect(copied).toBeGreaterThanOrEqual(8 * mebibyte)
    expect(copied).toBeLessThanOrEqual(9 * mebibyte)
    await endsEqual()
  })

  test('nothing was written: nothing is copied', async () => {
    const copied = await copiedDuring(async () => {
      const { incarnation } = await reportWhen(pair, 'b', () => true)
      killSide(pair, 'b', 'SIGKILL')
      await reportWhen(pair, 'b', (report) => report.incarnation !== incarnation)
    })
    expect(copied).toBe(0)
    await endsEqual()
  })
})

test('the active side returns: no more is gone over than its log was hot', async () => {
  await writes(13, '200M', '1M')
  const { hotExtents, extentBytes } = await dumpOf('a')
  expect(hotExtents).toContain((200 * mebibyte) / extentBytes)
  expect(hotExtents.length).toBeLessThan(30)
  const { incarnation } = await counted()
  killSide(pair, 'a', 'SIGKILL')
  await reportWhen(pair, 'a', (report) => report.incarnation !== incarnation)
  await pair.untilSettled()
  const { sentBytes, equalBytes } = await counted()
  expect(sentBytes + equalBytes).toBeLessThanOrEqual(hotExtents.length * extentBytes)
  await endsEqual()
})

describe('a full copy', () => {
  const filledBytes = 256 * mebibyte

  test('goes on where it was, whoever is killed in the middle of it', async () => {
    const random = pair.file('random')
    await runProgram('dd', ['if=/dev/urandom', `of=${random}`, 'bs=1M', 'count=256', 'status=none'])
    expect(
      (await runProgram('qemu-img', ['convert', '-n', '-O', 'raw', random, pair.uri])).code,
    ).toBe(0)
    fs.rmSync(random)
    await giveUpStandby(pair)
    const { b } = pair.state()
    fs.truncateSync(b.data, 0)
    fs.truncateSync(b.data, sizeBytes)
    const before = await counted()
    expect((await operate(pair, 'a', ['recover'])).code).toBe(0)
    await untilCopied(0.2)
    killSide(pair, 'b', 'SIGKILL')
    await untilCopied(0.4)
    const atDeath = await counted()
    killSide(pair, 'a', 'SIGKILL')
    await reportWhen(pair, 'a', ({ incarnation }) => incarnation !== before.incarnation)
    await pair.untilSettled()
    const after = await counted()
    const sentBytes = atDeath.sentBytes - before.sentBytes + after.sentBytes
    expect(sentBytes).toBeGreaterThan(0.9 * filledBytes)
    expect(sentBytes).toBeLessThan(1.5 * filledBytes)
    await endsEqual()
  })

  async function untilCopied(share: number): Promise<void> {
    await reportWhen(pair, 'a', ({ copy }) => {
      return copy?.direction === 'source' && copy.bytesDone > share * copy.bytesTotal
    })
  }
})
