/**
 * The NBD server: clients on a unix socket, of whatever exports there are at the moment.
 *
 * Whoever connects may ask what there is; only who enters an export is a client of it, and counts.
 * Connections that never get so far are few and short-lived: after a while they are closed, and
 * when there are too many the oldest makes room, so they cannot keep a client out.
 */
import { listenUnix, type Stream } from '../drivers/stream.ts'
import { blockBytesMax, type NbdExport } from '../mirror/block-request.ts'
import { NbdRoom } from '../mirror/nbd-room.ts'
import { NbdClient } from './nbd-client.ts'

export interface NbdServer {
  /** Connections that broke the protocol, or did not finish the negotiation in time. */
  readonly faults: number
  /** Clients of an export, past negotiation. */
  clients(exportName: string): number
  /** Sends the clients of an export away at once: it is not served any more. */
  closeAll(exportName: string): void
}

export interface NbdServerOptions {
  readonly socket: string
  /** Asked at the moment it is needed; the first one is the default. */
  exports(): readonly NbdExport[]
  /** A client came or went, or a connection failed. */
  changed(): void
  failed(error: string): void
}

const clientsMax = 32
const negotiationsMax = 16
const negotiationMsMax = 10_000
const spareMemoriesMax = 8

export function startNbdServer(options: NbdServerOptions): NbdServer {
  const server = new Server(options)
  listenUnix(options.socket, (stream) => server.accept(stream), options.failed, { lends: true })
  return server
}

class Server implements NbdServer {
  readonly room = new NbdRoom()
  faults = 0
  readonly #options: NbdServerOptions
  readonly #clients = new Set<NbdClient>()
  /** In the order in which they came. */
  readonly #negotiating = new Map<NbdClient, NodeJS.Timeout>()
  /** Memory for payloads, each 1 MiB, that nobody uses now. */
  readonly #spare: Buffer[] = []

  constructor(options: NbdServerOptions) {
    this.#options = options
  }

  clients(exportName: string): number {
    let count = 0
    for (const { exported } of this.#clients) if (exported?.name === exportName) count += 1
    return count
  }

  closeAll(exportName: string): void {
    for (const client of [...this.#clients]) {
      if (client.exported?.name === exportName) client.close()
    }
  }

  accept(stream: Stream): NbdClient {
    const client = new NbdClient(stream, this)
    const [oldest] = this.#negotiating.keys()
    if (oldest !== undefined && this.#negotiating.size >= negotiationsMax) this.tooLong(oldest)
    this.#negotiating.set(
      client,
      setTimeout(() => this.tooLong(client), negotiationMsMax),
    )
    return client
  }

  // --- what a client needs

  exports(): readonly NbdExport[] {
    return this.#options.exports().filter((exported) => exported.serves())
  }

  admits(): boolean {
    return this.#clients.size < clientsMax
  }

  lend(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytesMax)
  }

  giveBack(memory: Buffer): void {
    if (this.#spare.length < spareMemoriesMax) this.#spare.push(memory)
  }

  entered(client: NbdClient): void {
    this.negotiated(client)
    this.#clients.add(client)
    this.#options.changed()
  }

  gone(client: NbdClient): void {
    this.negotiated(client)
    if (this.#clients.delete(client)) this.#options.changed()
  }

  fault(): void {
    this.faults += 1
    this.#options.changed()
  }

  private tooLong(client: NbdClient): void {
    this.fault()
    client.close()
  }

  private negotiated(client: NbdClient): void {
    clearTimeout(this.#negotiating.get(client))
    this.#negotiating.delete(client)
  }
}
