/** No arbiter: silence past the time-out is enough, as in the original LE. */
import type { Arbiter } from './arbiter.ts'

export const noArbiter: Arbiter = { ask: () => Promise.resolve('win') }
