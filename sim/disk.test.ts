/** What every disk does, the real one both ways and the fake one alike: one contract. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { type Disk, openDisk } from '../src/drivers/disk.ts'
import { createFakeDisk } from './fake-disk.ts'
import { chanceOf } from './random.ts'
import { createTimeline } from './timeline.ts'

const sizeBytes = 3 * 1024 * 1024
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-disk-'))
afterAll(() => fs.rmSync(dir, { recursive: true }))

interface Subject {
  readonly disk: Disk
  /** Lets time pass until an operation is done. */
  readonly settle: () => Promise<void>
}

function fileDisk(synchronous: boolean): Subject {
  const file = path.join(fs.mkdtempSync(path.join(dir, 'd')), 'disk')
  fs.writeFileSync(file, '')
  fs.truncateSync(file, sizeBytes)
  const opened = openDisk(file, { synchronous })
  if (!opened.ok) throw new Error(opened.error)
  return { disk: opened.disk, settle: () => new Promise((done) => setTimeout(done, 1)) }
}

function fakeDisk(answersAtOnce: number): Subject {
  const timeline = createTimeline()
  const world = { timeline, chance: chanceOf(1), delayMsMax: 3 }
  const disk = createFakeDisk(sizeBytes, world)
  disk.answersAtOnce = answersAtOnce
  const settle = () => Promise.resolve(timeline.runUntil(timeline.nowMs + 1))
  return { disk, settle }
}

const kinds: [string, () => Subject][] = [
  ['a file through the thread pool', () => fileDisk(false)],
  ['a file in the page cache', () => fileDisk(true)],
  ['the fake, later', () => fakeDisk(0)],
  ['the fake, at once', () => fakeDisk(1)],
  ['the fake, either', () => fakeDisk(0.5)],
]

/** Starts an operation and waits for its answer, which comes exactly once. */
async function answerOf<T extends unknown[]>(
  subject: Subject,
  start: (disk: Disk, done: (...answer: T) => void) => void,
): Promise<T> {
  const answers: T[] = []
  start(subject.disk, (...answer) => answers.push(answer))
  for (let waits = 0; answers.length === 0 && waits < 5000; waits += 1) await subject.settle()
  await subject.settle()
  expect(answers).toHaveLength(1)
  return answers[0] as T
}

const write = (subject: Subject, offset: number, data: Buffer) =>
  answerOf<[string | null]>(subject, (disk, done) => disk.write(offset, data, done))
const zero = (subject: Subject, offset: number, length: number) =>
  answerOf<[string | null]>(subject, (disk, done) => disk.zero(offset, length, done))
const flush = (subject: Subject) =>
  answerOf<[string | null]>(subject, (disk, done) => disk.flush(done))
const read = (subject: Subject, offset: number, length: number) =>
  answerOf<[string | null, Buffer | null]>(subject, (disk, done) => disk.read(offset, length, done))
const bytesAt = async (subject: Subject, offset: number, length: number) =>
  (await read(subject, offset, length))[1] ?? Buffer.alloc(0)

describe.each(kinds)('%s', (_name, create) => {
  test('reads what was written, at any offset', async () => {
    const subject = create()
    expect(subject.disk.sizeBytes).toBe(sizeBytes)
    expect(subject.disk.measure()).toBe(sizeBytes)
    expect(await write(subject, 12_345, Buffer.from('some bytes'))).toEqual([null])
    expect(await zero(subject, 12_350, 2)).toEqual([null])
    expect(await flush(subject)).toEqual([null])
    const found = await bytesAt(subject, 12_344, 12)
    expect(found.toString('latin1')).toBe('\0some \0\0tes\0')
  })

  test('the bytes are the caller’s again when the call returns', async () => {
    const subject = create()
    const data = Buffer.alloc(sizeBytes, 'a')
    const [error] = await answerOf<[string | null]>(subject, (disk, done) => {
      disk.write(0, data, done)
      data.fill('b')
    })
    expect(error).toBeNull()
    const found = await bytesAt(subject, 0, sizeBytes)
    expect(found.equals(Buffer.alloc(sizeBytes, 'a'))).toBe(true)
    // And the bytes read are the reader's to keep.
    found.fill('c')
    expect((await bytesAt(subject, 0, 3)).toString()).toBe('aaa')
  })

  test('many at a time, each answered once', async () => {
    const subject = create()
    const count = 300
    const answers: (string | null)[] = []
    for (let index = 0; index < count; index += 1) {
      const data = Buffer.alloc(4096, (index % 255) + 1)
      subject.disk.write(index * 4096, data, (error) => answers.push(error))
    }
    for (let waits = 0; answers.length < count && waits < 5000; waits += 1) await subject.settle()
    expect(answers).toEqual(Array.from({ length: count }, () => null))
    for (const index of [0, 7, count - 1]) {
      const found = await bytesAt(subject, index * 4096, 4096)
      expect(found.equals(Buffer.alloc(4096, (index % 255) + 1))).toBe(true)
    }
  })

  test.each([
    ['zero', 1, sizeBytes - 2],
    ['zero', 5000, 100_000],
    ['trim', 4096, 2 * 1024 * 1024],
    ['trim', 100, 20_000],
  ] as const)(
    '%s at %i, %i bytes, reads as zeroes there and only there',
    async (how, offset, length) => {
      const subject = create()
      await write(subject, 0, Buffer.alloc(sizeBytes, 7))
      if (how === 'zero') expect(await zero(subject, offset, length)).toEqual([null])
      else {
        const [error, zeroed] = await answerOf<[string | null, boolean]>(subject, (disk, done) =>
          disk.trim(offset, length, done),
        )
        expect(error).toBeNull()
        // Where nothing can be trimmed, nothing was changed.
        if (!zeroed) {
          expect((await bytesAt(subject, 0, sizeBytes)).equals(Buffer.alloc(sizeBytes, 7))).toBe(
            true,
          )
          return
        }
      }
      const wanted = Buffer.alloc(sizeBytes, 7).fill(0, offset, offset + length)
      expect((await bytesAt(subject, 0, sizeBytes)).equals(wanted)).toBe(true)
    },
  )

  test('holes read as zeroes, and the runs follow one another', async () => {
    const subject = create()
    await write(subject, 1024 * 1024, Buffer.alloc(5000, 1))
    await write(subject, 2 * 1024 * 1024, Buffer.alloc(4096, 2))
    await zero(subject, 0, 1024 * 1024)
    const asked = { offset: 8192, length: sizeBytes - 8192 }
    const [error, runs] = await answerOf<Parameters<Parameters<Disk['holes']>[2]>>(
      subject,
      (disk, done) => disk.holes(asked.offset, asked.length, done),
    )
    expect(error).toBeNull()
    if (runs === null) return
    const content = await bytesAt(subject, 0, sizeBytes)
    let next = asked.offset
    for (const run of runs) {
      expect(run.offset).toBe(next)
      next += run.length
      if (!run.isHole) continue
      expect(content.subarray(run.offset, next).every((byte) => byte === 0)).toBe(true)
    }
    expect(next).toBe(sizeBytes)
    expect(runs.some(({ isHole }) => isHole)).toBe(true)
  })

  test('reading past the end is an error, changing anything there a mistake', async () => {
    const subject = create()
    expect((await read(subject, sizeBytes - 1, 2))[0]).toContain('end')
    const { disk } = subject
    const nothing = () => undefined
    expect(() => disk.write(sizeBytes - 1, Buffer.alloc(2), nothing)).toThrow('outside')
    expect(() => disk.zero(-1, 2, nothing)).toThrow('outside')
    expect(() => disk.trim(sizeBytes, 1, nothing)).toThrow('outside')
  })
})
