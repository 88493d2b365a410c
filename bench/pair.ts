/**
 * The engine under test: the stand-alone pair that `kagami lab mirror` starts, as shipped. Only the
 * command and the control sockets are used, so any checkout's `bin/kagami` can be measured.
 */
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Engine } from './engines.ts'
import { reportOf } from './control.ts'
import { BenchFailure, type Stage, waitFor } from './stage.ts'

export interface PairPlan {
  readonly stage: Stage
  /** The checkout's `bin/kagami`. */
  readonly kagami: string
  readonly name: 'kagami' | 'kagami-secure' | 'resync'
  readonly linkSecurity: 'on' | 'off'
  readonly sizeBytes: number
}

interface PairSide {
  readonly data: string
  readonly meta: string
  readonly pid: number
  readonly control: string
}

export interface Pair {
  readonly uri: string
  readonly a: PairSide
  readonly b: PairSide
  /** `kagami lab mirror` itself: it starts a side again that has ended. */
  readonly keeper: ChildProcess
}

/** Formatting and copying what is blank takes a while on a slow disk. */
const startTimeoutMs = 120_000

export async function startPair(plan: PairPlan): Promise<Pair> {
  const { stage, name } = plan
  const size = `${plan.sizeBytes / 2 ** 20}M`
  const words = ['--dir', stage.path(name), '--size', size, '--link-security', plan.linkSecurity]
  const keeper = stage.serve([plan.kagami, 'lab', 'mirror', ...words], name)
  let announced: string | null = null
  if (keeper.stdout !== null) {
    createInterface({ input: keeper.stdout }).on('line', (line) => {
      announced ??= line
    })
  }
  const line = await waitFor(
    stage,
    `${plan.kagami} lab mirror`,
    () => {
      if (keeper.exitCode !== null || keeper.signalCode !== null || keeper.pid === undefined) {
        throw new BenchFailure(`${plan.kagami} lab mirror ended: ${stage.complaints(name)}`)
      }
      return announced
    },
    { everyMs: 20, timeoutMs: startTimeoutMs },
  )
  const { uri, a, b } = JSON.parse(line) as Omit<Pair, 'keeper'>
  return { uri, a, b, keeper }
}

export async function startKagami(
  plan: PairPlan & { name: 'kagami' | 'kagami-secure' },
): Promise<Engine & { readonly pair: Pair }> {
  const pair = await startPair(plan)
  const pids = [pair.a.pid, pair.b.pid]
  const wanted = plan.linkSecurity === 'on' ? 'tls' : 'off'
  return { name: plan.name, uri: pair.uri, pids, pair, check: () => checkMirrored(pair, wanted) }
}

/**
 * An engine that went alone, or lost a process, would be measured without its mirror: that must
 * never be taken for a figure.
 */
async function checkMirrored(pair: Pair, linkSecurity: 'tls' | 'off'): Promise<void> {
  for (const side of [pair.a, pair.b]) {
    const report = await reportOf(side.control)
    const why =
      report === null
        ? 'does not answer'
        : report.pid !== side.pid
          ? 'was started anew'
          : !report.inSync || report.link.state !== 'connected'
            ? `is not in sync (link: ${report.link.state})`
            : report.detail.linkSecurity !== linkSecurity || report.detail.mode !== 'sync'
              ? `runs ${report.detail.mode}, link security ${report.detail.linkSecurity}`
              : null
    if (why !== null) throw new BenchFailure(`the kagami-mirrord at ${side.control} ${why}`)
  }
}
