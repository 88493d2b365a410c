/**
 * The order between groups: a group that comes after others starts once they run, on whichever
 * server, and is stopped before them where both stop.
 */
import { groupOf, settingsOf, type Draft } from './draft.ts'
import { inContact, peerGroup } from './peer.ts'

/** The first group that has to run before this one and does not. */
export function missingBefore(draft: Draft, group: string): string | null {
  return settingsOf(draft, group).after.find((name) => !runsSomewhere(draft, name)) ?? null
}

/** A group that comes after this one and runs, or is about to. */
export function needingIt(draft: Draft, group: string): string | null {
  const later = draft.state.settings.groups.filter(({ after }) => after.includes(group))
  return later.find(({ name }) => isAlive(draft, name))?.name ?? null
}

/** A group that comes after this one is still being stopped here. */
export function waitsToStop(draft: Draft, group: string): boolean {
  const later = draft.state.settings.groups.filter(({ after }) => after.includes(group))
  return later.some(({ name }) => groupOf(draft, name).phase === 'stopping')
}

function runsSomewhere(draft: Draft, group: string): boolean {
  if (groupOf(draft, group).phase === 'running') return true
  return inContact(draft.state) && peerGroup(draft.state, group)?.phase === 'running'
}

function isAlive(draft: Draft, group: string): boolean {
  if (groupOf(draft, group).phase !== 'stopped') return true
  const theirs = peerGroup(draft.state, group)
  return inContact(draft.state) && theirs !== null && theirs.phase !== 'stopped'
}
