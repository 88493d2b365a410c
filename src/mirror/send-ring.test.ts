/** Against a list of frames: what is taken is what was appended, in order, until acknowledged. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { must } from './metadata.fixtures.ts'
import { SendRing } from './send-ring.ts'

const capacity = 1000
const steps = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom('append', 'take', 'acknowledge') },
      { weight: 1, arbitrary: fc.constantFrom('rewind', 'empty') },
    ),
    size: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: capacity })),
  }),
  { maxLength: 120 },
)

class Model {
  readonly ring = new SendRing(capacity)
  /** Not acknowledged, oldest first. */
  kept: { sequence: number; bytes: Buffer; taken: boolean }[] = []
  last = 0

  append(size: number): void {
    const { ring, kept } = this
    const keptBytes = kept.reduce((sum, frame) => sum + frame.bytes.length, 0)
    if (kept.length === 0) must(ring.room(size), 'an empty ring has room')
    if (keptBytes + size > capacity) must(!ring.room(size), 'a full ring has none')
    if (!ring.room(size)) return
    const at = ring.append(size)
    this.last += 1
    must(ring.lastSequence === this.last, 'the sequence')
    const bytes = Buffer.alloc(size, this.last)
    must(at + size <= capacity, 'a frame lies in one piece')
    bytes.copy(ring.bytes, at)
    kept.push({ sequence: this.last, bytes, taken: false })
  }

  take(): void {
    const slices = this.ring.takeUnsent()
    const expected = this.kept.filter((frame) => !frame.taken).map((frame) => frame.bytes)
    must(Buffer.concat(slices).equals(Buffer.concat(expected)), 'what was appended')
    must(
      slices.every((slice) => slice.length > 0),
      'no empty slice',
    )
    for (const frame of this.kept) frame.taken = true
    must(this.ring.unsent === 0, 'nothing left')
  }

  /** Only what was sent can be acknowledged. */
  acknowledge(size: number): void {
    const sent = this.kept.filter((frame) => frame.taken)
    const upTo = sent[size % Math.max(1, sent.length)]?.sequence ?? 0
    must(this.ring.acknowledged(upTo), 'it was sent')
    must(!this.ring.acknowledged(this.last + 1), 'it was never sent')
    this.kept = this.kept.filter((frame) => frame.sequence > upTo)
  }

  step(what: string, size: number): void {
    if (what === 'append') this.append(size)
    else if (what === 'take') this.take()
    else if (what === 'acknowledge') this.acknowledge(size)
    else if (what === 'rewind') {
      this.ring.rewind()
      for (const frame of this.kept) frame.taken = false
    } else if (size < 20) {
      must(this.ring.emptied() === this.ring, 'the same memory')
      this.kept = []
      this.last = 0
    }
    must(this.ring.used > 0 === this.kept.length > 0, 'what is kept')
  }
}

test('what is taken is what was appended', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const model = new Model()
      for (const { what, size } of list) model.step(what, size)
      model.ring.rewind()
      for (const frame of model.kept) frame.taken = false
      model.take()
      expect(model.ring.unsent).toBe(0)
    }),
    { numRuns: 1000 },
  )
})

test.each([true, false])('around the end, what was before it taken: %s', (isTaken) => {
  const model = new Model()
  const list = ['a600', 't', 'a300', isTaken ? 't' : '-', 'k', 'a500', 't', 'r', 't', 'a40', 't']
  for (const word of list) {
    if (word.startsWith('a')) model.append(Number(word.slice(1)))
    if (word === 't') model.take()
    if (word === 'k') model.acknowledge(0)
    if (word === 'r') model.step('rewind', 1)
  }
  expect(model.last).toBe(4)
})

test('a frame that ends just at the end of the ring, and one behind it', () => {
  const model = new Model()
  model.append(997)
  model.take()
  model.append(3)
  model.acknowledge(0)
  model.append(1)
  model.take()
})

test('more than there is room for is a mistake', () => {
  const ring = new SendRing(10)
  ring.append(6)
  expect(() => ring.append(6)).toThrow()
})
