/**
 * An orderly departure (safety.md 13): hand the groups over, mark our replicas outdated when the
 * peer goes on without us, say goodbye, go. Nobody waits for a time-out.
 */
import { say, type Message } from '../messages/catalogue.ts'
import {
  emit,
  groupOf,
  isDurable,
  isPending,
  order,
  setMembership,
  tell,
  type Draft,
} from './draft.ts'
import type { Afterwards } from './effect.ts'
import type { Leave } from './gossip.ts'
import { beginStop } from './group-stop.ts'
import { inContact, isBusy, peerGroup } from './peer.ts'
import { whyPeerCannotTake } from './replicas.ts'
import type { AfterStop } from './state.ts'
import { isSuspended } from './suspension.ts'

/** How long a released group may take to be claimed before we leave all the same. */
const claimGraceMs = 3000
/** Goodbyes are repeated for so long before the daemon ends. */
const goodbyeMs = 300

export function askToLeave(draft: Draft, id: string, { afterwards }: Leave): void {
  const { state } = draft
  const { self, peer } = state.settings
  const message = say('server-leaving', { server: self, peer })
  emit(draft, { kind: 'answer-operator', order: id, accepted: true, message }, message)
  if (state.membership.kind === 'leaving') return
  beginLeaving(draft, { afterwards, mayHandOver: true }, message)
}

/** Stops what runs here, handing it over where the peer can take it, and says goodbye. */
export function beginLeaving(
  draft: Draft,
  { afterwards, mayHandOver }: { readonly afterwards: Afterwards; readonly mayHandOver: boolean },
  message: Message,
): void {
  const { state } = draft
  const { peer } = state.settings
  const isIdle = !isBusy(state)
  if (isIdle) tell(draft, message)
  for (const group of state.settings.groups) {
    const { phase } = groupOf(draft, group.name)
    if (phase === 'stopped' || phase === 'stopping') continue
    const canTake =
      mayHandOver &&
      group.failover === 'auto' &&
      !isSuspended(draft, group.name) &&
      whyPeerCannotTake(draft, group.name) === null
    const after: AfterStop = canTake ? { kind: 'release', to: peer } : { kind: 'stay' }
    beginStop(draft, group.name, 'SERVERSHUTDOWN', after, message)
  }
  setMembership(draft, { kind: 'leaving', since: state.now, done: false, afterwards }, message)
}

export function reviewLeaving(draft: Draft): void {
  const { state } = draft
  const { membership, settings } = state
  if (membership.kind !== 'leaving') return
  if (membership.done) {
    if (state.now - membership.since >= goodbyeMs) exit(draft, membership.afterwards)
    return
  }
  if (Object.values(state.groups).some((group) => group.phase !== 'stopped')) return
  if (awaitsClaim(draft)) return
  if (peerGoesOn(draft)) markAll(draft)
  if (!isDurable(draft)) return
  setMembership(draft, { ...membership, since: state.now, done: true })
  tell(draft, say('server-left', { server: settings.self }))
}

/** A released group that the peer has not recorded as its own yet. */
function awaitsClaim(draft: Draft): boolean {
  const { state } = draft
  if (!inContact(state)) return false
  return state.settings.groups.some((group) => {
    const record = draft.record.groups[group.name]
    if (record?.releasedTo !== state.settings.peer) return false
    const theirs = peerGroup(state, group.name)
    const claimed = theirs !== null && theirs.term.number > record.term.number
    return !claimed && state.now - groupOf(draft, group.name).since < claimGraceMs
  })
}

/** The peer is there and stays: it may write without us from the moment we are gone. */
function peerGoesOn(draft: Draft): boolean {
  const gossip = draft.state.peer?.gossip
  return gossip !== undefined && inContact(draft.state) && gossip.membership !== 'leaving'
}

/**
 * Nothing is claimed before the peer has been met again, and every replica is marked in our own
 * record, which forbids its promotion: the peer may write from the moment we are gone. The superblock is not marked (docs/decisions/0008).
 */
function markAll(draft: Draft): void {
  const { mirrors, peer } = draft.state.settings
  const { register } = draft.record
  if (register?.agreed === true) {
    draft.record = { ...draft.record, register: { ...register, agreed: false } }
  }
  const unmarked = mirrors.filter((mirror) => draft.record.outdated[mirror] === undefined)
  if (unmarked.length === 0) return
  const mark = { asker: peer, breakNumber: 0, incarnation: '' }
  const marks = Object.fromEntries(unmarked.map((mirror) => [mirror, mark]))
  draft.record = { ...draft.record, outdated: { ...draft.record.outdated, ...marks } }
}

function exit(draft: Draft, afterwards: Afterwards): void {
  const why = say('server-left', { server: draft.state.settings.self })
  if (isPending(draft, (each) => each.kind === 'exit-daemon')) return
  order(draft, { kind: 'exit-daemon', afterwards }, why)
}
