/** The clusters that this Manager knows: kept in a file, each with the authority that was accepted for it. */
import { createHash } from 'node:crypto'
import type { Store } from '../drivers/store.ts'
import type { Authority } from '../drivers/tls-look.ts'

export interface Registered {
  /** Made of the authority's fingerprint and the names: one authority may have certified several clusters. */
  readonly id: string
  readonly superCluster: string
  readonly cluster: string
  readonly addresses: readonly string[]
  readonly authority: Authority
}

export interface Registry {
  list(): readonly Registered[]
  find(id: string): Registered | null
  /** Another address of a cluster that is known is added to it. Returns why it was not written. */
  add(cluster: Omit<Registered, 'id'>): Promise<string | null>
  remove(id: string): Promise<string | null>
}

export async function openRegistry(
  store: Store<readonly Registered[]>,
): Promise<Registry | { readonly reason: string }> {
  const read = await store.read()
  if (!read.ok) return { reason: read.reason }
  let kept: readonly Registered[] = read.value ?? []
  let last: Promise<string | null> = Promise.resolve(null)
  // One after the other: each change is made to what the one before it has left.
  const change = (
    make: (before: readonly Registered[]) => readonly Registered[],
  ): Promise<string | null> => {
    last = last.then(async () => {
      const changed = make(kept)
      const written = await store.write(changed)
      if (!written.ok) return written.reason
      kept = changed
      return null
    })
    return last
  }
  return {
    list: () => kept,
    find: (id) => kept.find((each) => each.id === id) ?? null,
    add(cluster) {
      const id = idOf(cluster)
      return change((before) => {
        const known = before.find((each) => each.id === id)
        const addresses = [...new Set([...(known?.addresses ?? []), ...cluster.addresses])]
        return [...before.filter((each) => each.id !== id), { ...cluster, id, addresses }]
      })
    },
    remove: (id) => change((before) => before.filter((each) => each.id !== id)),
  }
}

function idOf({ authority, superCluster, cluster }: Omit<Registered, 'id'>): string {
  const whole = JSON.stringify([authority.fingerprint, superCluster, cluster])
  return createHash('sha256').update(whole).digest('hex').slice(0, 16)
}
