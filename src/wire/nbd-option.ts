/**
 * The bytes of the NBD negotiation. Its numbers are in nbd.ts.
 *
 * | message | layout |
 * | --- | --- |
 * | greeting | `NBDMAGIC` 8, `IHAVEOPT` 8, handshake flags 2 |
 * | client flags | 4 |
 * | option | `IHAVEOPT` 8, option 4, length 4, data |
 * | option reply | magic 8, option 4, reply type 4, length 4, data |
 * | data of `INFO` and `GO` | name length 4, name, number of requests 2, each 2 |
 * | data of `…_META_CONTEXT` | name length 4, name, number of queries 4, each: length 4, query |
 */
import { NBD_FLAG_FIXED_NEWSTYLE, NBD_FLAG_NO_ZEROES, NBD_INFO } from './nbd.ts'

const NBDMAGIC = 0x4e42444d41474943n
export const IHAVEOPT = 0x49484156454f5054n
const NBD_REP_MAGIC = 0x0003e889045565a9n

export const clientFlagsBytes = 4
export const optionHeaderBytes = 16
/** Longest option data taken; the specification's names are at most 4096 bytes. */
export const optionBytesMax = 16 * 1024

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

export function encodeOptionReply(option: number, reply: number, data: Buffer): Buffer {
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

/** Null when malformed: lengths that do not add up. */
export function decodeInfoRequest(data: Buffer): { name: string; wants: number[] } | null {
  if (data.length < 6) return null
  const nameLength = data.readUInt32BE(0)
  if (nameLength > data.length - 6) return null
  const count = data.readUInt16BE(4 + nameLength)
  if (data.length !== 6 + nameLength + count * 2) return null
  const wants = Array.from({ length: count }, (_, i) => data.readUInt16BE(6 + nameLength + i * 2))
  return { name: data.toString('utf8', 4, 4 + nameLength), wants }
}

/** Null when malformed: lengths that do not add up. */
export function decodeContextRequest(data: Buffer): { name: string; queries: string[] } | null {
  if (data.length < 8) return null
  const nameLength = data.readUInt32BE(0)
  if (nameLength > data.length - 8) return null
  let at = 4 + nameLength
  const name = data.toString('utf8', 4, at)
  const count = data.readUInt32BE(at)
  at += 4
  if (count > (data.length - at) / 4) return null
  const queries: string[] = []
  while (queries.length < count) {
    if (data.length - at < 4) return null
    const length = data.readUInt32BE(at)
    at += 4
    if (length > data.length - at) return null
    queries.push(data.toString('utf8', at, at + length))
    at += length
  }
  return at === data.length ? { name, queries } : null
}

export function encodeContext(context: { readonly id: number; readonly name: string }): Buffer {
  return prefixed(context.id, context.name)
}

export function encodeServerEntry(name: string): Buffer {
  return prefixed(Buffer.byteLength(name), name)
}

function prefixed(number: number, text: string): Buffer {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(number, 0)
  return Buffer.concat([prefix, Buffer.from(text)])
}
