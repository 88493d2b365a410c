/** Every text of the pages comes from the two catalogues. */
import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { wordsOf } from './words.ts'

const folder = import.meta.dirname
const letters = /[A-Za-z\u3040-\u30ff\u4e00-\u9fff]{2,}/
/** Shown to nobody as such: a unit after a number is the same in both languages. */
const same = new Set(['/s'])

function literalsOf(source: string): string[] {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  const between = [...text.matchAll(/<\/?[A-Za-z][^<>]*(?:=>[^<>]*)*>([^<>{}();=]+)(?=<)/g)]
  const named = [...text.matchAll(/\b(?:aria-label|title|placeholder|alt|label)="([^"]*)"/g)]
  return [...between, ...named]
    .map(([, found = '']) => found.trim())
    .filter((found) => letters.test(found) && !same.has(found) && !found.endsWith('return'))
}

test('no page says anything in one language alone', () => {
  const files = globSync('*.tsx', { cwd: folder })
  expect(files.length).toBeGreaterThan(8)
  const found = files.flatMap((file) =>
    literalsOf(readFileSync(`${folder}/${file}`, 'utf8')).map((text) => `${file}: ${text}`),
  )
  expect(found).toEqual([])
})

test('the search for such texts finds them', () => {
  expect(literalsOf('<p>Hello</p><Button aria-label="Close it" />')).toEqual(['Hello', 'Close it'])
})

test('each word is said in both languages, and not in the same way', () => {
  const pairs = pairsOf(wordsOf('en'), wordsOf('ja'))
  expect(pairs.length).toBeGreaterThan(100)
  expect(pairs.filter(([, en, ja]) => en === '' || ja === '').map(([name]) => name)).toEqual([])
  const kept = new Set(['title', 'operations.by'])
  const untranslated = pairs.filter(
    ([name, en, ja]) => en === ja && !kept.has(name) && !name.endsWith('.unit'),
  )
  expect(untranslated.map(([name]) => name)).toEqual([])
})

type Pair = readonly [name: string, en: string, ja: string]

function pairsOf(en: object, ja: object, within = ''): Pair[] {
  return Object.entries(en).flatMap(([key, value]): Pair[] => {
    const other = (ja as Record<string, unknown>)[key]
    const name = `${within}${key}`
    if (typeof value === 'object') return pairsOf(value as object, other as object, `${name}.`)
    return [[name, textOf(value), textOf(other)]]
  })
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'function') return ''
  return String((value as (...args: unknown[]) => unknown)(1, 2))
}
