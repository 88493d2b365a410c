/** S2: nothing acknowledged is lost; where every replica lost its power, nothing flushed is. */
import type { MirrorWorld } from '../mirror-world.ts'

/** At the end, when both are in sync and idle. */
export function nothingIsLost(world: MirrorWorld): void {
  for (const server of world.servers) {
    const broken = world.ledger.broken(server.data.content, 'acknowledged')
    if (broken !== null) return world.fail('S2', `${server.name} has lost something: ${broken}`)
  }
}
