/** Looks at a definition on a thread of its own: a long and wrong one takes seconds, and decisions do not wait. */
import { parentPort, workerData } from 'node:worker_threads'
import { parseDefinition } from '../../config/parse.ts'
import { isError } from '../../config/problem.ts'
import type { Checked } from './check.ts'

const problemsMax = 100

const parsed = parseDefinition(workerData as string, 'cluster.yaml')
const problems = parsed.ok ? parsed.warnings : parsed.problems
const checked: Checked = {
  accepted: parsed.ok,
  problems: problems.slice(0, problemsMax).map(({ line, column, message }) => ({
    ...{ line, column, message },
    isError: isError({ message }),
  })),
}
parentPort?.postMessage(checked)
