/**
 * One NBD client, from its first byte to its last: negotiation, then requests.
 *
 * Fed with chunks, it hands block requests to the export the client chose and gathers answers, to
 * be taken and sent. It knows nothing of disks, sockets and clocks.
 */
import type { NbdExport } from './block-request.ts'
import { type Answers, NbdAnswers } from './nbd-answers.ts'
import {
  type NbdFault,
  NbdNegotiation,
  type NbdSession,
  type NegotiationHost,
} from './nbd-negotiation.ts'
import { NbdTransmission, type TransmissionHost } from './nbd-transmission.ts'

export interface NbdHost
  extends Pick<NegotiationHost, 'exports' | 'admits'>,
    Pick<TransmissionHost, 'admit' | 'release' | 'lend' | 'giveBack' | 'nowMs'> {
  /** There are answers to take. */
  answered(): void
  /** Negotiation ended well: from here on this is a client of the export. */
  entered(exported: NbdExport): void
  /**
   * Nothing more will be taken; what is in flight may still be answered. With a fault, the client
   * broke the protocol.
   */
  ended(fault: NbdFault | null): void
}

export class NbdConversation {
  readonly #host: NbdHost
  readonly #answers = new NbdAnswers()
  #negotiation: NbdNegotiation | null
  #transmission: NbdTransmission | null = null

  constructor(host: NbdHost) {
    this.#host = host
    this.#negotiation = new NbdNegotiation({
      exports: () => host.exports(),
      admits: (exported) => host.admits(exported),
      send: (bytes) => {
        this.#answers.add(bytes)
        host.answered()
      },
      entered: (session) => this.enter(session),
      ended: (fault) => {
        this.#negotiation = null
        host.ended(fault)
      },
    })
  }

  /** Requests taken and not answered. */
  get inFlight(): number {
    return this.#transmission?.inFlight ?? 0
  }

  /** Waits for room: it should be fed nothing more until `resume`. */
  get isStalled(): boolean {
    return this.#transmission?.isStalled ?? false
  }

  /** Where the next bytes should be read to; null when it does not matter. */
  place(): Buffer | null {
    return this.#transmission?.place() ?? null
  }

  /** The chunk is the caller's again when this returns. */
  push(chunk: Buffer): void {
    if (this.#transmission !== null) return this.#transmission.push(chunk)
    const negotiation = this.#negotiation
    if (negotiation === null) return
    negotiation.push(Buffer.from(chunk))
    const entered = this.#transmission as NbdTransmission | null
    if (entered === null) return
    this.#negotiation = null
    const rest = negotiation.rest()
    if (rest.length > 0) entered.push(rest)
  }

  resume(): void {
    this.#transmission?.resume()
  }

  /** The client is gone: takes nothing more. */
  stop(): void {
    this.#negotiation = null
    this.#transmission?.stop()
  }

  takeAnswers(): Answers {
    return this.#answers.take()
  }

  private enter(session: NbdSession): void {
    this.#transmission = new NbdTransmission(session, this.#host, this.#answers)
    this.#host.entered(session.exported)
  }
}
