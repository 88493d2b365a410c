/** S4: replicas that diverged are not brought together without an order, in either direction. */
import type { MirrorWorld } from '../mirror-world.ts'

/** Both were active and acknowledged alone: each keeps its own, and says so. */
export function staysApart(world: MirrorWorld): void {
  const { diverged, servers, twoVersions } = world
  if (diverged === null || !twoVersions) return
  if (world.bothInSync()) return world.fail('S4', 'diverged replicas are in sync')
  for (const index of [0, 1] as const) {
    const broken = diverged[index].broken(servers[index].data.content, 'acknowledged')
    if (broken !== null) {
      return world.fail('S4', `${servers[index].name} lost its own version: ${broken}`)
    }
  }
}

/** When everything is mended, both must say that they wait for an order. */
export function saysSo(world: MirrorWorld): void {
  for (const server of world.servers) {
    if (server.engine?.state.phase.name === 'refused') continue
    return world.fail('S4', `diverged, and ${server.name} does not say so: ${world.describe()}`)
  }
}
