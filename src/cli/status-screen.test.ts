/**
 * The screens, as files that a person can read and judge: screens/*.txt. `vitest run -u` rewrites
 * them after a change that was meant.
 */
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { Language } from '../messages/message.ts'
import { widthOf } from './shell.ts'
import { fixtures, fixtureSentence } from './status-screen.fixtures.ts'
import { sizeText, statusScreen } from './status-screen.ts'

const languages = ['ja', 'en'] as const
const cases = Object.entries(fixtures).flatMap(([name, status]) =>
  languages.map((language) => ({ name, status, language })),
)

function screen(status: (typeof cases)[number]['status'], language: Language, colour = false) {
  return statusScreen(status, {
    language,
    colour,
    columns: 80,
    timeText: (iso) => iso.slice(0, 19).replace('T', ' '),
    sentence: fixtureSentence,
  })
}

test.each(cases)('$name in $language', async ({ name, status, language }) => {
  await expect(screen(status, language)).toMatchFileSnapshot(`screens/${name}.${language}.txt`)
})

test.each(cases)('$name in $language fits 80 columns and 24 lines', ({ status, language }) => {
  const lines = screen(status, language).split('\n')
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([])
  expect(lines.filter((line) => line !== line.trimEnd())).toEqual([])
  expect(lines.length).toBeLessThanOrEqual(25)
})

test.each(cases)('$name in $language is the same in colour', ({ status, language }) => {
  const coloured = screen(status, language, true)
  expect(coloured).toContain('\u001b[')
  expect(stripVTControlCharacters(coloured)).toBe(screen(status, language))
})

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1536, '1.5 KiB'],
  [615_514_112, '587 MiB'],
  [1_073_741_824, '1.0 GiB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeText(bytes)).toBe(text)
})
