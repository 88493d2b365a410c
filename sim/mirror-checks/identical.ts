/** S6: replicas that are both in sync are equal byte for byte once nothing is under way. */
import type { MirrorWorld } from '../mirror-world.ts'

export function inSyncIsEqual(world: MirrorWorld): void {
  const isTogether = world.mode === 'async' ? world.bothJoined() : world.bothInSync()
  if (!isTogether || world.active === null || world.diverged !== null) return
  const [first, second] = world.servers
  const active = world.servers[world.active].engine
  if (active === null || active.state.role !== 'primary' || active.state.ioFailed) return
  if (active.requests.backlog.bytes > 0) return
  if (active.requests.pending > 0 || active.state.phase.name !== 'in-sync') return
  // Nor is anything on its way, or being written, that nobody waits for any more.
  if (world.servers.some(({ engine }) => engine !== null && engine.state.ranges.size > 0)) return
  if ((world.servers[world.active].link?.keptBytes ?? 0) > 0) return
  const at = differenceAt(first.data.content, second.data.content)
  if (at !== null) world.fail('S6', `in sync and idle, and the replicas differ at ${at}`)
}

/** The first block in which two replicas differ; null when they are equal. */
export function differenceAt(left: Buffer, right: Buffer): number | null {
  if (left.equals(right)) return null
  for (let at = 0; at < left.length; at += 4096) {
    if (left.compare(right, at, at + 4096, at, at + 4096) !== 0) return at
  }
  return null
}
