import { expect, test } from 'vitest'
import { addressSpace, search, type Found } from './discovery.ts'

const idOf = (space: ReturnType<typeof addressSpace>): string => ('id' in space ? space.id : '')

test('a network and a mask, as in the HOWTO', () => {
  const space = addressSpace('192.168.4.77', '255.255.255.0')
  expect(space).toHaveLength(254)
  expect(space).toContain('192.168.4.1')
  expect(space).toContain('192.168.4.254')
  expect(addressSpace('10.1.1.2', '255.255.255.255')).toEqual(['10.1.1.2'])
  expect(addressSpace('10.1.1.2', '255.255.255.254')).toEqual(['10.1.1.2', '10.1.1.3'])
  expect(addressSpace('10.1.4.0', '255.255.252.0')).toHaveLength(1022)
})

test('what is none, or too large', () => {
  expect(idOf(addressSpace('192.168.4', '255.255.255.0'))).toBe('discovery-network-wrong')
  expect(idOf(addressSpace('192.168.4.256', '255.255.255.0'))).toBe('discovery-network-wrong')
  for (const mask of ['255.0.255.0', '0.0.0.0', '24', '255.255.255.1', '']) {
    expect(idOf(addressSpace('192.168.4.0', mask))).toBe('discovery-mask-wrong')
  }
  expect(idOf(addressSpace('10.0.0.0', '255.255.248.0'))).toBe('discovery-too-large')
})

const found = (address: string): Found => ({
  ...{ superCluster: 's', cluster: 'c', server: address, version: '1', address },
  fingerprint: 'AA',
})

test('a search asks everybody once, a few at a time, and tells how far it is', async () => {
  const space = addressSpace('10.0.0.0', '255.255.255.0') as readonly string[]
  let now = 0
  let most = 0
  const asked: string[] = []
  const searching = search(space, async (address) => {
    now += 1
    most = Math.max(most, now)
    asked.push(address)
    await Promise.resolve()
    now -= 1
    return address.endsWith('.21') ? found(address) : null
  })
  expect(searching.state()).toMatchObject({ total: 254, running: true })
  await searching.ended
  expect(asked.toSorted()).toEqual(space.toSorted())
  expect(most).toBeLessThanOrEqual(64)
  expect(searching.state()).toEqual({
    ...{ total: 254, done: 254, running: false },
    found: [found('10.0.0.21')],
  })
})

test('a search that is stopped asks nobody else', async () => {
  let asked = 0
  const searching = search(addressSpace('10.0.0.0', '255.255.255.0') as string[], async () => {
    asked += 1
    await Promise.resolve()
    searching.stop()
    return found('10.0.0.1')
  })
  await searching.ended
  expect(asked).toBe(64)
  expect(searching.state()).toMatchObject({ running: false, found: [] })
})
