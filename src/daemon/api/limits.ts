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
  const allowed = from === null ? null : listOf(from)
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (counts.get(address) ?? 0) + 1
    if (
      count > perAddress ||
      allowed?.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') === false
    ) {
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

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of ['127.0.0.0/8', ...networks]) {
    const [address = '', prefix = '32'] = network.split('/')
    list.addSubnet(address, Number(prefix), 'ipv4')
  }
  return list
}
