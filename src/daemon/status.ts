/**
 * The cluster as this server sees it, for people: what is, why, and the one thing to do next.
 * What it says of the peer is what the peer last said itself, and turns gray when that is old.
 */
import type {
  ClusterStatus,
  Explanation,
  GroupStatus,
  Health,
  LinkStatus,
  ServerStatus,
} from '../api.ts'
import type { Definition } from '../config/schema.ts'
import { heardAgoMs, inContact } from '../core/peer.ts'
import type { State } from '../core/state.ts'
import { explain } from '../core/why.ts'
import { say } from '../messages/catalogue.ts'
import { arbiterStatus, heartbeatStatus } from './status-judgement.ts'
import { mirrorStatus } from './status-mirror.ts'
import { summarize } from './status-summary.ts'

export function clusterStatus(definition: Definition, state: State, at: string): ClusterStatus {
  const { self, peer } = state.settings
  const servers = definition.servers.map(({ name }) =>
    name === self ? ownStatus(state) : peerStatus(state),
  )
  const body = {
    superCluster: definition.superCluster,
    cluster: definition.cluster.name,
    reportedBy: self,
    at,
    servers,
    heartbeat: heartbeatStatus(state),
    arbiter: arbiterStatus(state),
    links: definition.links.map((link) => linkStatus(definition, state, link.name)),
    groups: definition.groups.map((group) => groupStatus(definition, state, group.name)),
    mirrors: definition.mirrors.map((mirror) => mirrorStatus(mirror.name, state)),
  }
  return { ...body, summary: summarize(body, self, peer) }
}

/** Null: there is no such group. */
export function explanation(state: State, group: string | null): Explanation | null {
  const { groups, self } = state.settings
  if (group !== null && !groups.some(({ name }) => name === group)) return null
  return { reportedBy: self, reasons: explain(state, group) }
}

function ownStatus(state: State): ServerStatus {
  const { self: name, peer } = state.settings
  const { membership } = state
  switch (membership.kind) {
    case 'waiting': {
      const left = Math.ceil((membership.until - state.now) / 1000)
      if (inContact(state))
        return { name, state: 'starting', health: 'yellow', why: say('server-rejoining') }
      const why =
        left > 0
          ? say('server-waiting', { peer, secondsLeft: left })
          : say('server-wait-over', { peer })
      return { name, state: 'starting', health: 'yellow', why }
    }
    case 'lost':
      return { name, state: 'isolated', health: 'red', why: say('server-lost') }
    case 'leaving':
      return { name, state: 'leaving', health: 'yellow', why: say('server-leaving-now') }
    case 'paired':
    case 'suspecting':
    case 'peer-hung':
    case 'holding':
      if (state.record.standby) return keptFree(name)
      return { name, state: 'online', health: 'green', why: say('server-online-here') }
  }
}

function peerStatus(state: State): ServerStatus {
  const { peer: name } = state.settings
  const { membership } = state
  const gossip = state.peer?.gossip
  const seconds = Math.round(heardAgoMs(state) / 1000)
  if (membership.kind === 'holding' && !inContact(state)) {
    const why =
      membership.how === 'peer-left' ? say('server-shut-down') : say('server-excluded', { seconds })
    return { name, state: 'offline', health: 'red', why }
  }
  if (membership.kind === 'peer-hung')
    return { name, state: 'silent', health: 'red', why: say('server-hung') }
  if (gossip === undefined)
    return { name, state: 'unknown', health: 'gray', why: say('server-never-heard') }
  if (heardAgoMs(state) >= state.settings.timeoutMs) {
    return { name, state: 'silent', health: 'red', why: say('server-silent', { seconds }) }
  }
  switch (gossip.membership) {
    case 'waiting':
      return { name, state: 'starting', health: 'yellow', why: say('server-rejoining') }
    case 'lost':
      return { name, state: 'isolated', health: 'red', why: say('server-lost') }
    case 'leaving':
      return { name, state: 'leaving', health: 'yellow', why: say('server-leaving-now') }
    case 'paired':
    case 'suspecting':
    case 'peer-hung':
    case 'holding':
      if (gossip.standby) return keptFree(name)
      return { name, state: 'online', health: 'green', why: say('server-online') }
  }
}

function keptFree(name: string): ServerStatus {
  return { name, state: 'standby', health: 'yellow', why: say('server-kept-free') }
}

function linkStatus(definition: Definition, state: State, name: string): LinkStatus {
  const link = definition.links.find((each) => each.name === name)
  const view = state.links[name]
  const age = state.now - (view?.heardAt ?? -Infinity)
  const up = view?.carrier === true && age < state.settings.timeoutMs
  const down =
    view?.carrier === false || (state.peer !== null && heardAgoMs(state) < state.settings.timeoutMs)
  const carriesMirror = Object.values(state.mirrors).some(
    (mirror) => mirror.report?.link.path === name,
  )
  return {
    name,
    kind: link?.kind ?? 'interconnect',
    state: up ? 'up' : down ? 'down' : 'unknown',
    roundTripMs: up && view.roundTripMs !== null ? Math.round(view.roundTripMs * 100) / 100 : null,
    addresses: Object.fromEntries(
      Object.entries(link?.addresses ?? {}).map(([server, each]) => [
        server,
        each.split('/')[0] ?? '',
      ]),
    ),
    carries: [
      ...(up ? (['heartbeat'] as const) : []),
      ...(carriesMirror ? (['mirror'] as const) : []),
    ],
  }
}

const groupHealth: Readonly<Record<GroupStatus['state'], Health>> = {
  running: 'green',
  starting: 'yellow',
  stopping: 'yellow',
  stopped: 'gray',
  failed: 'red',
  unknown: 'gray',
}

function groupStatus(definition: Definition, state: State, name: string): GroupStatus {
  const { self, peer } = state.settings
  const mine = state.groups[name]
  const fresh = heardAgoMs(state) < state.settings.timeoutMs
  const theirs = fresh ? state.peer?.gossip.groups[name] : undefined
  const atPeer =
    (mine?.phase === 'stopped' || mine === undefined) &&
    theirs !== undefined &&
    theirs.phase !== 'stopped'
  const source = atPeer ? theirs : mine
  const phase = source?.phase ?? 'stopped'
  const groupState = stateOf(phase, state, name)
  const suspended = state.record.suspended.names
  const isSuspended = suspended.includes(name)
  const definitions = definition.groups.find((group) => group.name === name)
  return {
    name,
    state: groupState,
    health: healthOf(state, name, groupState),
    forced: state.record.forced?.group === name,
    suspended: isSuspended,
    owner: phase === 'stopped' ? null : atPeer ? peer : self,
    why: isSuspended
      ? say('group-suspended', { group: name })
      : phase === 'running'
        ? say('group-started', { group: name, server: atPeer ? peer : self })
        : (source?.why ?? say('group-not-started-yet', { group: name })),
    resources: (definitions?.resources ?? []).map((resource) => {
      const view = source?.resources[resource.name]
      const known = (view?.state ?? 'unknown') as GroupStatus['resources'][number]['state']
      return {
        name: resource.name,
        type: resource.type,
        state: known,
        detail: detailOf(resource),
        error: view?.error ?? null,
      }
    }),
    monitors: (definitions?.monitors ?? []).map((monitor) => {
      const view = source?.monitors[monitor.name]
      const known = (view?.state ?? 'unknown') as 'ok' | 'failing' | 'unknown'
      const isAsleep = isSuspended || suspended.includes(`${name}/${monitor.name}`)
      return {
        name: monitor.name,
        type: monitor.type,
        state: isAsleep ? ('suspended' as const) : known,
        error: view?.error ?? null,
      }
    }),
  }
}

function healthOf(state: State, name: string, groupState: GroupStatus['state']): Health {
  const isDown = groupState === 'stopped' && wantsToRun(state, name)
  const isSuspended = state.record.suspended.names.includes(name)
  if (isSuspended && (isDown || groupState === 'running')) return 'yellow'
  return isDown ? 'red' : groupHealth[groupState]
}

function stateOf(phase: string, state: State, name: string): GroupStatus['state'] {
  switch (phase) {
    case 'running':
      return 'running'
    case 'claiming':
    case 'starting':
    case 'adopting':
      return 'starting'
    case 'stopping':
      return 'stopping'
    case 'stop-failed':
      return 'failed'
    default:
      return wantsToRun(state, name) && (state.groups[name]?.failedStarts ?? 0) > 0
        ? 'failed'
        : 'stopped'
  }
}

function wantsToRun(state: State, name: string): boolean {
  return state.record.groups[name]?.wanted.value !== 'stop' && state.membership.kind !== 'waiting'
}

function detailOf(resource: Definition['groups'][number]['resources'][number]): string {
  switch (resource.type) {
    case 'mirror-disk':
      return `/dev/${resource.mirror} → ${resource.mountPoint}`
    case 'floating-ip':
      return resource.address
    case 'script':
      return resource.start
  }
}
