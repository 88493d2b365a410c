/**
 * A cluster's register as it goes over the wire, between kagamid, a witness and etcd. The types of its
 * parts are those of core/register.ts.
 */
import * as v from 'valibot'

const text = v.pipe(v.string(), v.maxLength(200))
const version = v.pipe(v.number(), v.integer(), v.minValue(0))

const register = v.object({ instance: text, version, holder: text, nonce: text })
const claim = v.strictObject({
  instance: text,
  version,
  holder: v.pipe(text, v.minLength(1)),
  nonce: v.pipe(text, v.minLength(1)),
})

export type WireRegister = Readonly<v.InferOutput<typeof register>>
export type WireClaim = Readonly<v.InferOutput<typeof claim>>

/** null: that is no register. */
export function parseRegister(value: unknown): WireRegister | null {
  const result = v.safeParse(register, value)
  return result.success ? result.output : null
}

/** null: that is no claim. */
export function parseClaim(value: unknown): WireClaim | null {
  const result = v.safeParse(claim, value)
  return result.success ? result.output : null
}

/** The register after the claim: the next version, if the claim was made from this one. */
export function afterClaim(now: WireRegister, made: WireClaim): WireRegister {
  if (made.instance !== now.instance || made.version !== now.version) return now
  const { instance, holder, nonce } = made
  return { instance, version: now.version + 1, holder, nonce }
}
