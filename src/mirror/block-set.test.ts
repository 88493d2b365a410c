/** Against a naive set of granule numbers, on a disk whose last granule is short. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { granulesPerBlock } from '../wire/metadata-layout.ts'
import { BlockSet } from './block-set.ts'
import { must } from './metadata.fixtures.ts'

const granuleBytes = 4096
const granules = granulesPerBlock * 2 + 70
const disk = { granuleBytes, sizeBytes: granules * granuleBytes - 1000 }

const ranges = fc
  .tuple(
    fc.oneof(
      fc.nat(disk.sizeBytes - 1),
      fc.integer({ min: disk.sizeBytes - 20_000, max: disk.sizeBytes - 1 }),
    ),
    fc.integer({ min: 1, max: 300_000 }),
  )
  .map(([offset, length]) => ({ offset, length: Math.min(length, disk.sizeBytes - offset) }))
const steps = fc.record({
  what: fc.constantFrom('add', 'add', 'remove', 'page', 'clear'),
  range: ranges,
})

function granulesOf(set: BlockSet): number[] {
  const found: number[] = []
  for (let granule = 0; granule < granules; granule += 1) if (set.has(granule)) found.push(granule)
  return found
}

/** Byte by byte where it matters: a granule is touched by any byte of it, and covered by all. */
function apply(model: Set<number>, { what, range }: { what: string; range: RunOf }): void {
  const end = range.offset + range.length
  if (what === 'clear') return model.clear()
  for (let granule = 0; granule < granules; granule += 1) {
    const from = granule * granuleBytes
    const until = Math.min(from + granuleBytes, disk.sizeBytes)
    const isTouched = from < end && range.offset < until
    const isCovered = range.offset <= from && until <= end
    if (what === 'remove' && isCovered) model.delete(granule)
    if (what === 'add' && isTouched) model.add(granule)
  }
}

type RunOf = { readonly offset: number; readonly length: number }

test('it is the naive set, whatever is done', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 12 }), fc.nat(200_000), (list, lengthMax) => {
      const changed = new Set<number>()
      const set = new BlockSet(disk, (page) => changed.add(page))
      const model = new Set<number>()
      for (const step of list) {
        const before = granulesOf(set)
        changed.clear()
        if (step.what === 'page') {
          const words = new Uint32Array(granulesPerBlock / 32)
          words[step.range.offset % words.length] = step.range.length
          const page = step.range.offset % 3
          set.addPage(page, words)
          for (let bit = 0; bit < granulesPerBlock; bit += 1) {
            const granule = page * granulesPerBlock + bit
            const isSet = (((words[bit >>> 5] as number) >>> (bit & 31)) & 1) === 1
            if (isSet && granule < granules) model.add(granule)
          }
        } else {
          if (step.what === 'add') set.add(step.range.offset, step.range.length)
          if (step.what === 'remove') set.remove(step.range.offset, step.range.length)
          if (step.what === 'clear') set.clear()
          apply(model, step)
        }
        const after = granulesOf(set)
        expect(after).toEqual([...model].toSorted((left, right) => left - right))
        expect(set.bytes).toBe(model.size * granuleBytes)
        expect(set.isEmpty).toBe(model.size === 0)
        // Whoever writes the map is told of every page that is not what it was.
        const differs = new Set([
          ...before.filter((granule) => !model.has(granule)),
          ...after.filter((granule) => !before.includes(granule)),
        ])
        for (const granule of differs) expect(changed).toContain(Math.floor(granule / 3968))
      }
      expect(granulesByRuns(set, lengthMax)).toEqual(granulesOf(set))
    }),
    { numRuns: 60 },
  )
})

/** Going through the runs gives each granule once, in order, and no run beyond the limit. */
function granulesByRuns(set: BlockSet, lengthMax: number): number[] {
  const found: number[] = []
  let at = 0
  for (let run = set.nextRun(0, lengthMax); run !== null; run = set.nextRun(at, lengthMax)) {
    must(run.length <= Math.max(granuleBytes, lengthMax), 'no longer')
    must(run.offset + run.length <= disk.sizeBytes, 'inside')
    at = run.offset + run.length
    for (let from = run.offset; from < at; from += granuleBytes) found.push(from / granuleBytes)
    at = Math.ceil(at / granuleBytes) * granuleBytes
  }
  return found
}

test('how much of it lies in each part of the disk', () => {
  fc.assert(
    fc.property(
      fc.array(ranges, { maxLength: 6 }),
      fc.integer({ min: 1, max: 100 }),
      (all, parts) => {
        const set = new BlockSet(disk)
        for (const { offset, length } of all) set.add(offset, length)
        const expected = Array.from({ length: parts }, () => 0)
        for (const granule of granulesOf(set)) {
          const part = Math.floor((granule * parts) / granules)
          expected[part] = (expected[part] ?? 0) + 1
        }
        expect(set.counts(parts)).toEqual(expected)
      },
    ),
    { numRuns: 30 },
  )
})

test('everything, and bits past the end of the disk', () => {
  const set = new BlockSet(disk)
  set.add(5000, 1)
  set.addEverything()
  expect(set.bytes).toBe(granules * granuleBytes)
  expect(granulesOf(set).length).toBe(granules)
  set.addEverything()
  expect(set.bytes).toBe(granules * granuleBytes)
  const beyond = new BlockSet(disk)
  beyond.addPage(2, new Uint32Array(granulesPerBlock / 32).fill(0xffff_ffff))
  beyond.addPage(9, new Uint32Array(granulesPerBlock / 32).fill(0xffff_ffff))
  expect(beyond.bytes).toBe(70 * granuleBytes)
})

test('a map with another granule covers at least the same bytes', () => {
  const granule = fc.constantFrom(4096, 8192, 65_536)
  fc.assert(
    fc.property(granule, granule, fc.array(ranges, { maxLength: 5 }), (from, to, list) => {
      const theirs = new BlockSet({ granuleBytes: from, sizeBytes: disk.sizeBytes })
      const ours = new BlockSet({ granuleBytes: to, sizeBytes: disk.sizeBytes })
      for (const range of list) theirs.add(range.offset, range.length)
      for (const index of theirs.pageNumbers()) {
        ours.addForeignPage(index, theirs.page(index) as Uint32Array, from)
      }
      for (const { offset, length } of list) {
        expect(ours.has(Math.floor(offset / to))).toBe(true)
        expect(ours.has(Math.floor((offset + length - 1) / to))).toBe(true)
      }
    }),
    { numRuns: 50 },
  )
})
