/** How many connections a listener lets in, and from where: descriptors belong to the failover first. */
import { BlockList, isIPv6, type Server, type Socket } from 'node:net'

export interface Limits {
  readonly connections: number
  readonly perAddress: number
  /** These addresses and networks alone, and this machine; null: everybody. */
  readonly from: readonly string[] | null
}

export function limitConnections(server: Server, { connections, perAddress, from }: Limits): void {
  server.maxConnections = connections
  // A handshake costs a millisecond of the thread that decides.
  const all = bucket(burst.all)
  const each = new Map<string, Bucket>()
  const allowed = from === null ? null : listOf(from)
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (counts.get(address) ?? 0) + 1
    const own = each.get(address) ?? bucket(burst.each)
    each.set(address, own)
    if (each.size > addressesMax) each.clear()
    const now = performance.now()
    const isTooFast = !own.take(now) || !all.take(now)
    const isStranger = allowed?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') === false
    if (isTooFast || isStranger || count > perAddress) {
      socket.destroy()
      return
    }
    counts.set(address, count)
    socket.on('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left === 0) counts.delete(address)
      else counts.set(address, left)
    })
  })
}

/** New connections: so many at once, and then so many a second. */
const burst = {
  all: { atOnce: 900, perSecond: 150 },
  each: { atOnce: 300, perSecond: 30 },
} as const
const addressesMax = 10_000

interface Bucket {
  take(nowMs: number): boolean
}

function bucket({ atOnce, perSecond }: (typeof burst)[keyof typeof burst]): Bucket {
  let left = atOnce as number
  let lastMs = performance.now()
  return {
    take(nowMs) {
      left = Math.min(atOnce, left + ((nowMs - lastMs) * perSecond) / 1000)
      lastMs = nowMs
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of ['127.0.0.0/8', ...networks]) {
    const [address = '', prefix = '32'] = network.split('/')
    list.addSubnet(address, Number(prefix), 'ipv4')
  }
  return list
}
