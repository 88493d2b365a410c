/** The API where it is reached: root's unix socket, and TLS for everybody with an account. */
import { chmod, mkdir, readFile, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Message } from '../../messages/catalogue.ts'
import { say } from '../../messages/catalogue.ts'
import { requestJson } from '../../drivers/http-json.ts'
import type { Accounts } from './accounts.ts'
import { makeApp } from './app.ts'
import { keepAlike, openDoor } from './peer-door.ts'
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

/** Root is always served; what keeps everybody else out is returned. */
export async function serveApi(
  place: Place,
  world: ApiWorld,
  accounts: Accounts,
): Promise<Message | null> {
  const local = await makeApp(world, accounts, null)
  await mkdir(dirname(place.socket), { recursive: true })
  await rm(place.socket, { force: true })
  await local.listen({ path: place.socket })
  await chmod(place.socket, 0o600)
  const { port } = place
  const peerOrigins = place.peerAddresses.map((address) => `https://${address}:${port}`)
  try {
    const [ca, cert, key] = await Promise.all([
      readFile(place.authorityFile, 'utf8'),
      readFile(place.certificateFile, 'utf8'),
      readFile(place.privateKeyFile, 'utf8'),
    ])
    const door = {
      ...{ port: place.peerPort, peer: place.peer, addresses: place.peerAddresses },
      tls: { ca, cert, key },
    }
    await openDoor(door, accounts)
    keepAlike(door, accounts, requestJson)
    const passes = passesOf(place.clusterKey)
    const access = { accounts, passes, ended: new Set<string>(), peerOrigins, now: Date.now }
    const outside = await makeApp(world, accounts, { access, tls: { cert, key } })
    await outside.listen({ port, host: '0.0.0.0' })
    return null
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return say('manager-not-served', { port, reason })
  }
}
