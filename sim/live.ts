/**
 * Both servers as one of them knows them: its own state, and what its peer last said. The peer's own
 * state is made anew from that, as after a restart of its daemon.
 */
import type { Gossip } from '../src/core/gossip.ts'
import { blankRecord, type DurableRecord, type RegisterRecord } from '../src/core/record.ts'
import { gossipOf } from '../src/core/say-gossip.ts'
import { start } from '../src/core/start.ts'
import type { Membership, Settings, State } from '../src/core/state.ts'
import { Cluster } from './cluster.ts'
import { peerOf, servers, type Server } from './machine.ts'

type Names = Readonly<Record<Server, string>>

/** `names`: what the simulator's two servers are called there. */
export function livePair(state: State, names: Names): Cluster {
  const world = translate(state, names) as State
  const self: Server = world.settings.self === 'SERVER2' ? 'SERVER2' : 'SERVER1'
  const peer = peerOf(self)
  const settings = (server: Server): Settings =>
    server === self ? world.settings : { ...world.settings, self: peer, peer: self }
  const cluster = new Cluster({ settings })
  const gossip = world.peer?.gossip
  const isThere = gossip !== undefined && world.now - (world.peer?.heardAt ?? 0) < 1000
  cluster.adopt(self, { state: world, running: runningIn(world.groups) })
  if (isThere) {
    const other = peerState(settings(peer), world, gossip)
    cluster.adopt(peer, { state: other, running: runningIn(gossip.groups) })
  }
  for (const [name, mirror] of Object.entries(cluster.mirrors)) {
    const mine = world.mirrors[name]?.report ?? null
    const theirs = isThere ? (gossip.disks[name]?.report ?? null) : null
    mirror.adopt({ [self]: mine, [peer]: theirs })
  }
  const { value } = world.register
  if (value !== null) cluster.register.value = value
  return cluster
}

function peerState(settings: Settings, known: State, gossip: Gossip): State {
  const { now } = known
  const record = recordFrom(settings, known, gossip)
  const { state } = start(settings, record, now)
  const acknowledged = { heardAt: now, acknowledgedSentAt: now, carrier: true, roundTripMs: 1 }
  return {
    ...state,
    membership: membershipFrom(gossip, now),
    listeningSince: now - 60_000,
    links: Object.fromEntries(settings.links.map((link) => [link, acknowledged])),
    peer: { gossip: gossipOf(known), incarnation: '1', heardAt: now },
    guardArmed: known.guardArmed,
    register: { ...state.register, value: known.register.value, answeredAt: now },
    groups: Object.fromEntries(
      Object.entries(state.groups).map(([name, view]) => {
        const phase = gossip.groups[name]?.phase ?? 'stopped'
        const isUp = phase === 'running'
        const resources = Object.keys(view.resources).map(
          (each) => [each, { state: isUp ? 'running' : 'stopped', error: null }] as const,
        )
        const monitors = Object.entries(view.monitors).map(([each, monitor]) => [
          each,
          { ...monitor, nextAt: now + 500, state: 'ok' as const },
        ])
        return [
          name,
          {
            ...view,
            phase: isUp ? ('running' as const) : ('stopped' as const),
            since: now - 60_000,
            resources: Object.fromEntries(resources),
            monitors: Object.fromEntries(monitors) as typeof view.monitors,
          },
        ]
      }),
    ),
    mirrors: Object.fromEntries(
      Object.entries(state.mirrors).map(([name, view]) => [
        name,
        { ...view, report: gossip.disks[name]?.report ?? null, lives: 1 },
      ]),
    ),
  }
}

function recordFrom(settings: Settings, known: State, gossip: Gossip): DurableRecord {
  const blank = blankRecord(settings.groups.map(({ name }) => name))
  const groups = Object.entries(gossip.groups).map(([name, group]) => {
    const { term, releasedTo, wanted, phase } = group
    const active =
      phase === 'running' ? { bootId: settings.bootId, event: 'START' as const, whole: true } : null
    return [name, { term, releasedTo, wanted, active, finals: 0 }] as const
  })
  const outdated = Object.entries(gossip.disks).flatMap(([name, { outdated: mark }]) =>
    mark === null ? [] : [[name, mark] as const],
  )
  const { epoch, standby, suspended } = gossip
  return {
    ...blank,
    epoch,
    standby,
    suspended,
    register: registerFrom(known, gossip),
    groups: { ...blank.groups, ...Object.fromEntries(groups) },
    outdated: Object.fromEntries(outdated),
  }
}

function registerFrom({ settings }: State, { register }: Gossip): RegisterRecord | null {
  if (register === null) return null
  const leaseMs = settings.lease?.leaseMs ?? 0
  const { instance, version, terms, agreed } = register
  return { instance, version, terms, agreed, leaseMs, ownLeaseMs: leaseMs, nonce: null }
}

function membershipFrom({ membership, waitLeftMs }: Gossip, now: number): Membership {
  const until = now + (waitLeftMs ?? 0)
  if (membership === 'waiting') return { kind: 'waiting', since: now, until }
  return { kind: 'paired', since: now - 60_000 }
}

interface Parts {
  readonly resources: Readonly<Record<string, { readonly state: string }>>
}

function runningIn(groups: Readonly<Record<string, Parts>>): string[] {
  return Object.entries(groups).flatMap(([group, { resources }]) =>
    Object.entries(resources).flatMap(([name, { state }]) =>
      state === 'running' ? [`${group}/${name}`] : [],
    ),
  )
}

/** The same value with the simulator's names of the servers, in keys and in texts. */
function translate(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return servers.find((server) => names[server] === value) ?? value
  if (Array.isArray(value)) return value.map((each) => translate(each, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, translate(each, names)]),
  )
}
