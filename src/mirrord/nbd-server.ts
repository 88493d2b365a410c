/**
 * The NBD server: clients of the mirrored disk on a unix socket, while this side is active.
 *
 * A client that asks faster than it is served, or does not read its answers, is not read from
 * until it has caught up: what one client and what all clients have under way is bounded.
 */
import { listenUnix, type Stream, type StreamEvents } from '../drivers/stream.ts'
import { type BlockRequest, type NbdExport, NbdConversation } from '../mirror/nbd-conversation.ts'
import type { Reply } from '../mirror/requests.ts'
import { encodeSimpleReply } from '../wire/nbd.ts'

export interface NbdServer {
  /** Clients past negotiation. */
  readonly clients: number
  /** Sends everybody away: this side is not active any more. */
  closeAll(): void
}

export interface NbdServerOptions {
  readonly socket: string
  exported(): NbdExport
  serves(): boolean
  submit(request: BlockRequest, reply: Reply): void
  changed(): void
  failed(error: string): void
}

const bytesMax = 32 * 1024 * 1024
const bytesMaxOfAll = 96 * 1024 * 1024
const requestsMax = 256
const clientsMax = 64

/** One connection; only what it has under way, the rest is the conversation's. */
class Client {
  readonly stream: Stream
  bytes = 0
  requests = 0
  paused = false
  entered = false
  leaving = false
  /** What to give back when answers that were written cannot leave any more. */
  readonly unsettled = new Set<() => void>()

  constructor(stream: Stream) {
    this.stream = stream
  }
}

export function startNbdServer(options: NbdServerOptions): NbdServer {
  const server = new Server(options)
  listenUnix(options.socket, (stream) => server.accept(stream), options.failed)
  return server
}

class Server implements NbdServer {
  readonly #options: NbdServerOptions
  readonly #clients = new Set<Client>()
  #bytesOfAll = 0

  constructor(options: NbdServerOptions) {
    this.#options = options
  }

  get clients(): number {
    let entered = 0
    for (const client of this.#clients) if (client.entered) entered += 1
    return entered
  }

  closeAll(): void {
    for (const client of [...this.#clients]) {
      this.gone(client)
      client.stream.close()
    }
  }

  accept(stream: Stream): StreamEvents {
    const client = new Client(stream)
    if (!this.#options.serves() || this.#clients.size >= clientsMax) {
      stream.close()
      return { data: () => undefined, closed: () => undefined }
    }
    this.#clients.add(client)
    const conversation = new NbdConversation(this.#options.exported(), {
      send: (bytes) => stream.write([bytes]),
      request: (request, cookie) => this.submit(client, request, cookie),
      entered: () => {
        client.entered = true
        this.#options.changed()
      },
      ended: () => {
        client.leaving = true
        this.leaveWhenAnswered(client)
      },
    })
    return { data: (chunk) => conversation.push(chunk), closed: () => this.gone(client) }
  }

  private submit(client: Client, request: BlockRequest, cookie: bigint): void {
    const weight = weightOf(request)
    client.bytes += weight
    client.requests += 1
    this.#bytesOfAll += weight
    const settle = once(() => {
      client.unsettled.delete(settle)
      client.bytes -= weight
      client.requests -= 1
      this.#bytesOfAll -= weight
      this.regulate()
      this.leaveWhenAnswered(client)
    })
    this.#options.submit(request, (error, data) => {
      if (!this.#clients.has(client)) return settle()
      const reply = encodeSimpleReply(error, cookie)
      client.unsettled.add(settle)
      client.stream.write(data === null ? [reply] : [reply, data], settle)
    })
    this.regulate()
  }

  /** Stops reading from whoever has too much under way, and goes on when it has caught up. */
  private regulate(): void {
    for (const client of this.#clients) {
      const full =
        client.bytes >= bytesMax ||
        client.requests >= requestsMax ||
        this.#bytesOfAll >= bytesMaxOfAll
      if (full === client.paused) continue
      client.paused = full
      if (full) client.stream.pause()
      else client.stream.resume()
    }
  }

  private leaveWhenAnswered(client: Client): void {
    if (!client.leaving || client.requests > 0 || !this.#clients.has(client)) return
    this.gone(client)
    client.stream.finish()
  }

  private gone(client: Client): void {
    this.#clients.delete(client)
    for (const settle of client.unsettled) settle()
    this.#options.changed()
  }
}

function weightOf(request: BlockRequest): number {
  if (request.kind === 'write') return request.data.length
  return request.kind === 'read' ? request.length : 0
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
