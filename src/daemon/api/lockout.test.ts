import { expect, test } from 'vitest'
import { newLockout } from './lockout.ts'

const keys = ['user:admin', 'from:192.168.4.9']

test('a few mistakes are free, then each one doubles the pause', () => {
  const lockout = newLockout()
  const waits: number[] = []
  for (let failure = 0; failure < 7; failure += 1) {
    lockout.failed(keys, 1000)
    waits.push(lockout.waitMs(keys, 1000))
  }
  expect(waits).toEqual([0, 0, 1000, 2000, 4000, 8000, 16_000])
  expect(lockout.waitMs(keys, 1000 + 15_000)).toBe(1000)
  expect(lockout.waitMs(keys, 1000 + 17_000)).toBe(0)
})

test('another name from the same address waits as well; another address with another name does not', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 5; failure += 1) lockout.failed(keys, 0)
  expect(lockout.waitMs(['user:other', 'from:192.168.4.9'], 0)).toBeGreaterThan(0)
  expect(lockout.waitMs(['user:other', 'from:192.168.4.10'], 0)).toBe(0)
})

test('the pause ends at a quarter of an hour, and an hour without a failure is a clean sheet', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 50; failure += 1) lockout.failed(keys, 0)
  expect(lockout.waitMs(keys, 0)).toBe(900_000)
  lockout.failed(keys, 3_600_000)
  expect(lockout.waitMs(keys, 3_600_000)).toBe(0)
})

test('success is a clean sheet', () => {
  const lockout = newLockout()
  for (let failure = 0; failure < 9; failure += 1) lockout.failed(keys, 0)
  lockout.succeeded(keys)
  expect(lockout.waitMs(keys, 0)).toBe(0)
})

test('names without end do not fill the memory, nor free the one that was guessed last', () => {
  const lockout = newLockout()
  for (let index = 0; index < 30_000; index += 1) lockout.failed([`user:${index}`], index)
  for (let failure = 0; failure < 5; failure += 1) lockout.failed(keys, 30_000)
  expect(lockout.waitMs(keys, 30_000)).toBe(4000)
})
