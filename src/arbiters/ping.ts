/**
 * Whoever still reaches one of the ping targets may go on. Weak: when both servers reach them and
 * not each other, both win.
 */
import type { Ip } from '../drivers/ip.ts'
import type { Arbiter } from './arbiter.ts'

export function pingArbiter(targets: readonly string[], ip: Ip): Arbiter {
  return {
    async ask(timeoutMs) {
      const answers = await Promise.all(targets.map((target) => ip.ping(target, null, timeoutMs)))
      return answers.includes(true) ? 'win' : 'lose'
    },
  }
}
