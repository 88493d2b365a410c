/** What every disk does, the real one and the fake one alike; and what only the fake one can show. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Disk, openDisk } from '../src/drivers/disk.ts'
import { createFakeDisk, type FakeDisk } from './fake-disk.ts'
import { chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

const sizeBytes = 3 * 1024 * 1024
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-disk-'))
afterAll(() => fs.rmSync(dir, { recursive: true }))

function realDisk(): Disk {
  const file = path.join(dir, 'disk')
  fs.writeFileSync(file, '')
  fs.truncateSync(file, sizeBytes)
  const opened = openDisk(file)
  if (!opened.ok) throw new Error(opened.error)
  return opened.disk
}

function fakeDisk(seed = 1): { disk: FakeDisk; timeline: Timeline } {
  const timeline = createTimeline()
  const disk = createFakeDisk(sizeBytes, { timeline, chance: chanceOf(seed), delayMsMax: 3 })
  return { disk, timeline }
}

type Finish = <T>(start: (done: (result: T) => void) => void) => Promise<T>

const kinds: [string, () => { disk: Disk; finish: Finish }][] = [
  ['a file', () => ({ disk: realDisk(), finish: (start) => new Promise(start) })],
  [
    'the fake',
    () => {
      const { disk, timeline } = fakeDisk()
      const finish: Finish = async (start) => {
        const results: Parameters<Parameters<typeof start>[0]>[0][] = []
        start((result) => results.push(result))
        expect(results).toHaveLength(0)
        timeline.runUntil(timeline.nowMs + 100)
        return results[0] as (typeof results)[number]
      }
      return { disk, finish }
    },
  ],
]

describe.each(kinds)('%s', (_name, create) => {
  test('reads what was written, at any offset', async () => {
    const { disk, finish } = create()
    expect(disk.sizeBytes).toBe(sizeBytes)
    const data = Buffer.from('some bytes')
    expect(await finish<string | null>((done) => disk.write(12_345, data, done))).toBeNull()
    expect(await finish<string | null>((done) => disk.zero(12_350, 2, done))).toBeNull()
    expect(await finish<string | null>((done) => disk.flush(done))).toBeNull()
    const read = await finish<Buffer | null>((done) =>
      disk.read(12_344, 12, (_error, bytes) => done(bytes)),
    )
    expect(read?.toString('latin1')).toBe('\0some \0\0tes\0')
  })

  test('zeroes longer than its own buffer', async () => {
    const { disk, finish } = create()
    await finish<string | null>((done) => disk.write(0, Buffer.alloc(sizeBytes, 7), done))
    await finish<string | null>((done) => disk.zero(1, sizeBytes - 2, done))
    const read = await finish<Buffer | null>((done) =>
      disk.read(0, sizeBytes, (_error, bytes) => done(bytes)),
    )
    expect(read?.findIndex((byte) => byte === 0)).toBe(1)
    expect(read?.subarray(1).findIndex((byte) => byte !== 0)).toBe(sizeBytes - 2)
  })
})

test('a file that ends early is an error, not an exception', async () => {
  const disk = realDisk()
  const error = await new Promise((done) => disk.read(sizeBytes - 1, 2, (why) => done(why)))
  expect(error).toContain('end')
  expect(openDisk(path.join(dir, 'none')).ok).toBe(false)
})

test('a power cut keeps what was flushed, and not always the rest', () => {
  let kept = 0
  for (let seed = 0; seed < 20; seed += 1) {
    const { disk, timeline } = fakeDisk(seed)
    disk.write(0, Buffer.alloc(4096, 1), () => undefined)
    timeline.runUntil(10)
    disk.flush(() => undefined)
    timeline.runUntil(20)
    disk.write(4096, Buffer.alloc(4096, 2), () => undefined)
    timeline.runUntil(30)
    expect(disk.content[5000]).toBe(2)
    disk.powerCut()
    expect(disk.content.subarray(0, 4096).every((byte) => byte === 1)).toBe(true)
    if (disk.content.subarray(4096, 8192).every((byte) => byte === 2)) kept += 1
  }
  expect(kept).toBeGreaterThan(0)
  expect(kept).toBeLessThan(20)
})
