/**
 * The slices of a definition that the parts of this server need: the heartbeat thread, one mirrord a
 * mirror disk. (That of the core: core/settings.ts.)
 */
import { createHash } from 'node:crypto'
import type { Definition, GroupDefinition } from '../config/schema.ts'
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
