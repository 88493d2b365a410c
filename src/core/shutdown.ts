/**
 * Stopping the whole cluster in order (safety.md 13). One server leaves first, as it would alone: its
 * replicas are marked outdated. The last owner goes on until then, stops its groups, and keeps the
 * record of having been alone, so that it can start first.
 */
import { say } from '../messages/catalogue.ts'
import { tell, type Draft } from './draft.ts'
import type { ClusterShutdown } from './gossip.ts'
import { beginLeaving } from './leave.ts'
import { inContact, isBusy, peerIsIdle } from './peer.ts'
import type { Verdict } from './server-orders.ts'

/** A peer that has not left by then is not waited for. */
const peerLeavesWithinMs = 120_000

/** The one that runs something; of two alike the first by name. */
export function lastToLeave({ state }: Draft): string {
  const { self, peer } = state.settings
  const isPeerBusy = inContact(state) && !peerIsIdle(state)
  if (isBusy(state) === isPeerBusy) return self < peer ? self : peer
  return isBusy(state) ? self : peer
}

export function decideShutdown(draft: Draft, { last, afterwards }: ClusterShutdown): Verdict {
  const { state } = draft
  const { self, peer } = state.settings
  const message = say('cluster-shutdown-ordered', { server: self, peer })
  if (state.membership.kind === 'leaving' || state.shutdown !== null) {
    return { accepted: true, message }
  }
  if (last === self && inContact(state)) {
    state.shutdown = { since: state.now, afterwards }
    tell(draft, message)
  } else beginLeaving(draft, { afterwards, mayHandOver: false }, message)
  return { accepted: true, message }
}

/** The other one's mirrord is still there: what is written last has to be written alone. */
function isJoined({ state }: Draft): boolean {
  return Object.values(state.mirrors).some(({ report }) => report?.link.state === 'connected')
}

/** The last server: the other one has left, or is not waited for any more. */
export function reviewShutdown(draft: Draft): void {
  const { state } = draft
  const { shutdown, membership, settings } = state
  if (shutdown === null || membership.kind === 'leaving') return
  const isAlone =
    membership.kind === 'holding' && state.record.exclusion !== null && !isJoined(draft)
  const isLate = state.now - shutdown.since >= peerLeavesWithinMs
  if (!isAlone && !isLate) return
  const { self: server, peer } = settings
  const why = say('cluster-shutdown-ordered', { server, peer })
  beginLeaving(draft, { afterwards: shutdown.afterwards, mayHandOver: false }, why)
}
