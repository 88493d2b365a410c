/**
 * One run of fio's nbd engine against one export.
 *
 * Every engine gets the very same job, seed included. No ramp: the operations that fio counts are
 * the ones that the servers' processor time is divided by.
 */
import { readFileSync } from 'node:fs'
import type { Case } from './cases.ts'
import { BenchFailure, type Stage } from './stage.ts'

export interface FioFigures {
  readonly perSecond: number
  readonly mebibytesPerSecond: number
  readonly operations: number
  readonly medianUs: number
  readonly p99Us: number
}

export interface FioJob {
  readonly load: Case
  readonly uri: string
  readonly seconds: number
  readonly sizeBytes: number
}

function fioCommand(job: FioJob): string[] {
  const { load } = job
  return [
    'fio',
    `--name=${load.name}`,
    '--ioengine=nbd',
    `--uri=${job.uri}`,
    `--rw=${load.pattern}`,
    `--bs=${load.blockBytes}`,
    `--iodepth=${load.depth}`,
    ...(load.flushEach ? ['--fsync=1'] : []),
    `--size=${job.sizeBytes}`,
    '--time_based',
    `--runtime=${Math.round(job.seconds * 1000)}ms`,
    '--norandommap',
    '--randseed=42',
    '--output-format=json',
  ]
}

export async function runFio(stage: Stage, job: FioJob): Promise<FioFigures> {
  return fioFigures(await stage.run(fioCommand(job)), job.load)
}

interface FioDirection {
  readonly iops: number
  readonly bw_bytes: number
  readonly total_ios: number
  readonly clat_ns: { readonly percentile?: Readonly<Record<string, number>> }
}

/** fio prints a line of its engine before the JSON. */
export function fioFigures(output: string, load: Pick<Case, 'name' | 'pattern'>): FioFigures {
  const report = JSON.parse(output.slice(Math.max(0, output.search(/^\{/m)))) as {
    readonly jobs: readonly { error: number; read: FioDirection; write: FioDirection }[]
  }
  const job = report.jobs[0]
  if (job === undefined || job.error !== 0) {
    throw new BenchFailure(`fio reports error ${job?.error} in ${load.name}`)
  }
  const done = load.pattern === 'randread' ? job.read : job.write
  if (done.total_ios === 0) throw new BenchFailure(`fio did nothing in ${load.name}`)
  const percentile = (name: string): number => (done.clat_ns.percentile?.[name] ?? NaN) / 1000
  return {
    perSecond: done.iops,
    mebibytesPerSecond: done.bw_bytes / 2 ** 20,
    operations: done.total_ios,
    medianUs: percentile('50.000000'),
    p99Us: percentile('99.000000'),
  }
}

/**
 * Like `runFio`, until `stop`, with the latency of each single operation: that of a time span can
 * then be told.
 */
export async function runFioUntil(stage: Stage, job: FioJob, stop: AbortSignal): Promise<Sample[]> {
  const log = stage.path(`latency-${performance.now()}`)
  await stage.run([...fioCommand(job), `--write_lat_log=${log}`, '--log_unix_epoch=1'], stop)
  return latencySamples(readFileSync(`${log}_clat.1.log`, 'latin1'))
}

export interface Sample {
  /** Wall clock, ms since 1970. */
  readonly atMs: number
  readonly latencyUs: number
}

/** `time (ms), latency (ns), direction, block size, offset`, a line an operation. */
export function latencySamples(log: string): Sample[] {
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [at, latency] = line.split(',')
      return { atMs: Number(at), latencyUs: Number(latency) / 1000 }
    })
}
