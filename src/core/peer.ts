/**
 * Questions about the peer, answered from what it last said and how long ago.
 *
 * Two ages matter and are not the same: how long ago we *heard* it, and how long ago we *sent* the
 * latest heartbeat that it has acknowledged. A link that is broken in one direction shows in only
 * one of them.
 */
import type { Draft } from './draft.ts'
import type { GroupGossip, PhaseKind } from './gossip.ts'
import type { State } from './state.ts'

/** Silence that makes us look closer: early enough for several examinations before the time-out. */
function suspectMs(state: State): number {
  return Math.max(3 * state.settings.intervalMs, Math.round(state.settings.timeoutMs * 0.25))
}

export function heardAgoMs(state: State): number {
  return state.now - Math.max(state.peer?.heardAt ?? -Infinity, state.listeningSince)
}

export function acknowledgedAgoMs(state: State): number {
  const times = Object.values(state.links).map((link) => link.acknowledgedSentAt ?? -Infinity)
  return state.now - Math.max(state.listeningSince, ...times)
}

/** Its beats arrive now, whether or not ours reach it. */
export function isHeard(state: State): boolean {
  return state.peer !== null && state.now - state.peer.heardAt < suspectMs(state)
}

/** Both directions work now: by what really arrived, not by how long we have been listening. */
export function inContact(state: State): boolean {
  const times = Object.values(state.links).map((link) => link.acknowledgedSentAt ?? -Infinity)
  return isHeard(state) && state.now - Math.max(...times) < suspectMs(state)
}

/** No link of ours has a carrier: it is we who are cut off. */
export function isUnplugged(state: State): boolean {
  return Object.values(state.links).every((link) => !link.carrier)
}

export function peerGroup(state: State, group: string): GroupGossip | null {
  return state.peer?.gossip.groups[group] ?? null
}

/** What the peer does with the group as far as it matters: an excluded, silent peer does nothing. */
export function peerPhase(state: State, group: string): PhaseKind {
  if (state.membership.kind === 'holding' && !inContact(state)) return 'stopped'
  return peerGroup(state, group)?.phase ?? 'stopped'
}

/** Something runs here, or is about to. */
export function isBusy(state: State): boolean {
  return Object.values(state.groups).some(({ phase }) => phase !== 'stopped')
}

/** Everything the peer might run is stopped, by its own latest word. */
export function peerIsIdle(state: State): boolean {
  const gossip = state.peer?.gossip
  if (gossip === undefined) return false
  const groupsIdle = Object.values(gossip.groups).every((group) => group.phase === 'stopped')
  const disksIdle = Object.values(gossip.disks).every((disk) => disk.report?.role !== 'primary')
  return groupsIdle && disksIdle
}

export function mirrorsOf(draft: Draft, group: string): string[] {
  const settings = draft.state.settings.groups.find((each) => each.name === group)
  return (settings?.resources ?? []).flatMap((each) => (each.mirror === null ? [] : [each.mirror]))
}
