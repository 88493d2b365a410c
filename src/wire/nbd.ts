/**
 * The NBD protocol's numbers and byte layouts, under the names of its specification
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md). Big-endian throughout.
 *
 * Greeting from the server: `NBDMAGIC` 8, `IHAVEOPT` 8, handshake flags 2. The client answers with
 * 4 bytes of flags. Each option: `IHAVEOPT` 8, option 4, length 4, data. Each option reply: magic
 * 8, option 4, reply type 4, length 4, data. Then requests: magic 4, command flags 2, command 2,
 * cookie 8, offset 8, length 4, data of a write; and simple replies: magic 4, error 4, cookie 8,
 * data of a read.
 */

const NBDMAGIC = 0x4e42444d41474943n
export const IHAVEOPT = 0x49484156454f5054n
const NBD_REP_MAGIC = 0x0003e889045565a9n
export const NBD_REQUEST_MAGIC = 0x25609513
const NBD_SIMPLE_REPLY_MAGIC = 0x67446698

export const NBD_FLAG_FIXED_NEWSTYLE = 1
export const NBD_FLAG_NO_ZEROES = 2

export const NBD_OPT = {
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  INFO: 6,
  GO: 7,
} as const

export const NBD_REP = {
  ACK: 1,
  SERVER: 2,
  INFO: 3,
  ERR_UNSUP: 0x80000001,
  ERR_INVALID: 0x80000003,
  ERR_UNKNOWN: 0x80000006,
  ERR_TOO_BIG: 0x80000009,
} as const

export const NBD_INFO = { EXPORT: 0, NAME: 1, BLOCK_SIZE: 3 } as const

export const NBD_FLAG = {
  HAS_FLAGS: 1,
  SEND_FLUSH: 4,
  SEND_FUA: 8,
  SEND_WRITE_ZEROES: 64,
  CAN_MULTI_CONN: 256,
} as const

export const NBD_CMD = { READ: 0, WRITE: 1, DISC: 2, FLUSH: 3, WRITE_ZEROES: 6 } as const
export const NBD_CMD_FLAG = { FUA: 1, NO_HOLE: 2 } as const

export const NBD_OK = 0
export const NBD_EIO = 5
export const NBD_EINVAL = 22
export const NBD_ENOSPC = 28
export const NBD_ESHUTDOWN = 108

export const requestHeaderBytes = 28
export const optionHeaderBytes = 16
/** Longest option data taken; the specification's names are at most 4096 bytes. */
export const optionBytesMax = 8192
/** Longest read or write. */
export const requestBytesMax = 32 * 1024 * 1024

export interface NbdRequest {
  readonly flags: number
  readonly command: number
  readonly cookie: bigint
  readonly offset: bigint
  readonly length: number
}

export function encodeGreeting(): Buffer {
  const greeting = Buffer.alloc(18)
  greeting.writeBigUInt64BE(NBDMAGIC, 0)
  greeting.writeBigUInt64BE(IHAVEOPT, 8)
  greeting.writeUInt16BE(NBD_FLAG_FIXED_NEWSTYLE | NBD_FLAG_NO_ZEROES, 16)
  return greeting
}

export function decodeOptionHeader(bytes: Buffer): { option: number; length: number } | null {
  if (bytes.readBigUInt64BE(0) !== IHAVEOPT) return null
  return { option: bytes.readUInt32BE(8), length: bytes.readUInt32BE(12) }
}

export function encodeOptionReply(
  option: number,
  reply: number,
  data: Buffer = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(20)
  header.writeBigUInt64BE(NBD_REP_MAGIC, 0)
  header.writeUInt32BE(option, 8)
  header.writeUInt32BE(reply, 12)
  header.writeUInt32BE(data.length, 16)
  return Buffer.concat([header, data])
}

/** The answer to `NBD_OPT_EXPORT_NAME`: no reply header, and 124 zeroes unless waived. */
export function encodeExportNameAnswer(
  size: number,
  transmissionFlags: number,
  noZeroes: boolean,
): Buffer {
  const answer = Buffer.alloc(noZeroes ? 10 : 134)
  answer.writeBigUInt64BE(BigInt(size), 0)
  answer.writeUInt16BE(transmissionFlags, 8)
  return answer
}

export function encodeInfoExport(size: number, transmissionFlags: number): Buffer {
  const info = Buffer.alloc(12)
  info.writeUInt16BE(NBD_INFO.EXPORT, 0)
  info.writeBigUInt64BE(BigInt(size), 2)
  info.writeUInt16BE(transmissionFlags, 10)
  return info
}

export function encodeInfoName(name: string): Buffer {
  const type = Buffer.alloc(2)
  type.writeUInt16BE(NBD_INFO.NAME, 0)
  return Buffer.concat([type, Buffer.from(name)])
}

export function encodeInfoBlockSize(sizes: {
  readonly least: number
  readonly preferred: number
  readonly most: number
}): Buffer {
  const info = Buffer.alloc(14)
  info.writeUInt16BE(NBD_INFO.BLOCK_SIZE, 0)
  info.writeUInt32BE(sizes.least, 2)
  info.writeUInt32BE(sizes.preferred, 6)
  info.writeUInt32BE(sizes.most, 10)
  return info
}

/** Data of `NBD_OPT_INFO` and `NBD_OPT_GO`: name length 4, name, number of requests 2, each 2. */
export function decodeInfoRequest(data: Buffer): { name: string; wants: number[] } | null {
  if (data.length < 6) return null
  const nameLength = data.readUInt32BE(0)
  if (nameLength > data.length - 6) return null
  const count = data.readUInt16BE(4 + nameLength)
  if (data.length !== 6 + nameLength + count * 2) return null
  const wants = Array.from({ length: count }, (_, i) => data.readUInt16BE(6 + nameLength + i * 2))
  return { name: data.toString('utf8', 4, 4 + nameLength), wants }
}

export function encodeServerEntry(name: string): Buffer {
  const bytes = Buffer.from(name)
  const entry = Buffer.alloc(4)
  entry.writeUInt32BE(bytes.length, 0)
  return Buffer.concat([entry, bytes])
}

export function decodeRequest(bytes: Buffer): NbdRequest | null {
  if (bytes.readUInt32BE(0) !== NBD_REQUEST_MAGIC) return null
  return {
    flags: bytes.readUInt16BE(4),
    command: bytes.readUInt16BE(6),
    cookie: bytes.readBigUInt64BE(8),
    offset: bytes.readBigUInt64BE(16),
    length: bytes.readUInt32BE(24),
  }
}

export function encodeSimpleReply(error: number, cookie: bigint): Buffer {
  const reply = Buffer.alloc(16)
  reply.writeUInt32BE(NBD_SIMPLE_REPLY_MAGIC, 0)
  reply.writeUInt32BE(error, 4)
  reply.writeBigUInt64BE(cookie, 8)
  return reply
}
