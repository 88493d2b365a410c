/**
 * From single requests to outages. An outage begins when the first failed request was started and
 * is over when the first request that was started after it, and succeeded, was completed: what a
 * client that keeps asking would have seen.
 */
export interface Request {
  readonly startMs: number
  /** Null while the answer is awaited. */
  endMs: number | null
  /** Null for success. */
  error: string | null
}

export interface Outage {
  readonly startMs: number
  readonly lengthMs: number
  /** Why the first request failed. */
  readonly error: string
  /** False when the service was still gone at the end of the probe. */
  readonly ended: boolean
}

/**
 * `requests` in the order of their start. An outage that has not ended lasts until `nowMs`. A
 * request that is still awaited decides nothing, and neither does anything started after it.
 */
export function outagesOf(requests: readonly Request[], nowMs: number): Outage[] {
  const outages: Outage[] = []
  let coveredUntilMs = -1
  for (const [index, request] of requests.entries()) {
    if (request.endMs === null) break
    if (request.error === null || request.startMs < coveredUntilMs) continue
    const backMs = firstSuccessAfter(requests, index)
    const endMs = backMs ?? nowMs
    outages.push({
      startMs: request.startMs,
      lengthMs: endMs - request.startMs,
      error: request.error,
      ended: backMs !== null,
    })
    if (backMs === null) break
    coveredUntilMs = backMs
  }
  return outages
}

function firstSuccessAfter(requests: readonly Request[], index: number): number | null {
  let earliest: number | null = null
  for (const later of requests.slice(index + 1)) {
    if (earliest !== null && later.startMs >= earliest) break
    if (later.endMs === null || later.error !== null) continue
    earliest = earliest === null ? later.endMs : Math.min(earliest, later.endMs)
  }
  return earliest
}
