/**
 * The file that holds what a snapshot keeps: made sparse, held under its lock, removed at the end.
 *
 * Its first 4 KiB say whose it is. A file that is there already is taken over only if it says that
 * it is a space of this disk on this server and nobody has it open (a crash left it behind), or if
 * it is empty; anything else is not touched.
 */
import fs from 'node:fs'
import { type Disk, openDisk } from '../drivers/disk.ts'
import { type Message, say } from '../messages/catalogue.ts'
import { snapshotBlockBytes, type SpacePort } from '../mirror/snapshot-view.ts'

export interface SnapshotSpace extends SpacePort {
  /** Closes and removes it. */
  remove(): void
}

export type OpenedSpace =
  | { readonly ok: true; readonly space: SnapshotSpace }
  | { readonly ok: false; readonly error: Message }

const headerBytes = 4096

export function openSpace(
  path: string,
  spaceBytes: number,
  owner: { readonly diskId: string; readonly server: string },
): OpenedSpace {
  const unusable = (error: string): OpenedSpace => ({
    ok: false,
    error: say('mirrord-snapshot-space-unusable', { path, error }),
  })
  if (spaceBytes < snapshotBlockBytes) return unusable(`${spaceBytes} bytes`)
  const header = Buffer.alloc(headerBytes)
  header.write(`kagami snapshot space 1 ${owner.diskId} ${owner.server}\n`)
  try {
    if (!make(path, header) && !isOurs(path, header)) {
      return { ok: false, error: say('mirrord-snapshot-space-foreign', { path }) }
    }
    const locked = openDisk(path)
    if (!locked.ok) return unusable(locked.error)
    // Under its lock: what a former life kept goes away, and the file is as long as it may get.
    fs.truncateSync(path, 0)
    fs.writeFileSync(path, header, { flag: 'r+' })
    fs.truncateSync(path, headerBytes + spaceBytes)
    locked.disk.measure()
    return { ok: true, space: spaceOf(locked.disk) }
  } catch (error) {
    return unusable(String(error))
  }
}

/** False when something is there already. */
function make(path: string, header: Buffer): boolean {
  try {
    fs.writeFileSync(path, header, { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function isOurs(path: string, header: Buffer): boolean {
  const status = fs.lstatSync(path)
  if (!status.isFile()) return false
  if (status.size === 0) return true
  const descriptor = fs.openSync(path, 'r')
  try {
    const found = Buffer.alloc(headerBytes)
    fs.readSync(descriptor, found, 0, headerBytes, 0)
    return found.equals(header)
  } finally {
    fs.closeSync(descriptor)
  }
}

function spaceOf(disk: Disk): SnapshotSpace {
  let isRemoved = false
  return {
    read(offset, length, done) {
      if (isRemoved) return done('removed', null)
      disk.read(headerBytes + offset, length, done)
    },
    write(offset, data, done) {
      if (isRemoved) return done('removed')
      disk.write(headerBytes + offset, data, done)
    },
    remove() {
      if (isRemoved) return
      isRemoved = true
      fs.rmSync(disk.path, { force: true })
      disk.close()
    },
  }
}
