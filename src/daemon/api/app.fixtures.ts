/** A world for tests of the API: a status, orders that are kept, and what is written down. */
import type { ActionResult, Alert, ClusterStatus } from '../../api.ts'
import type { Definition } from '../../config/schema.ts'
import type { AnyOrder } from '../../core/gossip.ts'
import type { State } from '../../core/state.ts'
import { say } from '../../messages/catalogue.ts'
import { makeServiceIdentity } from '../../drivers/certificates.ts'
import { openAccounts, type AccountList } from './accounts.ts'
import { makeApp } from './app.ts'
import { endedSessions } from './ended.ts'
import { passesOf } from './passes.ts'
import type { ApiWorld } from './world.ts'

export const message = say('daemon-started', { server: 'SERVER1' })

export const runningGroup: ClusterStatus['groups'][number] = {
  ...{ name: 'Apache', state: 'running', health: 'green', owner: 'SERVER1', why: message },
  ...{ forced: false, suspended: false, resources: [], monitors: [] },
}

const judged = { health: 'green', why: message } as const

const mirror: ClusterStatus['mirrors'][number] = {
  ...{ name: 'NMP1', device: '/dev/NMP1', state: 'in-sync', ...judged, percent: null },
  ...{ bytesLeft: null, copy: null, backlogBytes: 0, hold: null, verify: null, path: null },
  ...{ sizeBytes: null, replicas: [] },
}

export const status: ClusterStatus = {
  superCluster: 'super',
  cluster: 'cluster',
  reportedBy: 'SERVER1',
  at: '2026-01-01T00:00:00.000Z',
  summary: { ...judged, next: null },
  servers: [
    { name: 'SERVER1', state: 'online', ...judged },
    { name: 'SERVER2', state: 'online', ...judged },
  ],
  heartbeat: { longestSilenceMs: 1, timeoutMs: 1300, ...judged },
  arbiter: { method: 'ping', state: 'answers', ...judged },
  links: [],
  groups: [{ ...runningGroup, state: 'stopped', owner: null }],
  mirrors: [mirror],
}

export interface Told {
  readonly orders: AnyOrder[]
  readonly audit: string[]
  /** Who is called back when something changes. */
  readonly listeners: Set<() => void>
  readonly alerts: Alert[]
  readonly groups: ClusterStatus['groups'][number][]
  readonly servers: ClusterStatus['servers'][number][]
  /** A figure that changes by itself. */
  silenceMs: number
  /** What the decision maker knows, when it matters. */
  core: State | null
  /** What the cluster says of itself changes with it. */
  word: number
}

export const newTold = (): Told => ({
  orders: [],
  audit: [],
  listeners: new Set(),
  alerts: [],
  groups: [...status.groups],
  servers: [...status.servers],
  silenceMs: 1,
  core: null,
  word: 0,
})

const emptyLog = {
  after: () => [],
  textsAfter: () => [],
  own: () => ({ lines: [], latest: 0 }),
  knownOf: () => 0,
  learn: () => [],
  follow: () => () => undefined,
}

export function worldOf(told: Told): ApiWorld {
  const { orders, audit, listeners, alerts } = told
  const { groups, servers } = told
  const now = () => ({ ...status.heartbeat, longestSilenceMs: told.silenceMs })
  return {
    // A field that the schema does not name must not leave.
    status: () => {
      const why = { ...message, args: told.word === 0 ? message.args : { server: told.word } }
      const summary = { ...status.summary, why }
      const heartbeat = now()
      return { ...status, groups, servers, summary, heartbeat, secret: 'never' } as ClusterStatus
    },
    why: (group) => (group === 'none' ? null : { reportedBy: 'SERVER1', reasons: [] }),
    core: () =>
      told.core ??
      ({
        ...{ settings: { self: 'SERVER1', peer: 'SERVER2' }, membership: { kind: 'paired' } },
        ...{ links: {}, groups: {}, mirrors: {}, record: { term: 1 } },
      } as unknown as State),
    definition: { superCluster: 'super', arbiter: { password: 'never' } } as unknown as Definition,
    journal: [],
    alerts: {
      ...emptyLog,
      add: () => undefined,
      after: (sequence) => alerts.filter((each) => each.sequence > sequence),
      textsAfter: (sequence) =>
        alerts
          .filter((each) => each.sequence > sequence)
          .map((line) => ({ sequence: line.sequence, text: JSON.stringify(line) })),
    },
    history: () => [],
    order: (order) => {
      orders.push(order)
      return Promise.resolve({ accepted: true, message } satisfies ActionResult)
    },
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    orderMirror: () => Promise.resolve(null),
    onNews: () => () => undefined,
    operations: {
      ...emptyLog,
      add() {
        throw new Error('nothing is written down here')
      },
    },
    audit: (caller, what, { accepted }) =>
      audit.push(`${caller.name} ${caller.from} ${what} ${accepted}`),
  }
}

/** A store that forgets with the process. */
export function memoryStore() {
  let kept: AccountList | null = null
  return {
    kept: () => kept,
    read: () => Promise.resolve({ ok: true as const, value: kept }),
    write: (value: AccountList) => {
      kept = value
      return Promise.resolve({ ok: true as const })
    },
  }
}

const anyKey = '0f'.repeat(32)
const then = Date.parse('2096-01-01T00:00:00Z')

/** For other machines: an operator and a viewer, each as a user and as a token. */
export async function openApp(
  told: Told,
  { key = anyKey, peerOrigin = 'https://192.168.3.22:29003', now = () => then } = {},
) {
  const opened = await openAccounts(memoryStore())
  if ('reason' in opened) throw new Error(opened.reason)
  const { accounts } = opened
  await accounts.setUser({ name: 'admin', role: 'operator', password: 'correct horse' })
  await accounts.setUser({ name: 'night', role: 'viewer', password: 'battery staple' })
  const expiresAt = '2096-02-01T00:00:00Z'
  const tokens = await Promise.all([
    accounts.addToken({ name: 'script', role: 'operator', expiresAt }),
    accounts.addToken({ name: 'graphs', role: 'viewer', expiresAt }),
  ])
  const [operator = '', viewer = ''] = tokens.map((made) => ('token' in made ? made.token : ''))
  const { certificate: cert, privateKey } = await makeServiceIdentity('test', ['SERVER1'])
  const access = {
    ...{ accounts, passes: passesOf(key), ended: await endedSessions(now, null) },
    ...{ peerOrigins: [peerOrigin], now, monotonicMs: now },
  }
  const identity = () => ({ cert, key: privateKey })
  const app = await makeApp(worldOf(told), accounts, { access, identity, allowFrom: [] })
  await app.ready()
  return { app, accounts, operator, viewer }
}
