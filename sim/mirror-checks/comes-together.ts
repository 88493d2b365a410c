/** S5: nothing is stuck. When everything is mended, the pair serves and is in sync in bounded time. */
import type { MirrorWorld } from '../mirror-world.ts'

export function isSettled(world: MirrorWorld): boolean {
  const active = world.active === null ? null : world.servers[world.active].engine
  if (active?.state.role !== 'primary' || active.requests.pending > 0) return false
  if (active.requests.backlog.bytes > 0) return false
  const isTogether = world.mode === 'async' ? world.bothJoined() : world.bothInSync()
  return (
    isTogether && world.servers.every((server) => (server.link?.peerIncarnation ?? null) !== null)
  )
}
