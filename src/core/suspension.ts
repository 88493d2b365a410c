/**
 * Maintenance: what an operator has suspended is left as it is. A suspended group is neither watched,
 * nor restarted, nor moved, nor taken over when its server dies; a suspended monitor does not run. Both
 * servers keep the same list durably: the higher stamp wins, as with other wishes.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { changeGroup, groupOf, tell, type Draft } from './draft.ts'
import type { SuspensionOrder } from './gossip.ts'
import { inContact } from './peer.ts'
import type { Suspended } from './record.ts'
import type { Verdict } from './server-orders.ts'

export function isSuspended(draft: Draft, group: string): boolean {
  return draft.record.suspended.names.includes(group)
}

export function isMonitorSuspended(draft: Draft, group: string, monitor: string): boolean {
  return isSuspended(draft, group) || draft.record.suspended.names.includes(`${group}/${monitor}`)
}

export function learnSuspended(draft: Draft, theirs: Suspended): void {
  if (theirs.stamp > draft.record.suspended.stamp) change(draft, theirs)
}

export function decideSuspension(draft: Draft, order: SuspensionOrder): Verdict {
  const names = namesOf(draft, order)
  if ('id' in names) return { accepted: false, message: names }
  const { state } = draft
  const before = draft.record.suspended
  const isSuspending = order.kind === 'suspend'
  // The peer must not act on what it has not heard of; to be looked after again is always right.
  const isHeard = state.membership.kind === 'holding' || inContact(state)
  if (isSuspending && !isHeard) {
    return { accepted: false, message: say('peer-not-reachable', { peer: state.settings.peer }) }
  }
  const kept = before.names.filter((name) => !names.includes(name))
  const after = isSuspending ? [...kept, ...names] : kept
  const what = names.join(', ')
  if (after.length === before.names.length) {
    const message = isSuspending
      ? say('suspended-already', { what })
      : say('not-suspended', { what })
    return { accepted: true, message }
  }
  const stamp = Math.max(before.stamp, state.peer?.gossip.suspended.stamp ?? 0) + 1
  change(draft, { stamp, names: after })
  const message = isSuspending ? say('suspend-ordered', { what }) : say('resume-ordered', { what })
  tell(draft, message)
  return { accepted: true, message }
}

/** What the order is about, as it stands in the list; or why there is no such thing. */
function namesOf(draft: Draft, { group, monitor }: SuspensionOrder): string[] | Message {
  const { groups } = draft.state.settings
  if (group === null) return groups.map(({ name }) => name)
  const settings = groups.find(({ name }) => name === group)
  if (settings === undefined) return say('group-unknown', { group })
  if (monitor === null) return [group]
  const isKnown = settings.monitors.some(({ name }) => name === monitor)
  return isKnown ? [`${group}/${monitor}`] : say('monitor-unknown', { group, monitor })
}

/** What is watched again is watched from the beginning. */
function change(draft: Draft, suspended: Suspended): void {
  draft.record = { ...draft.record, suspended }
  for (const { name } of draft.state.settings.groups) {
    const { monitors } = groupOf(draft, name)
    const fresh = Object.entries(monitors).map(([monitor, view]) => {
      const isAsleep = isMonitorSuspended(draft, name, monitor)
      const nextAt = draft.state.now
      return isAsleep
        ? ([monitor, { state: 'unknown', error: null, failuresInRow: 0, nextAt }] as const)
        : ([monitor, view] as const)
    })
    changeGroup(draft, name, { monitors: Object.fromEntries(fresh), peerReadySince: null })
  }
}
