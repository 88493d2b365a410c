/**
 * What is told is durable: whatever a heartbeat grants or claims stands in the teller's record. A
 * crash of the teller at that instant would otherwise take back what its peer acts upon.
 */
import type { Gossip } from '../../src/core/gossip.ts'
import { blankRecord, type DurableRecord } from '../../src/core/record.ts'

/** What was told too early; null: nothing. */
export function toldTooEarly(gossip: Gossip, stored: DurableRecord | null): string | null {
  const names = Object.keys(gossip.groups)
  const record = stored ?? blankRecord(names)
  for (const name of names) {
    const { term, releasedTo, phase } = gossip.groups[name] ?? {}
    const durable = record.groups[name] ?? blankRecord([name]).groups[name]
    if (!isSame(term, durable?.term))
      return `the term of group ${name} is told before it is durable`
    if (releasedTo !== durable?.releasedTo) {
      return `the release of group ${name} is told before it is durable`
    }
    if (phase === 'stopped' && durable?.active != null) {
      return `group ${name} is told to be stopped before that is durable`
    }
  }
  for (const [mirror, { outdated }] of Object.entries(gossip.disks)) {
    if (!isSame(outdated ?? null, record.outdated[mirror] ?? null)) {
      return `the mark of ${mirror} is told before it is durable`
    }
  }
  if (gossip.membership === 'holding' && record.exclusion === null) {
    return 'the exclusion is told before it is durable'
  }
  return null
}

/** Values of a record: no order of keys differs, they come from the same code. */
function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
