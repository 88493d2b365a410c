import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createRunDelay } from './run-delay.ts'

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-delay-'))
afterAll(() => fs.rmSync(dir, { recursive: true }))

test('what was waited since the mark, which is renewed now and then', () => {
  const file = path.join(dir, 'schedstat')
  const say = (waitedNs: number) => fs.writeFileSync(file, `123 ${waitedNs} 45\n`)
  say(5_000_000)
  const delay = createRunDelay(file)
  delay.mark(0)
  expect(delay.waitedMs()).toBe(0)
  say(8_000_000)
  delay.mark(1)
  expect(delay.waitedMs()).toBe(3)
  expect(delay.waitedMs()).toBe(0)
  say(9_000_000)
  delay.mark(100)
  expect(delay.waitedMs()).toBe(0)
  delay.close()
})

test('where nothing is known, or nothing that makes sense, nothing was waited', () => {
  const file = path.join(dir, 'nonsense')
  fs.writeFileSync(file, 'nonsense')
  for (const place of [file, path.join(dir, 'none')]) {
    const delay = createRunDelay(place)
    delay.mark(0)
    expect(delay.waitedMs()).toBe(0)
    delay.close()
  }
})
