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
 * | 9 | done (flag 1 = failed) | runs of sequences of requests: 8 first, 8 last each |
 * | 10 | commit | JSON: generation, history |
 * | 11 | committed | none |
 * | 12 | activated | 8 term |
 * | 13 | deactivated | none |
 * | 14 | read | 8 offset, 8 length |
 * | 15 | data (flag 1 = failed) | 8 sequence of the request, data |
 * | 16 | goodbye | none |
 * | 17 | map | blocks of the difference map: 4 number, 496 bits each |
 * | 18 | compare | 8 offset, 8 length, 32 sha256 of the blocks |
 * | 19 | compared (flag 1 = equal) | 8 sequence of the request |
 * | 20 | detached | none: this replica is durably marked outdated, by an operator's order |
 * | 21 | detach | none: mark yourself outdated, by an operator's order; answered by done |
 * | 22 | lose | 8 generation: give up what only you hold, by an operator's order; answered by done |
 * | 23 | extend | 8 new size; answered by done |
 * | 24 | behind | none: from now on writes are acknowledged early; answered by done |
 */
import * as v from 'valibot'
import { mapBytesPerBlock } from './metadata-layout.ts'

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
  map: 17,
  compare: 18,
  compared: 19,
  detached: 20,
  detach: 21,
  lose: 22,
  extend: 23,
  behind: 24,
} as const

/** Longest piece of blocks in one frame. */
export const pieceBytesMax = 1024 * 1024

const generation = v.pipe(v.string(), v.regex(/^(0|[0-9a-f]{16})$/))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const viewSchema = v.strictObject({
  server: v.pipe(v.string(), v.maxLength(100)),
  /** False: the superblock could not be read; nothing else here means anything. */
  known: v.boolean(),
  /** The metadata belongs to this data partition. */
  bound: v.boolean(),
  diskId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  sizeBytes: count,
  state: v.picklist(['never-built', 'inconsistent', 'consistent']),
  alone: v.boolean(),
  outdated: v.boolean(),
  failed: v.boolean(),
  active: v.boolean(),
  /** The kernel restarted since the last session. */
  restarted: v.boolean(),
  generation,
  base: generation,
  history: v.pipe(v.array(generation), v.maxLength(32)),
  activationTerm: count,
  session: count,
  sessionConfirmed: count,
  /** The session in which an unfinished copy began. */
  copySession: count,
  /** How finely the map sees the disk: it can be sent only between equals. */
  granuleBytes: count,
  behind: v.boolean(),
  mode: v.picklist(['sync', 'async']),
  /** Of two that diverged after a loss that was accepted, the former active side gives way. */
  discardsOld: v.boolean(),
  /** The data partition has this size now. */
  partitionBytes: count,
  /** How many times this life of mirrord, being active, lost its peer. */
  breakNumber: count,
})

const commitSchema = v.strictObject({
  generation,
  history: v.pipe(v.array(generation), v.maxLength(32)),
})

/** One side's record as the other one sees it when a session begins. */
export type ReplicaView = Readonly<v.InferOutput<typeof viewSchema>>

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
  | { readonly type: 'done'; readonly runs: readonly SequenceRun[]; readonly ok: boolean }
  | { readonly type: 'commit'; readonly generation: string; readonly history: readonly string[] }
  | { readonly type: 'committed' }
  | { readonly type: 'activated'; readonly term: number }
  | { readonly type: 'deactivated' }
  | { readonly type: 'read'; readonly offset: number; readonly length: number }
  | { readonly type: 'data'; readonly sequence: number; readonly data: Buffer | null }
  | { readonly type: 'goodbye' }
  | { readonly type: 'map'; readonly pages: readonly MapPage[] }
  | {
      readonly type: 'compare'
      readonly offset: number
      readonly length: number
      readonly digest: Buffer
    }
  | { readonly type: 'compared'; readonly sequence: number; readonly equal: boolean }
  | { readonly type: 'detached' }
  | { readonly type: 'detach' }
  | { readonly type: 'lose'; readonly generation: string }
  | { readonly type: 'extend'; readonly sizeBytes: number }
  | { readonly type: 'behind' }

/** From `first` to `last`, both included. */
export interface SequenceRun {
  readonly first: number
  readonly last: number
}

/** A block of the difference map. */
export interface MapPage {
  readonly index: number
  readonly words: Uint32Array
}

export const mapPagesMax = 1000
const mapPageBytes = 4 + mapBytesPerBlock
const digestBytes = 32

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
      return flagged(
        type.done,
        !message.ok,
        message.runs.map((run) => numbers(run.first, run.last)),
      )
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
    default:
      return encodeLater(message)
  }
}

type Later = Extract<
  PeerMessage,
  {
    readonly type:
      | 'map'
      | 'compare'
      | 'compared'
      | 'detached'
      | 'detach'
      | 'lose'
      | 'extend'
      | 'behind'
  }
>

function encodeLater(message: Later): EncodedMessage {
  const type = messageType
  switch (message.type) {
    case 'map':
      return plain(type.map, message.pages.map(encodePage))
    case 'compare':
      return plain(type.compare, [numbers(message.offset, message.length), message.digest])
    case 'compared':
      return flagged(type.compared, message.equal, [numbers(message.sequence)])
    case 'detached':
      return plain(type.detached, [])
    case 'detach':
      return plain(type.detach, [])
    case 'behind':
      return plain(type.behind, [])
    case 'lose':
      return plain(type.lose, [Buffer.from(message.generation.padStart(16, '0'), 'hex')])
    case 'extend':
      return plain(type.extend, [numbers(message.sizeBytes)])
  }
}

function encodePage(page: MapPage): Buffer {
  const bytes = Buffer.alloc(mapPageBytes)
  bytes.writeUInt32BE(page.index, 0)
  page.words.forEach((word, index) => bytes.writeUInt32BE(word, 4 + index * 4))
  return bytes
}

function decodePages(payload: Buffer): MapPage[] | null {
  const count = payload.length / mapPageBytes
  if (!Number.isInteger(count) || count === 0 || count > mapPagesMax) return null
  return Array.from({ length: count }, (_, page) => {
    const at = page * mapPageBytes
    const words = new Uint32Array(mapBytesPerBlock / 4)
    for (let word = 0; word < words.length; word += 1) {
      words[word] = payload.readUInt32BE(at + 4 + word * 4)
    }
    return { index: payload.readUInt32BE(at), words }
  })
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
  messageType.compared,
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
      return decodeDone(payload, !set)
    case messageType.compared:
      return data.length === 0 ? { type: 'compared', sequence: first, equal: set } : null
    case messageType.compare:
      return decodeCompare(payload)
    case messageType.data:
      return { type: 'data', sequence: first, data: set ? null : data }
    default:
  }
  const length = number(payload, 8)
  if (length === null || length === 0 || payload.length !== 16) return null
  if (type === messageType.copyZero) {
    return length <= pieceBytesMax ? { type: 'copy-zero', offset: first, length } : null
  }
  if (type === messageType.zero) return { type: 'zero', offset: first, length, fua: set }
  if (type === messageType.read && length <= pieceBytesMax) {
    return { type: 'read', offset: first, length }
  }
  return null
}

function decodeDone(payload: Buffer, ok: boolean): PeerMessage | null {
  if (payload.length === 0 || payload.length % 16 !== 0) return null
  const runs: SequenceRun[] = []
  for (let at = 0; at < payload.length; at += 16) {
    const first = number(payload, at)
    const last = number(payload, at + 8)
    if (first === null || last === null || last < first) return null
    runs.push({ first, last })
  }
  return { type: 'done', runs, ok }
}

function decodeCompare(payload: Buffer): PeerMessage | null {
  const offset = number(payload, 0)
  const length = number(payload, 8)
  if (offset === null || length === null || length === 0 || length > pieceBytesMax) return null
  if (payload.length !== 16 + digestBytes) return null
  return { type: 'compare', offset, length, digest: Buffer.from(payload.subarray(16)) }
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
    case messageType.map: {
      const pages = decodePages(payload)
      return pages === null ? null : { type: 'map', pages }
    }
    case messageType.detached:
      return empty ? { type: 'detached' } : null
    case messageType.behind:
      return empty ? { type: 'behind' } : null
    case messageType.detach:
      return empty ? { type: 'detach' } : null
    case messageType.lose:
      return payload.length === 8
        ? { type: 'lose', generation: generationOf(payload.toString('hex')) }
        : null
    case messageType.extend:
      return first === null ? null : { type: 'extend', sizeBytes: first }
    default:
      return null
  }
}

function generationOf(hex: string): string {
  return /^0+$/.test(hex) ? '0' : hex
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

function parse<T>(schema: v.GenericSchema<unknown, T>, payload: Buffer): T | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(payload.toString('utf8')))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}
