/** docs/messages.md is the catalogue, for people who search for a number. */
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { allEntries, codeOf } from './catalogue.ts'
import type { Language, MessageEntry } from './message.ts'

const file = new URL('../../docs/messages.md', import.meta.url)
const modules: readonly (readonly [number, string])[] = [
  [1000, 'Definition / 構成'],
  [2000, 'Decisions and groups / 判断とグループ'],
  [3000, 'Mirror / ミラー'],
  [4000, 'Resources, monitors, arbiters / リソース、モニタ、判定先'],
  [5000, 'Commands / コマンド'],
  [6000, 'Daemon, API, Manager / デーモン、API、Manager'],
  [7000, 'Witness'],
]

const safe = (text: string): string =>
  text
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replaceAll(/\s*\n\s*/g, ' ')

function lineOf(id: Parameters<typeof codeOf>[0]['id'], entry: MessageEntry): string {
  const { severity, cause, action } = entry
  const textsIn = (language: Language): string =>
    [
      entry[language],
      ...(cause === undefined
        ? []
        : [`*${language === 'ja' ? '原因' : 'Cause'}:* ${cause[language]}`]),
      ...(action === undefined
        ? []
        : [`*${language === 'ja' ? '対処' : 'Do'}:* ${action[language]}`]),
    ]
      .map(safe)
      .join('<br>')
  return `| ${codeOf({ id })} | ${severity} | ${textsIn('ja')} | ${textsIn('en')} |`
}

function page(): string {
  const entries = allEntries().toSorted(([, a], [, b]) => a.number - b.number)
  const parts = modules.map(([from, title]) => {
    const lines = entries
      .filter(([, { number }]) => number >= from && number < from + 1000)
      .map(([id, entry]) => lineOf(id, entry))
    return `## KG${from}: ${title}\n\n| number | severity | 日本語 | English |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`
  })
  const head =
    '# Messages / メッセージ\n\n' +
    'Made from `src/messages`; what stands in braces is filled in. `kagami log` and the Manager show the same\n' +
    'numbers.\n'
  return [head, ...parts].join('\n')
}

test('docs/messages.md is the catalogue (UPDATE=1 writes it)', () => {
  if (process.env['UPDATE'] === '1') writeFileSync(file, page())
  expect(readFileSync(file, 'utf8')).toBe(page())
})
