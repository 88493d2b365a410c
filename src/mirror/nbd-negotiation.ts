/**
 * The first half of an NBD conversation: what there is, and which of it the client wants.
 *
 * It ends with an export entered or with the client gone. Which exports exist is asked anew for
 * each option: on a standby there may be none, and then everything is answered, with nothing in it.
 * A client cannot make us hold more than one option's data, nor more than some hundred answers.
 */
import { type ByteQueue, createByteQueue } from '../wire/byte-queue.ts'
import * as nbd from '../wire/nbd.ts'
import * as wire from '../wire/nbd-option.ts'
import type { NbdExport } from './block-request.ts'

export interface NegotiationHost {
  /** Those that can be had now; the first one is the default. */
  exports(): readonly NbdExport[]
  send(bytes: Buffer): void
  /** Whether one more client of this export is taken. */
  admits(exported: NbdExport): boolean
  entered(session: NbdSession): void
  /** `fault` when the client broke the protocol. */
  ended(fault: NbdFault | null): void
}

export interface NbdSession {
  readonly exported: NbdExport
  readonly structured: boolean
  /** `base:allocation` was selected. */
  readonly allocation: boolean
}

export type NbdFault = 'client-flags' | 'option-magic' | 'option-too-long' | 'options' | 'request'

type Step =
  | { readonly at: 'client-flags' | 'option' }
  | { readonly at: 'data'; readonly option: number; readonly length: number }
  | { readonly at: 'skip'; readonly option: number; left: number }
  | { readonly at: 'over' }

/** Data of an option that is skipped rather than taken, and options one client may send. */
const skipBytesMax = 1024 * 1024
const optionsMax = 1000

const nothing = Buffer.alloc(0)

export class NbdNegotiation {
  readonly #host: NegotiationHost
  readonly #bytes: ByteQueue = createByteQueue()
  #step: Step = { at: 'client-flags' }
  #noZeroes = false
  #structured = false
  /** The export for which `base:allocation` was selected last. */
  #allocationOf: string | null = null
  #options = 0

  constructor(host: NegotiationHost) {
    this.#host = host
    host.send(wire.encodeGreeting())
  }

  push(chunk: Buffer): void {
    this.#bytes.push(chunk)
    while (this.advance());
  }

  /** What came after the negotiation's last byte. */
  rest(): Buffer {
    return this.#bytes.take(this.#bytes.length) ?? nothing
  }

  /** Takes one element off the stream; false when more bytes are needed or it is over. */
  private advance(): boolean {
    const step = this.#step
    switch (step.at) {
      case 'client-flags': {
        const taken = this.#bytes.take(wire.clientFlagsBytes)
        if (taken !== null) this.clientFlags(taken.readUInt32BE(0))
        return taken !== null
      }
      case 'option': {
        const taken = this.#bytes.take(wire.optionHeaderBytes)
        if (taken !== null) this.optionHeader(taken)
        return taken !== null
      }
      case 'data': {
        const taken = this.#bytes.take(step.length)
        if (taken === null) return false
        this.#step = { at: 'option' }
        this.option(step.option, taken)
        return true
      }
      case 'skip':
        step.left -= this.#bytes.take(Math.min(step.left, this.#bytes.length))?.length ?? 0
        if (step.left > 0) return false
        this.#step = { at: 'option' }
        this.reply(step.option, nbd.NBD_REP.ERR_TOO_BIG)
        return true
      case 'over':
        return false
    }
  }

  private clientFlags(flags: number): void {
    const known = nbd.NBD_FLAG_FIXED_NEWSTYLE | nbd.NBD_FLAG_NO_ZEROES
    if ((flags & ~known) !== 0) return this.end('client-flags')
    this.#noZeroes = (flags & nbd.NBD_FLAG_NO_ZEROES) !== 0
    this.#step = { at: 'option' }
  }

  private optionHeader(bytes: Buffer): void {
    const header = wire.decodeOptionHeader(bytes)
    if (header === null) return this.end('option-magic')
    this.#options += 1
    if (this.#options > optionsMax) return this.end('options')
    const { option, length } = header
    if (length <= wire.optionBytesMax) {
      this.#step = { at: 'data', option, length }
      return
    }
    // The export's name is the one option that cannot be answered with an error.
    const mayFail = option !== nbd.NBD_OPT.EXPORT_NAME && length <= skipBytesMax
    if (!mayFail) return this.end('option-too-long')
    this.#step = { at: 'skip', option, left: length }
  }

  private option(option: number, data: Buffer): void {
    switch (option) {
      case nbd.NBD_OPT.EXPORT_NAME:
        return this.exportName(data.toString('utf8'))
      case nbd.NBD_OPT.ABORT:
        this.reply(option, nbd.NBD_REP.ACK)
        return this.end(null)
      case nbd.NBD_OPT.LIST:
        return this.list(data)
      case nbd.NBD_OPT.INFO:
      case nbd.NBD_OPT.GO:
        return this.info(option, data)
      case nbd.NBD_OPT.STRUCTURED_REPLY:
        if (data.length > 0) return this.reply(option, nbd.NBD_REP.ERR_INVALID)
        this.#structured = true
        return this.reply(option, nbd.NBD_REP.ACK)
      case nbd.NBD_OPT.LIST_META_CONTEXT:
      case nbd.NBD_OPT.SET_META_CONTEXT:
        return this.contexts(option, data)
      default:
        return this.reply(option, nbd.NBD_REP.ERR_UNSUP)
    }
  }

  private exportName(name: string): void {
    const exported = this.find(name)
    if (exported === null || !this.#host.admits(exported)) return this.end(null)
    const flags = transmissionFlags(exported, this.#structured)
    this.#host.send(wire.encodeExportNameAnswer(exported.sizeBytes, flags, this.#noZeroes))
    this.enter(exported)
  }

  private list(data: Buffer): void {
    const option = nbd.NBD_OPT.LIST
    if (data.length > 0) return this.reply(option, nbd.NBD_REP.ERR_INVALID)
    for (const exported of this.#host.exports()) {
      this.reply(option, nbd.NBD_REP.SERVER, wire.encodeServerEntry(exported.name))
    }
    this.reply(option, nbd.NBD_REP.ACK)
  }

  private info(option: number, data: Buffer): void {
    const wanted = wire.decodeInfoRequest(data)
    if (wanted === null) return this.reply(option, nbd.NBD_REP.ERR_INVALID)
    const exported = this.find(wanted.name)
    if (exported === null) return this.reply(option, nbd.NBD_REP.ERR_UNKNOWN)
    const enters = option === nbd.NBD_OPT.GO
    if (enters && !this.#host.admits(exported)) return this.reply(option, nbd.NBD_REP.ERR_POLICY)
    const flags = transmissionFlags(exported, this.#structured)
    this.reply(option, nbd.NBD_REP.INFO, wire.encodeInfoExport(exported.sizeBytes, flags))
    if (wanted.wants.includes(nbd.NBD_INFO.NAME)) {
      this.reply(option, nbd.NBD_REP.INFO, wire.encodeInfoName(exported.name))
    }
    const sizes = { least: 1, preferred: 4096, most: nbd.requestBytesMax }
    this.reply(option, nbd.NBD_REP.INFO, wire.encodeInfoBlockSize(sizes))
    this.reply(option, nbd.NBD_REP.ACK)
    if (enters) this.enter(exported)
  }

  private contexts(option: number, data: Buffer): void {
    const sets = option === nbd.NBD_OPT.SET_META_CONTEXT
    // Whatever becomes of this option, what was selected before is not any more.
    if (sets) this.#allocationOf = null
    const asked = wire.decodeContextRequest(data)
    if (asked === null || !this.#structured) return this.reply(option, nbd.NBD_REP.ERR_INVALID)
    const exported = this.find(asked.name)
    if (exported === null) return this.reply(option, nbd.NBD_REP.ERR_UNKNOWN)
    const { id, name } = nbd.allocationContext
    const all = !sets && (asked.queries.length === 0 || asked.queries.includes('base:'))
    if (all || asked.queries.includes(name)) {
      if (sets) this.#allocationOf = exported.name
      const context = wire.encodeContext({ id: sets ? id : 0, name })
      this.reply(option, nbd.NBD_REP.META_CONTEXT, context)
    }
    this.reply(option, nbd.NBD_REP.ACK)
  }

  private find(name: string): NbdExport | null {
    const all = this.#host.exports()
    if (name === '') return all.find((exported) => exported.isOnlyByName !== true) ?? null
    return all.find((exported) => exported.name === name) ?? null
  }

  private reply(option: number, type: number, data: Buffer = nothing): void {
    this.#host.send(wire.encodeOptionReply(option, type, data))
  }

  private enter(exported: NbdExport): void {
    this.#step = { at: 'over' }
    const allocation = this.#allocationOf === exported.name
    this.#host.entered({ exported, structured: this.#structured, allocation })
  }

  private end(fault: NbdFault | null): void {
    this.#step = { at: 'over' }
    this.#bytes.clear()
    this.#host.ended(fault)
  }
}

/**
 * Several connections are allowed on every export: requests of all of them go through one engine,
 * so that a flush on one covers what was answered on any.
 */
export function transmissionFlags(exported: NbdExport, structured: boolean): number {
  const { NBD_FLAG } = nbd
  const always =
    NBD_FLAG.HAS_FLAGS | NBD_FLAG.SEND_FLUSH | NBD_FLAG.SEND_FUA | NBD_FLAG.CAN_MULTI_CONN
  const writes = exported.readOnly
    ? NBD_FLAG.READ_ONLY
    : NBD_FLAG.SEND_TRIM | NBD_FLAG.SEND_WRITE_ZEROES
  return always | writes | (structured ? NBD_FLAG.SEND_DF : 0)
}
