/**
 * Blocks that the local disk could not give, asked of the peer: only while both are in sync. They
 * are asked for in the session, behind every write sent before, so what comes back has them all.
 */
import { type PeerMessage, pieceBytesMax } from '../wire/peer-message.ts'

type Got = (data: Buffer | null) => void

export class PeerReads {
  readonly #send: (message: PeerMessage) => number
  readonly #waiting = new Map<number, { readonly length: number; readonly got: Got }>()

  constructor(send: (message: PeerMessage) => number) {
    this.#send = send
  }

  read(offset: number, length: number, done: Got): void {
    const whole = Buffer.alloc(length)
    let missing = Math.ceil(length / pieceBytesMax)
    let failed = false
    for (let at = 0; at < length; at += pieceBytesMax) {
      const piece = Math.min(pieceBytesMax, length - at)
      const sequence = this.#send({ type: 'read', offset: offset + at, length: piece })
      const got: Got = (data) => {
        if (data === null) failed = true
        else data.copy(whole, at)
        missing -= 1
        if (missing === 0) done(failed ? null : whole)
      }
      this.#waiting.set(sequence, { length: piece, got })
    }
  }

  answered(sequence: number, data: Buffer | null): void {
    const waiting = this.#waiting.get(sequence)
    if (waiting === undefined) return
    this.#waiting.delete(sequence)
    waiting.got(data !== null && data.length === waiting.length ? data : null)
  }

  sessionEnded(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting.got(null)
  }
}
