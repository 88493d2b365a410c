/**
 * The mirror disk as a resource of a group: promoted, attached as `/dev/NMP1`, mounted; and the
 * same backwards. mirrord checks the grounds of the promotion once more by itself.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Outcome } from '../core/event.ts'
import type { BlockDevices } from '../drivers/blockdev.ts'
import type { Mount } from '../drivers/mount.ts'
import { say } from '../messages/catalogue.ts'
import type { MirrorCommand, MirrorReport } from '../wire/mirror-control.ts'
import { observed, type Resource } from './resource.ts'

export interface MirrorDiskSettings {
  readonly name: string
  readonly mirror: string
  /** `/dev/NMP1` */
  readonly device: string
  readonly nbdSocket: string
  readonly mountPoint: string
  readonly mountOptions: string
  readonly fileSystem: string
}

/** What this resource needs of the mirrord of its disk. */
export interface MirrorHandle {
  command(command: MirrorCommand): Promise<Outcome>
  /** null: it has not been heard; whether it runs, `isGone` finds out. */
  report(): MirrorReport | null
  isGone(): Promise<boolean>
}

const detachMs = 20_000
const clientsLeaveMs = 5000
const clientsPollMs = 20

export function mirrorDisk(
  settings: MirrorDiskSettings,
  mirror: MirrorHandle,
  devices: BlockDevices,
  mount: Mount,
): Resource {
  const { name, device, mountPoint } = settings
  const failed = (reason: string): Outcome => ({
    ok: false,
    error: say('resource-failed', { resource: name, reason }),
  })
  const isMounted = async () => (await mount.mountedAt(mountPoint)) === device
  return {
    async start({ promotion, timeoutMs }) {
      if (mirror.report()?.role === 'primary' && (await isMounted())) return { ok: true }
      const occupied = await mount.mountedAt(mountPoint)
      if (occupied !== null) {
        return { ok: false, error: say('mount-point-busy', { mountPoint, device: occupied }) }
      }
      if (promotion === null) return failed('no grounds for a promotion')
      const promoted = await mirror.command(promotion)
      if (!promoted.ok) return promoted
      const { nbdSocket: socket, mirror: exportName } = settings
      const attachError = await devices.attach({ device, socket, exportName, timeoutMs })
      if (attachError !== null) return failed(attachError)
      const error = await mount.mount({
        device,
        mountPoint,
        fileSystem: settings.fileSystem,
        options: settings.mountOptions,
        timeoutMs,
      })
      return error === null ? { ok: true } : failed(error)
    },
    async stop({ timeoutMs }) {
      if (await isMounted()) {
        const error = await mount.unmount(mountPoint, timeoutMs)
        if (error !== null) return failed(error)
      }
      const detachError = await devices.detach(device, detachMs)
      if (detachError !== null) return failed(detachError)
      return demote(settings.mirror, mirror)
    },
    async observe() {
      return observed((await isMounted()) && mirror.report()?.role === 'primary')
    },
  }
}

/**
 * What was just detached may hold its connections to mirrord for another moment. One that runs and is not heard
 * may be the active side: it has not stopped before it says so, or is no more.
 */
async function demote(name: string, mirror: MirrorHandle): Promise<Outcome> {
  const end = performance.now() + clientsLeaveMs
  for (;;) {
    const isLate = performance.now() > end
    const report = mirror.report()
    if (report === null) {
      if (await mirror.isGone()) return { ok: true }
      if (isLate) return { ok: false, error: say('mirrord-not-reached', { mirror: name }) }
    } else {
      if (report.role !== 'primary') return { ok: true }
      const outcome = await mirror.command({ command: 'demote' })
      if (outcome.ok) return outcome
      const { id } = outcome.error
      // It may have died over it, or have been ended because it hung.
      if (id === 'mirrord-not-reached' && (await mirror.isGone())) return { ok: true }
      const isWaiting = id === 'mirrord-demote-clients' || id === 'mirrord-not-reached'
      if (!isWaiting || isLate) return outcome
    }
    await pause(clientsPollMs)
  }
}
