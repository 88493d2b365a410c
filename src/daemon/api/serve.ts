/** The API where it is reached: root's unix socket, and TLS for everybody with an account. */
import { mkdir, readFile, rm } from 'node:fs/promises'
import type { Server } from 'node:https'
import { dirname } from 'node:path'
import { say, type Message } from '../../messages/catalogue.ts'
import { requestJson } from '../../drivers/http-json.ts'
import { fileStore } from '../../drivers/store.ts'
import type { Accounts } from './accounts.ts'
import { makeApp } from './app.ts'
import { endedSessions, type EndedSessions } from './ended.ts'
import { readIdentity, type IdentityFiles } from './identity.ts'
import { carried } from './mirror-orders.ts'
import { bringLeave, bringOrder, keepAlike, openDoor, type DoorPlace } from './peer-door.ts'
import { passesOf } from './passes.ts'
import type { ApiWorld } from './world.ts'

export interface Place {
  readonly socket: string
  readonly port: number
  readonly peerPort: number
  readonly peer: string
  /** Of the peer, one a link. */
  readonly peerAddresses: readonly string[]
  /** PEM files. */
  readonly authorityFile: string
  readonly certificateFile: string
  readonly privateKeyFile: string
  /** The administrator's own certificate for browsers; null: none. */
  readonly theirs: IdentityFiles | null
  /** Networks from which the API may be reached; empty: from everywhere. */
  readonly allowFrom: readonly string[]
  /** 64 hex digits. */
  readonly clusterKey: string
  /** Where ended sessions are kept. */
  readonly endedFile: string
  /** How often the certificates are looked at again, ms. */
  readonly lookAgainMs?: number
}

const tryAgainMs = 5000
const lookAgainMs = 60_000

/** Serves whatever can be served, and tries the rest again; the alert log tells. Never rejects. */
export async function serveApi(place: Place, world: ApiWorld, accounts: Accounts): Promise<void> {
  const { port, peerPort, socket } = place
  const ended = await endedSessions(Date.now, fileStore(place.endedFile))
  const both = withPeer(world, place)
  const tell = (message: Message): void => world.alerts.add(message)
  const untilServed = async (serve: Serve): Promise<void> => {
    if (await tried(serve, tell)) return
    const again = async (): Promise<void> => {
      if (await tried(serve, () => undefined)) tell(say('manager-served', { port: serve.port }))
      else setTimeout(() => void again(), tryAgainMs).unref()
    }
    setTimeout(() => void again(), tryAgainMs).unref()
  }
  await untilServed({
    port: socket,
    act: () => serveRoot(socket, both, accounts),
    problemOf: (reason) => say('manager-not-served', { port: socket, reason }),
  })
  let isAlike = false
  await untilServed({
    port: peerPort,
    async act() {
      const door = await doorOf(place)
      const kept = { accounts, ended, world }
      if (!isAlike) keepAlike(door, kept, { request: requestJson, tell })
      isAlike = true
      await openDoor(door, kept)
    },
    problemOf: (reason) => say('peer-door-not-open', { port: peerPort, reason }),
  })
  await untilServed({
    port,
    act: () => serveAll(place, { world: both, accounts, ended, tell }),
    problemOf: (reason) => say('manager-not-served', { port, reason }),
  })
}

interface Serve {
  readonly port: number | string
  act(): Promise<void>
  problemOf(reason: string): Message
}

interface Served {
  readonly world: ApiWorld
  readonly accounts: Accounts
  readonly ended: EndedSessions
  tell(message: Message): void
}

/** Everybody with an account, over TLS. */
async function serveAll(place: Place, { world, accounts, ended, tell }: Served): Promise<void> {
  const { port, peerAddresses, clusterKey, theirs, allowFrom } = place
  const { certificateFile: certificate, privateKeyFile: privateKey, authorityFile } = place
  const files = { own: { certificate, privateKey, authority: authorityFile }, theirs }
  let { identity, problem } = await readIdentity(files)
  if (problem !== null) tell(problem)
  const peerOrigins = peerAddresses.map((address) => `https://${address}:${port}`)
  const clocks = { now: Date.now, monotonicMs: () => performance.now() }
  const access = { accounts, passes: passesOf(clusterKey), ended, peerOrigins, ...clocks }
  const outside = await makeApp(world, accounts, {
    ...{ access, allowFrom },
    identity: () => identity,
  })
  await outside.listen({ port, host: '0.0.0.0' })
  outside.server.on('error', () => undefined)
  const lookAgain = async (): Promise<void> => {
    const found = await readIdentity(files).catch(() => null)
    if (found === null) return
    if (found.problem !== null && problem === null) tell(found.problem)
    problem = found.problem
    if (found.identity.cert === identity.cert && found.identity.key === identity.key) return
    identity = found.identity
    ;(outside.server as Server).setSecureContext({ ...identity, minVersion: 'TLSv1.3' })
    tell(say('certificate-renewed'))
  }
  setInterval(() => void lookAgain(), place.lookAgainMs ?? lookAgainMs).unref()
}

async function doorOf(place: Place): Promise<DoorPlace> {
  const { peerPort: port, peer, peerAddresses: addresses } = place
  return { port, peer, addresses, tls: await doorIdentity(place) }
}

/** Either server answers for both: an order for a replica of the peer's is brought to it. */
function withPeer(world: ApiWorld, place: Place): ApiWorld {
  return {
    ...world,
    order: async (order, server) => {
      if (order.kind !== 'leave' || server !== place.peer) return world.order(order)
      const { afterwards } = order
      return bringLeave(await doorOf(place), requestJson, { afterwards })
    },
    orderMirror: async (server, mirror, command) => {
      if (server !== place.peer) return world.orderMirror(server, mirror, command)
      const read = carried.safeParse({ mirror, command })
      if (!read.success) return say('peer-not-asked', { server })
      return bringOrder(await doorOf(place), requestJson, read.data)
    },
  }
}

async function tried(
  { act, problemOf }: Serve,
  tell: (message: Message) => void,
): Promise<boolean> {
  try {
    await act()
    return true
  } catch (error) {
    tell(problemOf(error instanceof Error ? error.message : String(error)))
    return false
  }
}

async function serveRoot(socket: string, world: ApiWorld, accounts: Accounts): Promise<void> {
  const local = await makeApp(world, accounts, null)
  await mkdir(dirname(socket), { recursive: true })
  await rm(socket, { force: true })
  // From its first moment on it is root's alone.
  const before = process.umask(0o177)
  try {
    await local.listen({ path: socket })
  } finally {
    process.umask(before)
  }
}

async function doorIdentity(place: Place): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, cert, key] = await Promise.all([
    readFile(place.authorityFile, 'utf8'),
    readFile(place.certificateFile, 'utf8'),
    readFile(place.privateKeyFile, 'utf8'),
  ])
  return { ca, cert, key }
}
