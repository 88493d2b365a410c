/**
 * A session: an unbroken conversation between two lives of mirrord, over one path after another.
 *
 * Each frame has a sequence and is kept until the other side says that it has arrived. When a path
 * dies, the next one resumes: what did not arrive is sent again, what arrived twice is dropped, so
 * moving from one link to another loses nothing and needs no copy. The session is over when one of
 * the two lives is, or when no path was found in time.
 */

export interface KeptFrame {
  readonly sequence: number
  readonly type: number
  readonly flags: number
  readonly term: number
  readonly parts: readonly Buffer[]
  readonly length: number
  readonly checksum: number
}

/** More than this kept for a silent peer ends the session. */
export const keptBytesMax = 256 * 1024 * 1024

export class Session {
  readonly id: bigint
  readonly peerIncarnation: string
  readonly beganMs: number
  #lastSequence = 0
  #received = 0
  #kept: KeptFrame[] = []
  #keptFrom = 0
  #keptBytes = 0

  constructor(options: { id: bigint; peerIncarnation: string; nowMs: number }) {
    this.id = options.id
    this.peerIncarnation = options.peerIncarnation
    this.beganMs = options.nowMs
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  /** Every sequence up to this one has arrived here. */
  get received(): number {
    return this.#received
  }

  get keptBytes(): number {
    return this.#keptBytes
  }

  /** Gives a frame its sequence and keeps it until it is known to have arrived. */
  keep(frame: Omit<KeptFrame, 'sequence'>): KeptFrame {
    this.#lastSequence += 1
    const kept = { ...frame, sequence: this.#lastSequence }
    this.#kept.push(kept)
    this.#keptBytes += kept.length
    return kept
  }

  /** The peer has everything up to `sequence`; false when that was never sent. */
  acknowledged(sequence: number): boolean {
    if (sequence > this.#lastSequence) return false
    while (this.#keptFrom < this.#kept.length) {
      const first = this.#kept[this.#keptFrom] as KeptFrame
      if (first.sequence > sequence) break
      this.#keptBytes -= first.length
      this.#keptFrom += 1
    }
    if (this.#keptFrom > 256 && this.#keptFrom * 2 > this.#kept.length) {
      this.#kept = this.#kept.slice(this.#keptFrom)
      this.#keptFrom = 0
    }
    return true
  }

  /** What the peer is not known to have, in order. */
  notAcknowledged(): readonly KeptFrame[] {
    return this.#kept.slice(this.#keptFrom)
  }

  /** Judges the sequence of a frame that arrived. A gap means the path cannot be trusted. */
  arrived(sequence: number): 'new' | 'repeat' | 'gap' {
    if (sequence <= this.#received) return 'repeat'
    if (sequence !== this.#received + 1) return 'gap'
    this.#received = sequence
    return 'new'
  }
}
