/** The real driver: errors of the kernel (played by false system calls), locks, holes, growth. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Disk, type DiskOptions, openDisk } from './disk.ts'

const mebibyte = 1024 * 1024
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-real-disk-'))
afterAll(() => fs.rmSync(dir, { recursive: true }))

let count = 0
function fileOf(sizeBytes: number): string {
  count += 1
  const file = path.join(dir, `disk${count}`)
  fs.writeFileSync(file, '')
  fs.truncateSync(file, sizeBytes)
  return file
}

function open(file: string, options: DiskOptions = {}): Disk {
  const opened = openDisk(file, options)
  if (!opened.ok) throw new Error(opened.error)
  return opened.disk
}

type Calls = NonNullable<DiskOptions['calls']>

/** The system's calls, with some of them replaced. */
const callsWith = (some: Partial<Calls>): Calls => ({
  readSync: fs.readSync,
  writeSync: fs.writeSync,
  read: fs.read,
  write: fs.write,
  fdatasync: fs.fdatasync,
  ...some,
})

const failureOf = (code: string): Error => Object.assign(new Error(`${code}: played`), { code })

const write = (disk: Disk, offset: number, data: Buffer) =>
  new Promise<string | null>((done) => disk.write(offset, data, done))
const flush = (disk: Disk) => new Promise<string | null>((done) => disk.flush(done))
const read = (disk: Disk, offset: number, length: number) =>
  new Promise<Buffer>((done) => disk.read(offset, length, (_error, data) => done(data as Buffer)))
const sample = Buffer.from(Array.from({ length: 10_000 }, (_none, index) => index % 251))

describe('system calls that do less, or nothing', () => {
  const short = (length: number): number => Math.min(length, 999)
  const everyOther = () => {
    let calls = 0
    return () => (calls += 1) % 2 === 1
  }
  const isRefused = everyOther()
  const kinds: [string, boolean, Partial<Calls>][] = [
    [
      'short, synchronous',
      true,
      {
        writeSync: (fd, data, from, length, at) => fs.writeSync(fd, data, from, short(length), at),
        readSync: (fd, data, from, length, at) => fs.readSync(fd, data, from, short(length), at),
      },
    ],
    [
      'short, in the pool',
      false,
      {
        write: (fd, data, from, length, at, done) =>
          fs.write(fd, data, from, short(length), at, done),
        read: (fd, data, from, length, at, done) =>
          fs.read(fd, data, from, short(length), at, done),
      },
    ],
    [
      'interrupted, synchronous, after a part',
      true,
      {
        writeSync: (fd, data, from, length, at) => {
          if (from > 0) throw failureOf('EINTR')
          return fs.writeSync(fd, data, from, short(length), at)
        },
      },
    ],
    [
      'refused for a moment, in the pool',
      false,
      {
        write: (fd, data, from, length, at, done) => {
          if (isRefused()) done(failureOf('EAGAIN'), 0)
          else fs.write(fd, data, from, length, at, done)
        },
      },
    ],
  ]
  test.each(kinds)('%s: all of it in the end', async (_name, synchronous, some) => {
    const disk = open(fileOf(mebibyte), { synchronous, calls: callsWith(some) })
    const data = Buffer.from(sample)
    const written = write(disk, 100, data)
    data.fill(0)
    expect(await written).toBeNull()
    expect((await read(disk, 100, sample.length)).equals(sample)).toBe(true)
    expect(await flush(disk)).toBeNull()
    disk.close()
  })

  test('nothing written at all is an error', async () => {
    for (const synchronous of [true, false]) {
      const calls = callsWith({
        writeSync: () => 0,
        write: (_fd, _data, _from, _length, _at, done) => setImmediate(() => done(null, 0)),
      })
      const disk = open(fileOf(mebibyte), { synchronous, calls })
      expect(await write(disk, 0, sample)).toBe('nothing was written')
      disk.close()
    }
  })
})

describe('errors', () => {
  test.each([true, false])('a failed write fails every later flush (at once: %s)', async (sync) => {
    let tries = 0
    const calls = callsWith({
      writeSync: () => {
        tries += 1
        throw failureOf('EIO')
      },
      write: (_fd, _data, _from, _length, _at, done) => {
        tries += 1
        setImmediate(() => done(failureOf('EIO'), 0))
      },
    })
    const file = fileOf(mebibyte)
    const disk = open(file, { synchronous: sync, calls })
    expect(await flush(disk)).toBeNull()
    expect(await write(disk, 0, sample)).toBe('EIO: played')
    expect(tries).toBe(1)
    expect(await flush(disk)).toBe('EIO: played')
    expect(await flush(disk)).toBe('EIO: played')
    disk.close()
    const again = open(file)
    expect(await flush(again)).toBeNull()
    again.close()
  })

  test('the kernel tells of a lost page once; all flushes of then and later hear of it', async () => {
    let calls = 0
    let running = 0
    const fdatasync: Calls['fdatasync'] = (_fd, done) => {
      calls += 1
      running += 1
      expect(running).toBe(1)
      const error = calls === 1 ? failureOf('EIO') : null
      setTimeout(() => {
        running -= 1
        done(error)
      }, 5)
    }
    const disk = open(fileOf(mebibyte), { calls: callsWith({ fdatasync }) })
    const results = await Promise.all([flush(disk), flush(disk), flush(disk)])
    expect(results).toEqual(['EIO: played', 'EIO: played', 'EIO: played'])
    // The second and the third came while the first one ran: they shared one.
    expect(calls).toBe(2)
    disk.close()
  })
})

describe('exclusively', () => {
  test('a file is opened once, by this process or another, until it is closed', async () => {
    const file = fileOf(mebibyte)
    const disk = open(file)
    const second = openDisk(file)
    expect(second.ok ? '' : second.error).toContain('EBUSY')
    const driver = path.join(import.meta.dirname, 'disk.ts')
    const script = `import { openDisk } from ${JSON.stringify(driver)}
      process.exitCode = openDisk(${JSON.stringify(file)}).ok ? 7 : 8`
    const other = () =>
      spawnSync(process.execPath, ['--input-type=module-typescript', '-e', script]).status
    expect(other()).toBe(8)
    disk.close()
    // The other one does not close it: its lock goes with the process.
    expect(other()).toBe(7)
    open(file).close()
  })

  test('closing waits for what is under way', async () => {
    const file = fileOf(64 * mebibyte)
    const disk = open(file)
    const written = write(disk, 0, Buffer.alloc(16 * mebibyte, 1))
    disk.close()
    expect(openDisk(file).ok).toBe(false)
    expect(() => disk.read(0, 1, () => undefined)).toThrow('closed')
    expect(await written).toBeNull()
    open(file).close()
  })

  test('what is not there is an error, not an exception', () => {
    expect(openDisk(path.join(dir, 'none')).ok).toBe(false)
  })
})

describe('holes', () => {
  const allocatedOf = (file: string): number => fs.statSync(file).blocks * 512

  test('a long zero and a trim give space back, and holes are found while pages are dirty', async () => {
    const file = fileOf(8 * mebibyte)
    const disk = open(file, { synchronous: true })
    await write(disk, 0, Buffer.alloc(8 * mebibyte, 1))
    const full = allocatedOf(file)
    expect(await new Promise((done) => disk.zero(mebibyte, 2 * mebibyte, done))).toBeNull()
    const trimmed = await new Promise((done) =>
      disk.trim(5 * mebibyte, mebibyte, (error, zeroed) => done([error, zeroed])),
    )
    expect(trimmed).toEqual([null, true])
    await flush(disk)
    expect(allocatedOf(file)).toBeLessThanOrEqual(full - 3 * mebibyte + 65_536)
    await write(disk, 2 * mebibyte, Buffer.alloc(4096, 2))
    const runs = await new Promise((done) =>
      disk.holes(0, 8 * mebibyte, (_error, found) => done(found)),
    )
    const places = [0, 1, 2, 2 + 1 / 256, 3, 5, 6].map((place) => place * mebibyte)
    expect(runs).toEqual(
      places.map((offset, index) => ({
        offset,
        length: (places[index + 1] ?? 8 * mebibyte) - offset,
        isHole: index % 2 === 1,
      })),
    )
    disk.close()
  })

  test.each([
    ['without the calls', null],
    [
      'where the kernel refuses',
      {
        punchHole: (_range: object, done: (error: string) => void) => done('EOPNOTSUPP'),
        seek: (_place: object, done: (error: string, value: null) => void) => done('EINVAL', null),
        adviseRandom: () => undefined,
        setCongestionControl: () => false,
        tryLock: () => true,
      },
    ],
  ])('%s zeroes are written, nothing is trimmed, nothing known', async (_name, linux) => {
    const disk = open(fileOf(4 * mebibyte), { linux })
    await write(disk, 0, Buffer.alloc(4 * mebibyte, 1))
    const trimmed = await new Promise((done) =>
      disk.trim(0, mebibyte, (error, zeroed) => done([error, zeroed])),
    )
    expect(trimmed).toEqual([null, false])
    expect((await read(disk, 0, 1))[0]).toBe(1)
    expect(await new Promise((done) => disk.zero(1, 3 * mebibyte, done))).toBeNull()
    const content = await read(disk, 0, 4 * mebibyte)
    expect(content.equals(Buffer.alloc(4 * mebibyte, 1).fill(0, 1, 1 + 3 * mebibyte))).toBe(true)
    const runs = await new Promise((done) => disk.holes(0, mebibyte, (...answer) => done(answer)))
    expect(runs).toEqual([null, null])
    disk.close()
  })
})

test('a hole that does not read as zeroes is filled, and no other one is made', async () => {
  let punched = 0
  const punchHole = (_range: object, done: (error: null) => void) => {
    punched += 1
    setImmediate(() => done(null))
  }
  const seek = (_place: object, done: (error: string, value: null) => void) => done('EINVAL', null)
  const disk = open(fileOf(4 * mebibyte), {
    linux: {
      punchHole,
      seek,
      adviseRandom: () => undefined,
      setCongestionControl: () => false,
      tryLock: () => true,
    },
  })
  await write(disk, 0, Buffer.alloc(4 * mebibyte, 1))
  const trimmed = await new Promise((done) =>
    disk.trim(100, mebibyte, (error, zeroed) => done([error, zeroed])),
  )
  expect(trimmed).toEqual([null, true])
  expect(await new Promise((done) => disk.zero(2 * mebibyte, mebibyte, done))).toBeNull()
  expect(punched).toBe(1)
  const wanted = Buffer.alloc(4 * mebibyte, 1).fill(0, 100, 100 + mebibyte)
  wanted.fill(0, 2 * mebibyte, 3 * mebibyte)
  expect((await read(disk, 0, 4 * mebibyte)).equals(wanted)).toBe(true)
  disk.close()
})

test('a disk that grows is measured again; a sparse one of 1 TiB is just opened', async () => {
  const file = fileOf(mebibyte)
  const disk = open(file)
  fs.truncateSync(file, 2 ** 40)
  expect(disk.sizeBytes).toBe(mebibyte)
  expect(disk.measure()).toBe(2 ** 40)
  expect(disk.sizeBytes).toBe(2 ** 40)
  expect(await write(disk, 2 ** 40 - sample.length, sample)).toBeNull()
  expect((await read(disk, 2 ** 40 - sample.length, sample.length)).equals(sample)).toBe(true)
  const runs = await new Promise((done) => disk.holes(0, 2 ** 40, (_error, found) => done(found)))
  expect(runs).toMatchObject([{ offset: 0, isHole: true }, { isHole: false }])
  disk.close()
})
