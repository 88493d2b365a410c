/**
 * How the two servers come to count from the same version of the same register, under the same terms
 * (safety.md 7). While they talk, the first one by name proposes what it has read, and may claim
 * nothing by it; the other one records the same; then the first one counts it as agreed. A version
 * that the peer has won and given up is taken from the peer's word alone, never from the register.
 */
import { tell, type Draft } from './draft.ts'
import { say } from '../messages/catalogue.ts'
import { isOurs } from './claim-register.ts'
import type { RegisterGossip } from './gossip.ts'
import { inContact } from './peer.ts'
import type { DurableRecord, RegisterRecord } from './record.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'

/** What was read longer ago says nothing of now. */
const readGoodForMs = 15_000

export function agreeOnRegister(draft: Draft): void {
  const { state } = draft
  const { lease } = state.settings
  const gossip = state.peer?.gossip
  if (lease === null || gossip === undefined || state.membership.kind !== 'paired') return
  if (!inContact(state) || gossip.membership !== 'paired') return
  const before = draft.record.register
  settleClaim(draft)
  const next = nextRecord(draft, gossip.register)
  if (next === null || next === draft.record.register) return
  draft.record = { ...draft.record, register: next }
  if (!next.agreed || before?.agreed === true) return
  const { self: server, peer, arbiter } = state.settings
  tell(draft, say('register-agreed', { server, peer, arbiter }))
}

/** A claim of ours that won while nobody listened: given up before it is ever used. */
function settleClaim(draft: Draft): void {
  const { value } = draft.state.register
  const { register } = draft.record
  if (register === null || value === null || !isOurs(draft, value)) return
  draft.record = {
    ...draft.record,
    register: { ...register, version: value.version, nonce: null },
  }
}

function nextRecord(draft: Draft, theirs: RegisterGossip | null): RegisterRecord | null {
  const { register: mine } = draft.record
  const { self, peer } = draft.state.settings
  const isTheirsUsable = theirs !== null && !theirs.held && hasOurTerms(draft, theirs)
  if (isTheirsUsable && mine !== null && isSame(mine, theirs)) {
    const isNewer = theirs.version > mine.version && knowsWhatItMissed(draft)
    // The one that proposes waits for the other one's word; that one needs none.
    const agreed = mine.agreed || theirs.agreed || self > peer
    const synced = isNewer ? { ...mine, version: theirs.version, nonce: null } : mine
    return agreed === synced.agreed ? synced : { ...synced, agreed, ownLeaseMs: mine.leaseMs }
  }
  if (self > peer) return isTheirsUsable && knowsWhatItMissed(draft) ? taken(draft, theirs) : mine
  // We have lost ours, and the peer has what the register says.
  const isKept = isTheirsUsable && theirs.agreed && isRead(draft, theirs.instance)
  if (isKept && knowsWhatItMissed(draft)) return taken(draft, theirs)
  return proposed(draft, mine)
}

/**
 * With a later version a replica may be started that was left behind, unless it is marked: every disk
 * of the peer is known, and where it went on alone ours says so itself.
 */
function knowsWhatItMissed({ state, record }: Draft): boolean {
  return state.settings.mirrors.every((mirror) => {
    const theirs = state.peer?.gossip.disks[mirror]?.report ?? null
    const mine = state.mirrors[mirror]?.report ?? null
    if (theirs === null || mine === null) return false
    const isBehind = theirs.alone || theirs.break?.permitted === true
    if (!isBehind || mine.alone) return true
    const isOpen = mine.replica === 'consistent' && !mine.outdated && !mine.inSync
    return mine.link.state === 'connected' ? !isOpen : isMarked(record, mirror, mine)
  })
}

function isMarked({ outdated }: DurableRecord, mirror: string, mine: MirrorReport): boolean {
  return mine.outdated || mine.replica !== 'consistent' || outdated[mirror] !== undefined
}

function taken(draft: Draft, theirs: RegisterGossip): RegisterRecord {
  const { instance, version, terms } = theirs
  const leaseMs = draft.state.settings.lease?.leaseMs ?? 0
  return { instance, version, terms, leaseMs, ownLeaseMs: leaseMs, agreed: true, nonce: null }
}

/** What the register says now, if what is recorded is another register, or has other terms. */
function proposed(draft: Draft, mine: RegisterRecord | null): RegisterRecord | null {
  const { value } = draft.state.register
  const { lease } = draft.state.settings
  if (value === null || lease === null || !isRead(draft, value.instance)) return mine
  const { instance, version } = value
  if (mine !== null && mine.terms === lease.terms && mine.instance === instance) return mine
  const { leaseMs, terms } = lease
  const ownLeaseMs = Math.min(leaseMs, mine?.ownLeaseMs ?? leaseMs)
  return { instance, version, terms, leaseMs, ownLeaseMs, agreed: false, nonce: null }
}

/** Read a moment ago, while both talked. */
function isRead({ state }: Draft, instance: string): boolean {
  const { value, answeredAt } = state.register
  if (value?.instance !== instance || answeredAt === null) return false
  const since = state.membership.kind === 'paired' ? state.membership.since : Infinity
  return answeredAt > since && state.now - answeredAt <= readGoodForMs
}

function hasOurTerms({ state }: Draft, theirs: RegisterGossip): boolean {
  return theirs.terms === state.settings.lease?.terms
}

function isSame(mine: RegisterRecord, theirs: RegisterGossip): boolean {
  return mine.instance === theirs.instance && mine.terms === theirs.terms
}
