import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import type { LogLine } from '../api.ts'
import { fileJournal } from '../drivers/journal.ts'
import { logClock, peerNews } from './log-clock.ts'
import { openMergedLog, type MergedLog } from './merged-log.ts'

interface Line extends LogLine {
  readonly text: string
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-log-'))
})

const openJournal = (file: string) => fileJournal(file, { bytesMax: 1e6, isCompressed: false })
const open = (server: string, clock = logClock(Date.now)): Promise<MergedLog<Line>> =>
  openMergedLog<Line>(
    { server, file: join(folder, `${server}.jsonl`), clock, openJournal },
    (line) => ('text' in (line as object) ? (line as Line) : null),
  )
const textsOf = (lines: readonly Line[]) => lines.map(({ text }) => text)
const written = (file: string) =>
  expect.poll(() => readFileSync(join(folder, file), 'utf8').trim().split('\n').length)

test('a line that was led to by another one has a larger stamp, whatever the clocks say', () => {
  const ahead = logClock(() => 5_000_000)
  const behind = logClock(() => 1000)
  const cause = ahead.next()
  behind.heard(cause)
  expect(behind.next()).toBeGreaterThan(cause)
  behind.heard(Number.NaN)
  expect(behind.next()).toBeGreaterThan(cause)
  // No time, and a forged one at that.
  behind.heard(9e15)
  expect(behind.next()).toBeLessThan(5_001_000)
})

test('news is what the other one has written, not what it has heard of', () => {
  const clock = logClock(() => 1000)
  const news = peerNews(clock)
  let told = 0
  news.listeners.add(() => {
    told += 1
  })
  news.heard(500)
  news.heard(500)
  expect(told).toBe(1)
  news.heard(clock.next())
  expect(told).toBe(1)
  news.heard(clock.latest() + 1)
  expect(told).toBe(2)
})

test('what was learned is told once, in the order of its arrival, and is not told back', async () => {
  const one = await open('SERVER1')
  const two = await open('SERVER2')
  const heard: string[] = []
  one.follow(({ text }) => heard.push(text))
  two.add({ text: 'a' })
  one.add({ text: 'b' })
  two.add({ text: 'c' })
  const { lines, latest } = two.own(0)
  expect(latest).toBe(2)
  expect(textsOf(one.learn(lines))).toEqual(['a', 'c'])
  expect(one.learn(lines)).toEqual([])
  expect(heard).toEqual(['b', 'a', 'c'])
  expect(one.after(0).map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  expect(one.knownOf('SERVER2')).toBe(2)
  expect(textsOf(one.own(0).lines)).toEqual(['b'])
  // Nobody can put words into this server's mouth.
  expect(one.learn([{ ...(lines[0] as Line), server: 'SERVER1', number: 9 }])).toEqual([])
})

test('a restart knows both, and goes on counting', async () => {
  const before = await open('SERVER1')
  const two = await open('SERVER2')
  before.add({ text: 'b' })
  two.add({ text: 'a' })
  before.learn(two.own(0).lines)
  await written('SERVER1.jsonl').toBe(1)
  await written('SERVER1-of-peer.jsonl').toBe(1)
  const clock = logClock(() => 0)
  const after = await open('SERVER1', clock)
  expect(textsOf(after.after(0))).toEqual(['b', 'a'])
  expect(after.knownOf('SERVER2')).toBe(1)
  const next = after.add({ text: 'd' })
  // A power cut may have taken lines that the other server knows: their numbers are not used again.
  expect(next).toMatchObject({ sequence: 3, number: 1002 })
  expect(next.stamp).toBeGreaterThan(two.own(0).lines[0]?.stamp ?? Infinity)
})

test('a peer whose log was begun anew counts from one again, and is believed', async () => {
  const one = await open('SERVER1')
  const line = (number: number, at: string): Line => ({
    ...{ sequence: number, number, server: 'SERVER2', at, stamp: Date.parse(at) },
    text: at,
  })
  one.learn([line(7, '2026-01-01T00:00:00.000Z'), line(1, '2026-01-02T00:00:00.000Z')])
  expect(one.knownOf('SERVER2')).toBe(1)
})

test('lines of an earlier version, and one cut short, are read', async () => {
  const at = '2026-01-01T00:00:00.000Z'
  const old = JSON.stringify({ sequence: 4, at, server: 'SERVER1', text: 'old' })
  writeFileSync(join(folder, 'SERVER1.jsonl'), `null\n7\n{"other":1}\n${old}\n{"sequence":5,"at`)
  const log = await open('SERVER1')
  expect(log.after(0)).toMatchObject([{ number: 4, stamp: Date.parse(at), text: 'old' }])
  expect(log.add({ text: 'new' })).toMatchObject({ sequence: 5, number: 1005 })
})
