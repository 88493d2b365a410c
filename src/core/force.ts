/**
 * A start by an operator's word alone (safety.md 12): the peer is gone, and nothing proves that this
 * server's replicas are the newest. The operator is shown what may be lost, and the order counts only
 * for what was shown. The replicas take a new generation at once, so that the peer's version, should it
 * come back, is kept beside them and never merged; the register is claimed where there is one.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { claimRegister, newestKnown } from './claim-register.ts'
import { groupOf, isDurable, isPending, order, tell, type Draft } from './draft.ts'
import { fencePeer, noFencing } from './fencing.ts'
import type { ForceOrder } from './gossip.ts'
import { holdByOrder } from './membership.ts'
import { inContact, mirrorsOf } from './peer.ts'
import type { Verdict } from './server-orders.ts'

/** A mirrord that has not obeyed by then will not. */
const withinMs = 30_000

export function decideForce(draft: Draft, { group, seen }: ForceOrder): Verdict {
  const { state } = draft
  const { self: server, peer } = state.settings
  const refused = (message: Message): Verdict => ({ accepted: false, message })
  const { kind } = state.membership
  if (inContact(state) || kind === 'paired' || kind === 'holding' || kind === 'leaving') {
    return refused(say('force-not-needed', { group, server }))
  }
  if (groupOf(draft, group).phase !== 'stopped')
    return refused(say('group-busy', { group, server }))
  const token = tokenOf(draft, group)
  if (seen !== token) return refused(say('force-would', { group, server, peer, token }))
  const why = say('force-ordered', { group, server, peer })
  tell(draft, why)
  const outdated = { ...draft.record.outdated }
  for (const mirror of mirrorsOf(draft, group)) {
    delete outdated[mirror]
    const command = { command: 'force', loser: peer, loserGeneration: '0' } as const
    order(draft, { kind: 'command-mirror', mirror, command }, why)
  }
  draft.record = { ...draft.record, outdated, forced: { group, epoch: draft.record.epoch } }
  state.forcing = { group, since: state.now }
  state.fencing = noFencing
  return { accepted: true, message: why }
}

/** Once the replicas have obeyed: the peer is excluded by the operator's word. */
export function reviewForce(draft: Draft): void {
  const { state } = draft
  const { forcing, settings, membership } = state
  if (forcing === null) return
  const { group, since } = forcing
  const { self: server, peer } = settings
  if (membership.kind === 'holding' || membership.kind === 'paired') {
    state.forcing = null
    return
  }
  if (state.now - since > withinMs + settings.fenceWithinMs) {
    state.forcing = null
    return tell(draft, say('force-failed', { group, server }))
  }
  const isDone = mirrorsOf(draft, group).every((mirror) => {
    const report = state.mirrors[mirror]?.report
    return report?.alone === true && !report.outdated
  })
  const isUnderWay = isPending(draft, (each) => each.kind === 'command-mirror')
  if (!isDone || isUnderWay || !isDurable(draft)) return
  const why = say('force-ordered', { group, server, peer })
  if (settings.arbiter === 'fence' && state.fencing.failures === 0) {
    const fences = say('force-fences', { group, server, peer })
    return state.fencing.confirmed ? undefined : fencePeer(draft, fences)
  }
  if (settings.lease === null) return holdByOrder(draft, why)
  newestKnown(draft)
  claimRegister(draft, why)
}

/** What was shown, in a few letters: it changes when that does. */
function tokenOf({ state }: Draft, group: string): string {
  const { membership, mirrors, peer } = state
  const disks = mirrorsOf({ state } as Draft, group).map((mirror) => {
    const report = mirrors[mirror]?.report
    return [mirror, report?.generation, report?.replica, report?.outdated, report?.alone]
  })
  const text = JSON.stringify([group, membership.kind, peer?.incarnation ?? null, disks])
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0).toString(16).padStart(8, '0')
}
