import { expect, test } from 'vitest'
import { countOf } from './count.ts'

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((each) => ({ status: each })),
})

test.each([
  ['all passed', [2, 0], [file('passed', 'passed', 'passed')], true, { passed: 2, failed: 0 }],
  ['one failed', [1, 1], [file('failed', 'passed', 'failed')], false, { passed: 1, failed: 1 }],
  ['a file failed to load', [0, 0], [file('failed')], false, { passed: 0, failed: 1 }],
  [
    'an error outside of tests',
    [1, 0],
    [file('passed', 'passed')],
    false,
    { passed: 1, failed: 1 },
  ],
  ['a skipped test', [0, 0], [file('passed', 'skipped')], true, { passed: 0, failed: 0 }],
] as const)('%s', (_, [numPassedTests, numFailedTests], testResults, exitedWell, expected) => {
  expect(countOf({ numPassedTests, numFailedTests, testResults }, exitedWell)).toEqual(expected)
})

test('no report is a failure', () => {
  expect(countOf(null, true)).toEqual({ passed: 0, failed: 1 })
})
