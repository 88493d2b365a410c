import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createByteQueue } from './byte-queue.ts'

test('what goes in comes out, however it is cut', () => {
  const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), cuts, cuts, (bytes, pushes, takes) => {
      const whole = Buffer.from(bytes)
      const queue = createByteQueue()
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = pushes[turn % pushes.length] ?? 1
        queue.push(whole.subarray(at, at + size))
        at += size
      }
      const parts: Buffer[] = []
      for (let turn = 0; queue.length > 0; turn += 1) {
        const size = Math.min(takes[turn % takes.length] ?? 1, queue.length)
        expect(queue.take(size + queue.length)).toBeNull()
        parts.push(queue.take(size) as Buffer)
      }
      expect(Buffer.concat(parts).equals(whole)).toBe(true)
    }),
  )
})

test('nothing of nothing is nothing, and clearing empties', () => {
  const queue = createByteQueue()
  expect(queue.take(0)?.length).toBe(0)
  expect(queue.take(1)).toBeNull()
  queue.push(Buffer.from('abc'))
  queue.clear()
  expect(queue.length).toBe(0)
})
