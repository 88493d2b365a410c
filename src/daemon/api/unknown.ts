/** Whether all that an order names is there: a name that is none is said before anything else. */
import type { ClusterStatus } from '../../api.ts'
import { say, type Message } from '../../messages/catalogue.ts'

interface Named {
  readonly group?: string | undefined
  /** Of that group. */
  readonly monitor?: string | undefined
  readonly mirror?: string | undefined
  /** Servers: of the path, and those that bodies name. */
  readonly server?: string | undefined
  readonly to?: string | undefined
  readonly loser?: string | undefined
}

/** The message that names the first thing that is not there; null: all of them are. */
export function unknownIn(
  { group, monitor, mirror, server, to, loser }: Named,
  { groups, mirrors, servers }: Pick<ClusterStatus, 'groups' | 'mirrors' | 'servers'>,
): Message | null {
  const found = groups.find(({ name }) => name === group)
  if (group !== undefined && found === undefined) return say('group-unknown', { group })
  if (group !== undefined && monitor !== undefined && !has(found?.monitors ?? [], monitor)) {
    return say('monitor-unknown', { group, monitor })
  }
  if (mirror !== undefined && !has(mirrors, mirror)) return say('mirror-unknown-name', { mirror })
  const stranger = [server, to, loser].find((name) => name !== undefined && !has(servers, name))
  if (stranger === undefined) return null
  const [first = '', second = ''] = servers.map(({ name }) => name)
  return say('server-unknown', { server: stranger, first, second })
}

const has = (all: readonly { readonly name: string }[], wanted: string): boolean =>
  all.some(({ name }) => name === wanted)
