/**
 * What kagamid and kagami-guard say to each other over a unix socket: JSON, one object a line. Each
 * order is answered; an order that cannot be understood ends the connection and changes nothing.
 */
import * as v from 'valibot'

const order = v.strictObject({
  /** Boot-time clock, milliseconds: when the server is to be reset; null: never. */
  until: v.nullable(v.pipe(v.number(), v.finite())),
  /** Leave, if nothing is guarded. */
  quit: v.optional(v.boolean()),
})

export type GuardOrder = v.InferOutput<typeof order>

export interface GuardAnswer {
  readonly until: number | null
  /** Whether a hardware watchdog stands behind it. */
  readonly watchdog: boolean
}

/** null: that is no order. */
export function parseGuardOrder(line: string): GuardOrder | null {
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), order), line)
  return result.success ? result.output : null
}

/** null: that is no answer. */
export function parseGuardAnswer(line: string): GuardAnswer | null {
  const answer = v.object({ until: v.nullable(v.number()), watchdog: v.boolean() })
  const result = v.safeParse(v.pipe(v.string(), v.parseJson(), answer), line)
  return result.success ? result.output : null
}
