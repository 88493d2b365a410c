/**
 * The pair without a cluster, used by programs that know nothing of it: NBD tools, QEMU's, fio, and
 * file systems on a loop device. Whatever they did, both replicas are equal afterwards.
 */
import { execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readsAs, runProgram } from './mirrord-pair.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

const mebibyte = 1024 * 1024
/** An XFS wants more than 300 MB. */
const diskBytes = 320 * mebibyte
let pair: StandAlonePair

beforeAll(async () => {
  pair = new StandAlonePair(['--size', '320M', '--link-security', 'off'])
  await pair.ready()
})

afterAll(async () => {
  await pair.end()
})

/** Nobody writes any more: in sync, flushed, and the same bytes on both. */
async function endsEqual(): Promise<void> {
  await pair.untilSettled()
  await runProgram('qemu-io', ['-f', 'raw', '-c', 'flush', pair.uri])
  expect(await pair.equal()).toBe(true)
}

async function succeeds(command: string, ...words: string[]): Promise<string> {
  const { code, output, errors } = await runProgram(command, words)
  expect(`${command} ${code} ${code === 0 ? '' : `${output}${errors}`}`.trim()).toBe(`${command} 0`)
  return output
}

describe('NBD programs', () => {
  test('nbdinfo says what the export can do', async () => {
    const shown = JSON.parse(await succeeds('nbdinfo', '--json', pair.uri)).exports[0]
    expect(shown).toMatchObject({ 'export-name': 'md1', 'export-size': diskBytes })
    expect(shown).toMatchObject({ can_flush: true, can_fua: true, is_read_only: false })
  })

  test('nbdinfo --map covers the whole disk', async () => {
    type Extent = { readonly offset: number; readonly length: number }
    const map = JSON.parse(await succeeds('nbdinfo', '--map', '--json', pair.uri)) as Extent[]
    let end = 0
    for (const { offset, length } of map) {
      expect(offset).toBe(end)
      end = offset + length
    }
    expect(end).toBe(diskBytes)
  })

  test('nbdcopy in and out gives back what went in', async () => {
    const random = pair.file('random')
    await succeeds('dd', 'if=/dev/urandom', `of=${random}`, 'bs=1M', 'count=320', 'status=none')
    await succeeds('nbdcopy', '--flush', random, pair.uri)
    await succeeds('nbdcopy', pair.uri, pair.file('back'))
    await succeeds('cmp', random, pair.file('back'))
    for (const name of ['random', 'back']) fs.rmSync(pair.file(name))
    await endsEqual()
  })

  test('qemu-io patterns, aligned and not, and zeroes', async () => {
    const orders = [
      ...['write -P 17 0 8M', 'write -P 18 1M 64k', 'write -P 19 2560 1536', 'write -z 2M 3M'],
      ...['write -f -P 20 255M 1M', 'write -P 21 4194303 2', 'flush'],
    ]
    const words = orders.flatMap((order) => ['-c', order])
    await succeeds('qemu-io', '-f', 'raw', '-t', 'none', ...words, pair.uri)
    const expected: [number, string, string][] = [
      [17, '0', '2560'],
      [19, '2560', '1536'],
      [18, '1M', '64k'],
      [0, '2M', '2097151'],
      [21, '4194303', '2'],
      [0, '4194305', '1048575'],
      [17, '5M', '3M'],
      [20, '255M', '1M'],
    ]
    for (const [pattern, offset, length] of expected)
      expect([offset, await readsAs(pair.uri, { pattern, offset, length })]).toEqual([offset, true])
    await endsEqual()
  })

  test('qemu-img convert and compare', async () => {
    const source = pair.file('source.qcow2')
    await succeeds('qemu-img', 'create', '-q', '-f', 'qcow2', source, '320M')
    const orders = ['write -P 33 0 5M', 'write -P 34 100M 20M', 'write -P 35 244M 12M']
    await succeeds('qemu-io', ...orders.flatMap((order) => ['-c', order]), source)
    await succeeds('qemu-img', 'convert', '-n', '-O', 'raw', source, pair.uri)
    await succeeds('qemu-img', 'compare', '-F', 'raw', source, pair.uri)
    await endsEqual()
  })
})

/**
 * Several writers of one block leave nothing to verify but that one of them won. So overlap and
 * knowledge are taken apart: four jobs write areas that overlap by half, all at once, and only then
 * each writes and verifies (crc32c of every block) an area of its own that lies across those of two
 * jobs before: a write of the first phase that comes late, or twice, is found. Within a job blocks
 * are written again while an earlier write of them is still in flight, unless fio serialises it.
 */
test('fio verifies what four jobs wrote over each other at depth 32', async () => {
  const job = (name: string, ...words: string[]): string[] => [
    ...[`--name=${name}`, '--ioengine=nbd', `--uri=${pair.uri}`, '--iodepth=32', '--size=32M'],
    ...['--bsrange=4k-32k', '--bs_unaligned=0', '--serialize_overlap=1', '--randrepeat=0'],
    ...words,
  ]
  const jobs = [0, 1, 2, 3].flatMap((index) => [
    ...job(`over${index}`, '--rw=randwrite', `--offset=${index * 16}M`, '--norandommap=1'),
  ])
  const verified = [0, 1, 2, 3].flatMap((index) =>
    job(
      `check${index}`,
      ...['--rw=randwrite', `--offset=${index * 32 + 8}M`, '--verify=crc32c', '--fsync=97'],
      ...['--verify_fatal=1', '--verify_state_save=0', '--do_verify=1'],
      ...(index === 0 ? ['--stonewall'] : []),
    ),
  )
  await succeeds('fio', ...jobs, ...verified)
  await endsEqual()
})

/** The same four areas again and again, read back while others write: fio's own bookkeeping. */
test('fio verifies while it writes', async () => {
  const words = [0, 1, 2, 3].flatMap((index) => [
    ...[`--name=mixed${index}`, '--ioengine=nbd', `--uri=${pair.uri}`, '--iodepth=32'],
    ...['--rw=randwrite', '--bs=4k', '--size=8M', `--offset=${index * 8}M`, '--loops=3'],
    ...['--verify=crc32c', '--verify_backlog=256', '--verify_fatal=1', '--verify_state_save=0'],
  ])
  await succeeds('fio', ...words)
  await endsEqual()
})

describe('file systems on a loop device', () => {
  test.each([
    { type: 'ext3', check: ['e2fsck', '-fn'] },
    { type: 'ext4', check: ['e2fsck', '-fn'] },
    { type: 'xfs', check: ['xfs_repair', '-n'] },
  ])('$type is made, filled, and sound', async ({ type, check }) => {
    const shown = pair.file('shown')
    const mount = pair.file('mount')
    for (const folder of [shown, mount]) fs.mkdirSync(folder, { recursive: true })
    const nbdfuse = spawn('nbdfuse', [`${shown}/disk`, pair.uri], { stdio: 'ignore' })
    const left = new Promise((done) => nbdfuse.once('exit', done))
    let loop = ''
    try {
      await expect.poll(() => fs.existsSync(`${shown}/disk`), { timeout: 10_000 }).toBe(true)
      const words = ['--find', '--show', '--direct-io=on', `${shown}/disk`]
      loop = (await succeeds('losetup', ...words)).trim()
      const force = type === 'xfs' ? '-f' : '-F'
      await succeeds(`mkfs.${type}`, '-q', force, loop)
      await succeeds('mount', '-t', type, loop, mount)
      await succeeds('cp', '-r', 'src', `${mount}/src`)
      await succeeds('dd', 'if=/dev/urandom', `of=${mount}/big`, 'bs=1M', 'count=64', 'status=none')
      await succeeds('diff', '-r', 'src', `${mount}/src`)
      await succeeds('umount', mount)
      const [program = '', ...options] = check
      const found = await runProgram(program, [...options, loop])
      expect({ ...found, output: '', errors: '' }).toEqual({ code: 0, output: '', errors: '' })
      expect(`${found.output}${found.errors}`).not.toContain('Fix?')
    } finally {
      await runProgram('umount', [mount])
      if (loop !== '') await runProgram('losetup', ['-d', loop])
      await untilUnmounted(shown)
      await left
    }
    await endsEqual()
  })
})

describe('the one who plays the control daemon', () => {
  test('starts what was killed, and the disk goes on', async () => {
    for (const side of ['b', 'a'] as const) {
      const { pid } = pair.state()[side]
      if (pid !== null) process.kill(pid, 'SIGKILL')
      const write = `write -P ${side === 'a' ? 65 : 66} 7M 1M`
      await expect
        .poll(
          async () =>
            (await runProgram('qemu-io', ['-f', 'raw', '-c', write, '-c', 'flush', pair.uri])).code,
          { timeout: 30_000 },
        )
        .toBe(0)
      await pair.untilSettled()
      expect(pair.state()[side].pid).not.toBe(pid)
    }
    await endsEqual()
  })

  test('a standby that is stopped is killed before the other one goes on alone', async () => {
    const { pid } = pair.state().b
    if (pid !== null) process.kill(pid, 'SIGSTOP')
    const write = ['-f', 'raw', '-c', 'write -P 67 9M 1M', '-c', 'flush', pair.uri]
    expect((await runProgram('qemu-io', write)).code).toBe(0)
    await pair.untilSettled()
    expect(pair.state().b.pid).not.toBe(pid)
    await endsEqual()
  })

  test('leaves nothing behind when it is stopped', async () => {
    const { a, b } = pair.state()
    expect(await pair.stop()).toBe(0)
    for (const { pid } of [a, b]) expect(fs.existsSync(`/proc/${pid}`)).toBe(false)
    const left = fs.readdirSync(pair.dir, { recursive: true, encoding: 'utf8' })
    expect(left.filter((name) => name.endsWith('.sock'))).toEqual([])
    expect(await pair.imagesEqual()).toBe(true)
  })
})

/** A loop device lets go of its file a moment after it was detached. */
async function untilUnmounted(folder: string): Promise<void> {
  await expect
    .poll(
      () => new Promise((done) => execFile('umount', [folder], (error) => done(error === null))),
      {
        timeout: 10_000,
      },
    )
    .toBe(true)
}
