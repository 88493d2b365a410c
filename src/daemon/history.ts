/** The figures of the last hour, for the charts: sampled now and then, kept in memory. */
import type { Sample } from '../api.ts'
import type { Effect } from '../core/effect.ts'
import type { State } from '../core/state.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'

export const sampleEveryMs = 5000
const keptMs = 3_600_000

export interface History {
  add(sample: Sample): void
  after(at: number): readonly Sample[]
}

export function newHistory(): History {
  const kept: Sample[] = []
  return {
    add(sample) {
      kept.push(sample)
      const first = kept.findIndex(({ at }) => at > sample.at - keptMs)
      if (first > 0) kept.splice(0, first)
    },
    after: (wanted) => kept.filter(({ at }) => at > wanted),
  }
}

/** How long each monitor took lately, by `group/monitor`. */
export function monitorTimes(now: () => number) {
  const lastMs: Record<string, number> = {}
  return {
    lastMs: (): Readonly<Record<string, number>> => ({ ...lastMs }),
    async measure<T>(effect: Effect, act: () => Promise<T>): Promise<T> {
      const beganAt = now()
      try {
        return await act()
      } finally {
        if (effect.kind === 'run-monitor') {
          lastMs[`${effect.group}/${effect.monitor}`] = Math.round(now() - beganAt)
        }
      }
    },
  }
}

/** What has been replicated in all, as each side counts it, to tell the rate of the next sample. */
export type Totals = Readonly<Record<string, number>>

/** One sample; `before`: the totals of the one before it. */
export function sampleOf(
  state: State,
  { at, before, monitors }: { at: number; before: Totals; monitors: Sample['monitors'] },
): { readonly sample: Sample; readonly totals: Totals } {
  const links = Object.fromEntries(
    state.settings.links.map((name) => {
      const view = state.links[name]
      const age = state.now - (view?.heardAt ?? -Infinity)
      return [name, age < state.settings.timeoutMs ? (view?.roundTripMs ?? null) : null]
    }),
  )
  const active = Object.entries(state.mirrors).flatMap(([name, { report }]) => {
    const theirs = state.peer?.gossip.disks[name]?.report ?? null
    const found = [report, theirs].find((each) => each?.role === 'primary') ?? null
    return found === null ? [] : ([[name, found]] as const)
  })
  const totals = Object.fromEntries(
    active.map(([name, report]) => [keyOf(name, report), sentBy(report)]),
  )
  const mirrors = Object.fromEntries(
    active.map(([name, report]) => {
      const key = keyOf(name, report)
      const sent = sentBy(report) - (before[key] ?? sentBy(report))
      const { writeMs, backlog } = report.detail
      const bytesPerSecond = Math.max(0, (1000 * sent) / sampleEveryMs)
      return [name, { writeMs, bytesPerSecond, backlogBytes: backlog.bytes }]
    }),
  )
  return { sample: { at, links, mirrors, monitors }, totals }
}

/** Another life of a mirrord counts from zero. */
const keyOf = (name: string, { incarnation }: MirrorReport): string => `${name}/${incarnation}`

const sentBy = ({ detail: { counters } }: MirrorReport): number =>
  counters.replicatedBytes + counters.copySentBytes
