/**
 *   node sim/exhaustive-main.ts [--arbiter witness] [--orders] [--depth 12] [--states 1000000] [--workers 2]
 *
 * Goes on, level by level, until both numbers are reached, or nothing new is left. Exit code 1: something
 * that must not be was reached; the shortest way there is printed as a scenario, with what was said.
 */
import { parseArgs } from 'node:util'
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { expand, logOf, scriptOf, type Alphabet, type Found, type Task } from './exhaustive.ts'
import { newSeen } from './seen.ts'

const chunkWays = 2000
const capacity = 2 ** 24
const violationsMax = 3
const arbiters = ['witness', 'fence', 'ping', 'none'] as const

interface Options {
  readonly alphabet: Alphabet
  readonly depth: number
  readonly states: number
  readonly workers: number
}

type Chunk = Omit<Task, 'alphabet' | 'seen'>

function optionsOf(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      arbiter: { type: 'string', default: 'witness' },
      orders: { type: 'boolean', default: false },
      depth: { type: 'string', default: '12' },
      states: { type: 'string', default: '1000000' },
      workers: { type: 'string', default: '2' },
    },
  })
  const arbiter = arbiters.find((each) => each === values.arbiter)
  const [depth, states, workers] = [values.depth, values.states, values.workers].map(Number)
  const isWrong = [depth, states, workers].some((each) => !Number.isInteger(each) || each === 0)
  if (arbiter === undefined || isWrong) throw new Error('usage: see sim/exhaustive-main.ts')
  return {
    alphabet: { arbiter, orders: values.orders },
    depth: depth ?? 12,
    states: states ?? 0,
    workers: workers ?? 2,
  }
}

async function search(options: Options): Promise<boolean> {
  const { alphabet, depth, states } = options
  const seen = newSeen(capacity)
  const pool = makePool(options, seen)
  const began = performance.now()
  let level = new Uint8Array(0)
  let [known, transitions, events, reached] = [1, 0, 0, 0]
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(1)
  for (let length = 0; length < depth || known < states; length += 1) {
    reached = length + 1
    const found = await pool.expandAll(level, length)
    transitions += sum(found, (each) => each.transitions)
    events += sum(found, (each) => each.events)
    const violations = found.flatMap((each) => each.violations)
    if (violations.length > 0) {
      pool.end()
      tell(alphabet, violations)
      return false
    }
    level = joined(found.map(({ ways }) => ways))
    known += level.length / (length + 1)
    const all = `${known} states, ${transitions} transitions, ${seconds()} s`
    console.log(`depth ${length + 1}: ${level.length / (length + 1)} new; ${all}`)
    if (level.length === 0 || known > capacity * 0.7) break
  }
  pool.end()
  console.log(
    `arbiter ${alphabet.arbiter}: ${known} states, ${reached} deep, ${transitions} transitions, ` +
      `${events} events in ${seconds()} s\n0 violations`,
  )
  return true
}

function tell(alphabet: Alphabet, violations: Found['violations']): void {
  for (const { way, what } of violations.slice(0, violationsMax)) {
    console.log(`after ${way.length} steps: ${what}`)
    for (const line of scriptOf(alphabet, way)) console.log(`    ${line}`)
    console.log('    ----')
    for (const line of logOf(alphabet, way).slice(-20)) console.log(`    ${line}`)
  }
  console.log(`${violations.length} violations`)
}

function makePool({ alphabet, workers }: Options, seen: SharedArrayBuffer) {
  const all = Array.from(
    { length: workers },
    () => new Worker(new URL(import.meta.url), { workerData: { alphabet, seen } }),
  )
  return {
    async expandAll(level: Uint8Array, length: number): Promise<readonly Found[]> {
      const found: Found[] = []
      const bytes = chunkWays * Math.max(1, length)
      let from = 0
      const isLeft = (): boolean => from < level.length || (length === 0 && from === 0)
      const serve = async (worker: Worker): Promise<void> => {
        while (isLeft()) {
          const chunk: Chunk = { ways: level.slice(from, from + bytes), length }
          from += bytes
          found.push(await ask(worker, chunk))
        }
      }
      await Promise.all(all.map(serve))
      return found
    },
    end: () => all.forEach((worker) => void worker.terminate()),
  }
}

function ask(worker: Worker, chunk: Chunk): Promise<Found> {
  return new Promise((done, failed) => {
    worker.once('error', failed)
    worker.once('message', (found: Found) => {
      worker.off('error', failed)
      done(found)
    })
    worker.postMessage(chunk)
  })
}

function sum(found: readonly Found[], of: (each: Found) => number): number {
  return found.reduce((total, each) => total + of(each), 0)
}

/** In chunks of neighbours, which share most of their way. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

if (parentPort === null) {
  const options = optionsOf(process.argv.slice(2))
  process.exitCode = (await search(options)) ? 0 : 1
} else {
  const { alphabet, seen } = workerData as Pick<Task, 'alphabet' | 'seen'>
  parentPort.on('message', (chunk: Chunk) => {
    parentPort?.postMessage(expand({ alphabet, seen, ...chunk }))
  })
}
