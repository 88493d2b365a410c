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
  const clients = new Set<Client>()
  let bytesOfAll = 0

  function regulate(): void {
    for (const client of clients) {
      const full =
        client.bytes >= bytesMax || client.requests >= requestsMax || bytesOfAll >= bytesMaxOfAll
      if (full === client.paused) continue
      client.paused = full
      if (full) client.stream.pause()
      else client.stream.resume()
    }
  }

  function submit(client: Client, request: BlockRequest, cookie: bigint): void {
    const weight = weightOf(request)
    client.bytes += weight
    client.requests += 1
    bytesOfAll += weight
    const settle = once(() => {
      client.unsettled.delete(settle)
      client.bytes -= weight
      client.requests -= 1
      bytesOfAll -= weight
      regulate()
      if (!client.leaving || client.requests > 0 || !clients.has(client)) return
      gone(client)
      client.stream.finish()
    })
    options.submit(request, (error, data) => {
      if (!clients.has(client)) return settle()
      const reply = encodeSimpleReply(error, cookie)
      client.unsettled.add(settle)
      client.stream.write(data === null ? [reply] : [reply, data], settle)
    })
    regulate()
  }

  function gone(client: Client): void {
    clients.delete(client)
    for (const settle of client.unsettled) settle()
    options.changed()
  }

  function accept(stream: Stream): StreamEvents {
    const client = new Client(stream)
    if (!options.serves() || clients.size >= clientsMax) {
      stream.close()
      return { data: () => undefined, closed: () => undefined }
    }
    clients.add(client)
    const conversation = new NbdConversation(options.exported(), {
      send: (bytes) => stream.write([bytes]),
      request: (request, cookie) => submit(client, request, cookie),
      entered() {
        client.entered = true
        options.changed()
      },
      ended() {
        client.leaving = true
        if (client.requests > 0) return
        gone(client)
        stream.finish()
      },
    })
    return { data: (chunk) => conversation.push(chunk), closed: () => gone(client) }
  }

  listenUnix(options.socket, accept, options.failed)
  return {
    get clients() {
      let entered = 0
      for (const client of clients) if (client.entered) entered += 1
      return entered
    },
    closeAll() {
      for (const client of [...clients]) {
        gone(client)
        client.stream.close()
      }
    },
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
