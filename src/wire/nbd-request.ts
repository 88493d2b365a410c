/**
 * The bytes of NBD requests and their replies. Its numbers are in nbd.ts.
 *
 * | message | layout |
 * | --- | --- |
 * | request | magic 4, command flags 2, command 2, cookie 8, offset 8, length 4, data of a write |
 * | simple reply | magic 4, error 4, cookie 8, data of a read |
 * | structured chunk | magic 4, flags 2, type 2, cookie 8, length 4, payload |
 * | payload of `OFFSET_DATA` | offset 8, data |
 * | payload of `BLOCK_STATUS` | context id 4, extents, each: length 4, status 4 |
 * | payload of `ERROR` | error 4, message length 2, message |
 *
 * This is the path of every block, so requests are decoded into one object and replies written
 * where they are sent from. A cookie is kept as two numbers. An offset is a JavaScript number: above
 * 2^53 it is not exact, and beyond any disk all the same.
 */

export const NBD_REQUEST_MAGIC = 0x25609513
const NBD_SIMPLE_REPLY_MAGIC = 0x67446698
const NBD_STRUCTURED_REPLY_MAGIC = 0x668e33ef
const NBD_REPLY_FLAG_DONE = 1
const NBD_REPLY_TYPE = { OFFSET_DATA: 1, BLOCK_STATUS: 5, ERROR: 0x8001 } as const

export const requestHeaderBytes = 28
export const simpleReplyBytes = 16
const chunkHeaderBytes = 20
/** Before the data of a structured read. */
export const dataChunkBytes = chunkHeaderBytes + 8
export const errorChunkBytes = chunkHeaderBytes + 6

export interface NbdRequest {
  flags: number
  command: number
  cookieHigh: number
  cookieLow: number
  offset: number
  length: number
}

export interface Cookie {
  readonly cookieHigh: number
  readonly cookieLow: number
}

export interface Extent {
  readonly length: number
  readonly status: number
}

/** Reads 28 bytes at `at`; false when the magic is wrong. */
export function decodeRequest(bytes: Buffer, at: number, into: NbdRequest): boolean {
  if (bytes.readUInt32BE(at) !== NBD_REQUEST_MAGIC) return false
  into.flags = bytes.readUInt16BE(at + 4)
  into.command = bytes.readUInt16BE(at + 6)
  into.cookieHigh = bytes.readUInt32BE(at + 8)
  into.cookieLow = bytes.readUInt32BE(at + 12)
  into.offset = bytes.readUInt32BE(at + 16) * 2 ** 32 + bytes.readUInt32BE(at + 20)
  into.length = bytes.readUInt32BE(at + 24)
  return true
}

/** Writes 16 bytes. */
export function writeSimpleReply(
  into: Buffer,
  at: number,
  reply: Cookie & { readonly error: number },
): void {
  into.writeUInt32BE(NBD_SIMPLE_REPLY_MAGIC, at)
  into.writeUInt32BE(reply.error, at + 4)
  into.writeUInt32BE(reply.cookieHigh, at + 8)
  into.writeUInt32BE(reply.cookieLow, at + 12)
}

/** Writes 26 bytes: the only chunk of a reply that failed. */
export function writeErrorChunk(
  into: Buffer,
  at: number,
  reply: Cookie & { readonly error: number },
): void {
  writeChunkHeader(into, at, reply)
  into.writeUInt16BE(NBD_REPLY_TYPE.ERROR, at + 6)
  into.writeUInt32BE(6, at + 16)
  into.writeUInt32BE(reply.error, at + 20)
  into.writeUInt16BE(0, at + 24)
}

/** Writes the 28 bytes before the data: the only chunk of a read. */
export function writeDataChunk(
  into: Buffer,
  at: number,
  reply: Cookie & { readonly offset: number; readonly length: number },
): void {
  writeChunkHeader(into, at, reply)
  into.writeUInt16BE(NBD_REPLY_TYPE.OFFSET_DATA, at + 6)
  into.writeUInt32BE(reply.length + 8, at + 16)
  into.writeUInt32BE(Math.floor(reply.offset / 2 ** 32), at + 20)
  into.writeUInt32BE(reply.offset % 2 ** 32, at + 24)
}

/** The only chunk of a block status reply. */
export function encodeStatusChunk(
  cookie: Cookie,
  contextId: number,
  extents: readonly Extent[],
): Buffer {
  const length = 4 + extents.length * 8
  const chunk = Buffer.alloc(chunkHeaderBytes + length)
  writeChunkHeader(chunk, 0, cookie)
  chunk.writeUInt16BE(NBD_REPLY_TYPE.BLOCK_STATUS, 6)
  chunk.writeUInt32BE(length, 16)
  chunk.writeUInt32BE(contextId, 20)
  let at = 24
  for (const extent of extents) {
    chunk.writeUInt32BE(extent.length, at)
    chunk.writeUInt32BE(extent.status, at + 4)
    at += 8
  }
  return chunk
}

/** All but type and length: every reply here is one chunk. */
function writeChunkHeader(into: Buffer, at: number, cookie: Cookie): void {
  into.writeUInt32BE(NBD_STRUCTURED_REPLY_MAGIC, at)
  into.writeUInt16BE(NBD_REPLY_FLAG_DONE, at + 4)
  into.writeUInt32BE(cookie.cookieHigh, at + 8)
  into.writeUInt32BE(cookie.cookieLow, at + 12)
}
