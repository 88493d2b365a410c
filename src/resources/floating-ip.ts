/**
 * The floating IP: an address of the public LAN that moves with the group. It is refused when
 * another host answers for it, and announced by gratuitous ARP so that clients find it at once.
 *
 * Where the right to run is a lease, the kernel forgets the address soon after the end of that lease
 * unless it is renewed (safety.md 11): whatever became of our processes, it does not stay behind.
 */
import type { Outcome } from '../core/event.ts'
import type { Ip, Place } from '../drivers/ip.ts'
import { say } from '../messages/catalogue.ts'
import { observed, type Resource } from './resource.ts'

export interface FloatingIpSettings {
  readonly name: string
  readonly address: string
  readonly prefix: number
  /** This server's own address on the same network: its interface is the one to use. */
  readonly neighbour: string
}

/** Milliseconds until this server's right to run ends; `Infinity`: no end is known. */
export type RightLeftMs = () => number

const renewEveryMs = 1000
/** A right that has become shorter (the peer is back) shortens the address's life at once. */
const lookEveryMs = 100
const shorterByMs = 1000
/** The guard's reset comes first. */
const lifetimeAddedMs = 1000

export function floatingIp(
  settings: FloatingIpSettings,
  ip: Ip,
  rightLeftMs: RightLeftMs = () => Infinity,
): Resource {
  const { name, address, prefix, neighbour } = settings
  const lifetime = new Lifetime(ip, rightLeftMs)
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
      const device = floating.device ?? mine.device
      if (device === null) {
        return { ok: false, error: say('floating-ip-no-interface', { address, neighbour }) }
      }
      if (floating.device === null && (await ip.isTaken(address, device))) {
        return { ok: false, error: say('floating-ip-taken', { address }) }
      }
      const error = await lifetime.begin({ address, prefix, device })
      if (error !== null) return failed(error)
      stopAnnouncing()
      stopAnnouncing = ip.announce(address, device)
      return { ok: true }
    },
    // An address of which nobody can tell whether it is still here has not been given up.
    async stop() {
      stopAnnouncing()
      await lifetime.end()
      const holder = await ip.holderOf(address)
      if (!holder.isKnown) return failed(holder.reason)
      if (holder.device === null) return { ok: true }
      const error = await ip.remove({ address, prefix, device: holder.device })
      return error === null ? { ok: true } : failed(error)
    },
    async observe() {
      const holder = await ip.holderOf(address)
      if (!holder.isKnown) return failed(holder.reason)
      if (holder.device !== null) await lifetime.begin({ address, prefix, device: holder.device })
      return observed(holder.device !== null)
    },
  }
}

/** Keeps an address alive for as long as the right to run lasts. */
class Lifetime {
  private readonly ip: Ip
  private readonly rightLeftMs: RightLeftMs
  private timer: NodeJS.Timeout | null = null
  private running: Promise<string | null> | null = null
  private isForEver = false
  private putAt = 0
  /** When the kernel forgets it. */
  private endsAt = Infinity

  constructor(ip: Ip, rightLeftMs: RightLeftMs) {
    this.ip = ip
    this.rightLeftMs = rightLeftMs
  }

  /** Puts the address there, and renews it from now on. Null, or why it cannot be put there. */
  async begin(place: Place): Promise<string | null> {
    await this.end()
    this.isForEver = false
    const error = await this.put(place)
    if (error !== null) return error
    this.timer = setInterval(() => {
      const leftMs = this.rightLeftMs()
      if (this.running === null && leftMs > 0 && this.isDue(leftMs)) void this.put(place)
    }, lookEveryMs).unref()
    return null
  }

  private isDue(leftMs: number): boolean {
    const now = performance.now()
    const end = now + leftMs + lifetimeAddedMs
    return now - this.putAt >= renewEveryMs || end < this.endsAt - shorterByMs
  }

  /** A renewal that is under way is over before this returns: it would put the address back. */
  async end(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    await this.running
  }

  private async put(place: Place): Promise<string | null> {
    const leftMs = this.rightLeftMs()
    const hasNoEnd = leftMs === Infinity
    if (hasNoEnd && this.isForEver) return null
    const seconds = hasNoEnd ? null : Math.ceil((Math.max(0, leftMs) + lifetimeAddedMs) / 1000)
    this.putAt = performance.now()
    this.endsAt = seconds === null ? Infinity : this.putAt + seconds * 1000
    this.running = this.ip.put(place, seconds)
    const error = await this.running
    this.running = null
    if (error === null) this.isForEver = hasNoEnd
    return error
  }
}
