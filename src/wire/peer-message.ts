/**
 * What two mirrord say to each other inside a session, as the payload of a frame.
 *
 * Block traffic is binary: an offset (8 bytes) and the data, or an offset and a length. What is
 * said once a session is JSON with a strict schema. A request is answered under the sequence its
 * frame had. Decoding never throws: bytes that fit no message give null, and the link is closed.
 *
 * | type | name | payload |
 * | --- | --- | --- |
 * | 1 | keep-alive | none (not sequenced) |
 * | 2 | record | JSON: what this replica knows of itself |
 * | 3 | ready | 8 session number: durable here, and so is what the role in the copy asks for |
 * | 4 | copy | 8 offset, data |
 * | 5 | copy-zero | 8 offset, 8 length |
 * | 6 | write (flag 1 = FUA) | 8 offset, data |
 * | 7 | zero (flag 1 = FUA) | 8 offset, 8 length |
 * | 8 | flush | none |
 * | 9 | done (flag 1 = failed) | 8 sequence of the request |
 * | 10 | commit | JSON: generation, history |
 * | 11 | committed | none |
 * | 12 | activated | 8 term |
 * | 13 | deactivated | none |
 * | 14 | read | 8 offset, 8 length |
 * | 15 | data (flag 1 = failed) | 8 sequence of the request, data |
 * | 16 | goodbye | none |
 */
import { z } from 'zod'

export const messageType = {
  keepAlive: 1,
  record: 2,
  ready: 3,
  copy: 4,
  copyZero: 5,
  write: 6,
  zero: 7,
  flush: 8,
  done: 9,
  commit: 10,
  committed: 11,
  activated: 12,
  deactivated: 13,
  read: 14,
  data: 15,
  goodbye: 16,
} as const

/** Longest piece of blocks in one frame. */
export const pieceBytesMax = 1024 * 1024

const generation = z.string().regex(/^(0|[0-9a-f]{16})$/)
const count = z.number().int().nonnegative()

const viewSchema = z.strictObject({
  server: z.string().max(100),
  /** False: the superblock could not be read; nothing else here means anything. */
  known: z.boolean(),
  /** The metadata belongs to this data partition. */
  bound: z.boolean(),
  diskId: z.string().regex(/^[0-9a-f]{32}$/),
  sizeBytes: count,
  state: z.enum(['never-built', 'inconsistent', 'consistent']),
  alone: z.boolean(),
  outdated: z.boolean(),
  failed: z.boolean(),
  active: z.boolean(),
  /** The kernel restarted since the last session. */
  restarted: z.boolean(),
  generation,
  base: generation,
  history: z.array(generation).max(32),
  activationTerm: count,
  session: count,
  sessionConfirmed: count,
  /** How many times this life of mirrord, being active, lost its peer. */
  breakNumber: count,
})

const commitSchema = z.strictObject({ generation, history: z.array(generation).max(32) })

/** One side's record as the other one sees it when a session begins. */
export type ReplicaView = Readonly<z.infer<typeof viewSchema>>

export type PeerMessage =
  | { readonly type: 'record'; readonly view: ReplicaView }
  | { readonly type: 'ready'; readonly session: number }
  | { readonly type: 'copy'; readonly offset: number; readonly data: Buffer }
  | { readonly type: 'copy-zero'; readonly offset: number; readonly length: number }
  | {
      readonly type: 'write'
      readonly offset: number
      readonly data: Buffer
      readonly fua: boolean
    }
  | {
      readonly type: 'zero'
      readonly offset: number
      readonly length: number
      readonly fua: boolean
    }
  | { readonly type: 'flush' }
  | { readonly type: 'done'; readonly sequence: number; readonly ok: boolean }
  | { readonly type: 'commit'; readonly generation: string; readonly history: readonly string[] }
  | { readonly type: 'committed' }
  | { readonly type: 'activated'; readonly term: number }
  | { readonly type: 'deactivated' }
  | { readonly type: 'read'; readonly offset: number; readonly length: number }
  | { readonly type: 'data'; readonly sequence: number; readonly data: Buffer | null }
  | { readonly type: 'goodbye' }

export interface EncodedMessage {
  readonly type: number
  readonly flags: number
  readonly parts: readonly Buffer[]
}

export function encodeMessage(message: PeerMessage): EncodedMessage {
  const type = messageType
  switch (message.type) {
    case 'record':
      return plain(type.record, [Buffer.from(JSON.stringify(message.view))])
    case 'ready':
      return plain(type.ready, [numbers(message.session)])
    case 'copy':
      return plain(type.copy, [numbers(message.offset), message.data])
    case 'copy-zero':
      return plain(type.copyZero, [numbers(message.offset, message.length)])
    case 'write':
      return flagged(type.write, message.fua, [numbers(message.offset), message.data])
    case 'zero':
      return flagged(type.zero, message.fua, [numbers(message.offset, message.length)])
    case 'flush':
      return plain(type.flush, [])
    case 'done':
      return flagged(type.done, !message.ok, [numbers(message.sequence)])
    case 'commit':
      return plain(type.commit, [
        Buffer.from(JSON.stringify({ generation: message.generation, history: message.history })),
      ])
    case 'committed':
      return plain(type.committed, [])
    case 'activated':
      return plain(type.activated, [numbers(message.term)])
    case 'deactivated':
      return plain(type.deactivated, [])
    case 'read':
      return plain(type.read, [numbers(message.offset, message.length)])
    case 'data': {
      const parts = [numbers(message.sequence), message.data ?? Buffer.alloc(0)]
      return flagged(type.data, message.data === null, parts)
    }
    case 'goodbye':
      return plain(type.goodbye, [])
  }
}

export function decodeMessage(type: number, flags: number, payload: Buffer): PeerMessage | null {
  const flagsKnown = flaggedTypes.has(type) ? 1 : 0
  if ((flags & ~flagsKnown) !== 0) return null
  return decodeBlocks(type, flags === 1, payload) ?? decodeRare(type, payload)
}

const flaggedTypes: ReadonlySet<number> = new Set([
  messageType.write,
  messageType.zero,
  messageType.done,
  messageType.data,
])

function decodeBlocks(type: number, set: boolean, payload: Buffer): PeerMessage | null {
  const first = number(payload, 0)
  if (type === messageType.flush) return payload.length === 0 ? { type: 'flush' } : null
  if (first === null) return null
  const data = payload.subarray(8)
  switch (type) {
    case messageType.copy:
      return data.length === 0 ? null : { type: 'copy', offset: first, data }
    case messageType.write:
      return data.length === 0 ? null : { type: 'write', offset: first, data, fua: set }
    case messageType.done:
      return data.length === 0 ? { type: 'done', sequence: first, ok: !set } : null
    case messageType.data:
      return { type: 'data', sequence: first, data: set ? null : data }
    default:
  }
  const length = number(payload, 8)
  if (length === null || length === 0 || payload.length !== 16) return null
  if (type === messageType.copyZero) return { type: 'copy-zero', offset: first, length }
  if (type === messageType.zero) return { type: 'zero', offset: first, length, fua: set }
  if (type === messageType.read && length <= pieceBytesMax) {
    return { type: 'read', offset: first, length }
  }
  return null
}

function decodeRare(type: number, payload: Buffer): PeerMessage | null {
  const empty = payload.length === 0
  const first = payload.length === 8 ? number(payload, 0) : null
  switch (type) {
    case messageType.record: {
      const view = parse(viewSchema, payload)
      return view === null ? null : { type: 'record', view }
    }
    case messageType.commit: {
      const commit = parse(commitSchema, payload)
      return commit === null ? null : { type: 'commit', ...commit }
    }
    case messageType.ready:
      return first === null ? null : { type: 'ready', session: first }
    case messageType.activated:
      return first === null ? null : { type: 'activated', term: first }
    case messageType.committed:
      return empty ? { type: 'committed' } : null
    case messageType.deactivated:
      return empty ? { type: 'deactivated' } : null
    case messageType.goodbye:
      return empty ? { type: 'goodbye' } : null
    default:
      return null
  }
}

function plain(type: number, parts: readonly Buffer[]): EncodedMessage {
  return { type, flags: 0, parts }
}

function flagged(type: number, set: boolean, parts: readonly Buffer[]): EncodedMessage {
  return { type, flags: set ? 1 : 0, parts }
}

/** Each number in 8 bytes. */
function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  values.forEach((value, index) => bytes.writeUIntBE(value, index * 8 + 2, 6))
  return bytes
}

function number(payload: Buffer, offset: number): number | null {
  if (payload.length < offset + 8 || payload.readUInt16BE(offset) !== 0) return null
  return payload.readUIntBE(offset + 2, 6)
}

function parse<T>(schema: z.ZodType<T>, payload: Buffer): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(payload.toString('utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}
