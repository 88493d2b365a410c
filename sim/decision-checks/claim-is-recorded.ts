/**
 * Of two servers that talk, one starts a group only in a term that the other one has durably recorded,
 * or that answers a release to it: the other one then cannot claim it with an older or equal number.
 */
import type { State } from '../../src/core/state.ts'
import type { Machine } from '../machine.ts'

/** What was started too early between two states of a server; null: nothing. */
export function startsUnrecorded(
  server: string,
  before: State,
  after: State,
  peer: Readonly<Machine>,
): string | null {
  if (after.membership.kind !== 'paired') return null
  for (const [group, { phase }] of Object.entries(after.groups)) {
    if (phase !== 'starting' || before.groups[group]?.phase !== 'claiming') continue
    const mine = after.record.groups[group]
    if (mine === undefined || mine.releasedTo === server) continue
    const theirs = peer.record?.groups[group]?.term.number ?? 0
    if (theirs < mine.term.number) {
      return `${server} starts ${group} before its peer has recorded the claim`
    }
  }
  return null
}
