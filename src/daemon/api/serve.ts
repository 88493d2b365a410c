/** The API where it is reached: root's unix socket, and TLS for everybody with an account. */
import { chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Message } from '../../messages/catalogue.ts'
import { say } from '../../messages/catalogue.ts'
import { requestJson } from '../../drivers/http-json.ts'
import type { Accounts } from './accounts.ts'
import { makeApp } from './app.ts'
import { endedSessions } from './ended.ts'
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
  /** 64 hex digits. */
  readonly clusterKey: string
}

/** What could not be served, each with its reason; the rest is. Never rejects. */
export async function serveApi(
  place: Place,
  world: ApiWorld,
  accounts: Accounts,
): Promise<readonly Message[]> {
  const { port, peerPort, socket } = place
  const ended = endedSessions(Date.now)
  const both = withPeer(world, place)
  const problems = [
    await tried(
      () => serveRoot(place.socket, both, accounts),
      (reason) => say('manager-not-served', { port: socket, reason }),
    ),
    await tried(
      async () => {
        const door = await doorOf(place)
        const tell = (message: Message): void => world.alerts.add(message)
        const kept = { accounts, ended, world }
        keepAlike(door, kept, { request: requestJson, tell })
        await openDoor(door, kept)
      },
      (reason) => say('peer-door-not-open', { port: peerPort, reason }),
    ),
    await tried(
      async () => {
        const { cert: own, ca, key } = await identityOf(place)
        // With the authority: whoever asks for the first time sees whom to trust.
        const cert = `${own.trimEnd()}\n${ca}`
        const passes = passesOf(place.clusterKey)
        const peerOrigins = place.peerAddresses.map((address) => `https://${address}:${port}`)
        const access = { accounts, passes, ended, peerOrigins, now: Date.now }
        const outside = await makeApp(both, accounts, { access, tls: { cert, key } })
        await outside.listen({ port, host: '0.0.0.0' })
        outside.server.on('error', () => undefined)
      },
      (reason) => say('manager-not-served', { port, reason }),
    ),
  ]
  return problems.flatMap((problem) => (problem === null ? [] : [problem]))
}

async function doorOf(place: Place): Promise<DoorPlace> {
  const { peerPort: port, peer, peerAddresses: addresses } = place
  return { port, peer, addresses, tls: await identityOf(place) }
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
  act: () => Promise<void>,
  problemOf: (reason: string) => Message,
): Promise<Message | null> {
  try {
    await act()
    return null
  } catch (error) {
    return problemOf(error instanceof Error ? error.message : String(error))
  }
}

async function serveRoot(socket: string, world: ApiWorld, accounts: Accounts): Promise<void> {
  const local = await makeApp(world, accounts, null)
  await mkdir(dirname(socket), { recursive: true })
  await rm(socket, { force: true })
  await local.listen({ path: socket })
  await chmod(socket, 0o600)
}

async function identityOf(place: Place): Promise<{ ca: string; cert: string; key: string }> {
  const [ca, cert, key] = await Promise.all([
    readFile(place.authorityFile, 'utf8'),
    readFile(place.certificateFile, 'utf8'),
    readFile(place.privateKeyFile, 'utf8'),
  ])
  return { ca, cert, key }
}
