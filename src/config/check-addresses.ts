/** Whether the addresses of links, floating IPs and ping targets make sense together. */
import { say } from '../messages/catalogue.ts'
import { addressOf, contains, isHostAddress, subnetOf, subnetText, type Subnet } from './ipv4.ts'
import { keyText, type Finding, type Path } from './problem.ts'
import type { Definition } from './schema.ts'

export function checkAddresses(definition: Definition): Finding[] {
  return [
    ...definition.links.flatMap((_, index) => checkLink(definition, index)),
    ...checkFloatingIps(definition),
    ...checkTargets(definition),
  ]
}

function checkLink(definition: Definition, index: number): Finding[] {
  const link = definition.links[index]
  if (link === undefined) return []
  const at = ['links', index, 'addresses']
  const entries = Object.entries(link.addresses)
  const unusable = entries.flatMap(([server, text]): Finding[] => {
    const subnet = subnetOf(text)
    if (isHostAddress(subnet.address, subnet)) return []
    const path = [...at, server]
    return [{ path, message: say('address-unusable', { key: keyText(path), address: text }) }]
  })
  const [one, other] = entries
  if (one === undefined || other === undefined) return unusable
  const [first, second] = [subnetOf(one[1]), subnetOf(other[1])]
  if (first.network === second.network && first.prefix === second.prefix) return unusable
  const args = { link: link.name, one: one[1], other: other[1] }
  return [...unusable, { path: [...at, other[0]], message: say('link-subnets-differ', args) }]
}

function checkFloatingIps(definition: Definition): Finding[] {
  const targets = targetUses(definition)
  const owners = ownersOf(definition)
  const subnets = publicSubnets(definition)
  return floatingUses(definition).flatMap(({ path, address }): Finding[] => {
    const server = owners.get(address)
    if (server !== undefined) {
      return [{ path, message: say('floating-ip-of-server', { address, server }) }]
    }
    const target = targets.find((use) => use.address === address)
    if (target !== undefined) {
      const args = { address, first: keyText(target.path) }
      return [{ path, message: say('floating-ip-is-target', args) }]
    }
    if (subnets.length === 0) {
      return [{ path, message: say('floating-ip-no-public-link', { address }) }]
    }
    const subnet = subnets.find((each) => contains(each, addressOf(address)))
    if (subnet === undefined) {
      const args = { address, subnets: subnets.map(subnetText).join(', ') }
      return [{ path, message: say('floating-ip-outside', args) }]
    }
    if (isHostAddress(addressOf(address), subnet)) return []
    return [{ path, message: say('address-unusable', { key: keyText(path), address }) }]
  })
}

/** A server that pings itself always hears an answer. */
function checkTargets(definition: Definition): Finding[] {
  const owners = ownersOf(definition)
  return targetUses(definition).flatMap(({ path, address }) => {
    const server = owners.get(address)
    if (server === undefined) return []
    const args = { key: keyText(path), address, server }
    return [{ path, message: say('target-of-server', args) }]
  })
}

interface AddressUse {
  readonly path: Path
  readonly address: string
}

function floatingUses(definition: Definition): AddressUse[] {
  return definition.groups.flatMap((group, index) =>
    group.resources.flatMap((resource, place) =>
      resource.type === 'floating-ip'
        ? [
            {
              path: ['groups', index, 'resources', place, 'address'],
              address: resource.address,
            },
          ]
        : [],
    ),
  )
}

function targetUses(definition: Definition): AddressUse[] {
  const uses = (targets: readonly string[], at: Path) =>
    targets.map((address, index) => ({ path: [...at, 'targets', index], address }))
  const { arbiter } = definition
  return [
    ...(arbiter.method === 'ping' ? uses(arbiter.targets, ['arbiter']) : []),
    ...definition.groups.flatMap((group, index) =>
      group.monitors.flatMap((monitor, place) =>
        monitor.type === 'link' ? uses(monitor.targets, ['groups', index, 'monitors', place]) : [],
      ),
    ),
  ]
}

/** Address: the server that has it on a link. */
function ownersOf(definition: Definition): ReadonlyMap<string, string> {
  return new Map(
    definition.links.flatMap((link) =>
      Object.entries(link.addresses).map(
        ([server, text]) => [text.split('/')[0] ?? '', server] as const,
      ),
    ),
  )
}

/** Each subnet of a public link, once. */
function publicSubnets(definition: Definition): Subnet[] {
  const texts = definition.links
    .filter((link) => link.kind === 'public')
    .flatMap((link) => Object.values(link.addresses))
  return [...new Map(texts.map((text) => [subnetText(subnetOf(text)), subnetOf(text)])).values()]
}
