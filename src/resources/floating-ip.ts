/**
 * The floating IP: an address of the public LAN that moves with the group. It is refused when
 * another host answers for it, and announced by gratuitous ARP so that clients find it at once.
 */
import type { Ip } from '../drivers/ip.ts'
import { say } from '../messages/catalogue.ts'
import { observed, type Resource } from './resource.ts'

export interface FloatingIpSettings {
  readonly name: string
  readonly address: string
  readonly prefix: number
  /** This server's own address on the same network: its interface is the one to use. */
  readonly neighbour: string
}

export function floatingIp(settings: FloatingIpSettings, ip: Ip): Resource {
  const { name, address, prefix, neighbour } = settings
  let stopAnnouncing = () => {}
  return {
    async start() {
      const device = await ip.interfaceOf(neighbour)
      if (device === null) {
        return { ok: false, error: say('floating-ip-no-interface', { address, neighbour }) }
      }
      if ((await ip.interfaceOf(address)) === null) {
        if (await ip.isTaken(address, device)) {
          return { ok: false, error: say('floating-ip-taken', { address }) }
        }
        const error = await ip.add(address, prefix, device)
        if (error !== null)
          return { ok: false, error: say('resource-failed', { resource: name, reason: error }) }
      }
      stopAnnouncing()
      stopAnnouncing = ip.announce(address, device)
      return { ok: true }
    },
    async stop() {
      stopAnnouncing()
      const device = await ip.interfaceOf(address)
      if (device === null) return { ok: true }
      const error = await ip.remove(address, prefix, device)
      if (error === null) return { ok: true }
      return { ok: false, error: say('resource-failed', { resource: name, reason: error }) }
    },
    async observe() {
      return observed((await ip.interfaceOf(address)) !== null)
    },
  }
}
