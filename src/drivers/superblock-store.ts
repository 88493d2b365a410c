/**
 * The superblock on the CLUSTER partition: read both slots, write both, one after the other, each
 * flushed before the next. Only then is a state answered for.
 */
import type { Checksum } from '../wire/peer-frame.ts'
import {
  decodeSuperblock,
  encodeSlot,
  type ReplicaRecord,
  type SlotIndex,
  slotBytes,
  slotOffsets,
  type SuperblockReading,
} from '../wire/superblock.ts'
import type { Disk } from './disk.ts'

export interface SuperblockStore {
  /** Calls back when both slots hold the record durably. One call at a time. */
  write(record: ReplicaRecord, done: (error: string | null) => void): void
}

/**
 * For whoever goes on from what is read: all that a former process wrote is durable first. It may
 * have died before its flush, and then the better slot is in the kernel's memory only, and nothing
 * durable is left once the other one is being written.
 */
export function reopenSuperblock(
  disk: Disk,
  checksum: Checksum,
  done: (error: string | null, reading: SuperblockReading) => void,
): void {
  disk.flush((error) => {
    if (error !== null) return done(error, { kind: 'unreadable' })
    readSuperblock(disk, checksum, (reading) => done(null, reading))
  })
}

export function readSuperblock(
  disk: Disk,
  checksum: Checksum,
  done: (reading: SuperblockReading) => void,
): void {
  const area = slotBytes * slotOffsets.length
  disk.read(0, area, (_error, data) => {
    if (data === null) return done({ kind: 'unreadable' })
    const slots = slotOffsets.map((offset) => data.subarray(offset, offset + slotBytes))
    done(decodeSuperblock(slots as [Buffer, Buffer], checksum))
  })
}

/** Where the store goes on: after what was read last; of a blank partition sequence 0. */
export interface StoreStart {
  readonly sequence: number
  readonly behind: SlotIndex | null
}

/** Each write goes to the slot first that can be spared: of a torn pair the torn one. */
export function superblockStore(
  disk: Disk,
  checksum: Checksum,
  start: StoreStart,
): SuperblockStore {
  const order = start.behind === 1 ? ([1, 0] as const) : ([0, 1] as const)
  let latest = start.sequence
  return {
    write(record, done) {
      latest += 1
      const slot = encodeSlot(record, latest, checksum)
      writeDurably(disk, slotOffsets[order[0]], slot, (error) => {
        if (error !== null) return done(error)
        writeDurably(disk, slotOffsets[order[1]], slot, done)
      })
    },
  }
}

function writeDurably(
  disk: Disk,
  offset: number,
  slot: Buffer,
  done: (error: string | null) => void,
): void {
  disk.write(offset, slot, (error) => {
    if (error !== null) return done(error)
    disk.flush(done)
  })
}
