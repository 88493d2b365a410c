/**
 * The frame of the mirror link: one header in front of everything two mirrord say to each other.
 *
 * Layout, big-endian, 56 bytes, then the payload:
 *
 * | offset | bytes | field |
 * | --- | --- | --- |
 * | 0 | 4 | magic `KGMF` |
 * | 4 | 1 | version, 1 |
 * | 5 | 1 | type |
 * | 6 | 2 | flags |
 * | 8 | 8 | session; 0 before there is one |
 * | 16 | 8 | term: the highest activation the sender knows |
 * | 24 | 8 | sequence in this session, from 1; 0 = not sequenced (handshake, keep-alive) |
 * | 32 | 8 | every sequence up to this one has arrived |
 * | 40 | 4 | payload length |
 * | 44 | 4 | crc32c of the payload |
 * | 48 | 4 | reserved, 0 |
 * | 52 | 4 | crc32c of bytes 0–51 |
 *
 * A frame that does not fit is never guessed at: the reader stops for good and the connection is
 * closed. The checksum function is handed in.
 */
import { type ByteQueue, createByteQueue } from './byte-queue.ts'

/** crc32c of `data`, going on from `start`. */
export type Checksum = (data: Buffer, start?: number) => number

const frameMagic = 0x4b474d46
const frameVersion = 1
export const frameHeaderBytes = 56
/** 1 MiB of blocks and the offset in front of them. */
export const framePayloadBytesMax = 1024 * 1024 + 8
/** Before the other end has proved who it is. */
const greetingPayloadBytesMax = 1024

export interface Frame {
  readonly type: number
  readonly flags: number
  readonly session: bigint
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

/** The header of a frame; the payload's parts follow it unchanged. */
export function encodeFrameHeader(
  frame: Omit<Frame, 'payload'>,
  payload: { readonly length: number; readonly checksum: number },
  checksum: Checksum,
): Buffer {
  const header = Buffer.alloc(frameHeaderBytes)
  header.writeUInt32BE(frameMagic, 0)
  header.writeUInt8(frameVersion, 4)
  header.writeUInt8(frame.type, 5)
  header.writeUInt16BE(frame.flags, 6)
  header.writeBigUInt64BE(frame.session, 8)
  header.writeUIntBE(frame.term, 18, 6)
  header.writeUIntBE(frame.sequence, 26, 6)
  header.writeUIntBE(frame.ack, 34, 6)
  header.writeUInt32BE(payload.length, 40)
  header.writeUInt32BE(payload.checksum, 44)
  header.writeUInt32BE(checksum(header.subarray(0, 52)), 52)
  return header
}

/** Length and checksum of a payload given in parts. */
export function measurePayload(
  parts: readonly Buffer[],
  checksum: Checksum,
): { length: number; checksum: number } {
  let length = 0
  let sum = 0
  for (const part of parts) {
    length += part.length
    sum = checksum(part, sum)
  }
  return { length, checksum: sum }
}

export interface FrameReader {
  /** Longest payload taken; raised once the other end is known. */
  payloadBytesMax: number
  push(chunk: Buffer): void
  /** The next whole frame; null when more bytes are needed; a fault ends the reader. */
  next(): Frame | FrameFault | null
}

type Header = Omit<Frame, 'payload'> & { readonly length: number; readonly payloadSum: number }

export function createFrameReader(checksum: Checksum): FrameReader {
  const bytes: ByteQueue = createByteQueue()
  let header: Header | null = null
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
    next() {
      if (fault !== null) return fault
      if (header === null) {
        const raw = bytes.take(frameHeaderBytes)
        if (raw === null) return null
        const decoded = decodeHeader(raw, checksum)
        if (typeof decoded === 'string') return fail(decoded)
        if (decoded.length > reader.payloadBytesMax) return fail('too-long')
        header = decoded
      }
      const payload = bytes.take(header.length)
      if (payload === null) return null
      const { length: _length, payloadSum, ...rest } = header
      header = null
      if (checksum(payload) !== payloadSum) return fail('bad-payload-checksum')
      return { ...rest, payload }
    },
  }
  return reader
}

function decodeHeader(raw: Buffer, checksum: Checksum): Header | FrameFault {
  if (raw.readUInt32BE(0) !== frameMagic) return 'bad-magic'
  if (raw.readUInt8(4) !== frameVersion) return 'bad-version'
  if (raw.readUInt32BE(52) !== checksum(raw.subarray(0, 52))) return 'bad-checksum'
  const highBits = raw.readUInt16BE(16) | raw.readUInt16BE(24) | raw.readUInt16BE(32)
  if (highBits !== 0 || raw.readUInt32BE(48) !== 0) return 'bad-header'
  return {
    type: raw.readUInt8(5),
    flags: raw.readUInt16BE(6),
    session: raw.readBigUInt64BE(8),
    term: raw.readUIntBE(18, 6),
    sequence: raw.readUIntBE(26, 6),
    ack: raw.readUIntBE(34, 6),
    length: raw.readUInt32BE(40),
    payloadSum: raw.readUInt32BE(44),
  }
}
