/** Against a naive list of what was sent, and of the flush that was sent after it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BlockSet } from './block-set.ts'
import { Unflushed } from './unflushed.ts'

const disk = { granuleBytes: 4096, sizeBytes: 64 * 4096 }
const steps = fc.array(
  fc.record({
    what: fc.constantFrom('write', 'write', 'flush', 'answer', 'lose'),
    block: fc.nat(63),
  }),
  { maxLength: 60 },
)

test('what the peer may not have on stable storage is in the set', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const unflushed = new Unflushed(disk)
      /** Block and the sequence it was sent under. */
      let sent: { block: number; sequence: number }[] = []
      const flushes: number[] = []
      let sequence = 0
      for (const { what, block } of list) {
        sequence += 1
        if (what === 'write') {
          sent.push({ block, sequence })
          unflushed.add(block * 4096, 4096)
        } else if (what === 'flush') {
          flushes.push(sequence)
          unflushed.flushSent(sequence)
        } else if (what === 'answer') {
          const done = flushes.shift()
          if (done === undefined) continue
          sent = sent.filter((each) => each.sequence > done)
          unflushed.flushed(done)
        } else {
          const into = new BlockSet(disk)
          unflushed.moveInto(into)
          for (const each of sent) expect(into.has(each.block)).toBe(true)
          expect(unflushed.isEmpty).toBe(true)
          sent = []
          flushes.splice(0)
        }
        expect(unflushed.bytes).toBeGreaterThanOrEqual(
          new Set(sent.map((each) => each.block)).size * 4096,
        )
      }
      // Two flushes one after the other leave nothing behind.
      for (const done of flushes.splice(0)) unflushed.flushed(done)
      for (const last of [sequence + 1, sequence + 2]) {
        unflushed.flushSent(last)
        unflushed.flushed(last)
      }
      expect(unflushed.isEmpty).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test('a flush clears only what was sent before it began', () => {
  const unflushed = new Unflushed(disk)
  unflushed.add(0, 4096)
  unflushed.flushSent(1)
  unflushed.add(4096, 4096)
  unflushed.flushed(1)
  expect(unflushed.bytes).toBe(4096)
  unflushed.flushed(1)
  expect(unflushed.bytes).toBe(4096)
})
