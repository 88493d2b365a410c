/**
 * How fast a full copy is, and what it does to the application meanwhile.
 *
 * The copy is measured against `nbdcopy` between two nbdkit `file` exports: the same source file
 * (the active side's data partition), a blank file of the same size on the same file system as the
 * target. Our copy ends with a commit for which the target has flushed; nbdcopy is measured plain
 * and with `--flush`, and the plain figure, the harder one, is the one to be reached.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join, dirname } from 'node:path'
import type { MirrorReport } from '../src/wire/mirror-control.ts'
import { cases } from './cases.ts'
import { ControlSocket, reportOf } from './control.ts'
import { blankFile, serveFile } from './engines.ts'
import { median } from './figures.ts'
import { runFioUntil, type Sample } from './fio.ts'
import type { Pair } from './pair.ts'
import { BenchFailure, type Stage, waitFor } from './stage.ts'

export interface ResyncPlan {
  readonly stage: Stage
  readonly kagami: string
  readonly pair: Pair
  readonly sizeBytes: number
  readonly rounds: number
  readonly tell: (text: string) => void
}

export interface ResyncResult {
  readonly sizeBytes: number
  /** From the start of the copy until both sides are in sync. */
  readonly copySeconds: readonly number[]
  readonly nbdcopySeconds: readonly number[]
  readonly nbdcopyFlushedSeconds: readonly number[]
}

export async function measureResync(plan: ResyncPlan): Promise<ResyncResult> {
  const result = { copySeconds: [], nbdcopySeconds: [], nbdcopyFlushedSeconds: [] } as {
    [name in 'copySeconds' | 'nbdcopySeconds' | 'nbdcopyFlushedSeconds']: number[]
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    result.nbdcopySeconds.push(await nbdcopySeconds(plan, []))
    const copy = await fullCopy(plan, async () => undefined)
    result.copySeconds.push((copy.endMs - copy.startMs) / 1000)
    result.nbdcopyFlushedSeconds.push(await nbdcopySeconds(plan, ['--flush']))
    const [plain, own, flushed] = [
      result.nbdcopySeconds.at(-1),
      result.copySeconds.at(-1),
      result.nbdcopyFlushedSeconds.at(-1),
    ].map((seconds) => seconds?.toFixed(2))
    plan.tell(`resync: ${own} s; nbdcopy: ${plain} s, with --flush ${flushed} s`)
  }
  return { sizeBytes: plan.sizeBytes, ...result }
}

async function nbdcopySeconds(plan: ResyncPlan, options: readonly string[]): Promise<number> {
  const { stage } = plan
  const target = stage.path('nbdcopy.img')
  blankFile(target, plan.sizeBytes)
  const from = await serveFile(stage, { name: 'from', file: plan.pair.a.data, readOnly: true })
  const to = await serveFile(stage, { name: 'to', file: target, readOnly: false })
  await stage.run(['sync'])
  const startMs = performance.now()
  await stage.run(['nbdcopy', ...options, from.uri, to.uri])
  const seconds = (performance.now() - startMs) / 1000
  await from.end()
  await to.end()
  rmSync(target)
  return seconds
}

export interface LatencyResult {
  readonly usualUs: readonly number[]
  readonly duringUs: readonly number[]
  readonly operationsDuring: readonly number[]
  /** What the copy reached while the application wrote. */
  readonly copyMebibytesPerSecond: readonly number[]
}

const minimalSamples = 100

/** The median 4 KiB write at depth 1, without and during a full copy. */
export async function measureLatency(plan: ResyncPlan): Promise<LatencyResult> {
  const result = {
    usualUs: [] as number[],
    duringUs: [] as number[],
    operationsDuring: [] as number[],
    copyMebibytesPerSecond: [] as number[],
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    await plan.stage.run(['sync'])
    result.usualUs.push(medianLatency(await writeUntil(plan, AbortSignal.timeout(3000))))
    let during: Sample[] = []
    const copy = await fullCopy(plan, async (ended) => {
      during = await writeUntil(plan, ended)
    })
    const inside = during.filter(({ atMs }) => atMs >= copy.startMs && atMs <= copy.endMs)
    if (inside.length < minimalSamples) {
      throw new BenchFailure(`only ${inside.length} writes while the copy ran; use a larger size`)
    }
    result.duringUs.push(medianLatency(inside))
    result.operationsDuring.push(inside.length)
    const seconds = (copy.endMs - copy.startMs) / 1000
    result.copyMebibytesPerSecond.push(plan.sizeBytes / 2 ** 20 / seconds)
    plan.tell(
      `latency: usually ${result.usualUs.at(-1)?.toFixed(0)} µs, during a copy at ` +
        `${result.copyMebibytesPerSecond.at(-1)?.toFixed(0)} MiB/s ` +
        `${result.duringUs.at(-1)?.toFixed(0)} µs`,
    )
  }
  return result
}

const medianLatency = (samples: readonly Sample[]): number =>
  median(samples.map((sample) => sample.latencyUs))

function writeUntil(plan: ResyncPlan, ended: AbortSignal): Promise<Sample[]> {
  const load = cases.find(({ name }) => name === 'write-q1')
  if (load === undefined) throw new Error('There is no case write-q1.')
  const { stage, pair, sizeBytes } = plan
  // The limit is for a copy that never ends.
  return runFioUntil(stage, { load, uri: pair.uri, seconds: 300, sizeBytes }, ended)
}

interface Span {
  /** Wall clock, ms since 1970. */
  readonly startMs: number
  readonly endMs: number
}

const wallMs = (): number => performance.timeOrigin + performance.now()

/** Makes side b blank and waits until it is in sync again. `meanwhile` begins with the copy. */
async function fullCopy(
  plan: ResyncPlan,
  meanwhile: (ended: AbortSignal) => Promise<void>,
): Promise<Span> {
  const { stage, pair } = plan
  const copying = watchCopy(stage, pair)
  await loseSideB(plan)
  const startMs = await copying.started
  const ended = new AbortController()
  const other = meanwhile(ended.signal)
  try {
    const endMs = await copying.ended
    if ((await reportOf(pair.b.control))?.inSync !== true) {
      throw new BenchFailure('the copy ended before side b was in sync')
    }
    return { startMs, endMs }
  } finally {
    ended.abort()
    await other
    copying.close()
  }
}

/** The blank replica must not come back before it is blank: whoever restarts it is stopped. */
async function loseSideB(plan: ResyncPlan): Promise<void> {
  const { stage, pair, kagami } = plan
  const report = await reportOf(pair.b.control)
  if (report === null) throw new BenchFailure('side b does not answer')
  const settings = settingsOf(report.pid)
  pair.keeper.kill('SIGSTOP')
  process.kill(report.pid, 'SIGKILL')
  await waitFor(
    stage,
    'the end of side b',
    async () => ((await reportOf(pair.b.control, 500)) === null ? true : null),
    { everyMs: 10, timeoutMs: 10_000 },
  )
  blankFile(pair.b.data, plan.sizeBytes)
  await stage.run(['sync'])
  const mirrord = join(dirname(kagami), 'kagami-mirrord')
  await stage.run([mirrord, 'create', settings, '--standby', '--again'])
  pair.keeper.kill('SIGCONT')
}

/** `kagami-mirrord run SETTINGS.json` */
function settingsOf(pid: number): string {
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const path = words[words.indexOf('run') + 1]
  if (path === undefined) throw new BenchFailure(`process ${pid} is no kagami-mirrord`)
  return path
}

const copyTimeout = { everyMs: 20, timeoutMs: 180_000 }

/** Follows the source's reports, and the target's end of it. */
function watchCopy(stage: Stage, pair: Pair) {
  let source: MirrorReport | null = null
  let startMs: number | null = null
  const opened = ControlSocket.open(pair.a.control, (report) => {
    source = report
    if (report.copy !== null) startMs ??= wallMs()
  })
  const asking = async <Answer>(what: string, ask: () => Answer | null): Promise<Answer> => {
    const socket = await opened
    if (socket === null) throw new BenchFailure('side a does not answer')
    return waitFor(
      stage,
      what,
      () => {
        socket.ask()
        return ask()
      },
      copyTimeout,
    )
  }
  const started = asking('the start of the copy', () => startMs)
  const ended = started.then(() =>
    asking('the end of the copy', () =>
      source?.copy === null && source.link.state === 'connected' ? wallMs() : null,
    ),
  )
  // Whoever waits for one of them hears of its failure; nobody may be waiting for the other.
  ended.catch(() => undefined)
  return { started, ended, close: () => void opened.then((socket) => socket?.close()) }
}
