/** Time for decisions: milliseconds that only go forward, the same in every process of a machine. */
import { machineCalls } from './machine-calls.ts'

export interface Clock {
  now(): number
}

/** Since the boot, and on while the machine sleeps; where that cannot be read, without its sleep. */
export const bootClock: Clock = {
  now: () => machineCalls()?.bootTimeMs() ?? Number(process.hrtime.bigint() / 1000n) / 1000,
}
