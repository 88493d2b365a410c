/** What every catalogue entry must keep, whoever adds one. */
import { globSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allEntries, codeOf, render, say } from './catalogue.ts'
import type { MessageEntry } from './message.ts'

const entries = allEntries()
const offenders = (breaks: (entry: MessageEntry) => boolean) =>
  entries.filter(([, entry]) => breaks(entry)).map(([id]) => id)

const names = (text: string) => [...text.matchAll(/\{(\w*)\}/g)].map((match) => match[1]).toSorted()
const distinct = (list: readonly unknown[]) => [...new Set(list)].join()
const textsOf = ({ ja, en, cause, action }: MessageEntry) => ({
  ja: [ja, cause?.ja, action?.ja].filter((text) => text !== undefined),
  en: [en, cause?.en, action?.en].filter((text) => text !== undefined),
})
const japanese = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u

test('there are messages', () => {
  expect(entries.length).toBeGreaterThan(50)
})

test('every file of messages is in the catalogue, and no id is used by two of them', async () => {
  const files = globSync('*.ts', { cwd: import.meta.dirname }).filter(
    (file) => !file.endsWith('.test.ts'),
  )
  const modules = await Promise.all(
    files.map(
      (file): Promise<Record<string, object>> =>
        import(/* @vite-ignore */ `${import.meta.dirname}/${file}`),
    ),
  )
  const written = modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) =>
      name.endsWith('Messages') ? Object.entries(value) : [],
    ),
  )
  // A file may gather the messages of others: the same entry twice is one entry.
  const catalogue = new Map<string, unknown>(entries)
  const lost = written.filter(([id, entry]) => catalogue.get(id) !== entry)
  expect(lost.map(([id]) => id)).toEqual([])
  expect(new Set(written.map(([id]) => id)).size).toBe(entries.length)
})

test('numbers are unique and in range', () => {
  const numbers = entries.map(([, entry]) => entry.number)
  expect(numbers.length).toBe(new Set(numbers).size)
  expect(offenders(({ number }) => number < 1000 || number > 7999)).toEqual([])
})

test('both languages name the same arguments', () => {
  expect(offenders(({ ja, en }) => distinct(names(ja)) !== distinct(names(en)))).toEqual([])
})

test('cause and action name no argument that the sentence does not have', () => {
  const has = ({ en, cause, action }: MessageEntry) =>
    [cause?.ja, cause?.en, action?.ja, action?.en]
      .flatMap((text) => names(text ?? ''))
      .some((name) => !names(en).includes(name))
  expect(offenders(has)).toEqual([])
})

test('warnings and errors say cause and action', () => {
  const silent = ({ severity, cause, action }: MessageEntry) =>
    severity !== 'info' && (cause === undefined || action === undefined)
  expect(offenders(silent)).toEqual([])
})

/** What is left when the arguments are taken away; nothing, when a text only passes one on. */
const own = (texts: readonly string[]) =>
  texts
    .map((text) => text.replaceAll(/\{\w+\}/g, '').replace(/^armlog: /, ''))
    .filter((text) => /\p{L}/u.test(text))

test('Japanese texts are Japanese, and English texts are not', () => {
  expect(offenders((entry) => own(textsOf(entry).ja).some((text) => !japanese.test(text)))).toEqual(
    [],
  )
  expect(offenders((entry) => own(textsOf(entry).en).some((text) => japanese.test(text)))).toEqual(
    [],
  )
})

test('a message becomes a sentence', () => {
  const message = say('key-missing', { key: 'servers[1].name' })
  expect(codeOf(message)).toBe('KG1022')
  expect(render(message, 'en')).toBe('servers[1].name is missing; add it.')
  expect(render(message, 'ja')).toBe('servers[1].name がありません。書き加えてください。')
})
