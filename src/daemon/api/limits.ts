/** How many connections a listener lets in: descriptors belong to the failover first. */
import type { Server, Socket } from 'node:net'

export interface Limits {
  readonly connections: number
  readonly perAddress: number
  /** These alone; null: everybody. */
  readonly from: readonly string[] | null
}

export function limitConnections(server: Server, { connections, perAddress, from }: Limits): void {
  server.maxConnections = connections
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (counts.get(address) ?? 0) + 1
    if (count > perAddress || (from !== null && !from.includes(address))) {
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
