/** What decides which server may go on when they cannot hear each other. */
export interface Arbiter {
  /** `win`: this server may go on. No answer means `lose`. */
  ask(timeoutMs: number): Promise<'win' | 'lose'>
}
