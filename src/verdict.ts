/**
 * What would happen: the shipped core in the simulator's world, for the command line and the Manager.
 * Nothing is touched; the world is one of numbers, and time passes as fast as it can be computed.
 *
 * `whatIf` goes on from the live state of one server and what it has last heard of the other one.
 * `verdict` begins with a definition and tries its failures one by one, and in pairs.
 */
import { Cluster } from '../sim/cluster.ts'
import { obey } from '../sim/commands.ts'
import { livePair } from '../sim/live.ts'
import { peerOf, runsGroup, servers, type Server } from '../sim/machine.ts'
import type { Definition } from './config/schema.ts'
import { coreSettings } from './core/settings.ts'
import type { Settings, State } from './core/state.ts'
import type { Message } from './messages/catalogue.ts'

export interface Step {
  /** From the failure on. */
  readonly afterMs: number
  readonly server: string
  readonly message: Message
}

export interface GroupOutcome {
  readonly group: string
  /** Where it runs in the end; null: nowhere. */
  readonly owner: string | null
  /** How long it did not run, all in all; null: it does not run in the end. */
  readonly outageMs: number | null
}

export interface WhatIf {
  readonly steps: readonly Step[]
  readonly groups: readonly GroupOutcome[]
  /** Both servers had the same group active for a moment. */
  readonly twoActive: boolean
}

/** A thing that can be lost: a server's name, a link's name, or one of these. */
export type Loss = string
export const otherLosses = ['links', 'arbiter', 'disk'] as const

const horizonMs = 60_000

/** null: there is no such thing to lose. `lose`: all at once. */
export function whatIf(state: State, lose: readonly Loss[]): WhatIf | null {
  const names = namesOf(state.settings)
  const commands = lose.map((loss) => commandsFor(loss, names, state.settings))
  if (commands.some((each) => each === null)) return null
  const cluster = livePair(state, names)
  // A few heartbeats, so that what is due anyway is not taken for a consequence.
  cluster.run(200)
  const said = watch(
    cluster,
    names,
    commands.flatMap((each) => each ?? []),
    horizonMs,
  )
  return said
}

export type Outcome = 'survived' | 'stops' | 'two-active'

export interface Trial {
  readonly failures: readonly Loss[]
  readonly outcome: Outcome
  /** Of all groups the longest; null: not survived. */
  readonly outageMs: number | null
  /** What led to a bad end; empty for a good one. */
  readonly trace: readonly Step[]
}

export interface Verdict {
  readonly singles: readonly Trial[]
  /** One after the other, before anything was mended. */
  readonly pairs: readonly Trial[]
}

const betweenMs = [500, 15_000]

/** Each failure alone, and each pair in both orders, shortly after each other and later. */
export function verdict(definition: Definition): Verdict {
  const [first = '', second = ''] = definition.servers.map(({ name }) => name)
  const real = coreSettings(definition, first, second, 'boot')
  const names = namesOf(real)
  const losses = [first, second, ...hangs(real), ...real.links, ...otherLosses]
  const trial = (failures: readonly Loss[], pauseMs: number): Trial =>
    tryOut(definition, names, failures, pauseMs)
  const pairs = losses.flatMap((one) =>
    losses
      .filter((other) => other !== one)
      .map((other) => worst(betweenMs.map((pauseMs) => trial([one, other], pauseMs)))),
  )
  return { singles: losses.map((each) => trial([each], 0)), pairs }
}

/** `SERVER1~`: it stands still, and its kernel still answers. */
function hangs({ self, peer }: Settings): Loss[] {
  return [`${self}~`, `${peer}~`]
}

const badness: Readonly<Record<Outcome, number>> = { survived: 0, stops: 1, 'two-active': 2 }

function worst(trials: readonly Trial[]): Trial {
  const byBadness = trials.toSorted(
    (a, b) =>
      badness[b.outcome] - badness[a.outcome] ||
      (b.outageMs ?? 0) - (a.outageMs ?? 0) ||
      a.trace.length - b.trace.length,
  )
  const [found] = byBadness
  if (found === undefined) throw new Error('nothing was tried')
  return found
}

type Names = Readonly<Record<Server, string>>

/** The simulator has its own names for the two servers. */
function namesOf({ self, peer }: Settings): Names {
  const [first = '', second = ''] = [self, peer].toSorted()
  return { SERVER1: first, SERVER2: second }
}

function tryOut(
  definition: Definition,
  names: Names,
  failures: readonly Loss[],
  pauseMs: number,
): Trial {
  const settings = (server: Server): Settings =>
    inWorld(coreSettings(definition, names[server], names[peerOf(server)], 'boot'), names)
  const cluster = new Cluster({ settings })
  for (const command of ['up SERVER1', 'up SERVER2']) obey(cluster, command)
  cluster.run(12_000)
  const real = coreSettings(definition, names.SERVER1, names.SERVER2, 'boot')
  const commands = failures.flatMap((failure, index) => [
    ...(index === 0 ? [] : [`wait ${pauseMs / 1000}s`]),
    ...(commandsFor(failure, names, real) ?? []),
  ])
  const { steps, groups, twoActive } = watch(cluster, names, commands, horizonMs)
  const isSurvived = groups.every(({ owner }) => owner !== null)
  const outcome = twoActive ? 'two-active' : isSurvived ? 'survived' : 'stops'
  const outages = groups.map(({ outageMs }) => outageMs ?? 0)
  const outageMs = outcome === 'survived' ? Math.max(0, ...outages) : null
  return { failures, outcome, outageMs, trace: outcome === 'survived' ? [] : steps }
}

/** With the simulator's names of the servers. */
function inWorld(settings: Settings, names: Names): Settings {
  const toWorld = (name: string): string => servers.find((server) => names[server] === name) ?? name
  return {
    ...settings,
    self: toWorld(settings.self),
    peer: toWorld(settings.peer),
    groups: settings.groups.map((group) => ({ ...group, servers: group.servers.map(toWorld) })),
  }
}

function commandsFor(loss: Loss, names: Names, settings: Settings): string[] | null {
  const bare = loss.replace(/~$/, '')
  const server = servers.find((each) => names[each] === bare)
  if (server !== undefined) return loss === bare ? [`off ${server}`] : [`freeze ${server}`]
  if (settings.links.includes(loss)) return [`cut SERVER1 ${loss}`]
  switch (loss) {
    case 'links':
      return ['fail split']
    case 'disk':
      return ['fail-disk']
    case 'arbiter':
      return arbiterLost(settings.arbiter)
    default:
      return null
  }
}

function arbiterLost(arbiter: Settings['arbiter']): string[] {
  switch (arbiter) {
    case 'ping':
      return ['client off']
    case 'fence':
      return ['fail fence']
    case 'witness':
    case 'etcd':
      return ['fail witness']
    case 'none':
      return []
  }
}

/** Plays the failures, and looks what becomes of each group. */
function watch(cluster: Cluster, names: Names, commands: readonly string[], forMs: number): WhatIf {
  const beganAt = cluster.now
  const saidBefore = cluster.said.length
  const violationsBefore = cluster.violations.length
  const groups = cluster.snapshot().groups
  const downMs = new Map<string, number>(groups.map((group) => [group, 0]))
  const stepMs = 50
  const advance = (ms: number): void => {
    for (let left = ms; left > 0; left -= stepMs) {
      cluster.run(Math.min(stepMs, left))
      for (const group of groups) {
        if (ownerOf(cluster, group) === null) {
          downMs.set(group, (downMs.get(group) ?? 0) + stepMs)
        }
      }
    }
  }
  for (const command of commands) {
    const wait = /^wait ([\d.]+)s$/.exec(command)?.[1]
    if (wait === undefined) obey(cluster, command)
    else advance(Number(wait) * 1000)
  }
  advance(forMs)
  const steps = cluster.said
    .slice(saidBefore)
    .flatMap(({ atMs, server, message }): Step[] =>
      message === null
        ? []
        : [{ afterMs: atMs - beganAt, server: names[server], message: renamed(message, names) }],
    )
  return {
    steps,
    groups: groups.map((group) => {
      const owner = ownerOf(cluster, group)
      return {
        group,
        owner: owner === null ? null : names[owner],
        outageMs: owner === null ? null : (downMs.get(group) ?? 0),
      }
    }),
    twoActive: cluster.violations.length > violationsBefore,
  }
}

/** The server on which all of it runs, whatever its daemon believes. */
function ownerOf(cluster: Cluster, group: string): Server | null {
  const found = servers.find((server) => {
    const machine = cluster.machine(server)
    if (!machine.power || machine.frozen || !runsGroup(machine, group)) return false
    return machine.state?.groups[group]?.phase === 'running'
  })
  return found ?? null
}

/** Sentences name the servers as the definition does. */
function renamed(message: Message, names: Names): Message {
  const args = Object.fromEntries(
    Object.entries(message.args).map(([key, value]) => {
      const server = servers.find((each) => each === value)
      return [key, server === undefined ? value : names[server]]
    }),
  )
  return { ...message, args }
}
