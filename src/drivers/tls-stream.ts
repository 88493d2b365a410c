/**
 * The same streams under mutual TLS 1.3: who cannot prove to be the one expected peer never
 * becomes a stream.
 *
 * A peer is proved by a certificate of the cluster's own authority that names it (DNS name = server
 * name); each side checks the other in this way. Nothing is resumed: every connection proves
 * itself anew. A handshake has a time limit, and at most `handshakesMax` are under way per
 * listener, counted apart for the peer's own address and for all others: silence and garbage cost
 * a bounded amount of memory and do not keep the peer out. What is turned away is counted by its
 * reason.
 */
import { constants } from 'node:crypto'
import net from 'node:net'
import tls from 'node:tls'
import {
  acceptSocket,
  type Accept,
  type Listener,
  readInto,
  readOnInto,
  startListening,
  type Stream,
  type StreamEvents,
  streamOf,
  type TcpAddress,
  unpaced,
} from './stream.ts'

/** PEM texts: the own certificate and private key, and the authority both sides trust. */
export interface TlsIdentity {
  readonly certificate: string
  readonly privateKey: string
  readonly authority: string
}

export interface TlsSettings {
  readonly identity: TlsIdentity
  /** The one server that may be at the other end. */
  readonly peer: string
  readonly handshakeTimeoutMs: number
  /** A connection ended before its handshake did, or was turned away right after it. */
  refused(reason: HandshakeFault): void
}

/**
 * `not-tls` garbage or another version; `certificate` not of the authority, or not valid now;
 * `name` a certificate of another server; `turned-away` the other end does not accept ours;
 * `silence` the time limit; `crowd` too many at once; `closed` ended by the other side or the link.
 */
export type HandshakeFault =
  | 'not-tls'
  | 'certificate'
  | 'name'
  | 'turned-away'
  | 'silence'
  | 'crowd'
  | 'closed'

const handshakesMax = 16
const batchBytesMax = 512 * 1024

export function dialTls(
  to: TcpAddress & { readonly localHost: string },
  settings: TlsSettings,
  events: StreamEvents,
): Stream {
  const { host, port, localHost } = to
  const tcp = net.connect({ host, port, localAddress: localHost, noDelay: true })
  const socket = tls.connect({
    ...optionsFor(settings),
    socket: tcp,
    // Checked below; a server name is not always a name that may be asked for in a handshake.
    servername: '',
    rejectUnauthorized: true,
    checkServerIdentity: (_host, certificate) =>
      names(certificate.subjectaltname, settings.peer) ? undefined : wrongName,
  })
  tcp.once('connect', () => unpaced(tcp))
  const judged = judgeDialled({ tcp, socket, settings })
  const reading = readInto()
  const judgedEvents: StreamEvents = {
    place: () => events.place?.() ?? null,
    data(chunk) {
      judged.heard()
      events.data(chunk)
    },
    closed: () => events.closed(),
  }
  const stream = streamOf(socket, judgedEvents, reading, batchBytesMax)
  socket.once('secureConnect', () => {
    if (!readOnInto(socket, reading)) socket.on('data', reading.data)
    events.opened?.()
  })
  return {
    ...stream,
    close() {
      judged.endedByUs()
      stream.close()
    },
    finish() {
      judged.endedByUs()
      stream.finish()
    },
  }
}

/**
 * The dialling side: its time limit, and what there is to say when it does not work out. The
 * accepting side judges last, after our part of the handshake: until its first byte arrives it may
 * still turn us away.
 */
function judgeDialled(connection: {
  readonly tcp: net.Socket
  readonly socket: tls.TLSSocket
  readonly settings: TlsSettings
}): { heard(): void; endedByUs(): void } {
  const { tcp, socket, settings } = connection
  let state: 'connecting' | 'greeting' | 'proved' | 'over' = 'connecting'
  let reason: HandshakeFault | null = null
  const timer = setTimeout(() => {
    reason = 'silence'
    socket.destroy()
  }, settings.handshakeTimeoutMs)
  tcp.once('connect', () => {
    if (state === 'connecting') state = 'greeting'
  })
  socket.once('secureConnect', () => {
    clearTimeout(timer)
    if (state !== 'over') state = 'proved'
  })
  socket.once('error', (error) => (reason ??= faultOf(error)))
  socket.once('close', () => {
    clearTimeout(timer)
    if (state === 'greeting') settings.refused(reason ?? 'closed')
    if (state === 'proved') settings.refused('turned-away')
    state = 'over'
  })
  return {
    heard() {
      if (state === 'proved') state = 'over'
    },
    endedByUs() {
      clearTimeout(timer)
      state = 'over'
    },
  }
}

/** `accept` is called when the peer is proved. `failed` as with listenTcp. */
export function listenTls(
  at: TcpAddress & { readonly peerHost: string },
  settings: TlsSettings,
  accept: Accept,
  failed: (error: string) => void,
): Listener {
  const server = tls.createServer({
    ...optionsFor(settings),
    noDelay: true,
    requestCert: true,
    rejectUnauthorized: true,
    handshakeTimeout: settings.handshakeTimeoutMs,
  })
  const crowd = createCrowd(at.peerHost)
  server.on('connection', (socket) => {
    unpaced(socket)
    crowd.enter(socket)
  })
  server.on('tlsClientError', (error, socket) => {
    const fault = socket.authorizationError ? 'certificate' : faultOf(error)
    settings.refused(fault === 'closed' ? crowd.whyClosed() : fault)
    socket.destroy()
  })
  server.on('secureConnection', (socket) => {
    crowd.leave(socket)
    const isPeer = names(socket.getPeerX509Certificate()?.subjectAltName, settings.peer)
    if (socket.authorized && isPeer && !socket.isSessionReused()) {
      const reading = readInto()
      const readsInto = readOnInto(socket, reading) ? reading : null
      return acceptSocket(socket, accept, readsInto, batchBytesMax)
    }
    socket.on('error', () => undefined)
    socket.destroy()
    settings.refused('name')
  })
  return startListening(server, { host: at.host, port: at.port }, failed)
}

/** The connections whose handshake is under way; of too many the oldest goes. */
function createCrowd(peerHost: string) {
  const fromPeer = new Set<net.Socket>()
  const fromOthers = new Set<net.Socket>()
  let sentAway = 0
  return {
    enter(socket: net.Socket): void {
      const set = socket.remoteAddress === peerHost ? fromPeer : fromOthers
      const [oldest] = set
      if (oldest !== undefined && set.size >= handshakesMax) {
        set.delete(oldest)
        sentAway += 1
        oldest.destroy()
      }
      set.add(socket)
      socket.once('close', () => set.delete(socket))
    },
    leave(socket: tls.TLSSocket): void {
      for (const set of [fromPeer, fromOthers]) {
        for (const each of set) if (isSameConnection(each, socket)) set.delete(each)
      }
    },
    whyClosed(): HandshakeFault {
      if (sentAway === 0) return 'closed'
      sentAway -= 1
      return 'crowd'
    },
  }
}

function isSameConnection(one: net.Socket, other: net.Socket): boolean {
  return one.remotePort === other.remotePort && one.remoteAddress === other.remoteAddress
}

const wrongName = Object.assign(new Error('another name'), { code: 'KAGAMI_NAME' })

function optionsFor({ identity }: TlsSettings) {
  return {
    key: identity.privateKey,
    cert: identity.certificate,
    ca: identity.authority,
    minVersion: 'TLSv1.3',
    maxVersion: 'TLSv1.3',
    // In order of preference: the first is the fastest where the processor helps, as it mostly does.
    ciphers: 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256',
    honorCipherOrder: true,
    // Without tickets, and with no store of sessions here, there is nothing to resume.
    secureOptions: constants.SSL_OP_NO_TICKET,
  } as const
}

/** Exactly, capitals too: OpenSSL would take `server1` for `SERVER1`, a cluster might have both. */
function names(subjectAltName: string | undefined, server: string): boolean {
  return subjectAltName?.split(', ').includes(`DNS:${server}`) ?? false
}

/** What Node.js and OpenSSL say, as what an operator can do something about. */
function faultOf(error: Error): HandshakeFault {
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'KAGAMI_NAME') return 'name'
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return 'silence'
  if (/^ERR_SSL_(TLSV1|TLSV13|SSLV3|SSL\/TLS)_ALERT_/.test(code)) return 'turned-away'
  if (code === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE') return 'certificate'
  if (/^ERR_SSL_.*CERT/.test(code)) return 'certificate'
  if (code.startsWith('ERR_SSL_')) return 'not-tls'
  if (/CERT|SIGNATURE|ISSUER|CRL|PURPOSE|UNABLE_TO|CA$/.test(code)) return 'certificate'
  return 'closed'
}
