/**
 * What the schema cannot see: whether the parts of a definition fit together. Pure; each rule is a
 * function from the definition to findings, and none of them depends on another one's outcome.
 */
import { say } from '../messages/catalogue.ts'
import { checkAddresses } from './check-addresses.ts'
import { checkGroupOrder } from './check-order.ts'
import { checkRegister } from './check-register.ts'
import { checkUnique } from './check-unique.ts'
import { nearest } from './nearest.ts'
import { keyText, type Finding, type Path } from './problem.ts'
import type { Definition, GroupDefinition, MonitorDefinition } from './schema.ts'

/** All findings, in the order of the rules. */
export function checkDefinition(definition: Definition): readonly Finding[] {
  return [
    ...checkServers(definition),
    ...checkServerNames(definition),
    ...checkUnique(definition),
    ...checkAddresses(definition),
    ...checkHeartbeat(definition),
    ...checkMirrors(definition),
    ...checkLinkSecurity(definition),
    ...definition.groups.flatMap((group, index) => checkGroup(definition, group, index)),
    ...checkGroupOrder(definition),
    ...checkArbiter(definition),
  ]
}

/** Every name of a server must be one of the two. */
function checkServers(definition: Definition): Finding[] {
  const known = definition.servers.map((server) => server.name)
  const unknown = (path: Path, name: string): Finding[] => {
    if (known.includes(name)) return []
    const args = { key: keyText(path), name, known: list(known) }
    return [{ path, message: say('definition-server-unknown', args) }]
  }
  return [
    ...definition.links.flatMap((link, index) =>
      Object.keys(link.addresses).flatMap((name) =>
        unknown(['links', index, 'addresses', name], name).map(
          (finding): Finding => ({ ...finding, atKey: true }),
        ),
      ),
    ),
    ...definition.links.flatMap((link, index) =>
      known
        .filter((name) => link.addresses[name] === undefined)
        .map((server) => ({
          path: ['links', index, 'addresses'],
          atKey: true as const,
          message: say('link-address-missing', { link: link.name, server }),
        })),
    ),
    ...definition.mirrors.flatMap(({ source }, index) =>
      source === undefined ? [] : unknown(['mirrors', index, 'source'], source),
    ),
    ...definition.groups.flatMap((group, index) =>
      group.servers.flatMap((name, place) => unknown(['groups', index, 'servers', place], name)),
    ),
  ]
}

function checkHeartbeat({ heartbeat }: Definition): Finding[] {
  const min = heartbeat.intervalMs * 3
  if (heartbeat.timeoutMs >= min) return []
  const message = say('heartbeat-timeout-short', { timeout: heartbeat.timeoutMs, min })
  return [{ path: ['heartbeat', 'timeoutMs'], message }]
}

/** Each mirror disk belongs to one resource of one group. (Two uses are found by checkUnique.) */
function checkMirrors(definition: Definition): Finding[] {
  const used = new Set(
    definition.groups.flatMap((group) =>
      group.resources.map((resource) => (resource.type === 'mirror-disk' ? resource.mirror : '')),
    ),
  )
  return definition.mirrors.flatMap(({ name }, index) =>
    used.has(name)
      ? []
      : [{ path: ['mirrors', index, 'name'], message: say('mirror-unused', { mirror: name }) }],
  )
}

/** A mirror disk uses every link in turn, the public LAN too: its data is then open to all there. */
function checkLinkSecurity({ mirrors, links }: Definition): Finding[] {
  const all = links.map((link) => link.name).join(', ')
  const open = links.find((link) => link.kind === 'public')
  return mirrors.flatMap(({ name: mirror, linkSecurity }, index): Finding[] => {
    if (linkSecurity === 'tls') return []
    const message =
      open === undefined
        ? say('mirror-link-open', { mirror, links: all })
        : say('mirror-link-open-public', { mirror, link: open.name })
    return [{ path: ['mirrors', index, 'linkSecurity'], message }]
  })
}

/** The files of a server's certificate carry its name, beside others in the same folder. */
function checkServerNames({ servers }: Definition): Finding[] {
  return servers.flatMap(({ name }, index) =>
    name === 'ca' || name === 'cluster'
      ? [{ path: ['servers', index, 'name'], message: say('server-name-reserved', { name }) }]
      : [],
  )
}

function checkGroup(definition: Definition, group: GroupDefinition, index: number): Finding[] {
  const mirrors = definition.mirrors.map((mirror) => mirror.name)
  const resources = group.resources.flatMap((resource, place): Finding[] => {
    if (resource.type !== 'mirror-disk') return []
    const at = ['groups', index, 'resources', place]
    const findings: Finding[] = []
    if (!mirrors.includes(resource.mirror)) {
      const path = [...at, 'mirror']
      const args = { key: keyText(path), name: resource.mirror, known: list(mirrors) }
      findings.push({ path, message: say('definition-mirror-unknown', args) })
    }
    if (isReserved(resource.mountPoint)) {
      const path = [...at, 'mountPoint']
      const args = { key: keyText(path), path: resource.mountPoint }
      findings.push({ path, message: say('mount-point-reserved', args) })
    }
    return findings
  })
  const monitors = group.monitors.flatMap((monitor, place) =>
    checkMonitor({ definition, group, monitor, at: ['groups', index, 'monitors', place] }),
  )
  return [...resources, ...monitors]
}

function checkMonitor(context: {
  readonly definition: Definition
  readonly group: GroupDefinition
  readonly monitor: MonitorDefinition
  readonly at: Path
}): Finding[] {
  const { definition, group, monitor, at } = context
  switch (monitor.type) {
    case 'link': {
      const known = definition.links.map((link) => link.name)
      if (known.includes(monitor.link)) return []
      const path = [...at, 'link']
      const args = { key: keyText(path), name: monitor.link, known: list(known, monitor.link) }
      return [{ path, message: say('definition-link-unknown', args) }]
    }
    case 'http':
      return [...checkMonitoredResource(group, monitor.resource, at), ...checkUrl(context)]
  }
}

function checkMonitoredResource(group: GroupDefinition, name: string, at: Path): Finding[] {
  const known = group.resources.map((resource) => resource.name)
  if (known.includes(name)) return []
  const path = [...at, 'resource']
  const args = { key: keyText(path), name, known: list(known, name) }
  return [{ path, message: say('definition-resource-unknown', args) }]
}

/** A monitor should look where clients look: at a floating IP of its group, when there is one. */
function checkUrl(context: {
  readonly group: GroupDefinition
  readonly monitor: MonitorDefinition
  readonly at: Path
}): Finding[] {
  const { group, monitor, at } = context
  if (monitor.type !== 'http') return []
  const known = group.resources.flatMap((resource) =>
    resource.type === 'floating-ip' ? [resource.address] : [],
  )
  const host = /^http:\/\/([^/:?#]*)/i.exec(monitor.url)?.[1] ?? ''
  if (known.length === 0 || known.includes(host)) return []
  const path = [...at, 'url']
  const args = { key: keyText(path), host, known: list(known) }
  return [{ path, message: say('monitor-url-elsewhere', args) }]
}

function checkArbiter(definition: Definition): Finding[] {
  const { arbiter } = definition
  switch (arbiter.method) {
    case 'ping': {
      const message = say('arbiter-ping-weak', { targets: list(arbiter.targets) })
      return [{ path: ['arbiter', 'method'], message }]
    }
    case 'none':
      return [{ path: ['arbiter'], message: say('arbiter-none') }]
    case 'fence':
      return checkFence(definition, arbiter)
    case 'witness':
    case 'etcd':
      return checkRegister(definition, arbiter)
  }
}

type Fence = Extract<Definition['arbiter'], { method: 'fence' }>

function checkFence({ servers }: Definition, { devices }: Fence): Finding[] {
  const known = servers.map(({ name }) => name)
  const missing = known.filter((server) => devices[server] === undefined)
  const strange = Object.keys(devices).filter((server) => !known.includes(server))
  return [
    ...missing.map((server): Finding => {
      const message = say('fence-devices-missing', { server })
      return { path: ['arbiter', 'devices'], atKey: true, message }
    }),
    ...strange.map((server): Finding => {
      const path = ['arbiter', 'devices', server]
      const args = { key: keyText(path), name: server, known: list(known) }
      return { path, atKey: true, message: say('definition-server-unknown', args) }
    }),
    ...Object.entries(devices).flatMap(([server, list]) =>
      list.flatMap(({ options }, index) =>
        Object.keys(options).flatMap((option) =>
          checkFenceOption(['arbiter', 'devices', server, index, 'options', option], option),
        ),
      ),
    ),
  ]
}

const passwordOptions = ['password', 'passwd', 'snmp_priv_passwd']

function checkFenceOption(path: Path, option: string): Finding[] {
  const key = keyText(path)
  if (option === 'action') return [{ path, message: say('fence-option-reserved', { key }) }]
  if (!passwordOptions.includes(option)) return []
  return [{ path, message: say('fence-password-open', { key }) }]
}

const reserved = ['bin', 'boot', 'dev', 'etc', 'lib', 'lib64', 'proc', 'root', 'run', 'sbin', 'sys']
const reservedAlone = ['', 'home', 'media', 'mnt', 'opt', 'srv', 'tmp', 'usr', 'var']

/** Mounting there would hide what the server itself needs. */
function isReserved(mountPoint: string): boolean {
  const parts = mountPoint.split('/').filter((part) => part !== '')
  const first = parts[0] ?? ''
  return reserved.includes(first) || (parts.length < 2 && reservedAlone.includes(first))
}

/** The known names, the one that was probably meant first. */
function list(known: readonly string[], wanted = ''): string {
  const guess = nearest(wanted, known)
  const ordered = guess === null ? known : [guess, ...known.filter((name) => name !== guess)]
  return ordered.length === 0 ? '-' : ordered.join(', ')
}
