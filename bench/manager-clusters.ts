/**
 * Clusters that are none: servers on this machine that speak the API, each with an authority of its own, and
 * that change so many times a second. What they tell has the shape and the size of a real cluster's status.
 */
import { createServer, type Server } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClusterStatus, Health } from '../src/api.ts'
import { makeServiceIdentity } from '../src/drivers/certificates.ts'
import { say } from '../src/messages/catalogue.ts'

export interface SimulatedCluster {
  readonly name: string
  readonly address: string
  /** PEM. */
  readonly authority: string
  readonly server: Server
}

interface Plan {
  readonly count: number
  readonly port: number
  readonly changesPerSecond: number
}

const addressOf = (index: number): string => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`

export async function startClusters({ count, port, changesPerSecond }: Plan): Promise<{
  readonly clusters: readonly SimulatedCluster[]
  /** Clusters that somebody listens to. */
  heard(): number
  /** Changes that were told to somebody. */
  told(): number
  stop(): void
}> {
  const clusters: SimulatedCluster[] = []
  const timers: NodeJS.Timeout[] = []
  const listened: ReadonlySet<ServerResponse>[] = []
  let told = 0
  for (let index = 0; index < count; index += 1) {
    const address = addressOf(index)
    const name = `Cluster${String(index + 1).padStart(3, '0')}`
    const identity = await makeServiceIdentity(name, [address])
    const readers = new Set<ServerResponse>()
    listened.push(readers)
    const tls = { cert: `${identity.certificate}\n${identity.authority}`, key: identity.privateKey }
    const server = createServer(tls, (request, response) => {
      answer({ request, response, readers, name })
    })
    await new Promise<void>((listening) => {
      server.listen(port, address, listening)
    })
    let turn = 0
    timers.push(
      setInterval(() => {
        turn += 1
        const event = eventOf(statusOf(name, turn))
        for (const reader of readers) reader.write(event)
        told += readers.size
      }, 1000 / changesPerSecond),
    )
    clusters.push({ name, address, authority: identity.authority, server })
  }
  return {
    clusters,
    heard: () => listened.filter((readers) => readers.size > 0).length,
    told: () => told,
    stop() {
      for (const timer of timers) clearInterval(timer)
      for (const { server } of clusters) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly readers: Set<ServerResponse>
  readonly name: string
}

function answer({ request, response, readers, name }: Asked): void {
  const path = (request.url ?? '').replace(/\?.*$/, '').replace('/api/v1', '')
  request.resume()
  const json = (body: object): void => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  if (path === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(eventOf(statusOf(name, 0)))
    readers.add(response)
    response.on('close', () => readers.delete(response))
    return
  }
  const later = new Date(Date.now() + 3_600_000).toISOString()
  const pass = { user: 'admin', role: 'operator', pass: 'x', passUntil: later, sessionUntil: later }
  if (path.startsWith('/session')) return json(pass)
  if (path === '/status') return json(statusOf(name, 0))
  if (path === '/alerts') return json({ alerts: alertsOf(name) })
  if (path === '/operations') return json({ operations: [] })
  if (path === '/history') return json({ everyMs: 5000, samples: [] })
  response.writeHead(404).end()
}

const eventOf = (status: ClusterStatus): string =>
  `event: status\ndata: ${JSON.stringify(status)}\n\n`

/** A log as long as a server tells. */
function alertsOf(name: string): object[] {
  return Array.from({ length: 1000 }, (_, index) => ({
    ...{ sequence: index + 1, number: index + 1, server: 'SERVER1', stamp: index + 1 },
    ...{ at: new Date(1.7e12 + index * 60_000).toISOString(), severity: 'info' },
    message: say('group-started', { group: name, server: 'SERVER1' }),
  }))
}

/** Figures change with each turn; every fiftieth, the group moves. */
function statusOf(cluster: string, turn: number): ClusterStatus {
  const owner = Math.floor(turn / 50) % 2 === 0 ? 'SERVER1' : 'SERVER2'
  const why = say('group-started', { group: 'Apache', server: owner })
  const judged = { health: 'green' as Health, why }
  const names = ['SERVER1', 'SERVER2'] as const
  return {
    ...{ superCluster: 'Bench', cluster, reportedBy: 'SERVER1', at: new Date().toISOString() },
    summary: { ...judged, next: null },
    servers: names.map((name) => ({ name, state: 'online', ...judged })),
    heartbeat: { longestSilenceMs: 100 + (turn % 40), timeoutMs: 1300, ...judged },
    arbiter: { method: 'ping', state: 'answers', ...judged },
    links: (['interconnect', 'public'] as const).map((kind, index) => ({
      ...{ name: kind, kind, state: 'up', roundTripMs: 0.2 + (turn % 10) / 100 },
      addresses: { SERVER1: `192.168.${index + 3}.21`, SERVER2: `192.168.${index + 3}.22` },
      carries: ['heartbeat', 'mirror'],
    })),
    groups: ['Apache', 'Database'].map((name) => ({
      ...{ name, state: 'running', owner, forced: false, suspended: false, ...judged },
      resources: ['disk', 'address', 'program'].map((each) => ({
        ...{ name: each, type: 'script', state: 'running', detail: `/etc/kagami/${each}.sh` },
        error: null,
      })),
      monitors: [{ name: 'page', type: 'http', state: 'ok', error: null }],
    })),
    mirrors: ['NMP1', 'NMP2'].map((name) => ({
      ...{ name, device: `/dev/${name}`, state: 'in-sync', ...judged },
      ...{ percent: null, bytesLeft: null, copy: null, hold: null, verify: null },
      ...{ backlogBytes: (turn % 7) * 4096, path: 'interconnect', sizeBytes: 2 ** 30 },
      replicas: names.map((server) => ({
        ...{ server, health: 'green', role: server === owner ? 'active' : 'standby' },
        ...{ generation: '2a', differingBytes: 0, map: null },
      })),
    })),
  } satisfies ClusterStatus
}
