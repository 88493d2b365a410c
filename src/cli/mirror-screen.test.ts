/** The screens of one mirror disk, as files to read: screens/mirror-*.txt; `vitest run -u`. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mirrorScreen } from './mirror-screen.ts'
import { mirrorReports } from './mirror-screen.fixtures.ts'
import { widthOf } from './shell.ts'

const cases = Object.entries(mirrorReports).flatMap(([name, report]) =>
  (['ja', 'en'] as const).map((language) => ({ name, report, language })),
)
const plain = { colour: false, columns: 80 }

test.each(cases)('$name in $language', async ({ name, report, language }) => {
  const shown = mirrorScreen(report, { ...plain, language })
  // A snapshot's time is local.
  const steady = shown.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '2026-11-18 00:00:00')
  await expect(steady).toMatchFileSnapshot(`screens/mirror-${name}.${language}.txt`)
})

test.each(cases)('$name in $language fits 80 columns', ({ report, language }) => {
  const lines = mirrorScreen(report, { ...plain, language }).split('\n')
  expect(lines.filter((line) => widthOf(line) > 80)).toEqual([])
  expect(lines.filter((line) => line !== line.trimEnd())).toEqual([])
  expect(lines.length).toBeLessThanOrEqual(25)
})

test('whatever a link is called, the screen holds', () => {
  const report = Object.values(mirrorReports)[0]
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (path) => {
      if (report === undefined) return false
      const shown = mirrorScreen(
        { ...report, link: { ...report.link, path } },
        { ...plain, language: 'en' },
      )
      return shown.split('\n').every((line) => widthOf(line) <= 80)
    }),
  )
})
