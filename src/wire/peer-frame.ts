/**
 * The frame of the mirror link: one header in front of everything two mirrord say to each other.
 *
 * Layout, big-endian, 56 bytes, then the payload:
 *
 * | offset | bytes | field |
 * | --- | --- | --- |
 * | 0 | 4 | magic `KGMF` |
 * | 4 | 1 | version, 2 |
 * | 5 | 1 | type |
 * | 6 | 2 | flags |
 * | 8 | 8 | session (48 bits); 0 before there is one |
 * | 16 | 8 | term: the highest activation the sender knows |
 * | 24 | 8 | sequence in this session, from 1; 0 = not sequenced (handshake, keep-alive) |
 * | 32 | 8 | every sequence up to this one has arrived |
 * | 40 | 4 | payload length |
 * | 44 | 4 | crc32c of the payload |
 * | 48 | 4 | reserved, 0 |
 * | 52 | 4 | crc32c of bytes 0–51 |
 *
 * A frame that does not fit is never guessed at: the reader stops for good and the connection is
 * closed. The payload's checksum function is handed in; the header's is small enough to do here. A
 * payload that was read is valid until the next frame is asked for.
 */
import { crc32cOf } from './crc32c.ts'
import { LentBytes } from './lent-bytes.ts'

/** crc32c of `data`, going on from `start`. */
export type Checksum = (data: Buffer, start?: number) => number

const frameMagic = 0x4b474d46
const frameVersion = 2
export const frameHeaderBytes = 56
/** 1 MiB of blocks and the offset in front of them. */
export const framePayloadBytesMax = 1024 * 1024 + 8
/** Before the other end has proved who it is. */
const greetingPayloadBytesMax = 1024

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly session: number
  readonly term: number
  readonly sequence: number
  readonly ack: number
  readonly payload: Buffer
}

export type FrameFault =
  | 'bad-magic'
  | 'bad-version'
  | 'bad-header'
  | 'too-long'
  | 'bad-checksum'
  | 'bad-payload-checksum'

/** Writes the header of a frame at `at`; the payload, `payload.length` bytes, follows it. */
export function writeFrameHeader(
  into: Buffer,
  at: number,
  frame: Omit<Frame, 'payload'>,
  payload: { readonly length: number; readonly checksum: number },
): void {
  into.writeUInt32BE(frameMagic, at)
  into[at + 4] = frameVersion
  into[at + 5] = frame.type
  into[at + 6] = frame.flags >>> 8
  into[at + 7] = frame.flags & 0xff
  writeNumber(into, at + 8, frame.session)
  writeNumber(into, at + 16, frame.term)
  writeNumber(into, at + 24, frame.sequence)
  writeNumber(into, at + 32, frame.ack)
  into.writeUInt32BE(payload.length, at + 40)
  into.writeUInt32BE(payload.checksum, at + 44)
  into.writeUInt32BE(0, at + 48)
  into.writeUInt32BE(crc32cOf(into, at, at + 52), at + 52)
}

const longPayloadBytes = 128 * 1024

/** A whole frame outside of a session. */
export function encodeFrame(
  frame: Omit<Frame, 'payload'>,
  payload: Buffer,
  checksum: Checksum,
): Buffer {
  const whole = Buffer.allocUnsafe(frameHeaderBytes + payload.length)
  payload.copy(whole, frameHeaderBytes)
  const measured = { length: payload.length, checksum: checksum(payload) }
  writeFrameHeader(whole, 0, frame, measured)
  return whole
}

/** 48 bits in 8 bytes. */
function writeNumber(into: Buffer, at: number, value: number): void {
  into.writeUInt32BE(Math.floor(value / 0x1_0000_0000), at)
  into.writeUInt32BE(value >>> 0, at + 4)
}

/** Null when it has more than 48 bits. */
function readNumber(from: Buffer, at: number): number | null {
  const high = from.readUInt32BE(at)
  return high > 0xffff ? null : high * 0x1_0000_0000 + from.readUInt32BE(at + 4)
}

export interface FrameReader {
  /** Longest payload taken; raised once the other end is known. */
  payloadBytesMax: number
  /** After `next` gave null. The chunk is the caller's again when `next` gives null. */
  push(chunk: Buffer): void
  /** Where the next bytes should be read to, so that they need not be copied (lent-bytes.ts). */
  place(): Buffer | null
  /** The next whole frame; null when more bytes are needed; a fault ends the reader. */
  next(): Frame | FrameFault | null
}

type Header = Omit<Frame, 'payload'> & { readonly length: number; readonly payloadSum: number }

export function createFrameReader(checksum: Checksum): FrameReader {
  const bytes = new LentBytes()
  let header: Header | null = null
  let lastLength = 0
  let fault: FrameFault | null = null

  function fail(reason: FrameFault): FrameFault {
    fault = reason
    bytes.clear()
    return reason
  }

  const reader: FrameReader = {
    payloadBytesMax: greetingPayloadBytesMax,
    push(chunk) {
      if (fault === null) bytes.push(chunk)
    },
    // Behind a long payload the next one is likely to be as long: its header is read alone.
    place: () => (fault === null ? bytes.place(lastLength >= longPayloadBytes) : null),
    next() {
      if (fault !== null) return fault
      if (header === null) {
        const raw = bytes.take(frameHeaderBytes)
        if (raw === null) return null
        const decoded = decodeHeader(raw)
        if (typeof decoded === 'string') return fail(decoded)
        if (decoded.length > reader.payloadBytesMax) return fail('too-long')
        header = decoded
        lastLength = decoded.length
      }
      const payload = bytes.take(header.length)
      if (payload === null) return null
      // Written out: this runs for every write, and taking an object apart is slow.
      const { type, flags, session, term, sequence, ack, payloadSum } = header
      header = null
      if (payloadSum !== (payload.length === 0 ? 0 : checksum(payload))) {
        return fail('bad-payload-checksum')
      }
      return { type, flags, session, term, sequence, ack, payload }
    },
  }
  return reader
}

function decodeHeader(raw: Buffer): Header | FrameFault {
  if (raw.readUInt32BE(0) !== frameMagic) return 'bad-magic'
  if (raw[4] !== frameVersion) return 'bad-version'
  if (raw.readUInt32BE(52) !== crc32cOf(raw, 0, 52)) return 'bad-checksum'
  const session = readNumber(raw, 8)
  const term = readNumber(raw, 16)
  const sequence = readNumber(raw, 24)
  const ack = readNumber(raw, 32)
  const tooLarge = session === null || term === null || sequence === null || ack === null
  if (tooLarge || raw.readUInt32BE(48) !== 0) return 'bad-header'
  return {
    type: raw[5] as number,
    flags: raw.readUInt16BE(6),
    session,
    term,
    sequence,
    ack,
    length: raw.readUInt32BE(40),
    payloadSum: raw.readUInt32BE(44),
  }
}
