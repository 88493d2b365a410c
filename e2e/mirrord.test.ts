/** Two real kagami-mirrord, ordinary NBD programs as clients, and everything that can go wrong. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { makeCertificates } from '../src/drivers/certificates.ts'
import { MirrordPair, readsAs, runProgram, type Side, writePattern } from './mirrord-pair.ts'

const mebibyte = 1024 * 1024
let pair: MirrordPair
let term = 0
let port = 29_600

beforeEach(() => {
  port += 1
  term = 0
  pair = new MirrordPair({ sizeBytes: 48 * mebibyte, port })
})

afterEach(async () => {
  await pair.end()
})

async function promote(
  side: Side,
  grounds: 'in-sync' | 'copy-source' | 'alone-record',
  peerExcluded = false,
) {
  term += 1
  return pair.order(side, { command: 'promote', term, grounds, peerExcluded })
}

async function startBoth(...mkfs: string[]): Promise<void> {
  expect((await pair.create('a', '--source', ...mkfs)).code).toBe(0)
  expect((await pair.create('b', '--standby')).code).toBe(0)
  pair.start('a')
  pair.start('b')
  await pair.untilInSync()
}

/** The end of every story: nobody serves, both are in sync, and equal byte for byte. */
async function endsEqual(active: Side): Promise<void> {
  await pair.untilInSync()
  expect((await pair.order(active, { command: 'demote' })).ok).toBe(true)
  expect(await pair.equal()).toBe(true)
}

function errorOf(reply: Awaited<ReturnType<typeof promote>>): string | null {
  return reply.ok ? null : reply.error.id
}

describe('creation', () => {
  test('makes a file system once, and never over something', async () => {
    expect((await pair.create('a', '--source', '--mkfs', 'ext3')).code).toBe(0)
    const { output } = await runProgram('blkid', ['-p', pair.file('data-a')])
    expect(output).toContain('TYPE="ext3"')
    const before = fs.readFileSync(pair.file('cluster-a'))
    const again = await pair.create('a', '--source', '--mkfs', 'ext3')
    expect(again.code).toBe(1)
    expect(again.errors).toContain('KG3123')
    expect(fs.readFileSync(pair.file('cluster-a')).equals(before)).toBe(true)
  })

  test('refuses a partition that holds something, and adopts one that is the source', async () => {
    fs.writeFileSync(pair.file('data-a'), Buffer.alloc(48 * mebibyte, 'x'))
    const refused = await pair.create('a', '--source', '--mkfs', 'ext3')
    expect(refused.errors).toContain('KG3124')
    expect(fs.readFileSync(pair.file('cluster-a')).every((byte) => byte === 0)).toBe(true)
    expect((await pair.create('a', '--source')).code).toBe(0)
    fs.writeFileSync(pair.file('data-b'), Buffer.alloc(48 * mebibyte, 'y'))
    expect((await pair.create('b', '--standby')).errors).toContain('KG3124')
  })

  test('a partition never created is not run', async () => {
    pair.start('a')
    await new Promise((done) => setTimeout(done, 1000))
    expect(pair.log('a')).toContain('KG3122')
  })
})

describe('with the link secured', () => {
  beforeEach(async () => {
    await pair.end()
    port += 1
    pair = new MirrordPair({ sizeBytes: 48 * mebibyte, port, secured: true })
    pair.placeIdentities(await makeCertificates('pair', ['a', 'b']))
  })

  test('it mirrors, and changes the path, as without', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    expect((await pair.report('a')).detail.linkSecurity).toBe('tls')
    await writePattern(pair.uri('a'), { pattern: 3, offset: '0', length: '8M', flush: true })
    pair.relays[0]?.cut()
    await pair.until('a', (report) => report.link.path === 'public')
    await writePattern(pair.uri('a'), { pattern: 4, offset: '4M', length: '8M' })
    expect((await pair.report('a')).break).toBeNull()
    pair.relays[0]?.mend()
    await pair.until('a', (report) => report.link.path === 'interconnect')
    await endsEqual('a')
  })

  test('certificates of another cluster do not meet, and the log says why', async () => {
    const strangers = await makeCertificates('pair', ['a', 'b'])
    pair.placeIdentities(new Map([...strangers].filter(([side]) => side === 'b')))
    expect((await pair.create('a', '--source')).code).toBe(0)
    expect((await pair.create('b', '--standby')).code).toBe(0)
    pair.start('a')
    pair.start('b')
    await pair.until('a', (report) => report.link.reason?.id === 'mirrord-link-unproved')
    await new Promise((done) => setTimeout(done, 3000))
    expect((await pair.report('a')).link.state).not.toBe('connected')
    expect(pair.log('a').match(/KG3080/g)).toHaveLength(1)
  })

  test('a key that does not fit is refused at start', async () => {
    expect((await pair.create('a', '--source')).code).toBe(0)
    fs.copyFileSync(pair.file('keys-b/b.key'), pair.file('keys-a/a.key'))
    pair.start('a')
    await new Promise((done) => setTimeout(done, 1000))
    expect(pair.log('a')).toContain('KG3081')
  })
})

describe('in service', () => {
  test('NBD programs find what they expect, and both replicas get it', async () => {
    await startBoth('--mkfs', 'ext3')
    expect((await runProgram('nbdinfo', [pair.uri('a')])).code).not.toBe(0)
    expect((await promote('a', 'in-sync')).ok).toBe(true)
    const info = await runProgram('nbdinfo', ['--json', pair.uri('a')])
    const exported = JSON.parse(info.output).exports[0]
    expect(exported).toMatchObject({ 'export-name': 'md1', 'export-size': 48 * mebibyte })
    expect(exported).toMatchObject({ can_flush: true, can_fua: true, can_zero: true })
    expect(exported).toMatchObject({ can_trim: true, can_multi_conn: true, can_df: true })
    expect(exported).toMatchObject({ contexts: ['base:allocation'], is_read_only: false })
    expect((await runProgram('nbdinfo', ['--list', pair.uri('a')])).output).toContain('md1')
    expect((await runProgram('nbdinfo', ['--list', pair.uri('b')])).output).not.toContain('md1')

    const random = pair.file('random')
    await runProgram('dd', ['if=/dev/urandom', `of=${random}`, 'bs=1M', 'count=48'])
    expect((await runProgram('nbdcopy', ['--flush', random, pair.uri('a')])).code).toBe(0)
    expect((await runProgram('nbdcopy', [pair.uri('a'), pair.file('back')])).code).toBe(0)
    expect((await runProgram('cmp', [random, pair.file('back')])).code).toBe(0)
    const orders = ['-c', 'write -z 1M 3M', '-c', 'write -P 7 12800 1536', '-c', 'write -f 64k 8k']
    await runProgram('qemu-io', ['-f', 'raw', ...orders, pair.uri('a')])
    expect(await readsAs(pair.uri('a'), { pattern: 7, offset: '12800', length: '1536' })).toBe(true)
    expect(await readsAs(pair.uri('a'), { pattern: 0, offset: '1M', length: '3M' })).toBe(true)
    const map = await runProgram('nbdinfo', ['--map', pair.uri('a')])
    // One looks for twenty milliseconds: on a slow day less of it is found, and never more.
    const zero = / 1048576 +(\d+) +2 +zero/.exec(map.output)
    expect([1, 2, 3].map((count) => count * mebibyte)).toContain(Number(zero?.[1]))
    await endsEqual('a')
  })

  test('fio verifies overlapping writes from several jobs', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    const fio = await runProgram('fio', [
      ...['--name=w', '--ioengine=nbd', `--uri=${pair.uri('a')}`, '--rw=randwrite', '--bs=4k'],
      ...['--iodepth=32', '--numjobs=2', '--size=16M', '--offset_increment=16M'],
      ...['--verify=crc32c', '--verify_state_save=0', '--fsync=64', '--group_reporting'],
    ])
    expect(fio).toMatchObject({ code: 0 })
    await endsEqual('a')
  })

  test('the service moves without a copy', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    await writePattern(pair.uri('a'), { pattern: 1, offset: '0', length: '4M' })
    const { generation } = await pair.report('a')
    expect((await pair.order('a', { command: 'demote' })).ok).toBe(true)
    expect((await promote('b', 'in-sync')).ok).toBe(true)
    expect(await readsAs(pair.uri('b'), { pattern: 1, offset: '0', length: '4M' })).toBe(true)
    await writePattern(pair.uri('b'), { pattern: 2, offset: '1M', length: '1M' })
    expect(await pair.report('b')).toMatchObject({ generation, inSync: true, io: 'serving' })
    await endsEqual('b')
  })

  test('it is not deactivated under a client', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    const client = runProgram('qemu-io', ['-f', 'raw', '-c', 'sleep 2000', pair.uri('a')])
    await pair.until('a', (report) => report.nbd.clients > 0)
    expect(errorOf(await pair.order('a', { command: 'demote' }))).toBe('mirrord-demote-clients')
    await client
    await pair.until('a', (report) => report.nbd.clients === 0)
    await endsEqual('a')
  })
})

describe('the standby is lost', () => {
  test('writes freeze, a permission for this break lets them go, and the copy follows', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    await writePattern(pair.uri('a'), { pattern: 1, offset: '0', length: '1M' })
    await pair.kill('b')
    let answered = false
    const held = writePattern(pair.uri('a'), {
      pattern: 2,
      offset: '0',
      length: '512k',
      flush: true,
    }).then((result) => {
      answered = true
      return result
    })
    const frozen = await pair.until('a', (report) => report.break?.waiting === true)
    expect(frozen).toMatchObject({ io: 'frozen', alone: false, break: { permitted: false } })
    expect(await readsAs(pair.uri('a'), { pattern: 1, offset: '512k', length: '4k' })).toBe(true)
    const breakNumber = frozen.break?.number ?? 0
    const permit = (number: number) =>
      pair.order('a', { command: 'permit-alone', breakNumber: number, grounds: 'peer-excluded' })
    expect(errorOf(await permit(breakNumber + 1))).toBe('mirrord-permit-stale')
    expect(answered).toBe(false)
    expect((await permit(breakNumber)).ok).toBe(true)
    expect((await held).code).toBe(0)
    const alone = await pair.report('a')
    expect(alone).toMatchObject({ alone: true, inSync: false, base: frozen.generation })
    expect(alone.generation).not.toBe(frozen.generation)
    pair.start('b')
    await pair.untilInSync()
    expect(await pair.report('a')).toMatchObject({ alone: false, base: '0', break: null })
    await endsEqual('a')
  })

  test('its return thaws a frozen side that nobody permitted anything', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    await pair.kill('b')
    const held = writePattern(pair.uri('a'), { pattern: 9, offset: '1M', length: '64k' })
    await pair.until('a', (report) => report.break?.waiting === true)
    pair.start('b')
    expect((await held).code).toBe(0)
    await endsEqual('a')
  })

  test('a marked replica refuses to be promoted until it was recovered', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    for (const relay of pair.relays) relay.cut()
    const held = writePattern(pair.uri('a'), { pattern: 3, offset: '0', length: '64k' })
    const frozen = await pair.until('a', (report) => report.break?.waiting === true)
    const breakNumber = frozen.break?.number ?? 0
    const { incarnation } = frozen
    const mark = { command: 'mark-outdated', asker: 'a', breakNumber, incarnation } as const
    expect((await pair.order('b', mark)).ok).toBe(true)
    await pair.order('a', { command: 'permit-alone', breakNumber, grounds: 'peer-outdated' })
    expect((await held).code).toBe(0)
    expect(errorOf(await promote('b', 'in-sync', true))).toBe('mirrord-promote-outdated')
    await pair.kill('b')
    pair.start('b')
    await pair.until('b', (report) => report.outdated)
    expect(errorOf(await promote('b', 'in-sync', true))).toBe('mirrord-promote-outdated')
    for (const relay of pair.relays) relay.mend()
    await pair.untilInSync()
    expect((await pair.report('b')).outdated).toBe(false)
    await endsEqual('a')
  })
})

describe('the active side is lost', () => {
  test('the standby serves everything that was acknowledged', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    await writePattern(pair.uri('a'), { pattern: 5, offset: '2M', length: '2M' })
    await pair.kill('a')
    expect((await promote('b', 'in-sync', true)).ok).toBe(true)
    expect(await readsAs(pair.uri('b'), { pattern: 5, offset: '2M', length: '2M' })).toBe(true)
    const write = { pattern: 6, offset: '3M', length: '64k', flush: true }
    expect((await writePattern(pair.uri('b'), write)).code).toBe(0)
    pair.start('a')
    await pair.untilInSync()
    expect(errorOf(await promote('a', 'in-sync'))).toBe('mirrord-peer-active')
    await endsEqual('b')
  })

  test('its mirrord comes back and goes on in the same term', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    await writePattern(pair.uri('a'), { pattern: 5, offset: '0', length: '1M' })
    await pair.kill('a')
    pair.start('a')
    await pair.until('a', (report) => report.copy !== null || report.inSync)
    const again = { command: 'promote', term: 1, grounds: 'copy-source' } as const
    expect((await pair.order('a', { ...again, peerExcluded: false })).ok).toBe(true)
    expect(await readsAs(pair.uri('a'), { pattern: 5, offset: '0', length: '1M' })).toBe(true)
    await endsEqual('a')
  })

  test('a replica in the middle of its first copy is refused', async () => {
    expect((await pair.create('b', '--standby')).code).toBe(0)
    pair.start('b')
    await pair.until('b', (report) => report.replica === 'never-built')
    expect(errorOf(await promote('b', 'in-sync', true))).toBe('mirrord-promote-never-built')
    expect(errorOf(await promote('b', 'alone-record', true))).toBe('mirrord-promote-never-built')
  })

  test('after a restart, having been in sync is not enough', async () => {
    await startBoth()
    await pair.kill('a')
    await pair.kill('b')
    pair.start('b')
    await pair.until('b', (report) => report.replica === 'consistent')
    expect(errorOf(await promote('b', 'in-sync', true))).toBe('mirrord-promote-grounds')
    pair.start('a')
    await pair.untilInSync()
    expect((await promote('b', 'in-sync')).ok).toBe(true)
    await endsEqual('b')
  })
})

describe('links', () => {
  test('the traffic moves to the next path and back, without a copy', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    const { generation, link } = await pair.report('a')
    expect(link.path).toBe('interconnect')
    pair.relays[0]?.cut()
    const write = { pattern: 8, offset: '4M', length: '4M', flush: true }
    expect((await writePattern(pair.uri('a'), write)).code).toBe(0)
    await pair.until('a', (report) => report.link.path === 'public')
    pair.relays[0]?.mend()
    await pair.until('a', (report) => report.link.path === 'interconnect')
    expect(await pair.report('a')).toMatchObject({ generation, inSync: true, break: null })
    expect(pair.log('b').match(/KG3004/g)).toHaveLength(1)
    await endsEqual('a')
  })

  test('a standby that hangs is lost, and found again when it goes on', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    pair.signal('b', 'SIGSTOP')
    const held = writePattern(pair.uri('a'), { pattern: 4, offset: '0', length: '64k' })
    await pair.until('a', (report) => report.break?.waiting === true)
    pair.signal('b', 'SIGCONT')
    expect((await held).code).toBe(0)
    await endsEqual('a')
  })

  test('garbage on any socket changes nothing', async () => {
    await startBoth()
    await promote('a', 'in-sync')
    const targets: net.NetConnectOpts[] = [
      { path: pair.file('nbd-a') },
      { path: pair.file('control-a') },
      { path: pair.file('control-b') },
      { host: '127.7.1.2', port },
      { host: '127.7.2.2', port },
    ]
    for (const target of targets) {
      await new Promise<void>((done) => {
        const socket = net.connect(target)
        socket.on('connect', () => socket.write(randomBytes(200_000)))
        socket.on('error', () => done())
        socket.on('close', () => done())
        socket.resume()
      })
    }
    const write = { pattern: 4, offset: '0', length: '64k', flush: true }
    expect((await writePattern(pair.uri('a'), write)).code).toBe(0)
    expect((await pair.report('a')).inSync).toBe(true)
    expect(pair.log('b')).toContain('KG3052')
    await endsEqual('a')
  })

  test('another key is refused', async () => {
    await startBoth()
    await pair.kill('a')
    fs.writeFileSync(pair.file('key'), randomBytes(32).toString('hex'))
    pair.start('a')
    const refused = await pair.until('b', (report) => report.link.state === 'refused')
    expect(refused.link.reason?.id).toBe('mirrord-link-fault')
    expect((await pair.report('a')).inSync).toBe(false)
  })
})
