/**
 * What the lab takes from a cluster definition: server names, links with their addresses, and the
 * floating addresses. The file itself is judged by the product's own loader.
 */
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { loadDefinition } from '../src/config/load.ts'
import type { Definition } from '../src/config/schema.ts'
import { problemText } from '../src/config/problem.ts'
import { makeCertificates, writeIdentity } from '../src/drivers/certificates.ts'
import type { LabLink } from './record.ts'
import { checkout } from './names.ts'

export const defaultDefinition = join(checkout, 'examples/apache-howto')

/** What the third machine is made of. */
export interface LoadedDefinition {
  readonly arbiter: Definition['arbiter']
  /** Its full name. */
  readonly cluster: string
}

export interface LabShape {
  readonly folder: string
  readonly servers: readonly string[]
  readonly links: readonly LabLink[]
  readonly client: { readonly link: string; readonly address: string }
  readonly floatingAddresses: readonly string[]
  readonly loaded: LoadedDefinition
}

/** `path` is the folder of a definition or its cluster.yaml. */
export function shapeOf(path: string): LabShape {
  const loaded = loadDefinition(path)
  if (!loaded.ok) {
    const language = process.env.LANG?.startsWith('ja') ? 'ja' : 'en'
    throw new Error(loaded.problems.map((problem) => problemText(problem, language)).join('\n'))
  }
  const { definition, folder } = loaded
  const publicLink = definition.links.find((link) => link.kind === 'public')
  if (publicLink === undefined) {
    throw new Error(`${path}: the lab needs a link of kind public; the client is on it.`)
  }
  const links = [publicLink, ...definition.links.filter((link) => link !== publicLink)]
  return {
    folder,
    servers: definition.servers.map((server) => server.name),
    links: links.map((link, index) => ({ ...link, device: `eth${index}` })),
    client: {
      link: publicLink.name,
      address: hundredth(Object.values(publicLink.addresses)[0] ?? ''),
    },
    loaded: {
      arbiter: definition.arbiter,
      cluster: `${definition.superCluster}/${definition.cluster.name}`,
    },
    floatingAddresses: definition.groups.flatMap((group) =>
      group.resources.flatMap((one) => (one.type === 'floating-ip' ? [one.address] : [])),
    ),
  }
}

/** 192.168.4.21/24 -> 192.168.4.100/24, the client's place on the public LAN. */
function hundredth(address: string): string {
  return address.replace(/\.\d+\//, '.100/')
}

/**
 * Puts what each server gets as /etc/kagami into `target`: definition, scripts and a fresh key; and
 * into `certificates` a folder a server, which furnish.sh moves to that server alone.
 */
export async function layOutDefinition(
  shape: LabShape,
  target: string,
  certificates: string,
): Promise<void> {
  mkdirSync(join(target, 'keys'), { recursive: true, mode: 0o700 })
  cpSync(join(shape.folder, 'cluster.yaml'), join(target, 'cluster.yaml'))
  const scripts = join(shape.folder, 'scripts')
  if (existsSync(scripts)) cpSync(scripts, join(target, 'scripts'), { recursive: true })
  const key = join(target, 'keys', 'cluster.key')
  writeFileSync(key, `${randomBytes(32).toString('hex')}\n`)
  chmodSync(key, 0o600)
  const addressesOf = (server: string): readonly string[] => [
    ...shape.links.map(({ addresses }) => addresses[server]?.split('/')[0] ?? ''),
    ...shape.floatingAddresses,
  ]
  const made = await makeCertificates('lab', shape.servers, Date.now(), addressesOf)
  for (const [server, identity] of made) {
    writeIdentity(join(certificates, server), server, identity)
  }
}
