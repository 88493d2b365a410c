import type { Outcome } from '../core/event.ts'
import type { RegisterClaim, RegisterValue } from '../core/register.ts'
import type { Message } from '../messages/catalogue.ts'

/** What decides which server may go on when they cannot hear each other. */
export interface Arbiter {
  /**
   * `win`: this server may go on. No answer means `lose`. `unasked`: it can say nothing before the
   * peer is to be excluded.
   */
  ask(timeoutMs: number): Promise<'win' | 'lose' | 'unasked'>
  /** Excludes the peer by an act: ok only when that is confirmed. Missing: this arbiter does not. */
  exclude?(timeoutMs: number): Promise<Outcome>
  /** The cluster's register, of an arbiter that keeps one. */
  readonly register?: Register
}

/** Both give the register as it is afterwards, whoever won; no answer in time is an error. */
export interface Register {
  read(timeoutMs: number): Promise<RegisterAnswer>
  claim(claim: RegisterClaim, timeoutMs: number): Promise<RegisterAnswer>
}

export type RegisterAnswer =
  | { readonly ok: true; readonly value: RegisterValue }
  | { readonly ok: false; readonly error: Message }
