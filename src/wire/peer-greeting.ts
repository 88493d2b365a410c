/**
 * How two mirrord introduce themselves on a new connection, before anything else is believed.
 *
 *     dialer                               acceptor
 *     HELLO  who I am, a nonce        ->
 *                                     <-   HELLO  who I am, a nonce
 *     PROOF  mac, the session I have  ->
 *                                     <-   ANSWER mac, resume that session or begin another
 *
 * Each mac is HMAC-SHA256 under the cluster key over the prover's role, both HELLO payloads as
 * sent, and the JSON that goes with it. The HELLOs name the mirror, the disk, both servers, both
 * incarnations and two nonces, so a mac is good for this one connection and for one end of it: it
 * can be neither replayed nor reflected. The frames are those of `peer-frame.ts` with session 0
 * and sequence 0. This is replaced as a whole when the link gets mutual TLS.
 *
 * PROOF and ANSWER payload: 32 bytes of mac, then the JSON.
 */
import * as v from 'valibot'

export const greetingVersion = 1
export const greetingType = { hello: 32, proof: 33, answer: 34 } as const
const macBytes = 32

export type GreetingRole = 'dialer' | 'acceptor'

const hex = (digits: number) => v.pipe(v.string(), v.regex(new RegExp(`^[0-9a-f]{${digits}}$`)))
const sequence = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const helloSchema = v.strictObject({
  protocol: v.pipe(v.number(), v.safeInteger()),
  mirror: v.pipe(v.string(), v.maxLength(100)),
  diskId: hex(32),
  server: v.pipe(v.string(), v.maxLength(100)),
  incarnation: hex(16),
  role: v.picklist(['dialer', 'acceptor']),
  nonce: hex(32),
})

const proofSchema = v.strictObject({
  /** The session the dialer still has; null when it has none. */
  session: v.nullable(hex(16)),
  received: sequence,
})

const answerSchema = v.strictObject({
  resumed: v.boolean(),
  session: hex(16),
  received: sequence,
})

export type Hello = v.InferOutput<typeof helloSchema>
export type Proof = v.InferOutput<typeof proofSchema>
export type Answer = v.InferOutput<typeof answerSchema>

/** HMAC-SHA256 under the cluster key over the parts, one after the other. */
export type Mac = (parts: readonly Buffer[]) => Buffer

export function encodeHello(hello: Hello): Buffer {
  return Buffer.from(JSON.stringify(hello))
}

export function decodeHello(payload: Buffer): Hello | null {
  return parse(helloSchema, payload)
}

export interface Transcript {
  readonly dialerHello: Buffer
  readonly acceptorHello: Buffer
}

/** PROOF or ANSWER payload: the mac of `role` over the transcript and the JSON, then the JSON. */
export function seal(
  value: Proof | Answer,
  role: GreetingRole,
  transcript: Transcript,
  mac: Mac,
): Buffer {
  const json = Buffer.from(JSON.stringify(value))
  return Buffer.concat([macOf(json, role, transcript, mac), json])
}

export function openProof(payload: Buffer, transcript: Transcript, mac: Mac): Proof | null {
  const json = opened(payload, 'dialer', transcript, mac)
  return json === null ? null : parse(proofSchema, json)
}

export function openAnswer(payload: Buffer, transcript: Transcript, mac: Mac): Answer | null {
  const json = opened(payload, 'acceptor', transcript, mac)
  return json === null ? null : parse(answerSchema, json)
}

function opened(
  payload: Buffer,
  role: GreetingRole,
  transcript: Transcript,
  mac: Mac,
): Buffer | null {
  if (payload.length <= macBytes) return null
  const json = payload.subarray(macBytes)
  const expected = macOf(json, role, transcript, mac)
  return equalInConstantTime(payload.subarray(0, macBytes), expected) ? json : null
}

function macOf(json: Buffer, role: GreetingRole, transcript: Transcript, mac: Mac): Buffer {
  const label = Buffer.from(`kagami mirror link ${greetingVersion} ${role}\n`)
  const parts = [label, transcript.dialerHello, transcript.acceptorHello, json]
  return mac(parts.flatMap((part) => [lengthOf(part), part]))
}

function lengthOf(part: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(part.length)
  return length
}

function equalInConstantTime(left: Buffer, right: Buffer): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index += 1) {
    difference |= (left[index] as number) ^ (right[index] as number)
  }
  return difference === 0
}

function parse<T>(schema: v.GenericSchema<unknown, T>, payload: Buffer): T | null {
  let value: unknown
  try {
    value = JSON.parse(payload.toString('utf8'))
  } catch {
    return null
  }
  const parsed = v.safeParse(schema, value)
  return parsed.success ? parsed.output : null
}
