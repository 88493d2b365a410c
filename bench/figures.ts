/** Medians and ratios of what was measured. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  if (upper === undefined) throw new Error('There is no median of nothing.')
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper
}

/** `[A, B, C]` in round 1 becomes `[B, C, A]`: nobody always runs right after the same other. */
export function rotated<Item>(items: readonly Item[], round: number): Item[] {
  const first = items.length === 0 ? 0 : round % items.length
  return [...items.slice(first), ...items.slice(0, first)]
}

/** One run of one case on one engine. */
export interface Run {
  readonly perSecond: number
  readonly mebibytesPerSecond: number
  readonly operations: number
  readonly medianUs: number
  readonly p99Us: number
  /** User and system time of the server processes, divided by the operations. */
  readonly processorUsPerOperation: number
}

export type RunMedians = Omit<Run, 'operations'>

export function mediansOf(runs: readonly Run[]): RunMedians {
  const of = (field: keyof RunMedians): number => median(runs.map((run) => run[field]))
  return {
    perSecond: of('perSecond'),
    mebibytesPerSecond: of('mebibytesPerSecond'),
    medianUs: of('medianUs'),
    p99Us: of('p99Us'),
    processorUsPerOperation: of('processorUsPerOperation'),
  }
}
