import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blankRecord, compareTerms } from './record.ts'

const term = fc.record({
  number: fc.nat({ max: 5 }),
  server: fc.constantFrom('SERVER1', 'SERVER2'),
})

test('terms are totally ordered: no two different claims are equal', () => {
  fc.assert(
    fc.property(term, term, (a, b) => {
      const same = a.number === b.number && a.server === b.server
      expect(compareTerms(a, b) === 0).toBe(same)
      expect(compareTerms(a, b)).toBe(0 - compareTerms(b, a))
    }),
  )
})

test('a blank record permits nothing', () => {
  const record = blankRecord(['Apache'])
  expect(record.exclusion).toBe(null)
  expect(record.groups['Apache']).toMatchObject({ releasedTo: null, active: null })
})
