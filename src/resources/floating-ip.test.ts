import { expect, test } from 'vitest'
import type { Ip } from '../drivers/ip.ts'
import { floatingIp } from './floating-ip.ts'

const settings = {
  name: 'address',
  address: '192.168.4.15',
  prefix: 24,
  neighbour: '192.168.4.21',
}
const startOrder = {
  event: 'START',
  previousServer: null,
  promotion: null,
  timeoutMs: 1000,
} as const
const stopOrder = { event: 'START', factor: 'GROUPSTOP', timeoutMs: 1000 } as const

/** A network of one interface and, perhaps, another host that holds the address. */
function fakeIp(
  options: { taken?: boolean; held?: string[]; broken?: boolean; silent?: boolean } = {},
) {
  const held = new Set(options.held ?? ['192.168.4.21'])
  const announced: string[] = []
  const lifetimes: (number | null)[] = []
  const ip: Ip = {
    holderOf: (address) =>
      Promise.resolve(
        options.silent === true
          ? { isKnown: false, reason: 'ip address show: nothing' }
          : { isKnown: true, device: held.has(address) ? 'eth0' : null },
      ),
    put: ({ address }, seconds) => {
      if (options.broken === true) return Promise.resolve('RTNETLINK answers: no')
      held.add(address)
      lifetimes.push(seconds)
      return new Promise((done) => setTimeout(() => done(null), 5))
    },
    remove: ({ address }) => {
      if (options.broken === true) return Promise.resolve('RTNETLINK answers: no')
      held.delete(address)
      return Promise.resolve(null)
    },
    isTaken: () => Promise.resolve(options.taken === true),
    announce: (address) => {
      announced.push(address)
      return () => void announced.push('quiet')
    },
    ping: () => Promise.resolve(true),
    hasCarrier: () => Promise.resolve(true),
  }
  return { ip, held, announced, lifetimes }
}

test('starts, announces itself, stops; twice changes nothing', async () => {
  const { ip, held, announced } = fakeIp()
  const resource = floatingIp(settings, ip)
  expect(await resource.start(startOrder)).toEqual({ ok: true })
  expect(await resource.start(startOrder)).toEqual({ ok: true })
  expect(held.has('192.168.4.15')).toBe(true)
  expect(announced).toEqual(['192.168.4.15', 'quiet', '192.168.4.15'])
  expect(await resource.observe()).toMatchObject({ detail: { running: true } })
  expect(await resource.stop(stopOrder)).toEqual({ ok: true })
  // A late word from the old owner would send clients to the wrong server.
  expect(announced.at(-1)).toBe('quiet')
  expect(await resource.stop(stopOrder)).toEqual({ ok: true })
  expect(held.has('192.168.4.15')).toBe(false)
  expect(await resource.observe()).toMatchObject({ detail: { running: false } })
})

test.each([
  ['an address that answers is refused', { taken: true }, 'floating-ip-taken'],
  ['no interface on its network', { held: [] }, 'floating-ip-no-interface'],
  ['the kernel refuses', { broken: true }, 'resource-failed'],
  ['the table of addresses cannot be read', { silent: true }, 'resource-failed'],
])('%s', async (_name, options, id) => {
  const { ip, held, announced } = fakeIp(options)
  const outcome = await floatingIp(settings, ip).start(startOrder)
  expect(outcome).toMatchObject({ ok: false, error: { id } })
  expect([held.has('192.168.4.15'), announced.length]).toEqual([false, 0])
})

test('an address that may still be here is not called stopped', async () => {
  const resource = floatingIp(settings, fakeIp({ silent: true }).ip)
  expect(await resource.stop(stopOrder)).toMatchObject({
    ok: false,
    error: { id: 'resource-failed' },
  })
  expect(await resource.observe()).toMatchObject({ ok: false })
})

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

test('where the right to run ends, the address does; it is renewed while the right lasts', async () => {
  const { ip, held, lifetimes } = fakeIp()
  let leftMs = 2300
  const resource = floatingIp(settings, ip, () => leftMs)
  expect(await resource.start(startOrder)).toEqual({ ok: true })
  expect(lifetimes).toEqual([4])
  leftMs = 60_000
  await expect.poll(() => lifetimes).toEqual([4, 61])
  leftMs = 0
  await pause(1500)
  expect(lifetimes).toEqual([4, 61])
  // A daemon that has started again finds it and goes on.
  leftMs = 1000
  const found = floatingIp(settings, ip, () => leftMs)
  expect(await found.observe()).toMatchObject({ detail: { running: true } })
  expect(lifetimes.at(-1)).toBe(2)
  // Nothing puts it back after the stop.
  expect(await Promise.all([resource.stop(stopOrder), found.stop(stopOrder)])).toHaveLength(2)
  await pause(1500)
  expect(held.has('192.168.4.15')).toBe(false)
})

test('a right that becomes shorter shortens the life of the address at once', async () => {
  const { ip, lifetimes } = fakeIp()
  let leftMs = 60_000
  const resource = floatingIp(settings, ip, () => leftMs)
  await resource.start(startOrder)
  expect(lifetimes).toEqual([61])
  leftMs = 2500
  await new Promise((next) => setTimeout(next, 400))
  expect(lifetimes).toEqual([61, 4])
  await resource.stop(stopOrder)
})

test('where the right has no end, the address has none, and nothing is renewed', async () => {
  const { ip, lifetimes } = fakeIp()
  const resource = floatingIp(settings, ip)
  await resource.start(startOrder)
  await pause(1500)
  expect(lifetimes).toEqual([null])
  await resource.stop(stopOrder)
})
