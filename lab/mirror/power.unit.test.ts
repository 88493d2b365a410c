import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseCut } from './power.ts'

test('orders to cut the power', () => {
  expect(parseCut('cut a')).toEqual({ sides: ['a'], backAfterMs: 500 })
  expect(parseCut('cut both 20')).toEqual({ sides: ['a', 'b'], backAfterMs: 20 })
})

test('anything else is no order', () => {
  const notAnOrder = fc.string().filter((line) => !line.startsWith('cut '))
  fc.assert(fc.property(notAnOrder, (line) => parseCut(line) === null))
  for (const line of ['cut', 'cut c', 'cut a -1', 'cut a 1 2', 'cut a 999999999', ' cut a'])
    expect(parseCut(line)).toBeNull()
})
