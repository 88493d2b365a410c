import fc from 'fast-check'
import { expect, test } from 'vitest'
import { NbdRoom, type NbdShare, roomBytesMax, roomOfOne } from './nbd-room.ts'

const mebibyte = 1024 * 1024

/** A client that wants some requests carried out, in order, and stands still without room. */
function client(room: NbdRoom, wants: number[]) {
  const held: number[] = []
  const share: NbdShare = room.open(() => resume())
  function resume(): void {
    for (;;) {
      const [next] = wants
      if (next === undefined || !share.admit(1, next)) return
      wants.shift()
      held.push(next)
    }
  }
  const done = (): void => share.release(1, held.shift() ?? 0)
  return { share, held, wants, resume, done }
}

test('one client has at most so much under way, but always one request', () => {
  const room = new NbdRoom()
  const one = client(room, [10 * mebibyte, 10 * mebibyte])
  one.resume()
  expect(one.held.length).toBe(1)
  one.done()
  expect(one.held.length).toBe(1)
  const many = client(
    room,
    Array.from({ length: 300 }, () => 0),
  )
  many.resume()
  expect(many.held.length).toBe(roomOfOne.requests)
  const long = client(new NbdRoom(), [32 * mebibyte])
  long.resume()
  expect(long.held.length).toBe(1)
})

test('a long one waits its turn and is not overtaken; a short first one never waits', () => {
  const room = new NbdRoom()
  const busy = client(
    room,
    Array.from({ length: 40 }, () => mebibyte),
  )
  const other = client(
    room,
    Array.from({ length: 40 }, () => mebibyte),
  )
  const long = client(room, [32 * mebibyte])
  for (const each of [busy, other, long]) each.resume()
  expect([busy.held.length, other.held.length, long.held.length]).toEqual([8, 8, 0])
  const short = client(room, [256 * 1024, 256 * 1024])
  short.resume()
  expect(short.held.length).toBe(1)
  while (long.held.length === 0) {
    const before = busy.held.length + other.held.length
    busy.done()
    other.done()
    expect(busy.held.length + other.held.length).toBeLessThan(before)
  }
  long.done()
  expect(busy.held.length + other.held.length).toBeGreaterThan(10)
})

test('the longest read there is, whose answer nobody takes, keeps no short one out', () => {
  const room = new NbdRoom()
  const long = client(room, [32 * mebibyte])
  const other = client(room, [2 * mebibyte])
  for (const each of [long, other]) each.resume()
  const short = Array.from({ length: 32 }, () => client(room, [256 * 1024]))
  for (const each of short) each.resume()
  expect(short.every((each) => each.held.length === 1)).toBe(true)
  expect([long.held.length, other.held.length, room.bytes]).toEqual([1, 0, roomBytesMax])
})

test('whatever is asked for: bounded, and in the end everybody was served', () => {
  const wants = fc.array(
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: mebibyte }), fc.constant(32 * mebibyte)),
    { maxLength: 30 },
  )
  fc.assert(
    fc.property(
      fc.array(wants, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      (all, picks) => {
        const room = new NbdRoom()
        const clients = all.map((each) => client(room, [...each]))
        for (const each of clients) each.resume()
        for (;;) {
          expect(room.bytes).toBeLessThanOrEqual(roomBytesMax)
          const busy = clients.filter((each) => each.held.length > 0)
          if (busy.length === 0) break
          busy[(picks.next().value ?? 0) % busy.length]?.done()
        }
        expect(clients.every((each) => each.wants.length === 0)).toBe(true)
        expect([room.bytes, room.requests]).toEqual([0, 0])
      },
    ),
    { numRuns: 500 },
  )
})

test('who left waits no more, and what it had under way counts until it is done', () => {
  const room = new NbdRoom()
  const gone = client(
    room,
    Array.from({ length: 20 }, () => mebibyte),
  )
  gone.resume()
  gone.share.leave()
  expect(room.bytes).toBe(8 * mebibyte)
  gone.wants.length = 0
  while (gone.held.length > 0) gone.done()
  expect(room.bytes).toBe(0)
})
