/**
 * The connections of the mirror link, as sockets: numbers on one side, streams on the other. With
 * an identity they are TLS, and the link hears of none whose other end is not proved to be the peer.
 */
import {
  type Accept,
  dialTcp,
  listenTcp,
  type Stream,
  type StreamEvents,
} from '../drivers/stream.ts'
import type {
  dialTls,
  HandshakeFault,
  listenTls,
  TlsIdentity,
  TlsSettings,
} from '../drivers/tls-stream.ts'
import type { LinkWorld } from '../mirror/link-world.ts'
import type { PeerLink } from '../mirror/peer-link.ts'
import type { MirrorSettings } from '../wire/mirror-control.ts'

export type PeerNetwork = Pick<LinkWorld, 'dial' | 'write' | 'close' | 'finish'> & {
  /** Listens on every path, trying again each second where the address is not there yet. */
  listen(link: PeerLink): void
}

/** Loaded only where it is used: TLS takes 6 MB. */
export interface LinkSecurityTools {
  readonly identity: TlsIdentity
  readonly dialTls: typeof dialTls
  readonly listenTls: typeof listenTls
}

export interface PeerNetworkOptions {
  readonly settings: Pick<MirrorSettings, 'paths' | 'peer' | 'pathTimeoutMs'>
  /** Null: plain TCP. */
  readonly security: LinkSecurityTools | null
  linkOf(): PeerLink
  refused(fault: HandshakeFault, path: number): void
}

const retryMs = 1000

export function createPeerNetwork(options: PeerNetworkOptions): PeerNetwork {
  const { linkOf } = options
  const { paths } = options.settings
  const streams = new Map<number, Stream>()
  let lastNumber = 0
  const doubts = createDoubts()
  const tlsSettings = createTlsSettings(options, doubts)

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

  function eventsOf(connection: () => number, path: number): StreamEvents {
    return {
      opened: () => linkOf().opened(connection()),
      place: () => linkOf().place(connection()),
      data(chunk) {
        doubts.end(path)
        linkOf().data(connection(), chunk)
      },
      closed() {
        take(connection())
        linkOf().closed(connection())
      },
    }
  }

  function listenOn(index: number): void {
    const path = paths[index] as MirrorSettings['paths'][number]
    const at = { host: path.local, port: path.port, peerHost: path.peer }
    const accept: Accept = (stream) => {
      const number = add(stream)
      linkOf().accepted(number, index)
      return eventsOf(() => number, index)
    }
    const tryAgain = (): void => void setTimeout(() => listenOn(index), retryMs)
    const { security } = options
    if (security === null) listenTcp(at, accept, tryAgain, { lends: true })
    else security.listenTls(at, tlsSettings(security, index), accept, tryAgain)
  }

  return {
    dial(index) {
      const path = paths[index] as MirrorSettings['paths'][number]
      const to = { host: path.peer, port: path.peerPort, localHost: path.local }
      let number = 0
      const { security } = options
      const events = eventsOf(() => number, index)
      number = add(
        security === null
          ? dialTcp(to, events, { lends: true })
          : security.dialTls(to, tlsSettings(security, index), events),
      )
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

function createTlsSettings(options: PeerNetworkOptions, doubts: Doubts) {
  return ({ identity }: LinkSecurityTools, path: number): TlsSettings => ({
    identity,
    peer: options.settings.peer,
    handshakeTimeoutMs: options.settings.pathTimeoutMs,
    refused(fault) {
      if (doubts.isToBeTold(fault, path)) options.refused(fault, path)
    },
  })
}

type Doubts = ReturnType<typeof createDoubts>

/** A peer that ends right after its handshake may be dying; one that does so again refuses us. */
function createDoubts() {
  const paths = new Set<number>()
  return {
    isToBeTold(fault: HandshakeFault, path: number): boolean {
      if (fault !== 'turned-away' || paths.has(path)) return true
      paths.add(path)
      return false
    },
    end(path: number): void {
      if (paths.size > 0) paths.delete(path)
    },
  }
}
