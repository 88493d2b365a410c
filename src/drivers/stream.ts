/**
 * Byte streams, over TCP and over unix sockets: listen, dial, write, close.
 *
 * Writes of one turn of the event loop leave together at its end (outgoing.ts). After `close` no
 * event follows. Errors are not thrown: a stream that fails simply closes.
 */
import fs from 'node:fs'
import net from 'node:net'
import { createOutgoing } from './outgoing.ts'

export interface StreamEvents {
  /** A dialled stream is connected, and the peer proved when the stream asks for a proof. */
  opened?(): void
  data(chunk: Buffer): void
  closed(): void
}

export interface Stream {
  /**
   * `sent` is called when the bytes have left this process, or never if the stream breaks. The
   * parts must not change until then, or until the stream is closed.
   */
  write(parts: readonly Buffer[], sent?: () => void): void
  /** Sends what was written in this turn now instead of at its end. */
  flush(): void
  pause(): void
  resume(): void
  /** At once. */
  close(): void
  /** After what was written has left. */
  finish(): void
}

export interface Listener {
  close(): void
}

export interface TcpAddress {
  readonly host: string
  readonly port: number
}

export function dialTcp(
  to: TcpAddress & { readonly localHost: string },
  events: StreamEvents,
): Stream {
  const { host, port, localHost } = to
  const socket = net.connect({ host, port, localAddress: localHost, noDelay: true })
  socket.once('connect', () => events.opened?.())
  return streamOf(socket, events)
}

export type Accept = (stream: Stream) => StreamEvents

/** Calls `failed` when the address cannot be listened on; nothing is left open then. */
export function listenTcp(
  at: TcpAddress,
  accept: Accept,
  failed: (error: string) => void,
): Listener {
  return listen({ host: at.host, port: at.port }, accept, failed)
}

/** A socket file left by an earlier process is replaced. Only root and the group may connect. */
export function listenUnix(
  path: string,
  accept: Accept,
  failed: (error: string) => void,
): Listener {
  try {
    fs.rmSync(path, { force: true })
  } catch (error) {
    failed(String(error))
  }
  return listen({ path }, accept, failed)
}

/** Whether somebody answers on a unix socket. */
export function answersOnUnix(path: string, done: (answers: boolean) => void): void {
  const socket = net.connect({ path })
  socket.once('connect', () => {
    socket.destroy()
    done(true)
  })
  socket.once('error', () => done(false))
}

function listen(
  options: net.ListenOptions,
  accept: Accept,
  failed: (error: string) => void,
): Listener {
  const server = net.createServer({ noDelay: true }, (socket) => acceptSocket(socket, accept))
  return startListening(server, options, failed)
}

export function startListening(
  server: net.Server,
  options: net.ListenOptions,
  failed: (error: string) => void,
): Listener {
  server.on('error', (error) => {
    server.close()
    failed(error.message)
  })
  server.listen(options)
  return {
    close() {
      server.close()
    },
  }
}

/** The stream exists before its events do; nothing arrives before this turn is over. */
export function acceptSocket(socket: net.Socket, accept: Accept): void {
  const late: { events: StreamEvents | null } = { events: null }
  const stream = streamOf(socket, {
    data: (chunk) => late.events?.data(chunk),
    closed: () => late.events?.closed(),
  })
  late.events = accept(stream)
}

export function streamOf(socket: net.Socket, events: StreamEvents): Stream {
  const outgoing = createOutgoing(socket)
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    outgoing.drop()
    socket.destroy()
    events.closed()
  }
  socket.on('data', (chunk: Buffer) => {
    if (!over) events.data(chunk)
  })
  socket.on('error', end)
  socket.on('end', end)
  socket.on('close', end)
  return {
    write(parts, sent) {
      if (!over) outgoing.write(parts, sent)
    },
    flush: () => outgoing.flush(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close() {
      over = true
      outgoing.drop()
      socket.destroy()
    },
    finish() {
      if (over) return
      over = true
      outgoing.flushAll()
      socket.destroySoon()
    },
  }
}
