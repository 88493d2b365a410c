import { expect, test } from 'vitest'
import { newLockout } from './lockout.ts'

const at = '192.168.4.9'
const name = 'admin'

test('a few mistakes are free, then each one doubles the pause', () => {
  const lockout = newLockout()
  const waits: number[] = []
  for (let failure = 0; failure < 7; failure += 1) {
    lockout.failed(at, name, 1000)
    waits.push(lockout.waitMs(at, 1000))
  }
  expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000])
  expect(lockout.waitMs(at, 1000 + 15_000)).toBe(1000)
  expect(lockout.waitMs(at, 1000 + 17_000)).toBe(0)
})

test('whatever name is tried, the address pauses; another address does not', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 5; failure += 1) lockout.failed(at, `name${failure}`, 0)
  expect(lockout.waitMs(at, 0)).toBeGreaterThan(0)
  expect(lockout.waitMs('192.168.4.10', 0)).toBe(0)
})

test('the pause ends at a quarter of an hour, and an hour without a failure is a clean sheet', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 50; failure += 1) lockout.failed(at, name, 0)
  expect(lockout.waitMs(at, 0)).toBe(900_000)
  lockout.failed(at, name, 3_600_000)
  expect(lockout.waitMs(at, 3_600_000)).toBe(0)
})

test('success is a clean sheet', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 9; failure += 1) lockout.failed(at, name, 0)
  lockout.succeeded(at, name)
  expect(lockout.waitMs(at, 0)).toBe(0)
})

test('a right password of one does not help in guessing another one', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 9; failure += 1) {
    lockout.failed(at, name, 0)
    lockout.failed(at, 'night', 0)
    lockout.succeeded(at, 'night')
  }
  expect(lockout.waitMs(at, 0)).toBe(64_000)
})

test('names and addresses without end do not fill the memory, nor free the one that was guessed last', () => {
  const lockout = newLockout()
  for (let index = 0; index < 30_000; index += 1) lockout.failed(`address ${index}`, name, index)
  for (let failure = 0; failure < 5; failure += 1) lockout.failed(at, `name${failure}`, 30_000)
  expect(lockout.waitMs(at, 30_000)).toBe(4000)
  for (let failure = 0; failure < 1000; failure += 1) lockout.failed(at, `more${failure}`, 30_000)
  expect(lockout.waitMs(at, 30_000)).toBe(900_000)
})
