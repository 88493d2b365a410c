import { expect, test } from 'vitest'
import { passesOf } from './passes.ts'

const key = '0f'.repeat(32)
const claims = {
  kind: 'pass',
  session: 's1',
  user: 'admin',
  role: 'operator',
  proof: 'p',
  until: 600_000,
  sessionUntil: 3_600_000,
} as const

test('both servers read what one has signed', () => {
  const pass = passesOf(key).sign(claims)
  expect(passesOf(key).read(pass, 'pass', 0)).toEqual(claims)
})

test('a cookie is no pass, and a pass no cookie', () => {
  const passes = passesOf(key)
  expect(passes.read(passes.sign(claims), 'session', 0)).toBe(null)
  expect(passes.read(passes.sign({ ...claims, kind: 'session' }), 'pass', 0)).toBe(null)
})

test('its time, and that of its session, end', () => {
  const passes = passesOf(key)
  expect(passes.read(passes.sign(claims), 'pass', 599_999)).toEqual(claims)
  expect(passes.read(passes.sign(claims), 'pass', 600_000)).toBe(null)
  expect(passes.read(passes.sign({ ...claims, until: 9e9 }), 'pass', 3_600_000)).toBe(null)
})

test('what another cluster has signed, and what was changed, is nothing', () => {
  const passes = passesOf(key)
  const pass = passes.sign(claims)
  expect(passesOf('0e'.repeat(32)).read(pass, 'pass', 0)).toBe(null)
  const [text = '', signature = ''] = pass.split('.')
  const forged = Buffer.from(JSON.stringify({ ...claims, user: 'root' })).toString('base64url')
  for (const wrong of [
    `${forged}.${signature}`,
    `${text}.`,
    text,
    '',
    '.',
    `${pass}.x`,
    `${text}.${signature.slice(1)}`,
    `${'a'.repeat(2000)}.${signature}`,
  ]) {
    expect(passes.read(wrong, 'pass', 0)).toBe(null)
  }
})
