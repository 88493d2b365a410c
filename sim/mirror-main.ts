/**
 * `make sim-mirror`: many runs of the simulated pair, on as many processors as there are.
 *
 *     mirror-main.ts [--seeds N] [--from N] [--workers N] [--first]
 *
 * `--first` stops at the first violation. A seed replays exactly: a failing one is printed with the
 * invariant and its last events. Exit status: 0 no violation, 1 some.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { runMirrorPair } from './mirror-pair.ts'
import type { Violation } from './mirror-world.ts'
import { type Batch, runInWorkers } from './workers.ts'

interface Found {
  readonly seed: number
  readonly violation: Violation
  readonly trace: readonly string[]
}

interface Totals {
  seeds: number
  events: number
  acknowledgements: number
  promotions: number
  commits: number
  whatIfs: number
  waiting: number
}

interface BatchResult {
  readonly totals: Totals
  readonly found: readonly Found[]
}

const shownMax = 10
const lastEvents = 40

function emptyTotals(): Totals {
  return {
    seeds: 0,
    events: 0,
    acknowledgements: 0,
    promotions: 0,
    commits: 0,
    whatIfs: 0,
    waiting: 0,
  }
}

function runBatch({ from, to }: Batch): BatchResult {
  const totals = emptyTotals()
  const found: Found[] = []
  for (let seed = from; seed < to; seed += 1) {
    const run = runMirrorPair(seed)
    totals.seeds += 1
    totals.events += run.events
    totals.acknowledgements += run.acknowledgements
    totals.promotions += run.promotions
    totals.commits += run.commits
    totals.whatIfs += run.whatIfs
    if (run.waitsForOperator !== null) totals.waiting += 1
    const { violation } = run
    if (violation !== null) found.push({ seed, violation, trace: run.trace.slice(-lastEvents) })
  }
  return { totals, found }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      first: { type: 'boolean', default: false },
    },
  })
  const from = Number(values.from)
  const range = { from, to: from + Number(values.seeds) }
  const totals = emptyTotals()
  let violations = 0
  const began = performance.now()
  const worker = { file: import.meta.filename, name: 'mirror-pair', count: Number(values.workers) }
  await runInWorkers(worker, range, (answer) => {
    const result = answer as BatchResult
    for (const key of Object.keys(totals) as (keyof Totals)[]) totals[key] += result.totals[key]
    for (const found of result.found) {
      violations += 1
      if (violations <= shownMax) show(found)
    }
    return values.first && violations > 0
  })
  const seconds = (performance.now() - began) / 1000
  process.stdout.write(`${summary(totals, seconds)}\n${violations} violations\n`)
  return violations === 0 ? 0 : 1
}

function show({ seed, violation, trace }: Found): void {
  const title = `seed ${seed}: ${violation.invariant}: ${violation.what}`
  process.stdout.write(`${title}\n${trace.map((line) => `    ${line}\n`).join('')}\n`)
}

function summary(totals: Totals, seconds: number): string {
  const { seeds, events, acknowledgements, promotions, commits, whatIfs, waiting } = totals
  return [
    `${seeds} seeds, ${events} events in ${seconds.toFixed(1)} s:`,
    `${Math.round(events / seconds)} events per second;`,
    `${acknowledgements} acknowledgements, ${promotions} promotions, ${commits} commits,`,
    `${whatIfs} imagined power cuts, ${waiting} runs that ended with a question to the operator`,
  ].join(' ')
}

if (isMainThread) process.exitCode = await main()
else if (workerData === 'mirror-pair') {
  parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(runBatch(batch)))
}
