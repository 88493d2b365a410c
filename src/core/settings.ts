/** What decisions need of a cluster definition, for one of its two servers. Times become milliseconds. */
import type { Definition, MonitorDefinition, ResourceDefinition } from '../config/schema.ts'
import type { Settings } from './state.ts'

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
    loser: definition.loser,
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
      finalAction: group.finalAction,
      resources: group.resources.map(resourceSettings),
      monitors: group.monitors.map(monitorSettings),
    })),
  }
}

/** null: the arbiter keeps no register. */
function leaseSettings({ arbiter, heartbeat }: Definition): Settings['lease'] {
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
  return { standbyDelayMs: arbiter.standbyDelayMs, fenceWithinMs: withinMs(devices) }
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

/** How long all devices may take, with every retry. */
function withinMs(
  devices: readonly { readonly timeoutSec: number; readonly retries: number }[],
): number {
  const each = devices.map(({ timeoutSec, retries }) => timeoutSec * (retries + 1) + 1)
  return Math.max(1, ...each) * 1000
}
