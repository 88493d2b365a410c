/**
 * `make sim`: many random stories for the two shipped cores, on as many processors as there are.
 *
 *     story-main.ts [--seeds N] [--from N] [--workers N] [--first]
 *     story-main.ts --replay FILE      tells the decision maker again what a journal recorded
 *
 * `--first` stops at the first finding. A seed replays exactly: a failing one is printed as the
 * shortest script that still shows the same, with the last decisions. Exit status: 0 nothing wrong.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import { type Finding, playStory, scriptOf, shrink, storyOf } from './explore.ts'
import { replayFile } from './replay-file.ts'
import { type Batch, runInWorkers } from './workers.ts'

interface BatchResult {
  readonly seeds: number
  readonly events: number
  readonly found: readonly { readonly seed: number; readonly finding: Finding }[]
}

const shownMax = 10
const lastDecisions = 25

function runBatch({ from, to }: Batch): BatchResult {
  const found: { seed: number; finding: Finding }[] = []
  let events = 0
  for (let seed = from; seed < to; seed += 1) {
    const played = playStory(storyOf(seed))
    events += played.events
    if (played.finding !== null) found.push({ seed, finding: played.finding })
  }
  return { seeds: to - from, events, found }
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      workers: { type: 'string', default: String(availableParallelism()) },
      first: { type: 'boolean', default: false },
      replay: { type: 'string' },
    },
  })
  if (values.replay !== undefined) return replayFile(values.replay)
  const from = Number(values.from)
  const range = { from, to: from + Number(values.seeds) }
  const worker = { file: import.meta.filename, name: 'stories', count: Number(values.workers) }
  const kinds = new Set<string>()
  let [seeds, events, violations] = [0, 0, 0]
  const began = performance.now()
  await runInWorkers(worker, range, (answer) => {
    const result = answer as BatchResult
    seeds += result.seeds
    events += result.events
    violations += result.found.length
    for (const { seed, finding } of result.found) {
      if (kinds.has(finding.kind) || kinds.size >= shownMax) continue
      kinds.add(finding.kind)
      show(seed, finding)
    }
    return values.first && violations > 0
  })
  const seconds = (performance.now() - began) / 1000
  const rate = Math.round(events / seconds)
  process.stdout.write(
    `${seeds} seeds, ${events} events in ${seconds.toFixed(1)} s: ${rate} events per second\n` +
      `${violations} violations\n`,
  )
  return violations === 0 ? 0 : 1
}

/** One of each kind is shortened: the others mostly are the same. */
function show(seed: number, { kind, detail }: Finding): void {
  const story = shrink(storyOf(seed), kind)
  const { log } = playStory(story)
  const lines = [...scriptOf(story).split('\n'), '----', ...log.slice(-lastDecisions)]
  process.stdout.write(`seed ${seed}: ${kind}: ${detail}\n`)
  process.stdout.write(`${lines.map((line) => `    ${line}\n`).join('')}\n`)
}

if (isMainThread) process.exitCode = await main()
else if (workerData === 'stories') {
  parentPort?.on('message', (batch: Batch) => parentPort?.postMessage(runBatch(batch)))
}
