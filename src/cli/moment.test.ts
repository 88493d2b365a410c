import { expect, test } from 'vitest'
import { momentForms, momentOf } from './moment.ts'

const now = new Date(2026, 10, 22, 14, 30).getTime()

test.each([
  ['2026-11-20', new Date(2026, 10, 20)],
  ['2026-11-20T08:05', new Date(2026, 10, 20, 8, 5)],
  ['2026-11-20 08:05:09', new Date(2026, 10, 20, 8, 5, 9)],
  ['2026-11-20T08:05:09.250Z', new Date(Date.UTC(2026, 10, 20, 8, 5, 9))],
  ['14:00', new Date(2026, 10, 22, 14)],
  ['23:59:58', new Date(2026, 10, 21, 23, 59, 58)],
  ['90s', new Date(2026, 10, 22, 14, 28, 30)],
  ['30m', new Date(2026, 10, 22, 14)],
  ['30min', new Date(2026, 10, 22, 14)],
  ['2h', new Date(2026, 10, 22, 12, 30)],
])('%s', (text, expected) => {
  expect(momentOf(text, now)).toBe(expected.getTime())
})

test.each([
  '',
  'yesterday',
  '2026-02-30',
  '2026-13-01',
  '25:00',
  '12:60',
  '5',
  '-1h',
  '2026-11-20T8',
])('none: %j', (text) => {
  expect(momentOf(text, now)).toBeNull()
})

test('the forms that are told are understood', () => {
  for (const form of momentForms.split(', ')) expect(momentOf(form, now)).not.toBeNull()
})
