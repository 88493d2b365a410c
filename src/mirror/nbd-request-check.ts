/**
 * Whether an NBD request may be carried out, by the rules of the specification's "Error values":
 * unknown commands and flags first, then what the export forbids, then the range.
 */
import * as nbd from '../wire/nbd.ts'
import type { NbdRequest } from '../wire/nbd-request.ts'
import type { NbdSession } from './nbd-negotiation.ts'

/** The error to answer with; `NBD_OK` when there is none. */
export function errorOf(request: NbdRequest, session: NbdSession): number {
  const { command, flags, offset, length } = request
  const known = knownFlags(command, session)
  if (known === null || (flags & ~known) !== 0) return nbd.NBD_EINVAL
  const { exported } = session
  if (changes(command) && exported.readOnly) return nbd.NBD_EPERM
  if (command === nbd.NBD_CMD.FLUSH) {
    return offset === 0 && length === 0 ? nbd.NBD_OK : nbd.NBD_EINVAL
  }
  const isRead = command === nbd.NBD_CMD.READ
  const hasPayload = isRead || command === nbd.NBD_CMD.WRITE
  if (hasPayload && length > nbd.requestBytesMax) {
    return isRead && session.structured ? nbd.NBD_EOVERFLOW : nbd.NBD_EINVAL
  }
  const { sizeBytes } = exported
  if (offset > sizeBytes || length > sizeBytes - offset) {
    const fills = command === nbd.NBD_CMD.WRITE || command === nbd.NBD_CMD.WRITE_ZEROES
    return fills ? nbd.NBD_ENOSPC : nbd.NBD_EINVAL
  }
  return length === 0 ? nbd.NBD_EINVAL : nbd.NBD_OK
}

/** Null for a command there is not, or that was not negotiated. */
function knownFlags(command: number, session: NbdSession): number | null {
  const { NBD_CMD, NBD_CMD_FLAG } = nbd
  switch (command) {
    case NBD_CMD.READ:
      return NBD_CMD_FLAG.FUA | (session.structured ? NBD_CMD_FLAG.DF : 0)
    case NBD_CMD.WRITE:
    case NBD_CMD.FLUSH:
    case NBD_CMD.TRIM:
      return NBD_CMD_FLAG.FUA
    case NBD_CMD.WRITE_ZEROES:
      return NBD_CMD_FLAG.FUA | NBD_CMD_FLAG.NO_HOLE
    case NBD_CMD.BLOCK_STATUS:
      return session.allocation ? NBD_CMD_FLAG.FUA | NBD_CMD_FLAG.REQ_ONE : null
    default:
      return null
  }
}

function changes(command: number): boolean {
  const { NBD_CMD } = nbd
  return command === NBD_CMD.WRITE || command === NBD_CMD.TRIM || command === NBD_CMD.WRITE_ZEROES
}
