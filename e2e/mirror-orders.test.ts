/**
 * What an operator orders, typed as `kagami mirror`, on a stand-alone pair: the replicas parted and
 * brought together, compared and repaired, one of two given up, the disk made larger.
 */
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { MirrorReport } from '../src/wire/mirror-control.ts'
import { giveUpStandby, operate, order, reportWhen, withoutControl } from './mirror-operator.ts'
import { readsAs, runProgram, type Side, writePattern } from './mirrord-pair.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

const mebibyte = 1024 * 1024
let sizeBytes = 128 * mebibyte
let pair: StandAlonePair

beforeAll(async () => {
  const times = ['--alone-after', '50', '--restart-after', '100', '--path-timeout', '500']
  pair = new StandAlonePair(['--size', '128M', '--link-security', 'off', ...times])
  await pair.ready()
})

afterAll(async () => {
  await pair.end()
})

async function obeyed(side: Side, ...words: string[]): Promise<string> {
  const { code, output, errors } = await operate(pair, side, words)
  expect(`${words.join(' ')}: ${code} ${errors}`).toMatch(/: 0 /)
  return output
}

async function refused(side: Side, ...words: string[]): Promise<string> {
  const { code, errors } = await operate(pair, side, words)
  expect(`${words.join(' ')}: ${code}`).toBe(`${words.join(' ')}: 1`)
  return errors
}

const uriOf = (side: Side): string => `nbd+unix:///md1?socket=${pair.file(`${side}/nbd.sock`)}`

async function writes(side: Side, pattern: number, offset: string): Promise<void> {
  const { code, output, errors } = await writePattern(uriOf(side), {
    ...{ pattern, offset, length: '1M', flush: true },
  })
  expect(`${code}${code === 0 ? '' : output + errors}`).toBe('0')
}

async function holds(pattern: number, offset: string): Promise<boolean> {
  return readsAs(pair.uri, { pattern, offset, length: '1M' })
}

async function endsEqual(): Promise<void> {
  await pair.untilSettled()
  await runProgram('qemu-io', ['-f', 'raw', '-c', 'flush', pair.uri])
  expect(await pair.equal()).toBe(true)
}

/** What `side` has gone over in copies, in this life. */
async function copiedBytes(side: Side): Promise<number> {
  const { detail } = await reportWhen(pair, side, () => true)
  return detail.counters.copySentBytes + detail.counters.copyEqualBytes
}

describe('looking', () => {
  test('status and dump, in both languages', async () => {
    expect(await obeyed('a', 'status')).toMatch(/^● .*in sync/)
    const japanese = await operate(pair, 'a', ['status'], 'ja')
    expect(japanese).toMatchObject({ code: 0, errors: '' })
    expect(japanese.output).toMatch(/^● .*同期/)
    const report = JSON.parse((await operate(pair, 'b', ['--json', 'status'])).output)
    expect(report).toMatchObject({ role: 'secondary', inSync: true, sizeBytes })
    expect(await obeyed('b', 'dump')).toMatch(/generation +[0-9a-f]{16}/)
    expect((await operate(pair, 'b', ['dump'], 'ja')).output).toMatch(/generation +[0-9a-f]{16}/)
  })

  test('what is wrong on the command line, and nobody there', async () => {
    expect((await operate(pair, 'a', ['force'])).code).toBe(2)
    const missing = await runProgram('bin/kagami', ['mirror', 'status'])
    expect(missing).toMatchObject({ code: 2 })
    const nobody = ['mirror', '--control', pair.file('nobody.sock'), 'status']
    expect(await runProgram('bin/kagami', nobody)).toMatchObject({ code: 3 })
  })

  test('what cannot be done now is refused, and says why', async () => {
    expect(await refused('a', 'cancel')).toContain('no copy is under way')
    expect((await operate(pair, 'a', ['cancel'], 'ja')).errors).toContain('中止できるコピー')
    expect(await refused('a', 'force', '--loser', 'c', '--yes')).toContain('none of its servers')
    expect(await refused('a', 'force', '--loser', 'a', '--yes')).toContain('is active')
    expect(await refused('b', 'verify')).toContain('Mirror md1')
    expect(await refused('a', 'extend')).toContain('has not become larger')
  })
})

describe('verify', () => {
  test('finds a byte that changed on the disk of the standby, and repairs it', async () => {
    await writes('a', 21, '30M')
    expect(await obeyed('a', 'verify')).toContain('identical')
    const at = 30 * mebibyte + 5000
    const disk = fs.openSync(pair.state().b.data, 'r+')
    fs.writeSync(disk, Buffer.from([99]), 0, 1, at)
    fs.closeSync(disk)
    const found = await operate(pair, 'a', ['verify'])
    expect(found.code).toBe(1)
    const { detail } = await reportWhen(pair, 'a', () => true)
    expect(detail.verify?.places).toEqual([{ offset: 30 * mebibyte + 4096, length: 4096 }])
    expect(found.output).toContain(String(30 * mebibyte + 4096))
    expect(await pair.equal()).toBe(false)
    expect((await operate(pair, 'a', ['verify', '--repair'])).code).toBe(0)
    await endsEqual()
    const after = await operate(pair, 'a', ['verify'], 'ja')
    expect(after).toMatchObject({ code: 0 })
    expect(after.output).toContain('同じ')
  })
})

describe('break and recover', () => {
  test.each([['a'], ['b']] as const)('ordered at %s', async (side) => {
    await obeyed(side, 'break')
    const broken = await reportWhen(pair, 'b', (report) => report.outdated)
    expect(broken.role).toBe('secondary')
    const alone = await reportWhen(pair, 'a', ({ break: waits }) => waits?.permitted === true)
    expect(alone.detail.hold).toBe('broken')
    await writes('a', 31, '40M')
    expect(await obeyed('a', 'status')).toContain('recover')
    const before = await copiedBytes('a')
    for (const each of ['a', 'b'] as const) await obeyed(each, 'recover')
    await pair.untilSettled()
    expect((await copiedBytes('a')) - before).toBeLessThanOrEqual(2 * mebibyte)
    expect(await holds(31, '40M')).toBe(true)
    await endsEqual()
  })
})

test('a copy is cancelled, and goes on when it is ordered', async () => {
  const random = pair.file('random')
  await runProgram('dd', ['if=/dev/urandom', `of=${random}`, 'bs=1M', 'count=96', 'status=none'])
  await runProgram('qemu-img', ['convert', '-n', '-O', 'raw', random, pair.uri])
  fs.rmSync(random)
  await giveUpStandby(pair)
  await obeyed('a', 'recover')
  await reportWhen(pair, 'a', ({ copy }) => copy?.direction === 'source')
  expect(await order(pair, 'a', { command: 'cancel' })).toMatchObject({ ok: true })
  const { detail, copy } = await reportWhen(pair, 'a', () => true)
  expect({ hold: detail.hold, copy }).toEqual({ hold: 'cancelled', copy: null })
  await writes('a', 41, '50M')
  await obeyed('a', 'recover')
  await endsEqual()
})

describe('two replicas that went apart', () => {
  const splits = (report: MirrorReport): boolean => report.link.state === 'split-brain'

  /** In the term after all that were, with what its own record allows. */
  async function promote(side: Side): Promise<void> {
    const terms = ['a', 'b'].map(async (each) => reportWhen(pair, each as Side, () => true))
    const latest = (await Promise.all(terms)).map(({ activationTerm }) => activationTerm)
    const how = { grounds: 'alone-record', peerExcluded: true } as const
    const reply = await order(pair, side, {
      command: 'promote',
      term: Math.max(...latest) + 1,
      ...how,
    })
    expect(reply).toMatchObject({ ok: true })
  }

  /** Both have written alone since they parted. Nobody is the control daemon meanwhile. */
  async function diverge(patterns: { readonly a: number; readonly b: number }): Promise<void> {
    await obeyed('a', 'break')
    await writes('a', patterns.a, '60M')
    await reportWhen(pair, 'b', ({ link }) => link.state === 'disconnected')
    await obeyed('b', 'force', '--loser', 'a', '--yes')
    await promote('b')
    await writes('b', patterns.b, '62M')
    await reportWhen(pair, 'b', ({ nbd }) => nbd.clients === 0)
    expect(await order(pair, 'b', { command: 'demote' })).toMatchObject({ ok: true })
  }

  test('stop and tell; the active one wins by order', async () => {
    await withoutControl(pair, async () => {
      await diverge({ a: 51, b: 52 })
      await obeyed('a', 'recover')
      // The other one was active in a later term: who still is in an earlier one freezes.
      const { link } = await reportWhen(pair, 'a', ({ io }) => io === 'frozen')
      expect(link.reason?.id).toBe('mirrord-double-activation')
      await promote('a')
      for (const side of ['a', 'b'] as const) await reportWhen(pair, side, splits)
    })
    expect(await obeyed('a', 'status')).toMatch(/^✖/)
    expect((await operate(pair, 'b', ['status'], 'ja')).output).toMatch(/^✖/)
    expect(await refused('a', 'recover')).not.toBe('')
    const stale = { command: 'force', loser: 'b', loserGeneration: 'feedfeedfeedfeed' } as const
    for (const side of ['a', 'b'] as const) {
      const reply = await order(pair, side, stale)
      expect(reply).toMatchObject({ ok: false, error: { id: 'mirrord-force-changed' } })
    }
    expect(await refused('b', 'force', '--loser', 'a', '--yes')).not.toBe('')
    const before = await copiedBytes('a')
    expect(await obeyed('a', 'force', '--loser', 'b', '--yes')).not.toBe('')
    await pair.untilSettled()
    expect((await copiedBytes('a')) - before).toBeLessThanOrEqual(3 * mebibyte)
    expect([await holds(51, '60M'), await holds(52, '62M')]).toEqual([true, false])
    await endsEqual()
  })

  test('the one that was standby wins by order, given at either side', async () => {
    for (const [at, pattern] of [
      ['b', 61],
      ['a', 63],
    ] as const) {
      await withoutControl(pair, async () => {
        await diverge({ a: pattern, b: pattern + 1 })
        expect(await order(pair, 'a', { command: 'demote' })).toMatchObject({ ok: true })
        await obeyed('a', 'recover')
        for (const side of ['a', 'b'] as const) await reportWhen(pair, side, splits)
        const before = await copiedBytes('b')
        await obeyed(at, 'force', '--loser', 'a', '--yes')
        await reportWhen(pair, 'a', ({ inSync }) => inSync)
        expect((await copiedBytes('b')) - before).toBeLessThanOrEqual(3 * mebibyte)
      })
      await pair.untilSettled()
      expect([await holds(pattern, '60M'), await holds(pattern + 1, '62M')]).toEqual([false, true])
      await endsEqual()
    }
  })
})

test('the disk grows while it is used', async () => {
  const larger = sizeBytes + 64 * mebibyte
  const { a, b } = pair.state()
  fs.truncateSync(a.data, larger)
  expect(await refused('a', 'extend')).toContain('could not take the size')
  fs.truncateSync(b.data, larger)
  expect(await refused('b', 'extend')).toContain('only on the active side')
  await obeyed('a', 'extend')
  sizeBytes = larger
  expect((await runProgram('nbdinfo', ['--size', pair.uri])).output.trim()).toBe(String(larger))
  await writes('a', 71, '140M')
  expect(await holds(71, '140M')).toBe(true)
  await endsEqual()
})
