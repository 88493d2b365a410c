/**
 * The heartbeat thread. It sends and hears on every link, whatever the main thread is busy with,
 * and says in each packet how long ago the main thread last showed a sign of life.
 *
 * A packet counts only if it is authentic, newer than any before it on its link, and echoes this
 * very life of ours: an old recording proves nothing. The echo also gives the round trip, and
 * tells when the latest of our packets that arrived had been sent.
 */
import { createHmac, randomBytes } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { parentPort, workerData } from 'node:worker_threads'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Gossip } from '../core/gossip.ts'
import { bootClock } from '../drivers/clock.ts'
import { decodeHeartbeat, encodeHeartbeat, type Mac } from '../wire/heartbeat.ts'

export interface HeartbeatSettings {
  readonly cluster: string
  readonly self: string
  readonly peer: string
  readonly port: number
  readonly intervalMs: number
  /** Older than this, what is heard proves nothing of now. */
  readonly timeoutMs: number
  /** Hex. */
  readonly key: string
  readonly links: readonly {
    readonly name: string
    readonly local: string
    readonly remote: string
  }[]
}

/** From the main thread: a sign of life, with what to tell the peer. */
export interface ToWorker {
  readonly gossip: string
  /** Something changed that the peer should know before the next beat. */
  readonly urgent: boolean
  /** False: what the peer sends is not acknowledged, so that its lease runs out. */
  readonly acknowledge: boolean
  /** The latest line of the logs: see log-clock.ts. */
  readonly stamp: number
}

/** To the main thread: an authentic packet was heard, and our next one acknowledges it. */
export type FromWorker = { readonly kind: 'acknowledged' } | Heard

/** It is fresh as well, and proves that both directions work. */
export interface Heard {
  readonly kind: 'heard'
  readonly link: string
  readonly at: number
  readonly incarnation: string
  readonly acknowledged: boolean
  readonly acknowledgedSentAt: number | null
  readonly roundTripMs: number | null
  readonly lagMs: number
  readonly stamp: number
  /** null: an older packet that overtook nothing; only the link is alive. */
  readonly gossip: Gossip | null
}

interface Body {
  readonly cluster: string
  readonly from: string
  readonly incarnation: string
  readonly sequence: number
  readonly sentAt: number
  readonly lagMs: number
  /** Not told by an earlier version. */
  readonly stamp?: number
  readonly echo: {
    readonly incarnation: string
    readonly sentAt: number
    readonly heldMs: number
  } | null
  readonly gossip: Gossip
}

interface Link {
  readonly name: string
  readonly local: string
  readonly remote: string
  socket: Socket | null
  /** The newest packet heard on this link; echoed, unless it came while nothing was acknowledged. */
  heard: {
    incarnation: string
    sequence: number
    sentAt: number
    at: number
    acknowledged: boolean
  } | null
}

const settings = workerData as HeartbeatSettings
const incarnation = randomBytes(8).toString('hex')
const key = Buffer.from(settings.key, 'hex')
const mac: Mac = (...parts) => {
  const hash = createHmac('sha256', key)
  for (const part of parts) hash.update(part)
  return hash.digest()
}
const bodyBytesMax = 1024 * 1024
const rebindMs = 500
const urgentGapMs = 5
const hungFactor = 3

const links: Link[] = settings.links.map((link) => ({ ...link, socket: null, heard: null }))
let sequence = 0
let gossip = ''
let stamp = 0
let aliveAt = bootClock.now()
let newest: { incarnation: string; sequence: number } | null = null
let sentAt = 0
let acknowledges = true

function beat(): void {
  if (gossip === '') return
  sequence += 1
  sentAt = bootClock.now()
  for (const link of links) sendOn(link)
}

function sendOn(link: Link): void {
  const { socket, heard } = link
  if (socket === null) return
  const now = bootClock.now()
  const echo =
    heard === null || !acknowledges || !heard.acknowledged
      ? null
      : { incarnation: heard.incarnation, sentAt: heard.sentAt, heldMs: now - heard.at }
  const head = JSON.stringify({
    cluster: settings.cluster,
    from: settings.self,
    incarnation,
    sequence,
    sentAt: now,
    lagMs: Math.round(now - aliveAt),
    stamp,
    echo,
  })
  const text = `${head.slice(0, -1)},"gossip":${gossip}}`
  const packet = encodeHeartbeat(deflateRawSync(Buffer.from(text), { level: 1 }), mac)
  // A link without a carrier or a route refuses packets: that is silence, like any other.
  socket.send(packet, settings.port, link.remote, () => undefined)
}

function hear(link: Link, packet: Uint8Array, from: RemoteInfo): void {
  const at = bootClock.now()
  if (from.address !== link.remote) return
  const body = bodyOf(packet)
  if (body === null || body.cluster !== settings.cluster || body.from !== settings.peer) return
  const { heard } = link
  if (heard?.incarnation === body.incarnation && body.sequence <= heard.sequence) return
  const { incarnation: theirs, sequence: number, sentAt: sent } = body
  link.heard = {
    incarnation: theirs,
    sequence: number,
    sentAt: sent,
    at,
    acknowledged: acknowledges,
  }
  if (body.echo === null || !provesLife(body, at)) {
    return acknowledges ? post({ kind: 'acknowledged' }) : undefined
  }
  const isNewer = newest?.incarnation !== body.incarnation || body.sequence >= newest.sequence
  if (isNewer) newest = { incarnation: body.incarnation, sequence: body.sequence }
  post({
    kind: 'heard',
    link: link.name,
    at,
    incarnation: body.incarnation,
    acknowledged: acknowledges,
    acknowledgedSentAt: body.echo.sentAt,
    roundTripMs: Math.max(0, at - body.echo.sentAt - body.echo.heldMs),
    lagMs: body.lagMs,
    stamp: body.stamp ?? 0,
    gossip: isNewer ? body.gossip : null,
  })
}

/**
 * A recording, or a packet that lay in a buffer while we were away, is no sign of life; nor is a
 * thread that beats on while its daemon hangs.
 */
function provesLife({ echo, lagMs }: Body, at: number): boolean {
  if (echo?.incarnation !== incarnation) return false
  if (at - echo.sentAt - echo.heldMs > settings.timeoutMs) return false
  return lagMs <= settings.timeoutMs * hungFactor
}

function post(message: FromWorker): void {
  parentPort?.postMessage(message)
}

function bodyOf(packet: Uint8Array): Body | null {
  const compressed = decodeHeartbeat(packet, mac)
  if (compressed === null) return null
  try {
    const text = inflateRawSync(compressed, { maxOutputLength: bodyBytesMax }).toString()
    return JSON.parse(text) as Body
  } catch {
    return null
  }
}

function bind(link: Link): void {
  const socket = createSocket({ type: 'udp4', reuseAddr: false })
  const again = () => {
    if (link.socket === socket) link.socket = null
    socket.close()
    setTimeout(() => bind(link), rebindMs)
  }
  // The address may not be there yet at boot, or may go for a while.
  socket.once('error', again)
  socket.on('message', (packet, from) => hear(link, packet, from))
  socket.bind(settings.port, link.local, () => {
    link.socket = socket
  })
}

for (const link of links) bind(link)
setInterval(beat, settings.intervalMs)
parentPort?.on('message', (message: ToWorker) => {
  gossip = message.gossip
  stamp = message.stamp
  acknowledges = message.acknowledge
  aliveAt = bootClock.now()
  if (message.urgent && aliveAt - sentAt >= urgentGapMs) beat()
})
