/**
 * Which path to try when: the dialling side's patience.
 *
 * Without a path, all are tried, the better ones first. On a worse path, the better ones are tried
 * about once a second, and one that let us down just after we returned to it has to wait longer
 * each time. Connections that die young make the pause before the next one grow.
 */

const retryMs = 1000
const staggerMs = 150
const youngMs = 5000
const pauseMsMax = 5000
const returnPauseMsMax = 30_000

interface PathState {
  nextTryMs: number
  /** Not before this do we leave a working path for this better one. */
  returnMs: number
  returnPauseMs: number
}

export class PathChoice {
  readonly #paths: PathState[]
  #pauseMs = 0
  #attached: { path: number; sinceMs: number } | null = null

  constructor(pathCount: number) {
    this.#paths = Array.from({ length: pathCount }, () => ({
      nextTryMs: 0,
      returnMs: 0,
      returnPauseMs: retryMs,
    }))
  }

  /** The paths to dial now; each is then left alone for about a second. */
  due(nowMs: number): number[] {
    const attached = this.#attached
    const due: number[] = []
    this.#paths.forEach((path, index) => {
      if (attached !== null && (index >= attached.path || nowMs < path.returnMs)) return
      if (nowMs < path.nextTryMs) return
      path.nextTryMs = nowMs + retryMs
      due.push(index)
    })
    return due
  }

  attached(path: number, nowMs: number): void {
    this.#attached = { path, sinceMs: nowMs }
  }

  /** The attached path is gone: try all again, at once unless it died young. */
  lost(nowMs: number): void {
    const attached = this.#attached
    this.#attached = null
    if (attached === null) return
    const young = nowMs - attached.sinceMs < youngMs
    this.#pauseMs = young ? Math.min(Math.max(50, this.#pauseMs * 2), pauseMsMax) : 0
    const state = this.#paths[attached.path] as PathState
    state.returnPauseMs = young ? Math.min(state.returnPauseMs * 2, returnPauseMsMax) : retryMs
    state.returnMs = nowMs + state.returnPauseMs
    this.#paths.forEach((path, index) => {
      path.nextTryMs = nowMs + this.#pauseMs + index * staggerMs
    })
  }
}
