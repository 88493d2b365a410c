/**
 * A session: an unbroken conversation between two lives of mirrord, over one path after another.
 *
 * Each frame has a sequence and is kept until the other side says that it has arrived. When a path
 * dies, the next one resumes: what did not arrive is sent again, what arrived twice is dropped, so
 * moving from one link to another loses nothing and needs no copy. The session is over when one of
 * the two lives is, or when no path was found in time.
 */
import type { SendRing } from './send-ring.ts'

export class Session {
  /** 48 random bits. */
  readonly id: number
  readonly peerIncarnation: string
  readonly ring: SendRing
  #received = 0

  constructor(options: { id: number; peerIncarnation: string; ring: SendRing }) {
    this.id = options.id
    this.peerIncarnation = options.peerIncarnation
    this.ring = options.ring
  }

  /** Every sequence up to this one has arrived here. */
  get received(): number {
    return this.#received
  }

  /** Judges the sequence of a frame that arrived. A gap means the path cannot be trusted. */
  arrived(sequence: number): 'new' | 'repeat' | 'gap' {
    if (sequence <= this.#received) return 'repeat'
    if (sequence !== this.#received + 1) return 'gap'
    this.#received = sequence
    return 'new'
  }
}
