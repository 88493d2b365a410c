/**
 * The cluster's own order of the lines in its logs: a clock that is never behind what this server has
 * written, nor behind what it has heard of the other one. It rides on the heartbeats; so whatever led to a
 * line has a smaller stamp, however wrong the clocks of the two servers are.
 */
export interface LogClock {
  /** Larger than every stamp before it; milliseconds since 1970 as long as the clocks agree. */
  next(): number
  latest(): number
  /** Of this server's latest line. */
  own(): number
  heard(stamp: number): void
}

/** Between two lines of the same millisecond. */
const tick = 0.001
/** The year 2109: what is beyond is no time, and a tick would be lost in it. */
const stampMax = 2 ** 42

export function logClock(wallMs: () => number): LogClock {
  let latest = 0
  let own = 0
  return {
    next() {
      latest = Math.max(wallMs(), latest + tick)
      own = latest
      return latest
    },
    latest: () => latest,
    own: () => own,
    heard(stamp) {
      if (stamp <= stampMax) latest = Math.max(latest, stamp)
    },
  }
}

/** Tells whoever listens that the other server has written lines which are not known here. */
export function peerNews(clock: LogClock) {
  const listeners = new Set<() => void>()
  let newest = 0
  return {
    listeners,
    heard(stamp: number): void {
      if (!(stamp > newest)) return
      newest = stamp
      clock.heard(stamp)
      // It has heard of what was written here.
      if (stamp === clock.own()) return
      for (const listener of listeners) listener()
    },
  }
}
