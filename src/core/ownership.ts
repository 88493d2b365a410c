/**
 * Who may start a group (safety.md 1, 12).
 *
 * Ownership changes in three ways: it was released to us; the peer is excluded; or both talk and
 * neither runs it, and then the first server in the order of priority whose replicas are proved
 * claims it, durably, and starts only after the peer has recorded the claim.
 */
import { say, type Message } from '../messages/catalogue.ts'
import {
  changeGroup,
  changeGroupRecord,
  groupOf,
  isDurable,
  recordOf,
  settingsOf,
  type Draft,
} from './draft.ts'
import { missingBefore } from './dependencies.ts'
import type { StartEvent } from './effect.ts'
import { beginStart } from './group-start.ts'
import { peerLeaseLeftMs } from './lease.ts'
import { heardAgoMs, inContact, isHeard, peerGroup, peerIsIdle } from './peer.ts'
import { compareTerms, type GroupRecord } from './record.ts'
import { peerReadiness, readiness } from './replicas.ts'
import { isSuspended, learnSuspended } from './suspension.ts'

/** How long a server that was handed the group may take to claim it. */
const releasedGraceMs = 5000

/**
 * Whoever does not wait for the peer's record of its claim is above all the claims that may be on the way
 * there: those of a peer that released the group, those of one that was handed it and was not heard.
 */
const releasedStride = 100
const aloneStride = 10_000

/** Takes over what the peer knows better: higher terms, releases, newer wishes. */
export function learnFromPeer(draft: Draft): void {
  const gossip = draft.state.peer?.gossip
  if (gossip === undefined) return
  learnSuspended(draft, gossip.suspended)
  for (const { name } of draft.state.settings.groups) {
    const theirs = gossip.groups[name]
    const mine = draft.record.groups[name]
    if (theirs === undefined || mine === undefined) continue
    if (compareTerms(theirs.term, mine.term) > 0) {
      changeGroupRecord(draft, name, { term: theirs.term, releasedTo: theirs.releasedTo })
    } else if (
      compareTerms(theirs.term, mine.term) === 0 &&
      mine.term.server !== draft.state.settings.self
    ) {
      if (theirs.releasedTo !== mine.releasedTo) {
        changeGroupRecord(draft, name, { releasedTo: theirs.releasedTo })
      }
    }
    if (theirs.wanted.stamp > mine.wanted.stamp)
      changeGroupRecord(draft, name, { wanted: theirs.wanted })
  }
}

/** A stopped group: should it be claimed here? */
export function considerStart(draft: Draft, name: string): void {
  const { state } = draft
  const record = recordOf(draft, name)
  const view = groupOf(draft, name)
  if (record.wanted.value === 'stop')
    return stay(draft, name, say('group-stopped-by-operator', { group: name }))
  if (draft.record.standby) {
    return stay(draft, name, say('server-on-standby', { group: name, server: state.settings.self }))
  }
  const held = whyHeld(draft, name)
  if (held !== null) return stay(draft, name, held)
  if (state.membership.kind === 'holding') {
    if (state.record.exclusion !== null) considerAlone(draft, name)
    return
  }
  if (state.membership.kind !== 'paired') return stay(draft, name, whyNotPaired(draft, name))
  const theirs = peerGroup(state, name)
  if (theirs === null || !inContact(state)) return
  if (theirs.phase === 'stop-failed') {
    return stay(
      draft,
      name,
      say('group-stop-failed-there', { group: name, peer: state.settings.peer }),
    )
  }
  if (theirs.phase !== 'stopped') {
    return stay(draft, name, say('group-runs-on-peer', { group: name, peer: state.settings.peer }))
  }
  const released = record.releasedTo === state.settings.self
  // Whoever hands it over means it: an earlier failure here does not count.
  if (state.now < view.retryAt && !released) return
  const ready = readiness(draft, name, false)
  if (!ready.ready) return stay(draft, name, ready.why)
  if (released)
    return claim(
      draft,
      name,
      startEvent(draft, name),
      say('group-released-here', { group: name, server: state.settings.self }),
    )
  if (!mayStartFirst(draft, name, record)) return
  claim(draft, name, startEvent(draft, name), whyFirst(draft, name, record))
}

/** Neither runs it, and it is for us to begin. */
function whyFirst(draft: Draft, group: string, { wanted }: GroupRecord): Message {
  const { self: server, peer } = draft.state.settings
  if (wanted.on === server) return say('group-start-here', { group, server })
  const isFirst = settingsOf(draft, group).servers[0] === server
  return isFirst
    ? say('group-first-start', { group, server })
    : say('group-start-instead', { group, server, peer })
}

/** Nothing may start now, whoever could run it. */
function whyHeld(draft: Draft, group: string): Message | null {
  const { settings, shutdown } = draft.state
  if (shutdown !== null) return say('cluster-shutting-down', { server: settings.self })
  if (isSuspended(draft, group)) return say('group-suspended', { group })
  const other = missingBefore(draft, group)
  return other === null ? null : say('group-waits-for-group', { group, other })
}

function considerAlone(draft: Draft, name: string): void {
  const { state } = draft
  const { self, peer } = state.settings
  const settings = settingsOf(draft, name)
  const record = recordOf(draft, name)
  const wasMine = record.term.server === self || record.releasedTo === self
  if (settings.failover === 'manual' && !wasMine && record.wanted.stamp === 0) {
    return stay(draft, name, say('group-failover-manual', { group: name, server: self }))
  }
  if (state.now < groupOf(draft, name).retryAt) return
  if (isHeard(state) && !peerIsIdle(state)) return
  const leaseLeftMs = peerLeaseLeft(draft)
  if (leaseLeftMs > 0) {
    const secondsLeft = Math.ceil(leaseLeftMs / 1000)
    return stay(draft, name, say('group-waits-for-lease', { group: name, peer, secondsLeft }))
  }
  const ready = readiness(draft, name, true)
  if (!ready.ready) return stay(draft, name, ready.why)
  claim(
    draft,
    name,
    startEvent(draft, name),
    say('group-taken-over', { group: name, server: self, peer }),
  )
}

/** Both talk and neither runs it: is it for us to begin? */
function mayStartFirst(draft: Draft, name: string, record: GroupRecord): boolean {
  const { state } = draft
  const { self, peer } = state.settings
  const settings = settingsOf(draft, name)
  const theirs = peerGroup(state, name)
  if (settings.startup === 'manual' && record.wanted.stamp === 0) {
    stay(draft, name, say('group-startup-manual', { group: name }))
    return false
  }
  const isFree = state.peer?.gossip.standby !== true
  const peerCan = isFree && peerReadiness(draft, name) === 'ready' && theirs?.failedHere !== true
  if (record.wanted.on === self) return true
  const peerFirst = settings.servers[0] === peer || record.wanted.on === peer
  const releasedThere = record.releasedTo === peer
  const justReleased = releasedThere && state.now - groupOf(draft, name).since < releasedGraceMs
  if (justReleased && isFree && peerReadiness(draft, name) === 'ready') {
    stay(draft, name, say('group-is-for-peer', { group: name, peer, server: self }))
    return false
  }
  if (peerCan && (peerFirst || releasedThere)) {
    stay(draft, name, say('group-is-for-peer', { group: name, peer, server: self }))
    return false
  }
  return true
}

/** Raises the term durably; the start waits for that, and for the peer's record of it. */
function claim(draft: Draft, name: string, event: StartEvent, why: Message): void {
  const { self, bootId } = draft.state.settings
  const record = recordOf(draft, name)
  const previous =
    record.term.server === '' || record.term.server === self ? null : record.term.server
  const theirs = peerGroup(draft.state, name)?.term.number ?? 0
  const isAlone = draft.state.membership.kind === 'holding'
  const stride = isAlone ? aloneStride : record.releasedTo === self ? releasedStride : 1
  changeGroupRecord(draft, name, {
    term: { number: Math.max(record.term.number, theirs) + stride, server: self },
    // A claim that answers a release needs no second word from the peer: the mark stays until the
    // start.
    releasedTo: record.releasedTo === self ? self : null,
    active: { bootId, event, whole: false },
  })
  changeGroup(draft, name, {
    phase: 'claiming',
    since: draft.state.now,
    event,
    previousServer: previous,
    why,
  })
}

/** A claim on the way: start, wait, or give way to a higher one. */
export function reviewClaim(draft: Draft, name: string): void {
  const { state } = draft
  const { self } = state.settings
  const record = recordOf(draft, name)
  if (record.term.server !== self || record.wanted.value === 'stop') return withdraw(draft, name)
  if (!isDurable(draft) || peerLeaseLeft(draft) > 0) return
  if (state.settings.lease?.guard === true && !state.guardArmed) {
    return stay(draft, name, say('group-waits-for-guard', { group: name, server: self }))
  }
  if (state.membership.kind === 'holding') {
    return beginStart(draft, name, readiness(draft, name, true))
  }
  if (state.membership.kind !== 'paired') {
    const undecided =
      state.membership.kind === 'suspecting' || state.membership.kind === 'peer-hung'
    return undecided ? undefined : withdraw(draft, name)
  }
  const theirs = peerGroup(state, name)
  if (theirs === null) return
  // It was quicker: our claim must not wait for the day it stops.
  if (theirs.phase === 'starting' || theirs.phase === 'running') return withdraw(draft, name)
  const recorded = compareTerms(theirs.term, record.term) >= 0
  if (record.releasedTo === self || (recorded && theirs.phase === 'stopped')) {
    beginStart(draft, name, readiness(draft, name, false))
  }
}

/** What the excluded peer may still run, as long as its lease lasts. */
function peerLeaseLeft({ state }: Draft): number {
  const { membership } = state
  const isByRegister = membership.kind === 'holding' && membership.how === 'arbiter'
  return isByRegister ? peerLeaseLeftMs(state) : 0
}

function withdraw(draft: Draft, name: string): void {
  changeGroupRecord(draft, name, { active: null })
  changeGroup(draft, name, { phase: 'stopped', since: draft.state.now })
}

function startEvent(draft: Draft, name: string): StartEvent {
  const { server } = recordOf(draft, name).term
  return server === '' || server === draft.state.settings.self ? 'START' : 'FAILOVER'
}

export function whyNotPaired(draft: Draft, name: string): Message {
  const { membership, settings } = draft.state
  const { peer, self } = settings
  switch (membership.kind) {
    case 'waiting':
      return draft.state.now < membership.until
        ? say('group-waits-for-peer', {
            group: name,
            peer,
            secondsLeft: Math.ceil((membership.until - draft.state.now) / 1000),
          })
        : say('group-cannot-start-alone', { group: name, server: self, peer })
    case 'lost':
      return say('group-stopped-by-loss', { group: name, server: self, peer })
    case 'leaving':
      return say('group-stopped-for-leaving', { group: name, server: self })
    case 'peer-hung':
      if (isFencingFailing(draft)) return notConfirmed(draft)
      return say(membership.sign === 'kernel' ? 'peer-hung-kernel' : 'peer-hung-mirror', { peer })
    case 'suspecting':
      if (isFencingFailing(draft)) return notConfirmed(draft)
      return whyNotTaken(draft, name)
    case 'paired':
    case 'holding':
      return say('group-waits-for-judgement', { group: name, peer })
  }
}

/** The time-out is over, and it is not for want of a judgement. */
function whyNotTaken(draft: Draft, group: string): Message {
  const { state } = draft
  const { timeoutMs, peer } = state.settings
  const ready = readiness(draft, group, true)
  if (heardAgoMs(state) >= timeoutMs && !ready.ready) return ready.why
  return say('group-waits-for-judgement', { group, peer })
}

function isFencingFailing(draft: Draft): boolean {
  return draft.state.fencing.error !== null
}

function notConfirmed(draft: Draft): Message {
  const { settings, fencing, now } = draft.state
  const seconds = Math.max(0, Math.ceil((fencing.retryAt - now) / 1000))
  return say('fencing-not-confirmed', { server: settings.self, peer: settings.peer, seconds })
}

function stay(draft: Draft, name: string, why: Message): void {
  changeGroup(draft, name, { why })
}
