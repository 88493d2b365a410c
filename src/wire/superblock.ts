/**
 * The superblock: what one replica durably knows of itself, at the front of the CLUSTER partition.
 *
 * Two slots of 4 KiB at 0 and 4096 hold the same state. A state is answered for only when both
 * hold it, written and flushed one after the other: whichever write a power cut tears, the other
 * slot is whole. A slot that is neither whole nor blank is *unreadable*, which is not the same as
 * new. From 64 KiB on the space belongs to the activity log and the difference map, whose layout is
 * recorded here (`metadata-layout.ts`). Version 1 had neither: it is read, and what lies there is
 * then not whole, which means that everything may differ.
 *
 * Slot layout, big-endian:
 *
 * | offset | bytes | field |
 * | --- | --- | --- |
 * | 0 | 8 | magic `KAGAMISB` |
 * | 8 | 4 | version, 2; a higher one is refused |
 * | 12 | 4 | crc32c of the slot with this field zero |
 * | 16 | 8 | write sequence |
 * | 24 | 16 | disk id |
 * | 40 | 8 | size of the replica, bytes |
 * | 48 | 8 | size of the data partition this belongs to, bytes |
 * | 56 | 40 | identity of that partition (partition UUID), UTF-8, zero-padded; empty = none |
 * | 96 | 4 | state: 1 creating, 2 never-built, 3 inconsistent, 4 consistent |
 * | 100 | 4 | flags: 1 alone, 2 outdated, 4 failed, 8 was-active, 16 behind |
 * | 104 | 8 | generation; 0 = none |
 * | 112 | 8 | base; 0 = none |
 * | 120 | 8 | activation term |
 * | 128 | 8 | highest term heard from the peer |
 * | 136 | 8 | session number |
 * | 144 | 8 | highest session number known to be durable at the peer |
 * | 152 | 8 | outdated: the asker's break number |
 * | 160 | 8 | outdated: when, ms since 1970 |
 * | 168 | 64 | outdated: asker, UTF-8, zero-padded |
 * | 232 | 40 | boot id of the kernel in the last session, UTF-8, zero-padded |
 * | 272 | 4 | number of past generations, at most 32 |
 * | 276 | 256 | past generations, newest first |
 * | 532 | 4 | granule of the difference map, bytes |
 * | 536 | 4 | extent of the activity log, bytes |
 * | 540 | 4 | slots of the activity log |
 * | 544 | 8 | session in which the copy began that is not finished; 0 = none |
 * | 552 | … | zero |
 */
import { isLayout, type MetadataLayout } from './metadata-layout.ts'
import type { Checksum } from './peer-frame.ts'

const superblockMagic = 'KAGAMISB'
export const superblockVersion = 2
export const slotBytes = 4096
export const slotOffsets = [0, 4096] as const
export const historyLengthMax = 32
export const noGeneration = '0'

export type ReplicaState = 'creating' | 'never-built' | 'inconsistent' | 'consistent'

/** What one replica durably knows. Generations are 16 hex digits, or `0` for none. */
export interface ReplicaRecord {
  /** 32 hex digits. */
  readonly diskId: string
  readonly sizeBytes: number
  readonly dataPartition: { readonly sizeBytes: number; readonly identity: string }
  readonly state: ReplicaState
  readonly alone: boolean
  readonly failed: boolean
  readonly wasActive: boolean
  /** Of an asynchronous disk: the source acknowledges what this replica does not have yet. */
  readonly behind: boolean
  readonly outdated: {
    readonly asker: string
    readonly breakNumber: number
    readonly atMs: number
  } | null
  readonly generation: string
  readonly base: string
  readonly history: readonly string[]
  readonly activationTerm: number
  readonly peerTerm: number
  readonly session: number
  readonly sessionConfirmed: number
  readonly bootId: string
  /** The session in which the copy began that is not finished, the same on both sides; 0 = none. */
  readonly copySession: number
  /** Null in a superblock of version 1. */
  readonly layout: MetadataLayout | null
}

export type SlotReading =
  | { readonly kind: 'record'; readonly sequence: number; readonly record: ReplicaRecord }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'newer'; readonly version: number }

const states: readonly ReplicaState[] = ['creating', 'never-built', 'inconsistent', 'consistent']
const flag = { alone: 1, outdated: 2, failed: 4, wasActive: 8, behind: 16 } as const

/** One slot's 4 KiB. */
export function encodeSlot(record: ReplicaRecord, sequence: number, checksum: Checksum): Buffer {
  const slot = Buffer.alloc(slotBytes)
  slot.write(superblockMagic, 0, 'latin1')
  slot.writeUInt32BE(superblockVersion, 8)
  writeNumber(slot, 16, sequence)
  Buffer.from(record.diskId, 'hex').copy(slot, 24)
  writeNumber(slot, 40, record.sizeBytes)
  writeNumber(slot, 48, record.dataPartition.sizeBytes)
  writeText(slot, 56, 40, record.dataPartition.identity)
  slot.writeUInt32BE(states.indexOf(record.state) + 1, 96)
  slot.writeUInt32BE(flagsOf(record), 100)
  writeGeneration(slot, 104, record.generation)
  writeGeneration(slot, 112, record.base)
  writeNumber(slot, 120, record.activationTerm)
  writeNumber(slot, 128, record.peerTerm)
  writeNumber(slot, 136, record.session)
  writeNumber(slot, 144, record.sessionConfirmed)
  writeNumber(slot, 152, record.outdated?.breakNumber ?? 0)
  writeNumber(slot, 160, record.outdated?.atMs ?? 0)
  writeText(slot, 168, 64, record.outdated?.asker ?? '')
  writeText(slot, 232, 40, record.bootId)
  const history = record.history.slice(0, historyLengthMax)
  slot.writeUInt32BE(history.length, 272)
  history.forEach((generation, index) => writeGeneration(slot, 276 + index * 8, generation))
  slot.writeUInt32BE(record.layout?.granuleBytes ?? 0, 532)
  slot.writeUInt32BE(record.layout?.extentBytes ?? 0, 536)
  slot.writeUInt32BE(record.layout?.logSlots ?? 0, 540)
  writeNumber(slot, 544, record.copySession)
  slot.writeUInt32BE(checksum(slot), 12)
  return slot
}

/** What a slot holds. Never throws, whatever the bytes. */
export function decodeSlot(slot: Buffer, checksum: Checksum): SlotReading {
  if (slot.length !== slotBytes) return { kind: 'unreadable' }
  if (slot.every((byte) => byte === 0)) return { kind: 'blank' }
  if (slot.toString('latin1', 0, 8) !== superblockMagic) return { kind: 'unreadable' }
  const copy = Buffer.from(slot)
  copy.writeUInt32BE(0, 12)
  if (slot.readUInt32BE(12) !== checksum(copy)) return { kind: 'unreadable' }
  const version = slot.readUInt32BE(8)
  if (version > superblockVersion) return { kind: 'newer', version }
  const state = states[slot.readUInt32BE(96) - 1]
  const historyLength = slot.readUInt32BE(272)
  if (state === undefined || historyLength > historyLengthMax || version < 1) {
    return { kind: 'unreadable' }
  }
  const record = readRecord(slot, state)
  if (version > 1 && record.layout !== null && !isLayout(record.layout)) {
    return { kind: 'unreadable' }
  }
  return { kind: 'record', sequence: readNumber(slot, 16), record }
}

function readRecord(slot: Buffer, state: ReplicaState): ReplicaRecord {
  const flags = slot.readUInt32BE(100)
  const historyLength = slot.readUInt32BE(272)
  return {
    diskId: slot.toString('hex', 24, 40),
    sizeBytes: readNumber(slot, 40),
    dataPartition: { sizeBytes: readNumber(slot, 48), identity: readText(slot, 56, 40) },
    state,
    alone: (flags & flag.alone) !== 0,
    failed: (flags & flag.failed) !== 0,
    wasActive: (flags & flag.wasActive) !== 0,
    behind: (flags & flag.behind) !== 0,
    outdated:
      (flags & flag.outdated) === 0
        ? null
        : {
            asker: readText(slot, 168, 64),
            breakNumber: readNumber(slot, 152),
            atMs: readNumber(slot, 160),
          },
    generation: readGeneration(slot, 104),
    base: readGeneration(slot, 112),
    history: Array.from({ length: historyLength }, (_, index) =>
      readGeneration(slot, 276 + index * 8),
    ),
    activationTerm: readNumber(slot, 120),
    peerTerm: readNumber(slot, 128),
    session: readNumber(slot, 136),
    sessionConfirmed: readNumber(slot, 144),
    bootId: readText(slot, 232, 40),
    copySession: readNumber(slot, 544),
    layout: readLayout(slot),
  }
}

function readLayout(slot: Buffer): MetadataLayout | null {
  const granuleBytes = slot.readUInt32BE(532)
  if (granuleBytes === 0) return null
  return { granuleBytes, extentBytes: slot.readUInt32BE(536), logSlots: slot.readUInt32BE(540) }
}

export type SlotIndex = 0 | 1

export type SuperblockReading =
  | {
      readonly kind: 'record'
      readonly record: ReplicaRecord
      readonly sequence: number
      /**
       * The slot that does not hold it. It must be written again before the record is answered
       * for, and that slot first: the other one is all there is.
       */
      readonly behind: SlotIndex | null
    }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'newer'; readonly version: number }

/**
 * What both slots together say. Of two whole slots the later one counts: a state is acted on only
 * after both hold it, so the later one was at least intended, and every intention is ordered so
 * that recording it too early is harmless.
 */
export function decodeSuperblock(
  slots: readonly [Buffer, Buffer],
  checksum: Checksum,
): SuperblockReading {
  const first = decodeSlot(slots[0], checksum)
  const second = decodeSlot(slots[1], checksum)
  if (first.kind === 'newer') return first
  if (second.kind === 'newer') return second
  if (first.kind === 'record' && second.kind === 'record') {
    if (first.sequence === second.sequence) return { ...first, behind: null }
    return first.sequence > second.sequence ? { ...first, behind: 1 } : { ...second, behind: 0 }
  }
  if (first.kind === 'record') return { ...first, behind: 1 }
  if (second.kind === 'record') return { ...second, behind: 0 }
  return { kind: first.kind === 'blank' && second.kind === 'blank' ? 'blank' : 'unreadable' }
}

function flagsOf(record: ReplicaRecord): number {
  return (
    (record.alone ? flag.alone : 0) |
    (record.outdated ? flag.outdated : 0) |
    (record.failed ? flag.failed : 0) |
    (record.wasActive ? flag.wasActive : 0) |
    (record.behind ? flag.behind : 0)
  )
}

function writeNumber(slot: Buffer, offset: number, value: number): void {
  slot.writeUIntBE(value, offset + 2, 6)
}

function readNumber(slot: Buffer, offset: number): number {
  return slot.readUIntBE(offset + 2, 6)
}

function writeText(slot: Buffer, offset: number, bytesMax: number, text: string): void {
  slot.write(text, offset, bytesMax, 'utf8')
}

function readText(slot: Buffer, offset: number, bytesMax: number): string {
  const bytes = slot.subarray(offset, offset + bytesMax)
  const end = bytes.indexOf(0)
  return bytes.toString('utf8', 0, end < 0 ? bytesMax : end)
}

function writeGeneration(slot: Buffer, offset: number, generation: string): void {
  slot.write(generation.padStart(16, '0'), offset, 8, 'hex')
}

function readGeneration(slot: Buffer, offset: number): string {
  const hex = slot.toString('hex', offset, offset + 8)
  return /^0+$/.test(hex) ? noGeneration : hex
}
