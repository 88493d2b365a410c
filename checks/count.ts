/**
 * How many tests passed and failed, from vitest's JSON report. A file that failed to load, an
 * error outside of any test and a missing report are failures too; a skipped test is neither.
 */
export interface Count {
  readonly passed: number
  readonly failed: number
}

/** What a run without any test is worth. */
export const noTests: Count = { passed: 0, failed: 1 }

interface Report {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string }[]
  }[]
}

/** `exitedWell`: vitest ended with exit code 0. */
export function countOf(report: unknown, exitedWell: boolean): Count {
  if (report === null) return { passed: 0, failed: 1 }
  const { numPassedTests, numFailedTests, testResults } = report as Report
  const brokenFiles = testResults.filter(
    (file) =>
      file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length
  const failed = numFailedTests + brokenFiles
  return { passed: numPassedTests, failed: failed === 0 && !exitedWell ? 1 : failed }
}
