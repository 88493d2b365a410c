/**
 * One connection from its first byte until both ends have proved that they hold the cluster key.
 *
 * The dialling end speaks first. Nothing about the session is believed before the mac that covers
 * it was checked; whatever does not fit ends the connection. See `wire/peer-greeting.ts`.
 */
import type { Frame } from '../wire/peer-frame.ts'
import {
  type Answer,
  decodeHello,
  encodeHello,
  type GreetingRole,
  greetingType,
  greetingVersion,
  type Hello,
  type Mac,
  openAnswer,
  openProof,
  type Proof,
  seal,
} from '../wire/peer-greeting.ts'

export interface Self {
  readonly mirror: string
  readonly diskId: string
  readonly server: string
  readonly peer: string
  readonly incarnation: string
}

export type GreetingFault =
  | 'unexpected-frame'
  | 'malformed'
  | 'other-version'
  | 'other-mirror'
  | 'other-disk'
  | 'other-server'
  | 'same-role'
  | 'wrong-key'

export type GreetingStep =
  | { readonly kind: 'send'; readonly type: number; readonly payload: Buffer }
  /** Dialer: the other end is known by name; say `prove` when it is this connection's turn. */
  | { readonly kind: 'may-prove' }
  /** Acceptor: the dialer is proved; say `answer`. */
  | { readonly kind: 'proved'; readonly proof: Proof; readonly peer: Hello }
  /** Dialer: the acceptor is proved. */
  | { readonly kind: 'answered'; readonly answer: Answer; readonly peer: Hello }
  | { readonly kind: 'fault'; readonly fault: GreetingFault }

type Stage = 'hello' | 'ready' | 'proof' | 'answer' | 'over'

export class Greeting {
  readonly #self: Self
  readonly #role: GreetingRole
  readonly #mac: Mac
  readonly #hello: Buffer
  #stage: Stage = 'hello'
  #peer: { hello: Hello; raw: Buffer } | null = null

  constructor(options: { self: Self; role: GreetingRole; mac: Mac; nonce: Buffer }) {
    const { self, role } = options
    this.#self = self
    this.#role = role
    this.#mac = options.mac
    this.#hello = encodeHello({
      protocol: greetingVersion,
      mirror: self.mirror,
      diskId: self.diskId,
      server: self.server,
      incarnation: self.incarnation,
      role,
      nonce: options.nonce.toString('hex'),
    })
  }

  get hello(): { type: number; payload: Buffer } {
    return { type: greetingType.hello, payload: this.#hello }
  }

  receive(frame: Frame): GreetingStep {
    const fits = frame.session === 0 && frame.sequence === 0 && frame.flags === 0
    if (!fits) return this.fault('unexpected-frame')
    if (frame.type === greetingType.hello && this.#stage === 'hello') return this.heard(frame)
    if (frame.type === greetingType.proof && this.#stage === 'proof') {
      const proof = openProof(frame.payload, this.transcript(), this.#mac)
      if (proof === null) return this.fault('wrong-key')
      this.#stage = 'ready'
      return { kind: 'proved', proof, peer: this.peer().hello }
    }
    if (frame.type === greetingType.answer && this.#stage === 'answer') {
      const answer = openAnswer(frame.payload, this.transcript(), this.#mac)
      if (answer === null) return this.fault('wrong-key')
      this.#stage = 'over'
      return { kind: 'answered', answer, peer: this.peer().hello }
    }
    return this.fault('unexpected-frame')
  }

  prove(proof: Proof): { type: number; payload: Buffer } {
    this.#stage = 'answer'
    const payload = seal(proof, 'dialer', this.transcript(), this.#mac)
    return { type: greetingType.proof, payload }
  }

  answer(answer: Answer): { type: number; payload: Buffer } {
    this.#stage = 'over'
    const payload = seal(answer, 'acceptor', this.transcript(), this.#mac)
    return { type: greetingType.answer, payload }
  }

  private heard(frame: Frame): GreetingStep {
    const hello = decodeHello(frame.payload)
    if (hello === null) return this.fault('malformed')
    const misfit = this.misfit(hello)
    if (misfit !== null) return this.fault(misfit)
    this.#peer = { hello, raw: Buffer.from(frame.payload) }
    if (this.#role === 'dialer') {
      this.#stage = 'ready'
      return { kind: 'may-prove' }
    }
    this.#stage = 'proof'
    return { kind: 'send', ...this.hello }
  }

  private misfit(hello: Hello): GreetingFault | null {
    if (hello.protocol !== greetingVersion) return 'other-version'
    if (hello.mirror !== this.#self.mirror) return 'other-mirror'
    if (hello.server !== this.#self.peer) return 'other-server'
    if (hello.role === this.#role) return 'same-role'
    if (hello.diskId !== this.#self.diskId) return 'other-disk'
    return null
  }

  private peer(): { hello: Hello; raw: Buffer } {
    if (this.#peer === null) throw new Error('the peer has not said hello')
    return this.#peer
  }

  private transcript(): { dialerHello: Buffer; acceptorHello: Buffer } {
    const theirs = this.peer().raw
    return this.#role === 'dialer'
      ? { dialerHello: this.#hello, acceptorHello: theirs }
      : { dialerHello: theirs, acceptorHello: this.#hello }
  }

  private fault(fault: GreetingFault): GreetingStep {
    this.#stage = 'over'
    return { kind: 'fault', fault }
  }
}
