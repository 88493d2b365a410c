/** S3: a replica that misses what was promised never becomes the active one. */
import type { Server } from '../fake-network.ts'
import type { MirrorWorld } from '../mirror-world.ts'

/** Just promoted, by whatever right. */
export function hasEverything(world: MirrorWorld, index: Server): void {
  const server = world.servers[index]
  const broken = world.ledger.broken(server.data.content, 'acknowledged')
  if (broken !== null) {
    world.fail('S3', `${server.name} was promoted and has lost something: ${broken}`)
  }
}

/** A standby that would be let in now, because it is proved in sync, lacks nothing. */
export function couldTakeOver(world: MirrorWorld): void {
  for (const index of [0, 1] as const) {
    const { engine, data, name } = world.servers[index]
    if (engine === null || world.diverged !== null || world.rolledBack[index]) continue
    if (world.holder !== null && world.holder !== index) continue
    const { role, inSync, keeper } = engine.state
    if (role === 'primary' || !inSync || keeper.current.outdated !== null) continue
    if (keeper.current.failed || keeper.current.state !== 'consistent') continue
    const broken = world.ledger.broken(data.content, 'acknowledged')
    if (broken !== null) world.fail('S3', `${name} counts as in sync and is not: ${broken}`)
  }
}
