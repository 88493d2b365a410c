/**
 * Who is at the other end of a unix socket, as the kernel knows it; and which person that is, if somebody logged
 * in and then became root. Through koffi, as in linux-calls.ts; where that cannot be loaded nothing is known.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Socket } from 'node:net'
import type * as Koffi from 'koffi'

export interface LocalPeer {
  readonly pid: number
  readonly uid: number
  /** The account with which the session began, when it is another one than root; null: not known. */
  readonly login: string | null
}

// From <sys/socket.h>.
const SOL_SOCKET = 1
const SO_PEERCRED = 17
const credentialBytes = 12
/** A process that no login began. */
const noLogin = 0xffffffff

type Getsockopt = (fd: number, level: number, name: number, value: Buffer, size: Buffer) => number

let loaded: Getsockopt | null | undefined

function getsockopt(): Getsockopt | null {
  if (loaded !== undefined) return loaded
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi
    loaded = koffi
      .load(null)
      .func(
        'int getsockopt(int fd, int level, int name, _Inout_ uint8_t *value, _Inout_ uint8_t *size)',
      ) as unknown as Getsockopt
  } catch {
    loaded = null
  }
  return loaded
}

/** Null where the kernel cannot be asked. */
export function localPeer(socket: Socket): LocalPeer | null {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: number } }
  const descriptor = handle?.fd ?? -1
  const call = getsockopt()
  if (call === null || descriptor < 0) return null
  const credentials = Buffer.alloc(credentialBytes)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(credentialBytes)
  if (call(descriptor, SOL_SOCKET, SO_PEERCRED, credentials, size) !== 0) return null
  const [pid, uid] = [credentials.readInt32LE(0), credentials.readUInt32LE(4)]
  return { pid, uid, login: loginOf(pid) }
}

function loginOf(pid: number): string | null {
  try {
    const uid = Number(readFileSync(`/proc/${pid}/loginuid`, 'utf8'))
    if (!Number.isSafeInteger(uid) || uid === noLogin || uid === 0) return null
    const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
    const found = lines.map((line) => line.split(':')).find((fields) => fields[2] === String(uid))
    return found?.[0] ?? `uid ${uid}`
  } catch {
    return null
  }
}
