/**
 * The NBD protocol's numbers, under the names of its specification
 * (https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md). Big-endian throughout.
 *
 * The byte layouts are beside this file: nbd-option.ts for the negotiation, nbd-request.ts for what
 * follows it.
 */

export const NBD_FLAG_FIXED_NEWSTYLE = 1
export const NBD_FLAG_NO_ZEROES = 2

export const NBD_OPT = {
  EXPORT_NAME: 1,
  ABORT: 2,
  LIST: 3,
  INFO: 6,
  GO: 7,
  STRUCTURED_REPLY: 8,
  LIST_META_CONTEXT: 9,
  SET_META_CONTEXT: 10,
} as const

export const NBD_REP = {
  ACK: 1,
  SERVER: 2,
  INFO: 3,
  META_CONTEXT: 4,
  ERR_UNSUP: 0x80000001,
  ERR_POLICY: 0x80000002,
  ERR_INVALID: 0x80000003,
  ERR_UNKNOWN: 0x80000006,
  ERR_TOO_BIG: 0x80000009,
} as const

export const NBD_INFO = { EXPORT: 0, NAME: 1, BLOCK_SIZE: 3 } as const

/** Transmission flags. */
export const NBD_FLAG = {
  HAS_FLAGS: 1,
  READ_ONLY: 2,
  SEND_FLUSH: 4,
  SEND_FUA: 8,
  SEND_TRIM: 32,
  SEND_WRITE_ZEROES: 64,
  SEND_DF: 128,
  CAN_MULTI_CONN: 256,
} as const

export const NBD_CMD = {
  READ: 0,
  WRITE: 1,
  DISC: 2,
  FLUSH: 3,
  TRIM: 4,
  WRITE_ZEROES: 6,
  BLOCK_STATUS: 7,
} as const

export const NBD_CMD_FLAG = { FUA: 1, NO_HOLE: 2, DF: 4, REQ_ONE: 8 } as const

export const NBD_STATE_HOLE = 1
export const NBD_STATE_ZERO = 2

export const NBD_OK = 0
export const NBD_EPERM = 1
export const NBD_EIO = 5
export const NBD_EINVAL = 22
export const NBD_ENOSPC = 28
export const NBD_EOVERFLOW = 75
export const NBD_ESHUTDOWN = 108

/** The one metadata context, and the number it has in answers. */
export const allocationContext = { id: 1, name: 'base:allocation' } as const

/** Longest read or write: the maximum payload the specification asks every server to take. */
export const requestBytesMax = 32 * 1024 * 1024
