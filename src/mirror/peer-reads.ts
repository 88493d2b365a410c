/**
 * Blocks that the local disk could not give, asked of the peer: only while both are in sync. They
 * are asked for in the session, behind every write sent before, so what comes back has them all.
 * A few at a time: what the peer answers has to fit in what it may have on its way.
 */
import { type PeerMessage, pieceBytesMax } from '../wire/peer-message.ts'

type Got = (data: Buffer | null) => void
interface Piece {
  readonly offset: number
  readonly length: number
  readonly got: Got
}

const bytesAtOnce = 512 * 1024

export class PeerReads {
  readonly #send: (message: PeerMessage) => number
  readonly #waiting = new Map<number, Piece>()
  #later: Piece[] = []
  #askedBytes = 0

  constructor(send: (message: PeerMessage) => number) {
    this.#send = send
  }

  read(offset: number, length: number, done: Got): void {
    const whole = Buffer.alloc(length)
    let missing = Math.ceil(length / pieceBytesMax)
    let failed = false
    for (let at = 0; at < length; at += pieceBytesMax) {
      const piece = Math.min(pieceBytesMax, length - at)
      const got: Got = (data) => {
        if (data === null) failed = true
        else data.copy(whole, at)
        missing -= 1
        if (missing === 0) done(failed ? null : whole)
      }
      this.#later.push({ offset: offset + at, length: piece, got })
    }
    this.ask()
  }

  private ask(): void {
    for (;;) {
      const next = this.#later[0]
      const hasRoom =
        this.#askedBytes === 0 || this.#askedBytes + (next?.length ?? 0) <= bytesAtOnce
      if (next === undefined || !hasRoom) return
      this.#later.shift()
      this.#askedBytes += next.length
      const { offset, length } = next
      this.#waiting.set(this.#send({ type: 'read', offset, length }), next)
    }
  }

  answered(sequence: number, data: Buffer | null): void {
    const waiting = this.#waiting.get(sequence)
    if (waiting === undefined) return
    this.#waiting.delete(sequence)
    this.#askedBytes -= waiting.length
    this.ask()
    waiting.got(data !== null && data.length === waiting.length ? data : null)
  }

  sessionEnded(): void {
    const all = [...this.#waiting.values(), ...this.#later]
    this.#waiting.clear()
    this.#later = []
    this.#askedBytes = 0
    for (const waiting of all) waiting.got(null)
  }
}
