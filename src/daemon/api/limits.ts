/** How many connections a listener lets in, and from where: descriptors belong to the failover first. */
import type { ServerResponse } from 'node:http'
import { BlockList, isIPv6, type Server, type Socket } from 'node:net'

export interface Limits {
  readonly connections: number
  readonly perAddress: number
  /** These addresses and networks alone, and this machine; null: everybody. */
  readonly from: readonly string[] | null
}

export interface HeldConnections {
  /** The connection of whoever has shown a login stays, until this answer has ended. */
  keep(socket: Socket, answer: ServerResponse): void
}

/**
 * When there are too many, the one goes that has been there longest without a login, so that idle ones keep
 * nobody out; only when every one is in use, the new one is sent away.
 */
export function limitConnections(server: Server, limits: Limits): HeldConnections {
  const { connections, perAddress, from } = limits
  // A handshake costs a millisecond of the thread that decides.
  const all = bucket(burst.all)
  const each = new Map<string, Bucket>()
  const allowed = from === null ? null : listOf(from)
  // In the order in which they came.
  const open = new Map<string, Connection>()
  const makeRoom = (most: number, isCounted: (one: Connection) => boolean): boolean => {
    const counted = [...open.values()].filter(isCounted)
    if (counted.length < most) return true
    const idle = counted.find(({ uses }) => uses === 0)
    if (idle === undefined) return false
    // Its end is not waited for: it does not count any more.
    open.delete(idle.name)
    idle.socket.destroy()
    return true
  }
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    // Strangers use up nothing.
    if (allowed?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') === false) {
      socket.destroy()
      return
    }
    const own = each.get(address) ?? bucket(burst.each)
    each.set(address, own)
    if (each.size > addressesMax) each.clear()
    const now = performance.now()
    const isTooFast = !own.take(now) || !all.take(now)
    if (
      isTooFast ||
      !makeRoom(perAddress, (one) => one.address === address) ||
      !makeRoom(connections, () => true)
    ) {
      socket.destroy()
      return
    }
    const name = nameOf(socket)
    const connection = { name, address, socket, uses: 0 }
    open.set(name, connection)
    socket.on('close', () => {
      if (open.get(name) === connection) open.delete(name)
    })
  })
  return {
    keep(socket, answer) {
      const connection = open.get(nameOf(socket))
      if (connection === undefined) return
      connection.uses += 1
      answer.once('close', () => {
        connection.uses -= 1
      })
    },
  }
}

interface Connection {
  readonly name: string
  readonly address: string
  readonly socket: Socket
  /** Answers under way to somebody with a login. */
  uses: number
}

/** The same for what is read of a connection in TLS and for the one below it. */
const nameOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string =>
  `${remoteAddress} ${remotePort}`

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
