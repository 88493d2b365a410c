/** Time for decisions: milliseconds that only go forward, the same in every thread of a machine. */
export interface Clock {
  now(): number
}

export const monotonicClock: Clock = {
  now: () => Number(process.hrtime.bigint() / 1000n) / 1000,
}
