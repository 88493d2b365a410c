/**
 * What an order would cost, said before it is given. The order counts only for what was shown: its token is
 * made of all that the sentence depends on, so whatever has happened meanwhile, the sentence is shown anew.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Alert, ClusterStatus } from '../../api.ts'
import type { AnyOrder } from '../../core/gossip.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import type { MirrorOrder } from './mirror-orders.ts'

/** Null: it takes nothing away from anybody. `obeying`: the server that carries it out. */
export function consequenceOf(
  order: AnyOrder,
  status: ClusterStatus,
  obeying: string = status.reportedBy,
): Message | null {
  switch (order.kind) {
    case 'stop': {
      const { group } = order
      const owner = ownerOf(status, group)
      return owner === null ? null : say('would-stop-group', { group, server: owner })
    }
    case 'move': {
      const { group, to } = order
      const owner = ownerOf(status, group)
      if (owner === null || to === owner) return null
      return say('would-move-group', { group, server: owner, other: otherOf(status, owner) })
    }
    case 'standby': {
      const { server } = order
      const hasGroups = status.groups.some(({ owner }) => owner === server)
      if (!hasGroups) return null
      return say('would-free-server', { server, other: otherOf(status, server) })
    }
    case 'leave': {
      const other = otherOf(status, obeying)
      const isThere = status.servers.find(({ name }) => name === other)?.state === 'online'
      return isThere
        ? say('would-leave', { server: obeying, other })
        : say('would-leave-last', { server: obeying })
    }
    case 'shutdown-cluster':
      return say('would-shut-down-cluster')
    case 'start':
    case 'force':
    case 'online':
    case 'end-wait':
    case 'suspend':
    case 'resume':
      return null
  }
}

/** The same of a mirror disk; `alerts`: since when its loser has been alone. */
export function mirrorConsequenceOf(
  { mirror, action, loser }: MirrorOrder,
  status: ClusterStatus,
  alerts: readonly Alert[],
): Message | null {
  const replicas = status.mirrors.find(({ name }) => name === mirror)?.replicas ?? []
  switch (action) {
    case 'break': {
      const kept = replicas.find(({ role }) => role === 'active') ?? replicas[0]
      return say('would-break-mirror', { mirror, server: kept?.server ?? status.reportedBy })
    }
    case 'cancel': {
      const target = replicas.find(({ health }) => health === 'yellow')
      return say('would-cancel-copy', { mirror, server: target?.server ?? '-' })
    }
    case 'force': {
      const name = loser ?? ''
      const given = replicas.find(({ server }) => server === name)
      const bytes = given?.differingBytes ?? null
      if (bytes === null) return say('would-lose-unknown', { loser: name })
      const size = sizeText(bytes)
      const since = aloneSince(alerts, mirror, name)
      return since === null
        ? say('would-lose', { loser: name, size })
        : say('would-lose-since', { loser: name, size, since })
    }
    case 'recover':
    case 'verify':
      return null
  }
}

/**
 * What was shown, in a few letters. Of the status all that a person judges by; not what changes by itself
 * every second.
 */
export function tokenOf(what: string, shown: Shown): string {
  const minute = Math.floor(shown.nowMs / 60_000)
  return `${minute.toString(36)}.${sealOf(what, shown, minute)}`
}

/** What was shown to this caller not long ago, and is so still. */
export function isTokenOf(token: string, what: string, shown: Shown): boolean {
  const [text = '', seal = ''] = token.split('.')
  const minute = Number.parseInt(text, 36)
  const age = Math.floor(shown.nowMs / 60_000) - minute
  return age >= 0 && age <= goodForMinutes && seal === sealOf(what, shown, minute)
}

const goodForMinutes = 5
/** Of this life of the daemon: nobody can make a token by himself. */
const secret = randomBytes(32)

function sealOf(what: string, { message, status, caller }: Shown, minute: number): string {
  const { servers, groups, mirrors } = status
  const facts = [
    ...[what, minute, caller, message.id],
    // The sizes as they were read: what is still "12 MiB" is the same.
    Object.entries(message.args).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    servers.map(({ name, state }) => [name, state]),
    groups.map(({ name, state, owner }) => [name, state, owner]),
    mirrors.map(({ name, state, replicas }) => [
      name,
      state,
      replicas.map(({ server, health, role, generation }) => [server, health, role, generation]),
    ]),
  ]
  return createHmac('sha256', secret).update(JSON.stringify(facts)).digest('hex').slice(0, 20)
}

interface Shown {
  readonly message: Message
  readonly status: ClusterStatus
  /** Who was shown it: a user or a token. */
  readonly caller: string
  readonly nowMs: number
}

function ownerOf({ groups }: ClusterStatus, group: string): string | null {
  return groups.find(({ name }) => name === group)?.owner ?? null
}

function otherOf({ servers }: ClusterStatus, server: string): string {
  return servers.find(({ name }) => name !== server)?.name ?? server
}

/** As the alert log has it: when that side last went on without the other one. */
function aloneSince(alerts: readonly Alert[], mirror: string, server: string): string | null {
  const went = alerts.findLast(
    ({ message, server: teller }) =>
      message.id === 'mirrord-alone' && message.args['mirror'] === mirror && teller === server,
  )
  return went?.at ?? null
}

function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
  const size = bytes / 1024 ** power
  return `${power === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[power] ?? ''}`
}
