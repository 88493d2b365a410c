/** The mirror disk's stop, by what its mirrord says. */
import { expect, test } from 'vitest'
import type { BlockDevices } from '../drivers/blockdev.ts'
import type { Mount } from '../drivers/mount.ts'
import { say } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'
import { mirrorDisk, type MirrorHandle } from './mirror-disk.ts'

const settings = {
  ...{ name: 'disk', mirror: 'NMP1', device: '/dev/NMP1', nbdSocket: '/run/n' },
  ...{ mountPoint: '/mnt/mirror', mountOptions: '', fileSystem: 'ext3' },
}
const order = { event: 'START', factor: 'GROUPSTOP', timeoutMs: 1000 } as const

/** Nothing is mounted, nothing attached. */
const devices = { detach: async () => null } as unknown as BlockDevices
const mount = { mountedAt: async () => null } as unknown as Mount

function stop(mirror: MirrorHandle) {
  return mirrorDisk(settings, mirror, devices, mount).stop(order)
}

const reportOf = (role: string) => ({ role }) as MirrorReport

test('one that runs and is not heard has not stopped', async () => {
  let turns = 0
  const outcome = await stop({
    // It is heard again after a while, and is the active side still.
    report: () => ((turns += 1) < 5 ? null : reportOf(turns < 7 ? 'primary' : 'secondary')),
    isGone: async () => false,
    command: async ({ command }) => {
      turns += 1
      expect([command, turns > 5]).toEqual(['demote', true])
      return { ok: true }
    },
  })
  expect(outcome).toEqual({ ok: true })
  expect(turns).toBeGreaterThan(5)
})

test('one that stays silent makes the stop fail; one that is gone has stopped', async () => {
  const silent = { report: () => null, command: async () => ({ ok: true }) as const }
  expect(await stop({ ...silent, isGone: async () => false })).toMatchObject({
    ok: false,
    error: { id: 'mirrord-not-reached' },
  })
  expect(await stop({ ...silent, isGone: async () => true })).toEqual({ ok: true })
}, 10_000)

test('one that dies over the order has stopped; one that only does not answer has not', async () => {
  const error = say('mirrord-not-reached', { mirror: 'NMP1' })
  const dying = {
    report: () => reportOf('primary'),
    command: async () => ({ ok: false, error }) as const,
  }
  expect(await stop({ ...dying, isGone: async () => true })).toEqual({ ok: true })
  expect(await stop({ ...dying, isGone: async () => false })).toEqual({ ok: false, error })
}, 10_000)
