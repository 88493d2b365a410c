/**
 * When a status is worth telling. Each heartbeat brings other round-trip times and ages; whoever watches an idle
 * cluster must not be sent, and a telephone must not read, all of it ten times a second for that. What is new
 * beyond measured figures is told at once; figures once a second, and more often while they show how a copy
 * or a comparison gets on.
 */
import type { ClusterStatus } from '../../api.ts'

const figuresEveryMs = 1000
const progressEveryMs = 200

/** Fields, and arguments of messages, that change by themselves while everything is as it was. */
const figures: ReadonlySet<string> = new Set([
  ...['at', 'longestSilenceMs', 'longestMs', 'roundTripMs', 'seconds', 'secondsLeft', 'percent'],
  ...['bytesLeft', 'bytesDone', 'bytesTotal', 'bytesPerSecond', 'doneBytes', 'totalBytes'],
  ...['backlogBytes', 'differingBytes', 'map'],
])

export interface Pace {
  /** How long it can wait, ms; 0: to be told now; null: nothing has changed since it was told. */
  waitMs(status: ClusterStatus, nowMs: number): number | null
  told(status: ClusterStatus, nowMs: number): void
}

export function newPace(): Pace {
  let latest = { whole: '', facts: '', atMs: Number.NEGATIVE_INFINITY }
  return {
    waitMs(status, nowMs) {
      if (factsOf(status) !== latest.facts) return 0
      if (wholeOf(status) === latest.whole) return null
      const everyMs = isProgressing(status) ? progressEveryMs : figuresEveryMs
      return Math.max(0, latest.atMs + everyMs - nowMs)
    },
    told(status, nowMs) {
      latest = { whole: wholeOf(status), facts: factsOf(status), atMs: nowMs }
    },
  }
}

/** Whether a figure is there at all is no figure. */
const factsOf = (status: ClusterStatus): string =>
  JSON.stringify(status, (key, value: unknown) => (value !== null && figures.has(key) ? 0 : value))

const wholeOf = (status: ClusterStatus): string => JSON.stringify({ ...status, at: '' })

const isProgressing = ({ mirrors }: ClusterStatus): boolean =>
  mirrors.some(({ copy, verify }) => copy !== null || verify?.running === true)
