/**
 * `make bench-mirror`: the mirror engine's speed, against its nearest peer and its ceiling, in one
 * run on one machine. Figures of different hours are not compared, only ratios within a run.
 *
 * Exit status: 0 all targets met, 1 one is not met, 2 it could not be measured.
 */
import { randomFill } from 'node:crypto'
import {
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Engine, type EngineName, startNbdkit, startQemu } from './engines.ts'
import { measureLoads } from './load.ts'
import { type Options, readOptions } from './options.ts'
import { type Pair, startKagami, startPair } from './pair.ts'
import { measureLatency, measureResync } from './resync.ts'
import { measureSparse } from './sparse.ts'
import { BenchFailure, freeBytes, Stage } from './stage.ts'
import { copyTable, costTable, latencyTable, loadTable, verdictTable } from './table.ts'
import { judge, type Measured } from './targets.ts'
import { reportOf } from './control.ts'
import { busyShare, residentOf } from './usage.ts'

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  mkdirSync(options.dir, { recursive: true })
  refuseFullDisk(options)
  const startedAt = new Date()
  const busyBefore = await busyNow()
  const stage = new Stage(options.dir)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stage.interrupt())
  }
  try {
    const measured = await measure(stage, options)
    const verdicts = judge(measured, options.opponent)
    process.stdout.write([...tables(measured), verdictTable(verdicts)].join('\n'))
    if (options.results !== null) {
      // No paths: a result may be kept beside the code.
      const { rounds, seconds, sizeBytes, resyncBytes, opponent } = options
      const result = {
        startedAt: startedAt.toISOString(),
        machine: { ...machine(), busyBefore },
        extent: { rounds, seconds, sizeBytes, resyncBytes, opponent },
        ...measured,
      }
      tell(writeResult(options.results, startedAt, { ...result, verdicts }))
    }
    return options.verdict && verdicts.some(({ met }) => !met) ? 1 : 0
  } catch (error) {
    if (!(error instanceof BenchFailure)) throw error
    tell(`bench: ${error.message}`)
    return 2
  } finally {
    await stage.end()
  }
}

function tables({ loads, resync, latency }: Measured): string[] {
  return [
    ...(loads.length === 0 ? [] : [loadTable(loads), costTable(loads)]),
    ...(resync === null ? [] : [copyTable(resync)]),
    ...(latency === null ? [] : [latencyTable(latency)]),
  ]
}

async function measure(stage: Stage, options: Options): Promise<Measured> {
  const residentPeakBytes: Record<string, number> = {}
  const noteResident = async (name: string, pair: Pair): Promise<void> => {
    for (const side of ['a', 'b'] as const) {
      const report = await reportOf(pair[side].control)
      if (report === null) throw new BenchFailure(`side ${side} of ${name} does not answer`)
      residentPeakBytes[`${name}, ${side}`] = residentOf(report.pid).peakBytes
    }
  }
  const loads =
    options.cases.length === 0 ? [] : await measureAllLoads(stage, options, noteResident)
  const extra = (name: Options['extras'][number]): boolean => options.extras.includes(name)
  let [resync, latency]: [Measured['resync'], Measured['latency']] = [null, null]
  if (extra('resync') || extra('resync-latency')) {
    const { kagami, resyncBytes: sizeBytes, rounds } = options
    tell(`resync: a pair of ${sizeBytes / 2 ** 20} MiB`)
    const pair = await startPair({ stage, kagami, name: 'resync', linkSecurity: 'off', sizeBytes })
    await fill(stage, sizeBytes, [pair.uri])
    const plan = { stage, kagami, pair, sizeBytes, rounds, tell }
    if (extra('resync')) resync = await measureResync(plan)
    if (extra('resync-latency')) latency = await measureLatency(plan)
    await noteResident('resync', pair)
    await stage.stop(pair.keeper)
    rmSync(stage.path('resync'), { recursive: true })
  }
  const sparse = extra('sparse') ? await measureSparse(stage, options.kagami, options.rounds) : null
  return { loads, residentPeakBytes, resync, latency, sparse }
}

async function measureAllLoads(
  stage: Stage,
  options: Options,
  noteResident: (name: string, pair: Pair) => Promise<void>,
): Promise<Measured['loads']> {
  const { kagami, sizeBytes } = options
  const plan = { stage, sizeBytes }
  const pairs = new Map<EngineName, Pair>()
  const startMirror = async (name: 'kagami' | 'kagami-secure', linkSecurity: 'on' | 'off') => {
    const engine = await startKagami({ ...plan, kagami, name, linkSecurity })
    pairs.set(name, engine.pair)
    return engine
  }
  const starters: Record<EngineName, () => Promise<Engine>> = {
    kagami: () => startMirror('kagami', 'off'),
    'kagami-secure': () => startMirror('kagami-secure', 'on'),
    qemu: () => startQemu(plan, 'qemu'),
    'qemu-unix': () => startQemu(plan, 'qemu-unix'),
    nbdkit: () => startNbdkit(plan),
  }
  const engines: Engine[] = []
  for (const name of options.engines) {
    tell(`starting ${name}`)
    engines.push(await starters[name]())
  }
  await fill(
    stage,
    sizeBytes,
    engines.map(({ uri }) => uri),
  )
  const { cases, rounds, seconds } = options
  const loads = await measureLoads({ ...plan, cases, engines, rounds, seconds, tell })
  for (const [name, pair] of pairs) await noteResident(name, pair)
  await stage.stopAll()
  return loads
}

/** Random data from end to end, the same for all of them. */
async function fill(stage: Stage, sizeBytes: number, uris: readonly string[]): Promise<void> {
  tell('filling the disks with random data')
  const source = stage.path('random.img')
  const file = openSync(source, 'w')
  const chunk = Buffer.allocUnsafe(2 ** 20)
  try {
    for (let offset = 0; offset < sizeBytes; offset += chunk.length) {
      stage.check()
      await promisify(randomFill)(chunk)
      writeSync(file, chunk)
    }
  } finally {
    closeSync(file)
  }
  for (const uri of uris) await stage.run(['nbdcopy', '--flush', source, uri])
  rmSync(source)
}

/** Two replicas for each of four mirrors, the ceiling's file, and the data they are filled with. */
function refuseFullDisk(options: Options): void {
  const needed = 1.1 * Math.max(10 * options.sizeBytes, 4 * options.resyncBytes)
  const free = freeBytes(options.dir)
  if (free > needed) return
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`
  throw new BenchFailure(
    `${options.dir} has ${gigabytes(free)} free; ${gigabytes(needed)} are needed (--dir, --size)`,
  )
}

/** What others do on this machine before anything is measured: it blurs every figure. */
async function busyNow(): Promise<number> {
  const before = readFileSync('/proc/stat', 'latin1')
  await pause(1000)
  const share = busyShare(before, readFileSync('/proc/stat', 'latin1'))
  if (share > quietShareMax) {
    tell(`bench: other programs use ${(share * 100).toFixed(0)} % of this machine's processors`)
  }
  return share
}

const quietShareMax = 0.1

function machine() {
  const processors = cpus()
  return {
    processors: processors.length,
    model: processors[0]?.model ?? '',
    kernel: release(),
    node: process.version,
  }
}

/** The file's name is the moment of the start. */
function writeResult(folder: string, startedAt: Date, result: object): string {
  mkdirSync(folder, { recursive: true })
  const name = `${startedAt.toISOString().slice(0, 19).replaceAll(':', '-')}.json`
  const path = join(folder, name)
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`)
  return `${path}, ${statSync(path).size} bytes`
}

try {
  process.exitCode = await main()
} catch (error) {
  tell(error instanceof BenchFailure ? `bench: ${error.message}` : String(error))
  process.exitCode = 2
}
