/**
 * The right to run is a lease (safety.md 8). It ends so long after we *sent* the latest heartbeat that
 * the peer acknowledged, and only the exclusion of the peer makes it unlimited. What a server may say
 * of its peer's lease is the mirror image, counted from the latest heartbeat that it acknowledged; so
 * whoever claims acknowledges nothing.
 */
import { isBusy } from './peer.ts'
import type { State } from './state.ts'

/** A holder that does not move for so long is reset all the same. */
const holderMs = 60_000
/** The end of the lease comes so early to the groups: they stop, and are not reset. */
const selfStopMs = 600
const catchUpMs = 100

/** When the guard resets this server; null: never; `keep`: as it was told last. */
export function guardUntil(state: State): number | null | 'keep' {
  if (state.settings.lease === null || !isBusy(state)) return null
  const end = leaseEnd(state)
  if (end === Infinity) return state.now + holderMs
  return end === -Infinity ? 'keep' : end
}

/** Boot-time clock; `Infinity`: no end; `-Infinity`: no heartbeat of this life was acknowledged. */
function leaseEnd(state: State): number {
  const { lease } = state.settings
  // The exclusion counts from the arbiter's word on, and no more once it is being given up.
  const holds = state.membership.kind === 'holding' && state.desired.exclusion !== null
  if (lease === null || holds) return Infinity
  const sent = Object.values(state.links).map((link) => link.acknowledgedSentAt ?? -Infinity)
  const ownLeaseMs = state.record.register?.ownLeaseMs ?? lease.leaseMs
  return Math.max(...sent) + Math.min(ownLeaseMs, lease.leaseMs)
}

/** It is time to stop what runs here, lest the guard does it. */
export function isLeaseEnding(state: State): boolean {
  if (state.settings.lease === null || !isBusy(state)) return false
  const end = leaseEnd(state)
  if (end === -Infinity || state.now < end - selfStopMs) return false
  // What came while we were away is heard first.
  return state.now >= end || state.now - state.listeningSince >= catchUpMs
}

/** Milliseconds until the peer's lease is over for certain, whatever became of the peer. */
export function peerLeaseLeftMs(state: State): number {
  const { lease } = state.settings
  if (lease === null) return 0
  const leaseMs = Math.max(lease.leaseMs, state.record.register?.leaseMs ?? 0)
  const end = state.acknowledgedAt + 1.01 * leaseMs + lease.marginMs
  return Math.max(0, Math.ceil(end - state.now))
}

/** False: our heartbeats acknowledge nothing, so that the peer's lease runs out. */
export function acknowledges(state: State): boolean {
  if (state.settings.lease === null) return true
  const actions = Object.values(state.pending)
  if (actions.some((each) => each.kind === 'ask-register' && each.claim !== null)) return false
  const { membership } = state
  if (membership.kind !== 'holding' || membership.how !== 'arbiter') return true
  // Only what is to be started here waits for the end of the peer's lease.
  const isAllHere = Object.values(state.groups).every(({ phase }) => phase !== 'stopped')
  return isAllHere || peerLeaseLeftMs(state) === 0
}
