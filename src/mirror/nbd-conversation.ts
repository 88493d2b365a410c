/**
 * One NBD client, from its first byte to its last: negotiation, then requests.
 *
 * Fed with chunks, it hands back bytes to send and block requests to carry out. It knows the
 * export's name and size and nothing of disks. What breaks the protocol ends the conversation;
 * what merely asks for something impossible gets an error reply, its payload having been taken.
 */
import { createByteQueue } from '../wire/byte-queue.ts'
import * as nbd from '../wire/nbd.ts'

export type BlockRequest =
  | { readonly kind: 'read'; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'write'
      readonly offset: number
      readonly data: Buffer
      readonly fua: boolean
    }
  | {
      readonly kind: 'zero'
      readonly offset: number
      readonly length: number
      readonly fua: boolean
    }
  | { readonly kind: 'flush' }

export interface NbdOutput {
  send(bytes: Buffer): void
  /** A request to carry out; it is answered with `encodeSimpleReply` under this cookie. */
  request(request: BlockRequest, cookie: bigint): void
  /** Negotiation ended well: from here on this is a client of the disk. */
  entered(): void
  /** Nothing more will be taken; what is in flight may still be answered. */
  ended(): void
}

export interface NbdExport {
  readonly name: string
  readonly sizeBytes: number
}

type Step = 'client-flags' | 'option' | 'option-data' | 'request' | 'write-data' | 'ended'

export const transmissionFlags =
  nbd.NBD_FLAG.HAS_FLAGS |
  nbd.NBD_FLAG.SEND_FLUSH |
  nbd.NBD_FLAG.SEND_FUA |
  nbd.NBD_FLAG.SEND_WRITE_ZEROES |
  nbd.NBD_FLAG.CAN_MULTI_CONN

export class NbdConversation {
  readonly #export: NbdExport
  readonly #output: NbdOutput
  readonly #bytes = createByteQueue()
  #step: Step = 'client-flags'
  #noZeroes = false
  #option = { option: 0, length: 0 }
  #request: nbd.NbdRequest | null = null

  constructor(exported: NbdExport, output: NbdOutput) {
    this.#export = exported
    this.#output = output
    output.send(nbd.encodeGreeting())
  }

  push(chunk: Buffer): void {
    this.#bytes.push(chunk)
    while (this.advance());
  }

  /** Takes one element off the stream; false when more bytes are needed or it is over. */
  private advance(): boolean {
    const step = this.#step
    if (step === 'ended') {
      this.#bytes.clear()
      return false
    }
    const taken = this.#bytes.take(this.needed(step))
    if (taken === null) return false
    switch (step) {
      case 'client-flags':
        this.clientFlags(taken.readUInt32BE(0))
        break
      case 'option':
        this.optionHeader(taken)
        break
      case 'option-data':
        this.#step = 'option'
        this.option(this.#option.option, taken)
        break
      case 'request':
        this.request(taken)
        break
      case 'write-data':
        this.#step = 'request'
        this.carryOut(this.#request as nbd.NbdRequest, taken)
        break
    }
    return true
  }

  private needed(step: Exclude<Step, 'ended'>): number {
    switch (step) {
      case 'client-flags':
        return 4
      case 'option':
        return nbd.optionHeaderBytes
      case 'option-data':
        return this.#option.length
      case 'request':
        return nbd.requestHeaderBytes
      case 'write-data':
        return (this.#request as nbd.NbdRequest).length
    }
  }

  private clientFlags(flags: number): void {
    const known = nbd.NBD_FLAG_FIXED_NEWSTYLE | nbd.NBD_FLAG_NO_ZEROES
    if ((flags & ~known) !== 0) return this.end()
    this.#noZeroes = (flags & nbd.NBD_FLAG_NO_ZEROES) !== 0
    this.#step = 'option'
  }

  private optionHeader(bytes: Buffer): void {
    const header = nbd.decodeOptionHeader(bytes)
    if (header === null || header.length > nbd.optionBytesMax) return this.end()
    this.#option = header
    this.#step = 'option-data'
  }

  private option(option: number, data: Buffer): void {
    switch (option) {
      case nbd.NBD_OPT.EXPORT_NAME:
        if (!this.isOurs(data.toString('utf8'))) return this.end()
        this.#output.send(
          nbd.encodeExportNameAnswer(this.#export.sizeBytes, transmissionFlags, this.#noZeroes),
        )
        return this.enter()
      case nbd.NBD_OPT.ABORT:
        this.reply(nbd.NBD_REP.ACK)
        return this.end()
      case nbd.NBD_OPT.LIST:
        if (data.length > 0) return this.reply(nbd.NBD_REP.ERR_INVALID)
        this.reply(nbd.NBD_REP.SERVER, nbd.encodeServerEntry(this.#export.name))
        return this.reply(nbd.NBD_REP.ACK)
      case nbd.NBD_OPT.INFO:
      case nbd.NBD_OPT.GO:
        return this.info(option, data)
      default:
        return this.reply(nbd.NBD_REP.ERR_UNSUP)
    }
  }

  private info(option: number, data: Buffer): void {
    const wanted = nbd.decodeInfoRequest(data)
    if (wanted === null) return this.reply(nbd.NBD_REP.ERR_INVALID)
    if (!this.isOurs(wanted.name)) return this.reply(nbd.NBD_REP.ERR_UNKNOWN)
    const { name, sizeBytes } = this.#export
    this.reply(nbd.NBD_REP.INFO, nbd.encodeInfoExport(sizeBytes, transmissionFlags))
    if (wanted.wants.includes(nbd.NBD_INFO.NAME)) {
      this.reply(nbd.NBD_REP.INFO, nbd.encodeInfoName(name))
    }
    const sizes = { least: 1, preferred: 4096, most: nbd.requestBytesMax }
    this.reply(nbd.NBD_REP.INFO, nbd.encodeInfoBlockSize(sizes))
    this.reply(nbd.NBD_REP.ACK)
    if (option === nbd.NBD_OPT.GO) this.enter()
  }

  private request(bytes: Buffer): void {
    const request = nbd.decodeRequest(bytes)
    if (request === null || request.command === nbd.NBD_CMD.DISC) return this.end()
    if (request.command !== nbd.NBD_CMD.WRITE) return this.carryOut(request, null)
    if (request.length > nbd.requestBytesMax) return this.end()
    this.#request = request
    this.#step = 'write-data'
  }

  private carryOut(request: nbd.NbdRequest, data: Buffer | null): void {
    const parsed = this.parse(request, data)
    if (typeof parsed === 'number') {
      return this.#output.send(nbd.encodeSimpleReply(parsed, request.cookie))
    }
    this.#output.request(parsed, request.cookie)
  }

  /** The block request, or the error to answer with at once. */
  private parse(request: nbd.NbdRequest, data: Buffer | null): BlockRequest | number {
    const { command, flags, length } = request
    const fua = (flags & nbd.NBD_CMD_FLAG.FUA) !== 0
    const flagsKnown =
      nbd.NBD_CMD_FLAG.FUA | (command === nbd.NBD_CMD.WRITE_ZEROES ? nbd.NBD_CMD_FLAG.NO_HOLE : 0)
    if ((flags & ~flagsKnown) !== 0) return nbd.NBD_EINVAL
    if (command === nbd.NBD_CMD.FLUSH) return { kind: 'flush' }
    const isRead = command === nbd.NBD_CMD.READ
    if (!isRead && data === null && command !== nbd.NBD_CMD.WRITE_ZEROES) return nbd.NBD_EINVAL
    if (request.offset + BigInt(length) > BigInt(this.#export.sizeBytes)) {
      return isRead ? nbd.NBD_EINVAL : nbd.NBD_ENOSPC
    }
    if (length === 0) return nbd.NBD_EINVAL
    const offset = Number(request.offset)
    if (data !== null) return { kind: 'write', offset, data, fua }
    if (!isRead) return { kind: 'zero', offset, length, fua }
    return length > nbd.requestBytesMax ? nbd.NBD_EINVAL : { kind: 'read', offset, length }
  }

  private isOurs(name: string): boolean {
    return name === '' || name === this.#export.name
  }

  private reply(type: number, data?: Buffer): void {
    this.#output.send(nbd.encodeOptionReply(this.#option.option, type, data))
  }

  private enter(): void {
    this.#step = 'request'
    this.#output.entered()
  }

  private end(): void {
    this.#step = 'ended'
    this.#output.ended()
  }
}
