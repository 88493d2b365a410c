/** Where else the pages of this cluster are, the public LAN first. */
import type { ClusterStatus } from '../api.ts'

/** `https://192.168.4.22:29003`, of the servers' addresses that are wanted. */
export function originsOf(
  { links }: Pick<ClusterStatus, 'links'>,
  isWanted: (server: string, address: string) => boolean,
): string[] {
  const { port } = location
  return links
    .toSorted((a) => (a.kind === 'public' ? -1 : 1))
    .flatMap(({ addresses }) => Object.entries(addresses))
    .filter(([server, address]) => isWanted(server, address))
    .map(([, address]) => `https://${address}${port === '' ? '' : `:${port}`}`)
}
