/**
 * How fast a copy goes: all of the link while nobody else wants it, and otherwise only so much that
 * the clients' writes take at most about twice their usual time; but never so little that it would
 * not end.
 */

export interface PaceView {
  readonly nowMs: number
  /** When a client's write was last answered. */
  readonly lastWriteMs: number
  /** How long clients' writes take now, and took before the copy. */
  readonly latencyMs: number
  readonly usualMs: number
}

export interface Pace {
  /** Longest piece to send next. */
  readonly pieceBytes: number
  /** How many pieces may be under way. */
  readonly pieces: number
  /** Before the next piece begins. */
  readonly gapMs: number
}

/** A client that wrote within this time counts as there. */
const activeMs = 250
const adjustEveryMs = 20
/** 64 KiB every 8 ms: 8 MiB/s, whatever the clients do. */
const gapMsMax = 8
const tolerated = 2
const alone: Pace = { pieceBytes: 512 * 1024, pieces: 8, gapMs: 0 }

export class CopyPace {
  #gapMs = 1
  #adjustedMs = Number.NEGATIVE_INFINITY

  next(view: PaceView): Pace {
    if (view.nowMs - view.lastWriteMs > activeMs) return alone
    if (view.nowMs - this.#adjustedMs >= adjustEveryMs) {
      this.#adjustedMs = view.nowMs
      const isSlow = view.latencyMs > view.usualMs * tolerated
      this.#gapMs = isSlow ? Math.min(gapMsMax, this.#gapMs * 1.5 + 0.25) : this.#gapMs * 0.8
    }
    return { pieceBytes: 64 * 1024, pieces: 2, gapMs: this.#gapMs < 0.5 ? 0 : this.#gapMs }
  }
}
