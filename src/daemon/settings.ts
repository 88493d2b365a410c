/**
 * The slices of a definition that each part of this server needs: the core, the heartbeat thread,
 * one mirrord a mirror disk.
 */
import { createHash } from 'node:crypto'
import { fenceWithinMs } from '../arbiters/fence.ts'
import type { Settings } from '../core/state.ts'
import type {
  Definition,
  GroupDefinition,
  MonitorDefinition,
  ResourceDefinition,
} from '../config/schema.ts'
import type { LinkSecurity, MirrorSettings } from '../wire/mirror-control.ts'
import type { HeartbeatSettings } from './heartbeat-worker.ts'

export const folders = {
  definition: '/etc/kagami',
  key: '/etc/kagami/keys/cluster.key',
  keys: '/etc/kagami/keys',
  state: '/var/lib/kagami',
  log: '/var/log/kagami',
  run: '/run/kagami',
} as const

/** A path of the mirror link is given up after this, the whole peer after that. */
const pathTimeoutMs = 600
const mirrorPeerTimeoutMs = 2000

export function peerOf(definition: Definition, self: string): string | null {
  const names = definition.servers.map((server) => server.name)
  return names.includes(self) ? (names.find((name) => name !== self) ?? null) : null
}

export function coreSettings(
  definition: Definition,
  self: string,
  peer: string,
  bootId: string,
): Settings {
  return {
    self,
    peer,
    bootId,
    intervalMs: definition.heartbeat.intervalMs,
    timeoutMs: definition.heartbeat.timeoutMs,
    waitForPeerMs: definition.startup.waitForPeerSec * 1000,
    arbiter: definition.arbiter.method,
    lease: leaseSettings(definition),
    ...fenceTimes(definition, peer),
    links: definition.links.map((link) => link.name),
    mirrors: definition.mirrors.map((mirror) => mirror.name),
    groups: definition.groups.map((group) => ({
      name: group.name,
      servers: group.servers,
      startup: group.startup,
      failover: group.failover,
      failback: group.failback,
      failbackQuietMs: group.failbackQuietSec * 1000,
      after: group.startAfter,
      resources: group.resources.map(resourceSettings),
      monitors: group.monitors.map(monitorSettings),
    })),
  }
}

/** null: the arbiter keeps no register. */
export function leaseSettings({ arbiter, heartbeat }: Definition): Settings['lease'] {
  if (arbiter.method !== 'witness' && arbiter.method !== 'etcd') return null
  const { method, leaseMs, marginMs } = arbiter
  const place = method === 'witness' ? arbiter.url : arbiter.endpoints
  const terms = JSON.stringify({ method, place, leaseMs, heartbeat })
  return { leaseMs, marginMs, guard: arbiter.guard === 'required', terms }
}

function fenceTimes(
  { arbiter }: Definition,
  peer: string,
): Pick<Settings, 'standbyDelayMs' | 'fenceWithinMs'> {
  if (arbiter.method === 'ping' || arbiter.method === 'none') {
    return { standbyDelayMs: 0, fenceWithinMs: 0 }
  }
  if (arbiter.method !== 'fence') {
    return { standbyDelayMs: arbiter.standbyDelayMs, fenceWithinMs: 0 }
  }
  const devices = arbiter.devices[peer] ?? []
  return { standbyDelayMs: arbiter.standbyDelayMs, fenceWithinMs: fenceWithinMs(devices) }
}

function resourceSettings(
  resource: ResourceDefinition,
): Settings['groups'][number]['resources'][number] {
  return {
    name: resource.name,
    type: resource.type,
    mirror: resource.type === 'mirror-disk' ? resource.mirror : null,
    startTimeoutMs: resource.startTimeoutSec * 1000,
    stopTimeoutMs: resource.stopTimeoutSec * 1000,
  }
}

function monitorSettings(
  monitor: MonitorDefinition,
): Settings['groups'][number]['monitors'][number] {
  return {
    name: monitor.name,
    type: monitor.type,
    resource: monitor.type === 'http' ? monitor.resource : null,
    link: monitor.type === 'link' ? monitor.link : null,
    intervalMs: monitor.intervalSec * 1000,
    timeoutMs: monitor.timeoutSec * 1000,
    failures: monitor.failures,
    restarts: monitor.type === 'http' ? monitor.restarts : 0,
  }
}

/** `192.168.4.21/24` without its prefix. */
export function addressOf(definition: Definition, link: string, server: string): string {
  return addressWithPrefix(definition, link, server).split('/')[0] ?? ''
}

function addressWithPrefix(definition: Definition, link: string, server: string): string {
  return definition.links.find((each) => each.name === link)?.addresses[server] ?? ''
}

export function heartbeatSettings(
  definition: Definition,
  self: string,
  peer: string,
  key: string,
): HeartbeatSettings {
  return {
    cluster: clusterName(definition),
    self,
    peer,
    port: definition.ports.heartbeat,
    intervalMs: definition.heartbeat.intervalMs,
    timeoutMs: definition.heartbeat.timeoutMs,
    key,
    links: definition.links.map((link) => ({
      name: link.name,
      local: addressOf(definition, link.name, self),
      remote: addressOf(definition, link.name, peer),
    })),
  }
}

export function mirrorSettings(
  definition: Definition,
  self: string,
  peer: string,
  bootId: string,
): MirrorSettings[] {
  return definition.mirrors.map((mirror, index) => {
    const port = mirror.port ?? definition.ports.mirror + index
    return {
      mirror: mirror.name,
      server: self,
      peer,
      diskId: createHash('sha256')
        .update(`${clusterName(definition)}/${mirror.name}`)
        .digest('hex')
        .slice(0, 32),
      dataPartition: mirror.dataPartition,
      clusterPartition: mirror.clusterPartition,
      controlSocket: `${folders.run}/${mirror.name}.control`,
      nbdSocket: `${folders.run}/${mirror.name}.nbd`,
      paths: definition.links.map((link) => ({
        name: link.name,
        local: addressOf(definition, link.name, self),
        peer: addressOf(definition, link.name, peer),
        port,
        peerPort: port,
      })),
      keyFile: folders.key,
      link: linkSettings(mirror.linkSecurity, self),
      mode: 'sync',
      verifyEveryHours: mirror.verifyEveryHours,
      bootId,
      pathTimeoutMs,
      peerTimeoutMs: mirrorPeerTimeoutMs,
    }
  })
}

function linkSettings(security: LinkSecurity, self: string): MirrorSettings['link'] {
  if (security === 'off') return { security }
  return {
    security,
    certificateFile: `${folders.keys}/${self}.pem`,
    privateKeyFile: `${folders.keys}/${self}.key`,
    authorityFile: `${folders.keys}/ca.pem`,
  }
}

export function clusterName(definition: Definition): string {
  return `${definition.superCluster}/${definition.cluster.name}`
}

/** The own address on the network that a floating address belongs to, with the prefix. */
export function neighbourOf(
  definition: Definition,
  self: string,
  address: string,
): { address: string; prefix: number } | null {
  for (const link of definition.links) {
    const [own = '', prefixText = '32'] = (link.addresses[self] ?? '').split('/')
    const prefix = Number(prefixText)
    if (networkOf(own, prefix) === networkOf(address, prefix)) return { address: own, prefix }
  }
  return null
}

function networkOf(address: string, prefix: number): number {
  const number = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
  return Math.floor(number / 2 ** (32 - prefix))
}

export function groupOf(definition: Definition, name: string): GroupDefinition {
  const group = definition.groups.find((each) => each.name === name)
  if (group === undefined) throw new Error(`no group ${name}`)
  return group
}
