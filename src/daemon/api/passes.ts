/**
 * A pass: who a browser acts for, signed with the cluster's key, so that both servers believe it. It is
 * short-lived and kept in the page's memory; a session renews it until the session's own end.
 *
 * `CLAIMS.SIGNATURE` in base64url; the claims are JSON.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Role } from './accounts.ts'

export interface Claims {
  /** A session's cookie is no pass, and a pass no cookie. */
  readonly kind: 'session' | 'pass'
  readonly session: string
  readonly user: string
  readonly role: Role
  /** Of the password of that user. */
  readonly proof: string
  /** Milliseconds of the epoch. */
  readonly until: number
  /** The session ends then, however often its pass is renewed. */
  readonly sessionUntil: number
}

export interface Passes {
  sign(claims: Claims): string
  /** null: it is not ours, or its time is over. */
  read(pass: string, kind: Claims['kind'], now: number): Claims | null
}

const passBytesMax = 1024

/** `clusterKey`: 64 hex digits; the key of the passes is derived from it. */
export function passesOf(clusterKey: string): Passes {
  const secret = Buffer.from(clusterKey, 'hex')
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'kagami pass 1', 32))
  const signatureOf = (claims: string): Buffer => createHmac('sha256', key).update(claims).digest()
  return {
    sign(claims) {
      const text = Buffer.from(JSON.stringify(claims)).toString('base64url')
      return `${text}.${signatureOf(text).toString('base64url')}`
    },
    read(pass, kind, now) {
      if (pass.length > passBytesMax) return null
      const [text = '', signature = '', ...more] = pass.split('.')
      const given = Buffer.from(signature, 'base64url')
      const expected = signatureOf(text)
      if (more.length > 0 || given.length !== expected.length) return null
      if (!timingSafeEqual(given, expected)) return null
      // Signed by a server of this cluster: it is what `sign` was given.
      const claims = JSON.parse(Buffer.from(text, 'base64url').toString()) as Claims
      const isGood = claims.kind === kind && now < claims.until && now < claims.sessionUntil
      return isGood ? claims : null
    },
  }
}
