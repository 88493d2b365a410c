/** A snapshot of the standby of a real pair, mounted while the active side goes on writing. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { MirrordPair, runProgram } from './mirrord-pair.ts'

const mebibyte = 1024 * 1024
let pair: MirrordPair
let port = 29_800
let cleanups: (() => Promise<void>)[] = []

beforeEach(async () => {
  port += 1
  cleanups = []
  pair = new MirrordPair({ sizeBytes: 64 * mebibyte, port })
  await pair.create('a', '--source', '--mkfs', 'ext4')
  await pair.create('b', '--standby')
  pair.start('a')
  pair.start('b')
  await pair.untilInSync()
  const promote = { command: 'promote', term: 1, grounds: 'in-sync', peerExcluded: false } as const
  await pair.order('a', promote)
})

afterEach(async () => {
  for (const clean of cleanups.toReversed()) await clean()
  await pair.end()
})

async function succeeds(command: string, ...words: string[]): Promise<string> {
  const { code, output, errors } = await runProgram(command, words)
  if (code !== 0) throw new Error(`${command} ${words.join(' ')}: ${output}${errors}`)
  return output
}

/** Shows an export as a loop device. */
async function attach(name: string, uri: string, ...options: string[]): Promise<string> {
  const shown = pair.file(`shown-${name}`)
  fs.mkdirSync(shown)
  const readOnly = options.includes('--read-only') ? ['-r'] : []
  const nbdfuse = spawn('nbdfuse', [...readOnly, `${shown}/disk`, uri], { stdio: 'ignore' })
  const left = new Promise((done) => nbdfuse.once('exit', done))
  cleanups.push(async () => {
    await runProgram('fusermount3', ['-u', shown])
    await runProgram('umount', ['-l', shown])
    await left
  })
  await expect.poll(() => fs.existsSync(`${shown}/disk`), { timeout: 10_000 }).toBe(true)
  const loop = (await succeeds('losetup', '--find', '--show', ...options, `${shown}/disk`)).trim()
  cleanups.push(async () => {
    await runProgram('losetup', ['-d', loop])
  })
  return loop
}

async function mount(name: string, loop: string, ...options: string[]): Promise<string> {
  const folder = pair.file(`mount-${name}`)
  fs.mkdirSync(folder)
  await succeeds('mount', '-t', 'ext4', ...options, loop, folder)
  cleanups.push(async () => {
    await runProgram('umount', [folder])
  })
  return folder
}

async function isSound(loop: string): Promise<void> {
  const { output, errors, code } = await runProgram('e2fsck', ['-fn', loop])
  expect(`${output}${errors}`).not.toContain('Fix?')
  expect(code).toBe(0)
}

function take(spaceBytes: number, writable: boolean) {
  const spaceFile = pair.file('space')
  return pair.order('b', { command: 'snapshot-start', spaceFile, spaceBytes, writable })
}

const uriOf = (side: 'a' | 'b', name: string): string =>
  `nbd+unix:///${name}?socket=${pair.file(`nbd-${side}`)}`

/** Ends what was mounted last, in order. */
async function undo(count: number): Promise<void> {
  for (const clean of cleanups.splice(-count).toReversed()) await clean()
}

test.each([true, false])(
  'content as of then, while writes go on (writable: %s)',
  async (writable) => {
    const live = await mount('live', await attach('live', pair.uri('a')))
    fs.writeFileSync(`${live}/before`, 'before'.repeat(10_000))
    await succeeds('sync', '-f', live)
    const started = await take(48 * mebibyte, writable)
    expect(started.ok).toBe(true)
    expect(started.report.detail.snapshot).toMatchObject({
      exportName: 'md1-snapshot',
      writable,
      dropped: false,
    })
    fs.writeFileSync(`${live}/after`, 'after')
    fs.writeFileSync(`${live}/before`, 'other'.repeat(10_000))
    await succeeds('dd', 'if=/dev/urandom', `of=${live}/big`, 'bs=1M', 'count=8', 'status=none')
    await succeeds('sync', '-f', live)

    const listed = await succeeds('nbdinfo', '--list', '--json', uriOf('b', ''))
    expect(listed).toContain('"export-name": "md1-snapshot"')
    expect((await runProgram('nbdinfo', [uriOf('b', '')])).code).not.toBe(0)
    const options = writable ? [] : ['--read-only']
    const loop = await attach('view', uriOf('b', 'md1-snapshot'), ...options)
    const view = await mount('view', loop, ...(writable ? [] : ['-o', 'ro,noload']))
    expect(fs.readFileSync(`${view}/before`, 'utf8')).toBe('before'.repeat(10_000))
    expect(fs.existsSync(`${view}/after`)).toBe(false)
    if (writable) {
      fs.writeFileSync(`${view}/mine`, 'mine')
      fs.writeFileSync(`${live}/again`, 'again')
      await succeeds('sync', '-f', view)
      await succeeds('sync', '-f', live)
      expect(fs.existsSync(`${live}/mine`)).toBe(false)
      expect(fs.readFileSync(`${view}/mine`, 'utf8')).toBe('mine')
    }
    await undo(1)
    // The journal of a file system that was mounted then is replayed by the mount, if that may write.
    if (writable) await isSound(loop)
    await undo(2)
    expect((await pair.order('b', { command: 'snapshot-stop' })).ok).toBe(true)
    expect(fs.existsSync(pair.file('space'))).toBe(false)
    expect((await pair.report('b')).detail.snapshot).toBeNull()

    await undo(3)
    expect((await pair.order('a', { command: 'demote' })).ok).toBe(true)
    expect(await pair.equal()).toBe(true)
    await isSound(pair.file('data-b'))
  },
)

test('too little space: dropped, its clients sent away, and the mirror goes on', async () => {
  expect((await take(mebibyte, false)).ok).toBe(true)
  const shown = pair.file('shown-view')
  fs.mkdirSync(shown)
  const nbdfuse = spawn('nbdfuse', ['-r', `${shown}/disk`, uriOf('b', 'md1-snapshot')])
  cleanups.push(async () => {
    await runProgram('umount', ['-l', shown])
    nbdfuse.kill()
  })
  await expect.poll(() => fs.existsSync(`${shown}/disk`), { timeout: 10_000 }).toBe(true)
  const look = ['iflag=direct', `if=${shown}/disk`, 'of=/dev/null', 'bs=4k', 'count=1']
  expect((await runProgram('dd', look)).code).toBe(0)
  const orders = ['-f', 'raw', '-c', 'write -P 7 0 8M', '-c', 'flush', pair.uri('a')]
  expect((await runProgram('qemu-io', orders)).code).toBe(0)
  const report = await pair.until('b', ({ detail }) => detail.snapshot?.dropped === true)
  expect(report.inSync).toBe(true)
  expect(pair.log('b')).toContain('KG3222')
  expect((await runProgram('dd', look)).code).not.toBe(0)
  expect(fs.existsSync(pair.file('space'))).toBe(false)
  expect((await runProgram('nbdinfo', [uriOf('b', 'md1-snapshot')])).code).not.toBe(0)
  expect((await take(16 * mebibyte, false)).ok).toBe(true)
  await pair.order('a', { command: 'demote' })
  expect(await pair.equal()).toBe(true)
})

test('the space: nothing foreign is overwritten, what a crash left is', async () => {
  fs.writeFileSync(pair.file('space'), 'something of somebody')
  const refused = await take(mebibyte, false)
  expect(refused.ok ? null : refused.error.id).toBe('mirrord-snapshot-space-foreign')
  expect(fs.readFileSync(pair.file('space'), 'utf8')).toBe('something of somebody')
  fs.rmSync(pair.file('space'))
  expect((await take(mebibyte, false)).ok).toBe(true)
  await pair.kill('b')
  expect(fs.existsSync(pair.file('space'))).toBe(true)
  pair.start('b')
  await pair.untilInSync()
  expect((await take(mebibyte, false)).ok).toBe(true)
  const onActive = await pair.order('a', {
    command: 'snapshot-start',
    spaceFile: pair.file('other'),
    spaceBytes: mebibyte,
    writable: false,
  })
  expect(onActive.ok ? null : onActive.error.id).toBe('mirrord-snapshot-active')
  expect(fs.existsSync(pair.file('other'))).toBe(false)
})

test('both replicas are compared, and repaired, while they are used', async () => {
  const live = await mount('live', await attach('live', pair.uri('a')))
  fs.writeFileSync(`${live}/file`, 'x'.repeat(100_000))
  await succeeds('sync', '-f', live)
  expect((await pair.order('a', { command: 'verify', repair: false })).ok).toBe(true)
  const ended = (report: Awaited<ReturnType<typeof pair.report>>): boolean =>
    report.detail.verify?.running === false
  const { detail } = await pair.until('a', ended)
  expect(detail.verify?.identicalAsOfMs).not.toBeNull()
  const handle = fs.openSync(pair.file('data-b'), 'r+')
  fs.writeSync(handle, Buffer.alloc(5000, 0xd5), 0, 5000, 50 * mebibyte)
  fs.closeSync(handle)
  fs.writeFileSync(`${live}/more`, 'y'.repeat(100_000))
  expect((await pair.order('a', { command: 'verify', repair: true })).ok).toBe(true)
  const repaired = await pair.until('a', ended)
  expect(repaired.detail.verify).toMatchObject({ differingBytes: 8192, repaired: true })
  await undo(3)
  await pair.order('a', { command: 'demote' })
  expect(await pair.equal()).toBe(true)
})
