/** What operators want of a group: the newest wish of both servers counts. */
import { changeGroupRecord, recordOf, type Draft } from './draft.ts'
import { peerGroup } from './peer.ts'
import type { Wanted } from './record.ts'

/** Newer than any wish that is known. */
export function want(draft: Draft, group: string, wish: Omit<Wanted, 'stamp'>): void {
  const { wanted } = recordOf(draft, group)
  const theirs = peerGroup(draft.state, group)?.wanted.stamp ?? 0
  const stamp = Math.max(wanted.stamp, theirs) + 1
  changeGroupRecord(draft, group, { wanted: { ...wish, stamp } })
}
