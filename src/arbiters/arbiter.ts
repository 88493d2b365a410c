import type { Outcome } from '../core/event.ts'

/** What decides which server may go on when they cannot hear each other. */
export interface Arbiter {
  /**
   * `win`: this server may go on. No answer means `lose`. `unasked`: it can say nothing before the
   * peer is to be excluded.
   */
  ask(timeoutMs: number): Promise<'win' | 'lose' | 'unasked'>
  /** Excludes the peer by an act: ok only when that is confirmed. Missing: this arbiter does not. */
  exclude?(timeoutMs: number): Promise<Outcome>
}
