/**
 * Excluding the peer by switching it off (safety.md 9). Only what is confirmed counts: an attempt
 * that fails, or of which nothing is known, changes nothing but the time of the next one.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { groupOf, isPending, order, setMembership, tell, type Draft } from './draft.ts'
import type { Outcome } from './event.ts'
import { heardAgoMs, inContact, peerIsIdle } from './peer.ts'
import type { Fencing } from './state.ts'

export const noFencing: Fencing = {
  failures: 0,
  retryAt: 0,
  error: null,
  confirmed: false,
  aimedAt: null,
}

const firstPauseMs = 2000
const pauseMaxMs = 60_000

/** Orders it, unless it is under way, or it is not our turn yet. */
export function fencePeer(draft: Draft, why: Message): void {
  const { state } = draft
  const { settings, fencing, now } = state
  if (isPending(draft, ({ kind }) => kind === 'exclude-peer') || now < fencing.retryAt) return
  if (heardAgoMs(state) < settings.timeoutMs + delayMs(draft)) return
  state.fencing = { ...fencing, aimedAt: state.peer?.incarnation ?? null }
  setMembership(draft, state.membership, why)
  if (fencing.failures === 0) tell(draft, why)
  order(draft, { kind: 'exclude-peer' }, why, settings.fenceWithinMs)
}

/** Whoever runs something is the first to act; of two that do the same, one is. */
function delayMs(draft: Draft): number {
  const { self, peer, groups, standbyDelayMs } = draft.state.settings
  const isBusy = groups.some(({ name }) => groupOf(draft, name).phase !== 'stopped')
  const isSecond = self > peer && isBusy !== peerIsIdle(draft.state)
  return (isBusy ? 0 : standbyDelayMs) + (isSecond ? standbyDelayMs : 0)
}

export function noteFencing(draft: Draft, outcome: Outcome): void {
  const { state } = draft
  const { fencing } = state
  if (outcome.ok) {
    state.fencing = { ...fencing, confirmed: true }
    return
  }
  const { kind } = state.membership
  if (kind !== 'suspecting' && kind !== 'peer-hung' && kind !== 'waiting') return
  const failures = fencing.failures + 1
  const pauseMs = Math.min(firstPauseMs * 2 ** (failures - 1), pauseMaxMs)
  state.fencing = { ...fencing, failures, retryAt: state.now + pauseMs, error: outcome.error }
  const { self: server, peer } = state.settings
  const why = say('fencing-not-confirmed', { server, peer, seconds: pauseMs / 1000 })
  setMembership(draft, state.membership, why)
  // The second, the fourth, the eighth failure in a row says it again.
  if (Math.log2(failures) % 1 !== 0) return
  tell(draft, outcome.error)
  tell(draft, why)
}

/**
 * Whether the peer was just switched off. What was heard of it is of a life that is over, unless it
 * has been switched on again and speaks in its next one.
 */
export function takeConfirmation(draft: Draft): boolean {
  const { state } = draft
  if (!state.fencing.confirmed) return false
  const { aimedAt } = state.fencing
  state.fencing = noFencing
  const isBack = inContact(state) && state.peer?.incarnation !== aimedAt
  const { kind } = state.membership
  if (isBack || kind === 'lost' || kind === 'leaving' || kind === 'holding') return false
  const silentSince = state.now - state.settings.timeoutMs
  if (state.peer !== null) {
    state.peer = { ...state.peer, heardAt: Math.min(state.peer.heardAt, silentSince) }
  }
  state.links = Object.fromEntries(
    Object.entries(state.links).map(([name, link]) => [
      name,
      { ...link, acknowledgedSentAt: earlier(link.acknowledgedSentAt, silentSince) },
    ]),
  )
  return true
}

/** What was ordered before we lost grants nothing afterwards, whatever comes of it. */
export function dropFencing(draft: Draft): void {
  const { state } = draft
  state.fencing = noFencing
  const others = Object.entries(state.pending).filter(([, { kind }]) => kind !== 'exclude-peer')
  state.pending = Object.fromEntries(others)
}

function earlier(at: number | null, limit: number): number | null {
  return at === null ? null : Math.min(at, limit)
}
