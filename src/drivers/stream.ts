/**
 * Byte streams, over TCP and over unix sockets: listen, dial, write, close.
 *
 * Writes of one turn of the event loop leave together at its end (outgoing.ts). After `close` no
 * event follows. Errors are not thrown: a stream that fails simply closes.
 */
import fs from 'node:fs'
import net from 'node:net'
import { linuxCalls } from './linux-calls.ts'
import { createOutgoing } from './outgoing.ts'

export interface StreamEvents {
  /** A dialled stream is connected, and the peer proved when the stream asks for a proof. */
  opened?(): void
  /**
   * Of a stream that lends: where the next bytes should be read to. The chunk that `data` is given
   * next may be a view of it. Null: wherever the stream likes.
   */
  place?(): Buffer | null
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

/**
 * `lends`: a chunk is valid only during `data`. The stream then reads into the same memory again
 * and again, which spares the collector of garbage some hundred megabytes a second.
 */
export interface StreamOptions {
  readonly lends?: boolean
}

const lentBytes = 256 * 1024

export function dialTcp(
  to: TcpAddress & { readonly localHost: string },
  events: StreamEvents,
  options: StreamOptions = {},
): Stream {
  const { host, port, localHost } = to
  const about = { host, port, localAddress: localHost, noDelay: true }
  const reading = options.lends === true ? readInto() : null
  const socket = net.connect(reading === null ? about : { ...about, onread: reading.onread })
  socket.once('connect', () => {
    unpaced(socket)
    events.opened?.()
  })
  return streamOf(socket, events, reading)
}

/**
 * Both ends stand in one LAN. Where the system's choice is to send at a measured pace (`bbr`), the
 * timers cost a sixth of the throughput, and a long write leaves late.
 */
export function unpaced(socket: net.Socket): void {
  const descriptor = (socket as Owner)._handle?.fd
  if (descriptor === undefined || descriptor < 0) return
  const linux = linuxCalls()
  if (linux?.setCongestionControl(descriptor, 'cubic') === false) {
    linux.setCongestionControl(descriptor, 'reno')
  }
}

/** What Node.js does not document of a socket: the connection's handle. */
interface Owner extends net.Socket {
  _handle: { readonly fd?: number; useUserBuffer(memory: Uint8Array): void } | null
}

/** Memory for what a socket reads, and where it goes. */
export interface Reading {
  readonly onread: net.OnReadOpts
  place: () => Buffer | null
  data: (chunk: Buffer) => void
}

export function readInto(): Reading {
  const own = Buffer.allocUnsafeSlow(lentBytes)
  const reading: Reading = {
    place: () => null,
    data: () => undefined,
    onread: {
      // Asked after each reading: for the next one.
      buffer: () => reading.place() ?? own,
      callback(length, bytes) {
        reading.data((bytes as Buffer).subarray(0, length))
        return true
      },
    },
  }
  return reading
}

export type Accept = (stream: Stream) => StreamEvents

/** Calls `failed` when the address cannot be listened on; nothing is left open then. */
export function listenTcp(
  at: TcpAddress,
  accept: Accept,
  failed: (error: string) => void,
  options: StreamOptions = {},
): Listener {
  return listen({ host: at.host, port: at.port }, { accept, options }, failed)
}

/** A socket file left by an earlier process is replaced. Only root and the group may connect. */
export function listenUnix(
  path: string,
  accept: Accept,
  failed: (error: string) => void,
  options: StreamOptions = {},
): Listener {
  try {
    fs.rmSync(path, { force: true })
  } catch (error) {
    failed(String(error))
  }
  return listen({ path }, { accept, options }, failed)
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
  at: net.ListenOptions,
  how: { readonly accept: Accept; readonly options: StreamOptions },
  failed: (error: string) => void,
): Listener {
  const { accept, options } = how
  const lends = options.lends === true
  const server = net.createServer({ noDelay: true, pauseOnConnect: lends }, (socket) => {
    if ('port' in at) unpaced(socket)
    if (!lends) return acceptSocket(socket, accept)
    const reading = readInto()
    acceptSocket(readingInto(socket, reading), accept, reading)
  })
  return startListening(server, at, failed)
}

/**
 * The same connection as a socket that reads into given memory. Node.js offers that only to who
 * dials, so the connection's handle moves from the accepted socket to one made for it.
 */
function readingInto(accepted: net.Socket, reading: Reading): net.Socket {
  const owner = accepted as Owner
  const handle = owner._handle
  owner._handle = null
  const options: object = { handle, readable: true, writable: true, onread: reading.onread }
  return new net.Socket(options)
}

/** What came before the socket read into given memory. */
function handOverBuffered(socket: net.Socket, arrived: (chunk: Buffer) => void): void {
  const next = (): Buffer | null => socket.read() as Buffer | null
  for (let chunk = next(); chunk !== null; chunk = next()) arrived(chunk)
}

/**
 * Lets an open socket read into given memory from now on, one whose handle cannot move, as that of
 * a TLS connection. The properties by which Node.js does so are found by their names; where there
 * are none, the socket reads as before, and this says false.
 */
export function readOnInto(socket: net.Socket, reading: Reading): boolean {
  const model = new net.Socket({ onread: reading.onread }) as net.Socket & Record<symbol, unknown>
  const handle = (socket as Owner)._handle
  const symbols = Object.getOwnPropertySymbols(model).filter((symbol) =>
    symbol.description?.startsWith('kBuffer'),
  )
  const own = symbols.find(({ description }) => description === 'kBuffer')
  if (own === undefined || symbols.length !== 3 || handle === null) return false
  const first = (reading.onread.buffer as () => Uint8Array)()
  for (const symbol of symbols) {
    Object.assign(socket, { [symbol]: symbol === own ? first : model[symbol] })
  }
  handle.useUserBuffer(first)
  return true
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
export function acceptSocket(
  socket: net.Socket,
  accept: Accept,
  reading: Reading | null = null,
  batchBytesMax?: number,
): void {
  const late: { events: StreamEvents | null } = { events: null }
  const stream = streamOf(
    socket,
    {
      place: () => late.events?.place?.() ?? null,
      data: (chunk) => late.events?.data(chunk),
      closed: () => late.events?.closed(),
    },
    reading,
    batchBytesMax,
  )
  late.events = accept(stream)
}

export function streamOf(
  socket: net.Socket,
  events: StreamEvents,
  reading: Reading | null = null,
  batchBytesMax?: number,
): Stream {
  const outgoing = createOutgoing(socket, batchBytesMax)
  let over = false
  const end = (): void => {
    if (over) return
    over = true
    outgoing.drop()
    socket.destroy()
    events.closed()
  }
  const arrived = (chunk: Buffer): void => {
    if (!over) events.data(chunk)
  }
  if (reading === null) socket.on('data', arrived)
  else {
    reading.data = arrived
    reading.place = () => (over ? null : (events.place?.() ?? null))
    process.nextTick(handOverBuffered, socket, arrived)
  }
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
