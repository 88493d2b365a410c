/**
 * What has to be reached, and whether it was. Every target is a ratio within one run, or a size or
 * time that does not depend on the machine's speed of the hour.
 */
import type { EngineName } from './engines.ts'
import { median } from './figures.ts'
import type { LoadResult } from './load.ts'
import type { LatencyResult, ResyncResult } from './resync.ts'
import type { SparseResult } from './sparse.ts'

export interface Measured {
  readonly loads: readonly LoadResult[]
  /** The largest of each kagami-mirrord, by its name. */
  readonly residentPeakBytes: Readonly<Record<string, number>>
  readonly resync: ResyncResult | null
  readonly latency: LatencyResult | null
  readonly sparse: SparseResult | null
}

export interface Verdict {
  readonly target: string
  readonly value: number
  readonly bound: 'at least' | 'at most'
  readonly required: number
  /** Better than required; null when nothing more is wanted. */
  readonly wanted: number | null
  readonly unit: string
  readonly met: boolean
}

/** Which of QEMU's two engines has to be reached. */
export type Opponent = Extract<EngineName, 'qemu' | 'qemu-unix'>

/** Against QEMU: what is required, what is wanted. */
const againstQemu = { 'write-q1': [1, 1.5], 'write-q32': [3, 5], 'write-seq': [1.3, 2] } as const
const securityCostPercentMax = 30
const resyncSpeedMin = 0.7
const latencyFactorMax = 3
const residentMegabytesMax = 150
const sparse = { openSecondsMax: 1, residentMegabytesMax: 80 }

type Target = Omit<Verdict, 'met'>

/** A target of which nothing was measured is left out. */
export function judge(measured: Measured, opponent: Opponent): Verdict[] {
  const targets = [
    ...qemuTargets(measured.loads, opponent),
    ...securityTargets(measured.loads),
    ...copyTargets(measured),
    ...sizeTargets(measured),
  ]
  // A figure that is no number was not reached.
  return targets.map((target) => ({
    ...target,
    met:
      target.bound === 'at least'
        ? target.value >= target.required
        : target.value <= target.required,
  }))
}

/** The first engine's figure divided by the second's; null when one was not measured. */
export function ratioOf(load: LoadResult, first: EngineName, second: EngineName): number | null {
  const [one, other] = [load.engines[first], load.engines[second]]
  if (one === undefined || other === undefined) return null
  return one.medians.perSecond / other.medians.perSecond
}

function qemuTargets(loads: readonly LoadResult[], opponent: Opponent): Target[] {
  return Object.entries(againstQemu).flatMap(([name, [required, wanted]]) => {
    const load = loads.find((result) => result.case === name)
    const value = load === undefined ? null : ratioOf(load, 'kagami', opponent)
    if (value === null) return []
    const target = `${name}, against ${opponent}`
    return [{ target, value, bound: 'at least' as const, required, wanted, unit: '×' }]
  })
}

function securityTargets(loads: readonly LoadResult[]): Target[] {
  return loads.flatMap((load) => {
    const ratio = ratioOf(load, 'kagami-secure', 'kagami')
    if (ratio === null || !load.case.startsWith('write')) return []
    return [
      atMost(`${load.case}, cost of link security`, (1 - ratio) * 100, securityCostPercentMax, '%'),
    ]
  })
}

function copyTargets({ resync, latency }: Measured): Target[] {
  const targets: Target[] = []
  if (resync !== null) {
    const value = median(resync.nbdcopySeconds) / median(resync.copySeconds)
    targets.push({
      target: 'resync, speed against nbdcopy',
      value,
      bound: 'at least',
      required: resyncSpeedMin,
      wanted: null,
      unit: '×',
    })
  }
  if (latency !== null) {
    const value = median(latency.duringUs) / median(latency.usualUs)
    targets.push(atMost('write latency during a resync', value, latencyFactorMax, '×'))
  }
  return targets
}

function sizeTargets({ residentPeakBytes, sparse: disk }: Measured): Target[] {
  const targets = Object.entries(residentPeakBytes).map(([name, bytes]) =>
    atMost(`resident memory, ${name}`, bytes / 1e6, residentMegabytesMax, 'MB'),
  )
  if (disk === null) return targets
  return [
    ...targets,
    atMost('opening 1 TiB', median(disk.openSeconds), sparse.openSecondsMax, 's'),
    atMost(
      'resident memory, 1 TiB open',
      Math.max(...disk.residentBytes) / 1e6,
      sparse.residentMegabytesMax,
      'MB',
    ),
  ]
}

function atMost(target: string, value: number, required: number, unit: string): Target {
  return { target, value, bound: 'at most', required, wanted: null, unit }
}
