/** The map on the disk against the set in memory, whenever the power goes. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeMapBlock, mapBlockOffset } from '../wire/difference-map.ts'
import { granulesPerBlock, mapOffset, sectorBytes } from '../wire/metadata-layout.ts'
import { BlockSet } from './block-set.ts'
import { Differences } from './differences.ts'
import { checksum, TestMetadata } from './metadata.fixtures.ts'

const granuleBytes = 4096
const blocks = 4
const disk = { granuleBytes, sizeBytes: granulesPerBlock * blocks * granuleBytes }

function worldOf() {
  const metadata = new TestMetadata(mapOffset + blocks * sectorBytes)
  const differences = new Differences(disk, metadata, checksum)
  for (let index = 0; index < blocks; index += 1) differences.load(index, 'bad')
  differences.set.clear()
  differences.persist(() => undefined)
  metadata.finishAll()
  return { metadata, differences }
}

function mapIn(content: Buffer): BlockSet {
  const set = new BlockSet(disk)
  for (let index = 0; index < blocks; index += 1) {
    const at = mapBlockOffset(index)
    const bytes = content.subarray(at, at + sectorBytes)
    const words = decodeMapBlock(bytes, { index, granuleBytes }, checksum)
    if (words === 'bad') throw new Error('not whole')
    if (words !== null) set.addPage(index, words)
  }
  return set
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('add', 'add', 'remove', 'persist', 'persist', 'disk', 'tidy'),
    granule: fc.nat(granulesPerBlock * blocks - 1),
  }),
  { maxLength: 60 },
)

describe('the map of differences', () => {
  test('names on the disk whatever was there when it was said to be durable', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.boolean()), (list, chance) => {
        const { metadata, differences } = worldOf()
        const { set } = differences
        const memory = new Set<number>()
        /** Said to be durable, and not removed since. */
        const promised = new Set<number>()
        for (const { what, granule } of list) {
          const offset = granule * granuleBytes
          if (what === 'add') {
            memory.add(granule)
            set.add(offset, 1)
          } else if (what === 'remove') {
            memory.delete(granule)
            promised.delete(granule)
            set.remove(offset, granuleBytes)
          } else if (what === 'persist') {
            const now = [...memory]
            differences.persist((error) => {
              expect(error).toBeNull()
              for (const each of now) if (memory.has(each)) promised.add(each)
            })
          } else if (what === 'disk') metadata.finish()
          else differences.tidy()
          const onDisk = mapIn(metadata.afterPowerCut(() => chance.next().value))
          for (const each of promised) expect(onDisk.has(each)).toBe(true)
        }
        differences.tidy()
        metadata.finishAll()
        differences.tidy()
        metadata.finishAll()
        expect(differences.staleBlocks).toBe(0)
        const onDisk = mapIn(metadata.content)
        expect(onDisk.bytes).toBe(memory.size * granuleBytes)
        for (const each of memory) expect(onDisk.has(each)).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  test('what was read from the disk is not written again, a bad block is all set and is', () => {
    const metadata = new TestMetadata(mapOffset + blocks * sectorBytes)
    const differences = new Differences(disk, metadata, checksum)
    const words = new Uint32Array(granulesPerBlock / 32)
    words[3] = 6
    differences.load(0, null)
    differences.load(1, words)
    expect(differences.staleBlocks).toBe(0)
    expect(differences.set.bytes).toBe(2 * granuleBytes)
    differences.load(2, 'bad')
    expect(differences.staleBlocks).toBe(1)
    expect(differences.set.bytes).toBe((2 + granulesPerBlock) * granuleBytes)
    let isDurable = false
    differences.persist(() => {
      isDurable = true
    })
    metadata.finishAll()
    expect(isDurable).toBe(true)
  })

  test('nothing to write is durable at once; after a failed write nothing is', () => {
    const { metadata, differences } = worldOf()
    const outcomes: (string | null)[] = []
    differences.persist((error) => outcomes.push(error))
    differences.set.add(0, 1)
    differences.persist((error) => outcomes.push(error))
    differences.set.add(granuleBytes * granulesPerBlock, 1)
    differences.persist((error) => outcomes.push(error))
    metadata.finish('broken')
    differences.persist((error) => outcomes.push(error))
    expect(outcomes).toEqual([null, 'broken', 'broken', 'broken'])
  })
})
