/**
 * What may stand in a definition only once: names, partitions, mount points, addresses, ports, the
 * use of a mirror disk. A second use is shown at its place and names the first.
 */
import { say } from '../messages/catalogue.ts'
import { keyText, type Finding, type Path } from './problem.ts'
import type { Definition } from './schema.ts'

interface Use {
  readonly path: Path
  readonly value: string | number
}

export function checkUnique(definition: Definition): Finding[] {
  const ports = portUses(definition)
  const inGroups = definition.groups.flatMap((group, index) => [
    twice(names(group.resources, ['groups', index, 'resources'])),
    twice(names(group.monitors, ['groups', index, 'monitors'])),
    twice(values(group.servers, ['groups', index, 'servers'])),
  ])
  return [
    twice(names(definition.servers, ['servers'])),
    twice(names(definition.links, ['links'])),
    twice(names(definition.mirrors, ['mirrors'])),
    twice(names(definition.groups, ['groups'])),
    ...inGroups,
    twice(partitionUses(definition)),
    twice(resourceUses(definition, 'mirror')),
    twice(resourceUses(definition, 'mountPoint')),
    twice([...linkAddressUses(definition), ...resourceUses(definition, 'address')]).filter(
      isNotFloatingOfServer(definition),
    ),
    twice(ports.filter(({ value }) => Number(value) <= 65_535)),
    ports
      .filter(({ value }) => Number(value) > 65_535)
      .map(({ path, value }) => {
        const mirror = definition.mirrors[Number(path[1])]?.name ?? ''
        return { path, message: say('mirror-port-too-large', { mirror, port: value }) }
      }),
  ].flat()
}

function twice(uses: readonly Use[]): Finding[] {
  const firsts = new Map<string | number, Path>()
  return uses.flatMap(({ path, value }) => {
    const first = firsts.get(value)
    if (first === undefined) {
      firsts.set(value, path)
      return []
    }
    const args = { key: keyText(path), value, first: keyText(first) }
    return [{ path, message: say('value-twice', args) }]
  })
}

function names(items: readonly { readonly name: string }[], at: Path): Use[] {
  return items.map(({ name }, index) => ({ path: [...at, index, 'name'], value: name }))
}

function values(items: readonly string[], at: Path): Use[] {
  return items.map((value, index) => ({ path: [...at, index], value }))
}

function partitionUses(definition: Definition): Use[] {
  return definition.mirrors.flatMap((mirror, index) => [
    { path: ['mirrors', index, 'clusterPartition'], value: mirror.clusterPartition },
    { path: ['mirrors', index, 'dataPartition'], value: mirror.dataPartition },
  ])
}

function resourceUses(definition: Definition, key: 'mirror' | 'mountPoint' | 'address'): Use[] {
  return definition.groups.flatMap((group, index) =>
    group.resources.flatMap((resource, place) => {
      const found = (resource as Readonly<Record<string, unknown>>)[key]
      if (typeof found !== 'string') return []
      const path = ['groups', index, 'resources', place, key]
      return [{ path, value: key === 'mountPoint' ? withoutEndSlash(found) : found }]
    }),
  )
}

function linkAddressUses(definition: Definition): Use[] {
  return definition.links.flatMap((link, index) =>
    Object.entries(link.addresses).map(([server, address]) => ({
      path: ['links', index, 'addresses', server],
      value: address.split('/')[0] ?? '',
    })),
  )
}

/** check-addresses.ts has better words for a floating IP that is a server's own address. */
function isNotFloatingOfServer(definition: Definition): (finding: Finding) => boolean {
  const own = new Set(linkAddressUses(definition).map((use) => use.value))
  return ({ path, message }) => path[0] !== 'groups' || !own.has(message.args['value'] ?? '')
}

/** TCP ports of one server. The heartbeat's is UDP and may be any. */
function portUses({ ports, mirrors }: Definition): Use[] {
  return [
    { path: ['ports', 'manager'], value: ports.manager },
    { path: ['ports', 'peer'], value: ports.peer },
    ...mirrors.map((mirror, index) => ({
      path: ['mirrors', index, ...(mirror.port === undefined ? [] : ['port'])],
      value: mirror.port ?? ports.mirror + index,
    })),
  ]
}

function withoutEndSlash(path: string): string {
  return path.replaceAll(/\/+/g, '/').replace(/(.)\/$/, '$1')
}
