/** An NBD client and an export for tests of the conversation: bytes in, bytes and requests out. */
import * as nbd from '../wire/nbd.ts'
import { IHAVEOPT } from '../wire/nbd-option.ts'
import { NBD_REQUEST_MAGIC } from '../wire/nbd-request.ts'
import { type BlockRequest, blockBytesMax, type NbdExport, type Reply } from './block-request.ts'
import { NbdConversation } from './nbd-conversation.ts'
import type { NbdFault } from './nbd-negotiation.ts'

/** Answers at once, from memory of its own; keeps what it was asked. */
export class FakeExport implements NbdExport {
  readonly name: string
  readonly content: Buffer
  readonly asked: BlockRequest[] = []
  sizeBytes: number
  readOnly = false
  isServing = true
  /** The error of the next requests, one each. */
  errors: number[] = []
  /** When set, replies wait here. */
  late: (() => void)[] | null = null

  constructor(name: string, sizeBytes: number) {
    this.name = name
    this.sizeBytes = sizeBytes
    this.content = Buffer.alloc(sizeBytes)
  }

  serves(): boolean {
    return this.isServing
  }

  submit(request: BlockRequest, reply: Reply): void {
    const isWrite = request.kind === 'write'
    this.asked.push(isWrite ? { ...request, data: Buffer.from(request.data) } : request)
    const error = this.errors.shift() ?? nbd.NBD_OK
    if (isWrite && error === 0) request.data.copy(this.content, request.offset)
    const answer = (): void => {
      const isRead = request.kind === 'read' && error === 0
      if (!isRead) return reply(error, null)
      const { offset, length } = request
      reply(error, Buffer.from(this.content.subarray(offset, offset + length)))
    }
    if (this.late === null) answer()
    else this.late.push(answer)
  }
}

export interface Outcome {
  /** Everything answered after the greeting. */
  sent: Buffer
  fault: NbdFault | null
  ended: boolean
  entered: NbdExport | null
}

/** A conversation with a host that has room, unless told otherwise. */
export class TestClient {
  readonly conversation: NbdConversation
  readonly seen: Outcome = { sent: Buffer.alloc(0), fault: null, ended: false, entered: null }
  room = { requests: Infinity, bytes: Infinity }
  lent = 0
  bytesMost = 0
  nowMs = 0
  admitsClients = true
  #bytes = 0

  constructor(exports: readonly NbdExport[]) {
    this.conversation = new NbdConversation({
      exports: () => exports,
      admits: () => this.admitsClients,
      admit: (requests, bytes) => this.admit(requests, bytes),
      release: (bytes) => this.release(0, bytes),
      lend: () => {
        this.lent += 1
        return Buffer.alloc(blockBytesMax)
      },
      giveBack: () => {
        this.lent -= 1
      },
      nowMs: () => this.nowMs,
      answered: () => undefined,
      entered: (exported) => {
        this.seen.entered = exported
      },
      ended: (fault) => {
        this.seen.ended = true
        this.seen.fault = fault
      },
    })
    this.take()
  }

  private admit(requests: number, bytes: number): boolean {
    const { room } = this
    if (room.requests < requests || room.bytes < bytes) return false
    this.release(-requests, -bytes)
    this.#bytes += bytes
    this.bytesMost = Math.max(this.bytesMost, this.#bytes)
    return true
  }

  private release(requests: number, bytes: number): void {
    this.room = { requests: this.room.requests + requests, bytes: this.room.bytes + bytes }
    if (bytes > 0) this.#bytes -= bytes
  }

  /** Sends chunks, and gives the answers to them. */
  send(...chunks: readonly Buffer[]): Buffer {
    for (const chunk of chunks) this.conversation.push(chunk)
    return this.take()
  }

  /** Takes the answers; what they held is free. */
  take(): Buffer {
    const { parts, requests, bytes } = this.conversation.takeAnswers()
    this.release(requests, bytes)
    const bytesSent = Buffer.concat(parts)
    this.seen.sent = Buffer.concat([this.seen.sent, bytesSent])
    return bytesSent
  }
}

export function option(number: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(16)
  header.writeBigUInt64BE(IHAVEOPT, 0)
  header.writeUInt32BE(number, 8)
  header.writeUInt32BE(data.length, 12)
  return Buffer.concat([header, data])
}

export function infoData(name: string, wants: readonly number[] = []): Buffer {
  const data = Buffer.alloc(6 + name.length + wants.length * 2)
  data.writeUInt32BE(name.length, 0)
  data.write(name, 4)
  data.writeUInt16BE(wants.length, 4 + name.length)
  wants.forEach((want, index) => data.writeUInt16BE(want, 6 + name.length + index * 2))
  return data
}

export function contextData(name: string, queries: readonly string[]): Buffer {
  const string = (text: string): Buffer => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(text.length)
    return Buffer.concat([length, Buffer.from(text)])
  }
  const count = Buffer.alloc(4)
  count.writeUInt32BE(queries.length)
  return Buffer.concat([string(name), count, ...queries.map(string)])
}

export function request(
  command: number,
  fields: { flags?: number; offset?: number; length?: number } = {},
): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeUInt32BE(NBD_REQUEST_MAGIC, 0)
  bytes.writeUInt16BE(fields.flags ?? 0, 4)
  bytes.writeUInt16BE(command, 6)
  bytes.writeBigUInt64BE(0x8877665544332211n, 8)
  bytes.writeBigUInt64BE(BigInt(fields.offset ?? 0), 16)
  bytes.writeUInt32BE(fields.length ?? 0, 24)
  return bytes
}

export const clientFlags = Buffer.from([0, 0, 0, 3])
/** Negotiations that end with the default export entered. */
export const go = Buffer.concat([clientFlags, option(nbd.NBD_OPT.GO, infoData(''))])
export const goStructured = Buffer.concat([
  clientFlags,
  option(nbd.NBD_OPT.STRUCTURED_REPLY),
  option(nbd.NBD_OPT.SET_META_CONTEXT, contextData('', ['base:allocation'])),
  option(nbd.NBD_OPT.GO, infoData('')),
])

/** Option replies: their types, in order. */
export function replyTypes(bytes: Buffer): number[] {
  const types: number[] = []
  for (let at = 0; at < bytes.length; at += 20 + bytes.readUInt32BE(at + 16)) {
    types.push(bytes.readUInt32BE(at + 12))
  }
  return types
}
