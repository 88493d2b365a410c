import { expect, test } from 'vitest'
import { addressOf, contains, isHostAddress, subnetOf, subnetText } from './ipv4.ts'

test.each([
  ['10.1.1.1/8', '10.0.0.0/8', '10.255.255.255', true],
  ['192.168.4.21/24', '192.168.4.0/24', '192.168.5.0', false],
  ['255.255.255.255/32', '255.255.255.255/32', '255.255.255.255', true],
  ['1.2.3.4/0', '0.0.0.0/0', '223.0.0.1', true],
])('%s is in %s', (text, subnet, other, inside) => {
  expect(subnetText(subnetOf(text))).toBe(subnet)
  expect(contains(subnetOf(text), addressOf(other))).toBe(inside)
})

test.each([
  ['10.1.1.1/8', true],
  ['10.0.0.0/8', false],
  ['10.255.255.255/8', false],
  ['10.0.0.0/31', true],
  ['127.0.0.1/8', false],
  ['224.0.0.5/24', false],
  ['0.0.0.1/8', false],
])('%s may be a host: %s', (text, expected) => {
  expect(isHostAddress(subnetOf(text).address, subnetOf(text))).toBe(expected)
})
