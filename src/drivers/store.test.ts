import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fileStore } from './store.ts'

let folder = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kagami-store-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('nothing there is not an error; something unreadable is', async () => {
  const path = join(folder, 'record.json')
  expect(await fileStore(path).read()).toEqual({ ok: true, value: null })
  writeFileSync(path, '{"half')
  expect(await fileStore(path).read()).toMatchObject({ ok: false })
})

test('what was written comes back, also over an interrupted write', async () => {
  const path = join(folder, 'sub/record.json')
  const store = fileStore<{ n: number }>(path)
  expect(await store.write({ n: 1 })).toEqual({ ok: true })
  writeFileSync(`${path}.new`, '{"n": 2, "cut')
  expect(await store.read()).toEqual({ ok: true, value: { n: 1 } })
  expect(await store.write({ n: 3 })).toEqual({ ok: true })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ n: 3 })
})

test('a disk that cannot take it is told, and the old value stays', async () => {
  writeFileSync(join(folder, 'file'), '')
  const store = fileStore<{ n: number }>(join(folder, 'file/record.json'))
  expect(await store.write({ n: 1 })).toMatchObject({ ok: false })
})
