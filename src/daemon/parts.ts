/** The resources, monitors and the arbiter of this server, made from the definition. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Arbiter } from '../arbiters/arbiter.ts'
import { etcdArbiter } from '../arbiters/etcd.ts'
import { fenceArbiter } from '../arbiters/fence.ts'
import { noArbiter } from '../arbiters/none.ts'
import { pingArbiter } from '../arbiters/ping.ts'
import { witnessArbiter } from '../arbiters/witness.ts'
import type { Definition, MonitorDefinition, ResourceDefinition } from '../config/schema.ts'
import type { BlockDevices } from '../drivers/blockdev.ts'
import { requestJson } from '../drivers/http-json.ts'
import type { Ip } from '../drivers/ip.ts'
import type { Mount } from '../drivers/mount.ts'
import type { Run } from '../drivers/process.ts'
import { httpMonitor } from '../monitors/http.ts'
import { linkMonitor } from '../monitors/link.ts'
import type { Monitor } from '../monitors/monitor.ts'
import { floatingIp, type RightLeftMs } from '../resources/floating-ip.ts'
import { mirrorDisk } from '../resources/mirror-disk.ts'
import type { Resource } from '../resources/resource.ts'
import { script } from '../resources/script.ts'
import type { MirrordPool } from './mirrord-pool.ts'
import { addressOf, clusterName, folders, groupOf, neighbourOf } from './settings.ts'

export interface Drivers {
  readonly run: Run
  readonly ip: Ip
  readonly mount: Mount
  readonly devices: BlockDevices
  readonly pool: MirrordPool
  readonly rightLeftMs: RightLeftMs
}

export interface Parts {
  resource(group: string, name: string): Resource
  monitor(group: string, name: string): Monitor
  readonly arbiter: Arbiter
}

export function makeParts(
  definition: Definition,
  self: string,
  programs: string,
  drivers: Drivers,
): Parts {
  const resources = new Map<string, Resource>()
  const monitors = new Map<string, Monitor>()
  for (const group of definition.groups) {
    for (const each of group.resources) {
      resources.set(
        `${group.name}/${each.name}`,
        makeResource(definition, self, programs, group.name, each, drivers),
      )
    }
    for (const each of group.monitors) {
      monitors.set(`${group.name}/${each.name}`, makeMonitor(definition, self, each, drivers))
    }
  }
  return {
    resource: (group, name) => found(resources, group, name),
    monitor: (group, name) => found(monitors, group, name),
    arbiter: makeArbiter(definition, self, drivers),
  }
}

function makeArbiter(definition: Definition, self: string, drivers: Drivers): Arbiter {
  const { arbiter, servers } = definition
  const cluster = clusterName(definition)
  switch (arbiter.method) {
    case 'none':
      return noArbiter
    case 'ping':
      return pingArbiter(arbiter.targets, drivers.ip)
    case 'fence': {
      const peer = servers.find(({ name }) => name !== self)?.name ?? ''
      const devices = arbiter.devices[peer] ?? []
      const restarts = arbiter.action === 'reboot'
      return fenceArbiter({ peer, devices, restarts }, { run: drivers.run, readText })
    }
    case 'witness':
      return witnessArbiter({ ...arbiter, cluster }, { request: requestJson, readText })
    case 'etcd': {
      const world = { request: requestJson, readText, newInstance: randomUUID }
      return etcdArbiter({ ...arbiter, cluster }, world)
    }
  }
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8')
}

function found<Value>(map: ReadonlyMap<string, Value>, group: string, name: string): Value {
  const value = map.get(`${group}/${name}`)
  if (value === undefined) throw new Error(`${group} has no ${name}`)
  return value
}

function makeResource(
  definition: Definition,
  self: string,
  programs: string,
  group: string,
  resource: ResourceDefinition,
  drivers: Drivers,
): Resource {
  switch (resource.type) {
    case 'floating-ip': {
      const neighbour = neighbourOf(definition, self, resource.address)
      const { name, address } = resource
      const prefix = neighbour?.prefix ?? 32
      const place = { name, address, prefix, neighbour: neighbour?.address ?? '' }
      return floatingIp(place, drivers.ip, drivers.rightLeftMs)
    }
    case 'script':
      return script(
        {
          name: resource.name,
          group,
          startPath: `${folders.definition}/${resource.start}`,
          stopPath: `${folders.definition}/${resource.stop}`,
          logFile: `${folders.log}/${group}.log`,
          self,
          servers: groupOf(definition, group).servers,
          programs,
        },
        drivers.run,
      )
    case 'mirror-disk': {
      const { pool } = drivers
      const mirror = definition.mirrors.find((each) => each.name === resource.mirror)
      return mirrorDisk(
        {
          name: resource.name,
          mirror: resource.mirror,
          device: `/dev/${resource.mirror}`,
          nbdSocket: pool.settings(resource.mirror)?.nbdSocket ?? '',
          mountPoint: resource.mountPoint,
          mountOptions: resource.mountOptions,
          fileSystem: mirror?.fileSystem ?? 'ext3',
        },
        {
          command: (command) => pool.command(resource.mirror, command),
          report: () => pool.latest(resource.mirror)?.report ?? null,
          isGone: () => pool.isGone(resource.mirror),
        },
        drivers.devices,
        drivers.mount,
      )
    }
  }
}

function makeMonitor(
  definition: Definition,
  self: string,
  monitor: MonitorDefinition,
  drivers: Drivers,
): Monitor {
  switch (monitor.type) {
    case 'http':
      return httpMonitor(monitor.url)
    case 'link': {
      const local = addressOf(definition, monitor.link, self)
      return linkMonitor({ link: monitor.link, local, targets: monitor.targets }, drivers.ip)
    }
  }
}
