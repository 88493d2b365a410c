/** The tree of the HOWTO's Manager: super cluster, cluster, servers with their links, groups, mirror disks. */
import type { ClusterStatus, GroupStatus, Health, MirrorStatus, ServerStatus } from '../api.ts'
import type { Words } from './words.ts'

export type ActionName = keyof Words['actions']

export interface Order {
  readonly action: ActionName
  readonly path: string
  readonly body: Readonly<Record<string, string>>
  /** What it would cost is asked for first. */
  readonly isGrave: boolean
}

export interface Node {
  readonly id: string
  readonly name: string
  readonly health: Health
  /** Its state in a word. */
  readonly word: string
  readonly orders: readonly Order[]
  readonly children: readonly Node[]
}

const ofLink = { up: 'green', down: 'red', unknown: 'gray' } as const
const ofMonitor = { ok: 'green', failing: 'red', unknown: 'gray', suspended: 'yellow' } as const
const ofResource: Readonly<Record<GroupStatus['resources'][number]['state'], Health>> = {
  running: 'green',
  starting: 'yellow',
  stopping: 'yellow',
  stopped: 'gray',
  failed: 'red',
  unknown: 'gray',
}

export function treeOf(status: ClusterStatus, words: Words): Node {
  const { summary, cluster } = status
  return {
    id: 'cluster',
    name: cluster,
    health: summary.health,
    word: words.health[summary.health],
    orders: [
      isSuspended(status)
        ? order('resume', '/cluster/resume')
        : order('suspend', '/cluster/suspend'),
      order('shutdown', '/cluster/shutdown', { afterwards: 'poweroff' }),
    ],
    children: [
      ...status.servers.map((server) => serverNode(server, status, words)),
      arbiterNode(status, words),
      ...status.groups.map((group) => groupNode(group, status, words)),
      ...status.mirrors.map((mirror) => mirrorNode(mirror, words)),
    ],
  }
}

/** A super cluster of one cluster is as that is. */
export function superOf(name: string, cluster: Node): Node {
  const { health, word } = cluster
  return { id: 'super', name, health, word, orders: [], children: [cluster] }
}

function mirrorNode(mirror: MirrorStatus, words: Words): Node {
  const { name, health, state, replicas } = mirror
  return {
    id: `mirror/${name}`,
    name,
    health,
    word: words.mirror[state],
    orders: mirrorOrders(mirror),
    children: replicas.map(({ server, health: own, role }) => ({
      id: `replica/${name}/${server}`,
      name: server,
      health: own,
      word: role === 'unknown' ? words.replica[own] : `${words.replica[own]}, ${words.role[role]}`,
      orders:
        state === 'split-brain'
          ? [order('give-up', `${mirrorPath(name)}/force`, { loser: server })]
          : [],
      children: [],
    })),
  }
}

const mirrorPath = (name: string): string => `/mirrors/${encodeURIComponent(name)}`

/** What makes sense as things are; a mirrord refuses what does not. */
function mirrorOrders({ name, state, hold, verify }: MirrorStatus): Order[] {
  const actions: readonly ('recover' | 'cancel' | 'break' | 'verify')[] =
    hold !== null
      ? ['recover']
      : state === 'copying'
        ? ['cancel']
        : state === 'in-sync'
          ? verify?.running === true
            ? ['break']
            : ['verify', 'break']
          : state === 'alone' || state === 'disconnected'
            ? ['recover']
            : []
  return actions.map((action) => order(action, `${mirrorPath(name)}/${action}`))
}

function isSuspended({ groups }: ClusterStatus): boolean {
  return groups.length > 0 && groups.every(({ suspended }) => suspended)
}

function arbiterNode({ arbiter }: ClusterStatus, words: Words): Node {
  const { method, health, state } = arbiter
  const word = words.arbiter[state]
  return { id: 'arbiter', name: words.arbiterOf(method), health, word, orders: [], children: [] }
}

function serverNode(
  server: ServerStatus,
  { links, reportedBy }: ClusterStatus,
  words: Words,
): Node {
  const { name, state, health } = server
  const path = `/servers/${encodeURIComponent(name)}`
  const orders =
    state === 'standby'
      ? [order('online', `${path}/online`)]
      : state === 'starting'
        ? [order('stop-waiting', `${path}/stop-waiting`)]
        : [order('standby', `${path}/standby`)]
  const isThere = state === 'online' || state === 'standby' || name === reportedBy
  const leaving = isThere
    ? [
        order('reboot', `${path}/shutdown`, { afterwards: 'reboot' }),
        order('shutdown', `${path}/shutdown`, { afterwards: 'poweroff' }),
      ]
    : []
  return {
    id: `server/${name}`,
    name,
    health,
    word: words.server[state],
    orders: [...orders, ...leaving],
    children: links.map((link) => ({
      id: `link/${name}/${link.name}`,
      name: link.name,
      health: ofLink[link.state],
      word: words.link[link.state],
      orders: [],
      children: [],
    })),
  }
}

function groupNode(group: GroupStatus, { servers }: ClusterStatus, words: Words): Node {
  const { name, state, health, owner, suspended, resources, monitors } = group
  const where = owner === null ? '' : ` (${owner})`
  // It runs nowhere, and the other server is not there to run it.
  const mayTakeOver = owner === null && servers.some((server) => server.state !== 'online')
  return {
    id: `group/${name}`,
    name,
    health,
    word: `${words.group[state]}${where}`,
    orders: [
      ...(state === 'running' ? ordersFor(name, ['move', 'stop']) : ordersFor(name, ['start'])),
      ...(mayTakeOver ? ordersFor(name, ['take-over']) : []),
      ...ordersFor(name, [suspended ? 'resume' : 'suspend']),
    ],
    children: [
      ...resources.map((each) => ({
        id: `resource/${name}/${each.name}`,
        name: each.name,
        health: ofResource[each.state],
        word: words.group[each.state],
        orders: [],
        children: [],
      })),
      ...monitors.map((each) => ({
        id: `monitor/${name}/${each.name}`,
        name: each.name,
        health: ofMonitor[each.state],
        word: words.monitor[each.state],
        orders: monitorOrders(name, each),
        children: [],
      })),
    ],
  }
}

type Monitor = GroupStatus['monitors'][number]

function monitorOrders(group: string, { name, state }: Monitor): Order[] {
  const action = state === 'suspended' ? 'resume' : 'suspend'
  return [order(action, `/groups/${encodeURIComponent(group)}/${action}`, { monitor: name })]
}

function ordersFor(group: string, actions: readonly ActionName[]): Order[] {
  return actions.map((action) => order(action, `/groups/${encodeURIComponent(group)}/${action}`))
}

const grave: ReadonlySet<ActionName> = new Set<ActionName>([
  ...(['move', 'stop', 'take-over', 'standby', 'shutdown', 'reboot'] as const),
  ...(['cancel', 'break', 'give-up'] as const),
])

function order(
  action: ActionName,
  path: string,
  body: Readonly<Record<string, string>> = {},
): Order {
  return { action, path, body, isGrave: grave.has(action) }
}

export function findNode(node: Node, id: string): Node | null {
  if (node.id === id) return node
  for (const child of node.children) {
    const found = findNode(child, id)
    if (found !== null) return found
  }
  return null
}

export function idsOf(node: Node): string[] {
  return [node.id, ...node.children.flatMap(idsOf)]
}
