/**
 * The second half of an NBD conversation: requests in, block requests out, answers back.
 *
 * Bytes are taken as they come. A request that lies inside one chunk is read where it is; only a
 * payload that spans chunks is gathered, in memory that is used again. A write is handed on in
 * pieces of at most 1 MiB, a read is asked for in such pieces, and each is answered once, by the
 * first error of its pieces.
 *
 * Nothing is begun for which the host has no room: the conversation then stands still, in the
 * middle of a chunk if need be, until `resume`. So what a client can make us hold is bounded
 * whatever it sends. What merely asks for something impossible gets an error, its payload having
 * been thrown away as it came; what is not NBD ends the conversation.
 */
import * as nbd from '../wire/nbd.ts'
import * as wire from '../wire/nbd-request.ts'
import { blockBytesMax } from './block-request.ts'
import { allocationOf } from './nbd-allocation.ts'
import type { NbdAnswers } from './nbd-answers.ts'
import type { NbdSession } from './nbd-negotiation.ts'
import { errorOf } from './nbd-request-check.ts'

export interface TransmissionHost {
  /** Takes room for requests and for bytes; false when there is none before `resume`. */
  admit(requests: number, bytes: number): boolean
  /** Gives back room for bytes at once; that of an answer goes with the answer. */
  release(bytes: number): void
  /** Memory for one piece of a payload, 1 MiB, and back. */
  lend(): Buffer
  giveBack(memory: Buffer): void
  /** There are answers to send. */
  answered(): void
  ended(fault: 'request' | null): void
  nowMs(): number
}

const empty = Buffer.alloc(0)
/** Shorter than this, copying costs less than reading apart. */
const longBytes = 16 * 1024
/** Behind so long a payload the next one is likely to be as long: its header is read alone. */
const veryLongBytes = 128 * 1024

/** A request that was taken and not answered yet. */
class Pending implements wire.Cookie {
  readonly cookieHigh: number
  readonly cookieLow: number
  readonly offset: number
  readonly length: number
  readonly fua: boolean
  /** Pieces not answered, and one more while the request is still being taken. */
  left = 1
  error = nbd.NBD_OK
  /** Of a read: memory the answer holds until it has left. */
  bytes = 0
  data: Buffer[] | null = null

  constructor(request: wire.NbdRequest) {
    this.cookieHigh = request.cookieHigh
    this.cookieLow = request.cookieLow
    this.offset = request.offset
    this.length = request.length
    this.fua = (request.flags & nbd.NBD_CMD_FLAG.FUA) !== 0
  }
}

export class NbdTransmission {
  readonly #session: NbdSession
  readonly #host: TransmissionHost
  readonly #answers: NbdAnswers
  readonly #request: wire.NbdRequest = {
    flags: 0,
    command: 0,
    cookieHigh: 0,
    cookieLow: 0,
    offset: 0,
    length: 0,
  }
  readonly #header = Buffer.allocUnsafeSlow(wire.requestHeaderBytes)
  #headerFilled = 0
  /** Of the payload before. */
  #lastLength = 0
  #chunk: Buffer = empty
  #at = 0
  #held: Buffer[] = []
  #isBusy = false
  #isStalled = false
  #isOver = false
  #inFlight = 0
  /** The write whose payload is being taken, and how much of it is to come. */
  #write: Pending | null = null
  #payloadLeft = 0
  /** A piece of it that did not come in one chunk. */
  #memory: Buffer | null = null
  #gathered = 0
  /** The rest of that piece is being read to its place. */
  #isPlaced = false

  constructor(session: NbdSession, host: TransmissionHost, answers: NbdAnswers) {
    this.#session = session
    this.#host = host
    this.#answers = answers
  }

  /** Requests taken and not answered. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Waits for room: it should be fed nothing more for now. */
  get isStalled(): boolean {
    return this.#isStalled
  }

  /**
   * Where the next bytes should be read to: a long payload, or the rest of it, to where it is
   * gathered, so that it is not copied. Null: no matter.
   */
  place(): Buffer | null {
    if (this.#isOver || this.#isBusy || this.#isStalled) return null
    const write = this.#write
    if (write === null) {
      return this.#lastLength < veryLongBytes ? null : this.#header.subarray(this.#headerFilled)
    }
    const pieceLength = Math.min(this.#payloadLeft, blockBytesMax)
    if (write.error !== nbd.NBD_OK || pieceLength - this.#gathered < longBytes) return null
    this.#memory ??= this.#host.lend()
    this.#isPlaced = true
    return this.#memory.subarray(this.#gathered, pieceLength)
  }

  /** The chunk is the caller's again when this returns. */
  push(chunk: Buffer): void {
    const isInPlace = this.#isPlaced && chunk.buffer === this.#memory?.buffer
    this.#isPlaced = false
    if (this.#isOver) return
    if (isInPlace && this.#write?.error === nbd.NBD_OK) {
      this.#gathered += chunk.length
      chunk = empty
    }
    if (this.#isBusy || this.#isStalled) {
      this.#held.push(Buffer.from(chunk))
      return
    }
    this.#chunk = chunk
    this.#at = 0
    this.run()
    if (!this.#isStalled || this.#chunk !== chunk) return
    this.#chunk = Buffer.from(chunk.subarray(this.#at))
    this.#at = 0
  }

  /** There may be room again. */
  resume(): void {
    if (!this.#isStalled || this.#isBusy) return
    this.#isStalled = false
    this.run()
  }

  /** Takes nothing more. */
  stop(): void {
    this.#isOver = true
    this.#isStalled = false
    this.#held = []
    this.#chunk = empty
    this.dropMemory()
  }

  private dropMemory(): void {
    // What is still being read to belongs to nobody else.
    if (this.#memory !== null && !this.#isPlaced) this.#host.giveBack(this.#memory)
    this.#memory = null
  }

  private run(): void {
    this.#isBusy = true
    while (!this.#isOver && !this.#isStalled) {
      if (this.advance()) continue
      if (this.#isStalled) break
      const next = this.#held.shift()
      this.#chunk = next ?? empty
      this.#at = 0
      if (next === undefined) break
    }
    this.#isBusy = false
  }

  /** Takes one element off the chunk; false when more bytes or more room are needed. */
  private advance(): boolean {
    if (this.#write === null) return this.header()
    return this.#write.error === nbd.NBD_OK ? this.payload(this.#write) : this.drain(this.#write)
  }

  private admit(requests: number, bytes: number): boolean {
    if (this.#host.admit(requests, bytes)) return true
    this.#isStalled = true
    return false
  }

  // --- headers

  private header(): boolean {
    const length = wire.requestHeaderBytes
    const there = this.#chunk.length - this.#at
    if (this.#headerFilled === 0 && there >= length) {
      if (!this.decode(this.#chunk, this.#at)) return false
      this.#at += length
      return true
    }
    const part = Math.min(length - this.#headerFilled, there)
    this.#chunk.copy(this.#header, this.#headerFilled, this.#at, this.#at + part)
    this.#headerFilled += part
    this.#at += part
    if (this.#headerFilled < length || !this.decode(this.#header, 0)) return false
    this.#headerFilled = 0
    return true
  }

  /** False when there is no room for the request, or this was the end. */
  private decode(bytes: Buffer, at: number): boolean {
    const request = this.#request
    const isOurs = wire.decodeRequest(bytes, at, request)
    if (!isOurs || request.command === nbd.NBD_CMD.DISC) {
      this.stop()
      this.#host.ended(isOurs ? null : 'request')
      return false
    }
    const { exported } = this.#session
    const error = exported.serves() ? errorOf(request, this.#session) : nbd.NBD_ESHUTDOWN
    const bytesHeld = error === nbd.NBD_OK ? heldBy(request) : 0
    if (!this.admit(1, bytesHeld)) return false
    this.#inFlight += 1
    const pending = new Pending(request)
    pending.bytes = bytesHeld
    pending.error = error
    this.#lastLength = request.command === nbd.NBD_CMD.WRITE ? request.length : 0
    if (request.command === nbd.NBD_CMD.WRITE && request.length > 0) {
      this.#write = pending
      this.#payloadLeft = request.length
    } else if (error === nbd.NBD_OK) this.carryOut(pending, request)
    else this.finish(pending)
    return true
  }

  private carryOut(pending: Pending, request: wire.NbdRequest): void {
    const { exported } = this.#session
    const { offset, length, fua } = pending
    const reply = (error: number): void => this.pieceDone(pending, error)
    switch (request.command) {
      case nbd.NBD_CMD.READ:
        return this.read(pending)
      case nbd.NBD_CMD.FLUSH:
        return exported.submit({ kind: 'flush' }, reply)
      case nbd.NBD_CMD.TRIM:
        return exported.submit({ kind: 'trim', offset, length, fua }, reply)
      case nbd.NBD_CMD.WRITE_ZEROES: {
        const noHole = (request.flags & nbd.NBD_CMD_FLAG.NO_HOLE) !== 0
        return exported.submit({ kind: 'zero', offset, length, fua, noHole }, reply)
      }
      case nbd.NBD_CMD.BLOCK_STATUS: {
        const one = (request.flags & nbd.NBD_CMD_FLAG.REQ_ONE) !== 0
        const query = { exported, offset, length, one, nowMs: () => this.#host.nowMs() }
        return allocationOf(query, (extents) => {
          const { id } = nbd.allocationContext
          this.#answers.add(wire.encodeStatusChunk(pending, id, extents))
          this.answered(pending)
        })
      }
    }
  }

  // --- reads

  private read(pending: Pending): void {
    const { exported } = this.#session
    const { offset, length } = pending
    const pieces: Buffer[] = []
    pending.data = pieces
    for (let from = 0; from < length; from += blockBytesMax) {
      const size = Math.min(blockBytesMax, length - from)
      const index = from / blockBytesMax
      pending.left += 1
      exported.submit({ kind: 'read', offset: offset + from, length: size }, (error, data) => {
        // An answer of another length would be taken for the next reply's header.
        const isWhole = error === nbd.NBD_OK && data !== null && data.length === size
        if (isWhole) pieces[index] = data
        this.pieceDone(pending, isWhole || error !== nbd.NBD_OK ? error : nbd.NBD_EIO)
      })
    }
    this.pieceDone(pending, nbd.NBD_OK)
  }

  // --- writes

  private payload(write: Pending): boolean {
    const pieceLength = Math.min(this.#payloadLeft, blockBytesMax)
    const there = this.#chunk.length - this.#at
    if (this.#gathered === 0 && there >= pieceLength) {
      if (!this.admit(0, pieceLength)) return false
      const at = this.#at
      this.#at += pieceLength
      this.writePiece(write, this.#chunk.subarray(at, at + pieceLength))
      return true
    }
    if (this.#gathered < pieceLength) {
      if (there === 0) return false
      this.#memory ??= this.#host.lend()
      const part = Math.min(pieceLength - this.#gathered, there)
      this.#chunk.copy(this.#memory, this.#gathered, this.#at, this.#at + part)
      this.#gathered += part
      this.#at += part
      if (this.#gathered < pieceLength) return false
    }
    if (!this.admit(0, pieceLength)) return false
    const memory = this.#memory ?? empty
    this.#memory = null
    this.#gathered = 0
    this.writePiece(write, memory.subarray(0, pieceLength))
    this.#host.giveBack(memory)
    return true
  }

  private writePiece(write: Pending, data: Buffer): void {
    const { length } = data
    const offset = write.offset + write.length - this.#payloadLeft
    this.#payloadLeft -= length
    const isLast = this.#payloadLeft === 0
    if (isLast) this.#write = null
    else write.left += 1
    this.#session.exported.submit({ kind: 'write', offset, data, fua: write.fua }, (error) => {
      this.#host.release(length)
      this.pieceDone(write, error)
    })
  }

  /** The payload of a write that has failed already. */
  private drain(write: Pending): boolean {
    this.#payloadLeft -= this.#gathered
    this.#gathered = 0
    this.dropMemory()
    const part = Math.min(this.#payloadLeft, this.#chunk.length - this.#at)
    this.#at += part
    this.#payloadLeft -= part
    if (this.#payloadLeft > 0) return false
    this.#write = null
    this.pieceDone(write, nbd.NBD_OK)
    return true
  }

  // --- answers

  private pieceDone(pending: Pending, error: number): void {
    if (pending.error === nbd.NBD_OK) pending.error = error
    pending.left -= 1
    if (pending.left === 0) this.finish(pending)
  }

  private finish(pending: Pending): void {
    const answers = this.#answers
    const { structured } = this.#session
    const { error, data } = pending
    if (error !== nbd.NBD_OK && structured) {
      const at = answers.room(wire.errorChunkBytes)
      wire.writeErrorChunk(answers.block, at, pending)
    } else if (error === nbd.NBD_OK && data !== null && structured) {
      const at = answers.room(wire.dataChunkBytes)
      wire.writeDataChunk(answers.block, at, pending)
    } else {
      const at = answers.room(wire.simpleReplyBytes)
      wire.writeSimpleReply(answers.block, at, pending)
    }
    if (error === nbd.NBD_OK && data !== null) for (const part of data) answers.add(part)
    this.answered(pending)
  }

  private answered(pending: Pending): void {
    this.#inFlight -= 1
    this.#answers.count(pending.bytes)
    this.#host.answered()
  }
}

/** Memory a request holds from now until its answer has left. A write's is taken piece by piece. */
function heldBy(request: wire.NbdRequest): number {
  if (request.command === nbd.NBD_CMD.READ) return request.length
  return request.command === nbd.NBD_CMD.BLOCK_STATUS ? blockBytesMax : 0
}
