/** The connections of the mirror link, as sockets: numbers on one side, streams on the other. */
import { dialTcp, listenTcp, type Stream, type StreamEvents } from '../drivers/stream.ts'
import type { LinkWorld, PeerLink } from '../mirror/peer-link.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'

export type PeerNetwork = Pick<LinkWorld, 'dial' | 'write' | 'close' | 'finish'> & {
  /** Listens on every path, trying again each second where the address is not there yet. */
  listen(link: PeerLink): void
}

const retryMs = 1000

export function createPeerNetwork(
  paths: MirrorSettings['paths'],
  linkOf: () => PeerLink,
): PeerNetwork {
  const streams = new Map<number, Stream>()
  let lastNumber = 0

  function add(stream: Stream): number {
    lastNumber += 1
    streams.set(lastNumber, stream)
    return lastNumber
  }

  function take(connection: number): Stream | undefined {
    const stream = streams.get(connection)
    streams.delete(connection)
    return stream
  }

  function eventsOf(connection: () => number): StreamEvents {
    return {
      opened: () => linkOf().opened(connection()),
      data: (chunk) => linkOf().data(connection(), chunk),
      closed() {
        take(connection())
        linkOf().closed(connection())
      },
    }
  }

  function listenOn(index: number): void {
    const path = paths[index] as MirrorSettings['paths'][number]
    listenTcp(
      { host: path.local, port: path.port },
      (stream) => {
        const number = add(stream)
        linkOf().accepted(number, index)
        return eventsOf(() => number)
      },
      () => setTimeout(() => listenOn(index), retryMs),
    )
  }

  return {
    dial(index) {
      const path = paths[index] as MirrorSettings['paths'][number]
      const to = { host: path.peer, port: path.peerPort, localHost: path.local }
      let number = 0
      const stream = dialTcp(
        to,
        eventsOf(() => number),
      )
      number = add(stream)
      return number
    },
    write: (connection, parts) => streams.get(connection)?.write(parts),
    close: (connection) => take(connection)?.close(),
    finish: (connection) => take(connection)?.finish(),
    listen(link) {
      if (!link.dials) paths.forEach((_path, index) => listenOn(index))
    },
  }
}
