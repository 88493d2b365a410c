/** Log and map through a disk that damages what it holds. */
import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { layoutFor, mapOffset, type MetadataLayout, sectorBytes } from '../wire/metadata-layout.ts'
import type { Disk } from './disk.ts'
import {
  blankMetadata,
  type MetadataReading,
  readMetadata,
  writeDurably,
} from './metadata-store.ts'

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)
const sizeBytes = 64 * 1024 * 1024
const clusterBytes = mapOffset + 20 * sectorBytes
const layout = layoutFor(sizeBytes, clusterBytes) as MetadataLayout

/** Answers at once; `trace` tells what was asked. */
function memoryDisk(content: Buffer, errors: { read?: string; write?: string } = {}) {
  const trace: string[] = []
  const disk = {
    path: 'memory',
    sizeBytes: content.length,
    read(
      offset: number,
      length: number,
      done: (error: string | null, data: Buffer | null) => void,
    ) {
      if (errors.read !== undefined) return done(errors.read, null)
      done(null, Buffer.from(content.subarray(offset, offset + length)))
    },
    write(offset: number, data: Buffer, done: (error: string | null) => void) {
      trace.push(`write ${offset}`)
      data.copy(content, offset)
      done(errors.write ?? null)
    },
    flush(done: (error: string | null) => void) {
      trace.push('flush')
      done(null)
    },
  }
  return { disk: disk as unknown as Disk, trace }
}

function blank(): Buffer {
  const content = Buffer.alloc(clusterBytes)
  for (const { offset, data } of blankMetadata(layout, sizeBytes, checksum)) {
    data.copy(content, offset)
  }
  return content
}

function readingOf(content: Buffer, errors = {}): MetadataReading {
  let reading: MetadataReading | null = null
  readMetadata(memoryDisk(content, errors).disk, { layout, sizeBytes }, checksum, (read) => {
    reading = read
  })
  if (reading === null) throw new Error('it does not wait')
  return reading
}

describe('reading', () => {
  test('blank metadata names nothing', () => {
    const { log, map } = readingOf(blank())
    expect(log.length).toBe(10)
    expect(map.length).toBe(5)
    expect(log.every((extents) => extents?.every((extent) => extent === -1))).toBe(true)
    expect(map.every((words) => words === null)).toBe(true)
  })

  test('damaged bytes make their sector bad, and no other', () => {
    const from = 64 * 1024
    const logEnd = from + 10 * sectorBytes
    const mapEnd = mapOffset + 5 * sectorBytes
    const inLog = fc.integer({ min: from, max: logEnd - 1 })
    const inMap = fc.integer({ min: mapOffset, max: mapEnd - 1 })
    const damages = fc.array(fc.tuple(fc.oneof(inLog, inMap), fc.integer({ min: 1, max: 255 })), {
      maxLength: 8,
    })
    fc.assert(
      fc.property(damages, (list) => {
        const content = blank()
        const before = Buffer.from(content)
        for (const [at, change] of list) content[at] = (content[at] as number) ^ change
        const isSame = (at: number): boolean =>
          content.compare(before, at, at + sectorBytes, at, at + sectorBytes) === 0
        const { log, map } = readingOf(content)
        log.forEach((extents, index) =>
          expect(extents !== null).toBe(isSame(from + index * sectorBytes)),
        )
        map.forEach((words, index) =>
          expect(words !== 'bad').toBe(isSame(mapOffset + index * sectorBytes)),
        )
      }),
    )
  })

  test('any bytes, sectors of other places, a partition too small, a read error: all is bad', () => {
    const shifted = blank()
    shifted.copy(shifted, mapOffset, mapOffset + sectorBytes, mapOffset + 5 * sectorBytes)
    expect(readingOf(shifted).map.slice(0, 4)).toEqual(['bad', 'bad', 'bad', 'bad'])
    for (const reading of [
      readingOf(Buffer.alloc(clusterBytes, 0xa5)),
      readingOf(Buffer.alloc(sectorBytes)),
      readingOf(blank(), { read: 'EIO' }),
    ]) {
      expect(reading.log.every((extents) => extents === null)).toBe(true)
      expect(reading.map.every((words) => words === 'bad')).toBe(true)
      expect(reading.map.length).toBe(5)
    }
  })
})

describe('writing', () => {
  const pieces = [
    { offset: 0, data: Buffer.from('a') },
    { offset: 9, data: Buffer.from('b') },
  ]

  test('flushes once, after the last piece', () => {
    const { disk, trace } = memoryDisk(Buffer.alloc(100))
    const outcomes: (string | null)[] = []
    writeDurably(disk, pieces, (error) => outcomes.push(error))
    writeDurably(disk, [], (error) => outcomes.push(error))
    expect(trace).toEqual(['write 0', 'write 9', 'flush', 'flush'])
    expect(outcomes).toEqual([null, null])
  })

  test('a failed piece is told once, and nothing is flushed', () => {
    const { disk, trace } = memoryDisk(Buffer.alloc(100), { write: 'EIO' })
    const outcomes: (string | null)[] = []
    writeDurably(disk, pieces, (error) => outcomes.push(error))
    expect(trace).toEqual(['write 0', 'write 9'])
    expect(outcomes).toEqual(['EIO'])
  })
})
