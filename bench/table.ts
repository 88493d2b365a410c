/** The results as text for a terminal. */
import { engineNames, type EngineName } from './engines.ts'
import { median, type RunMedians } from './figures.ts'
import type { LoadResult } from './load.ts'
import type { LatencyResult, ResyncResult } from './resync.ts'
import { ratioOf, type Verdict } from './targets.ts'

type Row = readonly string[]

/** The first column to the left, figures to the right. */
export function columns(rows: readonly Row[]): string {
  const widths = (rows[0] ?? []).map((_cell, index) =>
    Math.max(...rows.map((row) => row[index]?.length ?? 0)),
  )
  const line = (row: Row): string =>
    widths
      .map((width, index) => {
        const cell = row[index] ?? ''
        return index === 0 ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd()
  return rows.map((row) => `${line(row)}\n`).join('')
}

export function loadTable(loads: readonly LoadResult[]): string {
  const measured = engineNames.filter((name) => loads.some((load) => load.engines[name]))
  const figure = (load: LoadResult, name: EngineName): string =>
    cell(load, name, (medians) =>
      (load.unit === 'IOPS' ? medians.perSecond : medians.mebibytesPerSecond).toFixed(0),
    )
  const ratio = (load: LoadResult, first: EngineName, second: EngineName): string => {
    const value = ratioOf(load, first, second)
    return value === null ? '-' : value.toFixed(2)
  }
  return columns([
    ['case', 'unit', ...measured, '× qemu', '× qemu-unix', '× nbdkit', 'secure ×'],
    ...loads.map((load) => [
      load.case,
      load.unit,
      ...measured.map((name) => figure(load, name)),
      ratio(load, 'kagami', 'qemu'),
      ratio(load, 'kagami', 'qemu-unix'),
      ratio(load, 'kagami', 'nbdkit'),
      ratio(load, 'kagami-secure', 'kagami'),
    ]),
  ])
}

/** Processor time of the servers and the median latency, both in µs for one operation. */
export function costTable(loads: readonly LoadResult[]): string {
  const measured = engineNames.filter((name) => loads.some((load) => load.engines[name]))
  const head = (what: string): string[] => measured.map((name) => `${name} ${what}`)
  return columns([
    ['µs for one operation', ...head('CPU'), ...head('p50')],
    ...loads.map((load) => [
      load.case,
      ...measured.map((name) =>
        cell(load, name, (medians) => medians.processorUsPerOperation.toFixed(1)),
      ),
      ...measured.map((name) => cell(load, name, (medians) => medians.medianUs.toFixed(0))),
    ]),
  ])
}

function cell(load: LoadResult, name: EngineName, text: (medians: RunMedians) => string): string {
  const engine = load.engines[name]
  return engine === undefined ? '-' : text(engine.medians)
}

/** A full copy, against nbdcopy as it is and when it flushes at its end, as our copy does. */
export function copyTable(resync: ResyncResult): string {
  const own = median(resync.copySeconds)
  const row = (name: string, seconds: number): Row => [
    name,
    seconds.toFixed(2),
    (resync.sizeBytes / 2 ** 20 / seconds).toFixed(0),
    (seconds / own).toFixed(2),
  ]
  return columns([
    [`copy of ${resync.sizeBytes / 2 ** 20} MiB`, 's', 'MiB/s', 'kagami ×'],
    row('kagami, to in sync', own),
    row('nbdcopy', median(resync.nbdcopySeconds)),
    row('nbdcopy --flush', median(resync.nbdcopyFlushedSeconds)),
  ])
}

export function latencyTable(latency: LatencyResult): string {
  return columns([
    ['4 KiB write at depth 1', 'p50 µs', 'copy MiB/s'],
    ['usually', median(latency.usualUs).toFixed(0), ''],
    [
      'during a copy',
      median(latency.duringUs).toFixed(0),
      median(latency.copyMebibytesPerSecond).toFixed(0),
    ],
  ])
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  return columns([
    ['target', 'measured', 'required', 'wanted', ''],
    ...verdicts.map(({ target, value, bound, required, wanted, unit, met }) => [
      target,
      `${value.toFixed(2)} ${unit}`,
      `${bound === 'at least' ? '>=' : '<='} ${required} ${unit}`,
      wanted === null ? '' : `${wanted} ${unit}`,
      met ? 'met' : 'NOT met',
    ]),
  ])
}
