/**
 * The floating IP: an address of the public LAN that moves with the group. It is refused when
 * another host answers for it, and announced by gratuitous ARP so that clients find it at once.
 */
import type { Outcome } from '../core/event.ts'
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
  const failed = (reason: string): Outcome => ({
    ok: false,
    error: say('resource-failed', { resource: name, reason }),
  })
  return {
    async start() {
      const [mine, floating] = [await ip.holderOf(neighbour), await ip.holderOf(address)]
      if (!mine.isKnown) return failed(mine.reason)
      if (!floating.isKnown) return failed(floating.reason)
      const { device } = mine
      if (device === null) {
        return { ok: false, error: say('floating-ip-no-interface', { address, neighbour }) }
      }
      if (floating.device === null) {
        if (await ip.isTaken(address, device)) {
          return { ok: false, error: say('floating-ip-taken', { address }) }
        }
        const error = await ip.add(address, prefix, device)
        if (error !== null) return failed(error)
      }
      stopAnnouncing()
      stopAnnouncing = ip.announce(address, device)
      return { ok: true }
    },
    // An address of which nobody can tell whether it is still here has not been given up.
    async stop() {
      stopAnnouncing()
      const holder = await ip.holderOf(address)
      if (!holder.isKnown) return failed(holder.reason)
      if (holder.device === null) return { ok: true }
      const error = await ip.remove(address, prefix, holder.device)
      return error === null ? { ok: true } : failed(error)
    },
    async observe() {
      const holder = await ip.holderOf(address)
      return holder.isKnown ? observed(holder.device !== null) : failed(holder.reason)
    },
  }
}
