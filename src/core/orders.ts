/**
 * What operators order. An order for a group that the peer runs (or should start) travels to the
 * peer in our heartbeats and its answer comes back in the peer's; an order is answered once, with
 * what will happen or with why it is refused. Nothing is half done.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { changeGroup, emit, groupOf, recordOf, type Draft } from './draft.ts'
import { needingIt } from './dependencies.ts'
import type {
  ClusterShutdown,
  ForceOrder,
  GroupOrder,
  ServerOrder,
  SuspensionOrder,
} from './gossip.ts'
import { beginStop } from './group-stop.ts'
import { whyNotPaired } from './ownership.ts'
import { decideForce } from './force.ts'
import { inContact, peerGroup, peerPhase } from './peer.ts'
import { readiness, whyPeerCannotTake } from './replicas.ts'
import { decideServerOrder, type Verdict } from './server-orders.ts'
import { decideShutdown, lastToLeave } from './shutdown.ts'
import { decideSuspension, isSuspended } from './suspension.ts'
import { want } from './wishes.ts'

const unansweredMs = 5000
const answersKeptMs = 30_000

type Order = GroupOrder | ServerOrder | ClusterShutdown

export function takeOrder(
  draft: Draft,
  id: string,
  order: Order | SuspensionOrder | ForceOrder,
): void {
  const { self, peer } = draft.state.settings
  if (order.kind === 'suspend' || order.kind === 'resume') {
    return answer(draft, id, decideSuspension(draft, order))
  }
  if (order.kind === 'shutdown-cluster') return shutDownBoth(draft, id, order)
  if ('group' in order && !draft.state.settings.groups.some(({ name }) => name === order.group)) {
    return answer(draft, id, refused(say('group-unknown', { group: order.group })))
  }
  if (order.kind === 'force') return answer(draft, id, decideForce(draft, order))
  const server = serverIn(order)
  if (server !== null && server !== self && server !== peer) {
    return answer(draft, id, refused(say('server-unknown', { server, first: self, second: peer })))
  }
  const verdict = decideHere(draft, order)
  if (verdict !== 'peer') return answer(draft, id, verdict)
  if (!inContact(draft.state)) {
    return answer(
      draft,
      id,
      refused(say('peer-not-reachable', { peer: draft.state.settings.peer })),
    )
  }
  draft.state.forwarded = [...draft.state.forwarded, { id, order, since: draft.state.now }]
}

function serverIn(order: Order): string | null {
  if ('server' in order) return order.server
  return 'to' in order ? order.to : null
}

function decideHere(draft: Draft, order: Order): Verdict | 'peer' {
  if ('server' in order) {
    return order.server === draft.state.settings.self ? decideServerOrder(draft, order) : 'peer'
  }
  switch (order.kind) {
    case 'shutdown-cluster':
      return decideShutdown(draft, order)
    case 'move':
      return decideMove(draft, order.group, order.to)
    case 'start':
      return decideStart(draft, order.group, order.to)
    case 'stop':
      return decideStop(draft, order.group)
  }
}

/** One order for both: the peer hears of it, and does its part. */
function shutDownBoth(draft: Draft, id: string, order: ClusterShutdown): void {
  const { state } = draft
  const last = lastToLeave(draft)
  const whole: ClusterShutdown = { ...order, last }
  if (inContact(state)) {
    const both = { id: `${id}+`, order: whole, since: state.now }
    state.forwarded = [...state.forwarded, both]
  }
  answer(draft, id, decideShutdown(draft, whole))
}

function decideMove(draft: Draft, group: string, to: string | null): Verdict | 'peer' {
  const { self, peer } = draft.state.settings
  const view = groupOf(draft, group)
  if (isSuspended(draft, group)) return refused(say('group-suspended', { group }))
  if (view.phase === 'stopped') {
    const theirs = peerPhase(draft.state, group)
    if (theirs !== 'stopped') return to === peer ? alreadyThere(group, peer) : 'peer'
    return refused(say('group-not-running', { group }))
  }
  if (view.phase !== 'running') return refused(say('group-busy', { group, server: self }))
  if (to === self) return alreadyThere(group, self)
  const blocked = whyPeerCannotTake(draft, group)
  if (blocked !== null) return refused(blocked)
  if (peerGroup(draft.state, group)?.failedHere === true) {
    // An operator's word overrides the memory of an earlier failure there.
    changeGroup(draft, group, { restarts: 0 })
  }
  want(draft, group, { value: 'run', on: null, stays: peer })
  const why = say('group-move-ordered', { group, server: self, peer })
  beginStop(draft, group, 'GROUPMOVE', { kind: 'release', to: peer }, why)
  return { accepted: true, message: why }
}

function decideStart(draft: Draft, group: string, to: string | null): Verdict | 'peer' {
  const { self, peer } = draft.state.settings
  const view = groupOf(draft, group)
  const theirs = peerPhase(draft.state, group)
  if (isSuspended(draft, group)) return refused(say('group-suspended', { group }))
  if (view.phase !== 'stopped')
    return to === peer
      ? refused(say('group-runs-already', { group, server: self }))
      : alreadyThere(group, self)
  if (theirs !== 'stopped')
    return to === self
      ? refused(say('group-runs-already', { group, server: peer }))
      : alreadyThere(group, peer)
  if (to === peer) return 'peer'
  if (draft.record.standby) {
    const isFree = inContact(draft.state) && draft.state.peer?.gossip.standby === false
    return to === null && isFree
      ? 'peer'
      : refused(say('server-on-standby', { group, server: self }))
  }
  const { kind } = draft.state.membership
  if (kind !== 'paired' && kind !== 'holding') {
    // The wish is kept for when it becomes possible.
    if (recordOf(draft, group).wanted.value === 'stop')
      want(draft, group, { value: 'run', on: null, stays: null })
    return refused(whyNotPaired(draft, group))
  }
  const ready = readiness(draft, group, kind === 'holding')
  if (!ready.ready && (to === self || !inContact(draft.state))) return refused(ready.why)
  want(draft, group, { value: 'run', on: to, stays: to })
  changeGroup(draft, group, { failedStarts: 0, retryAt: 0 })
  return { accepted: true, message: say('group-start-ordered', { group }) }
}

function decideStop(draft: Draft, group: string): Verdict | 'peer' {
  const { self } = draft.state.settings
  const view = groupOf(draft, group)
  if (isSuspended(draft, group)) return refused(say('group-suspended', { group }))
  const other = needingIt(draft, group)
  if (other !== null) return refused(say('group-needed', { group, other }))
  if (view.phase === 'stopped' || view.phase === 'claiming') {
    // Cut off, we cannot know what the peer runs, nor tell it.
    if (draft.state.membership.kind !== 'holding' && !inContact(draft.state)) {
      return refused(say('peer-not-reachable', { peer: draft.state.settings.peer }))
    }
    const theirs = peerPhase(draft.state, group)
    if (theirs !== 'stopped') return 'peer'
    want(draft, group, { value: 'stop', on: null, stays: null })
    return { accepted: true, message: say('group-stop-ordered', { group, server: self }) }
  }
  if (view.phase === 'stopping') return refused(say('group-busy', { group, server: self }))
  want(draft, group, { value: 'stop', on: null, stays: null })
  const why = say('group-stop-ordered', { group, server: self })
  beginStop(draft, group, 'GROUPSTOP', { kind: 'stay' }, why)
  return { accepted: true, message: why }
}

/** The peer's orders for us, and its answers to ours. */
export function exchangeOrders(draft: Draft): void {
  const { state } = draft
  const gossip = state.peer?.gossip
  // What a peer said before it fell silent is no order any more.
  const orders = inContact(state) ? (gossip?.orders ?? []) : []
  for (const { id, order } of orders) {
    if (state.answers.some((each) => each.id === id)) continue
    const verdict = decideHere(draft, order)
    const given = verdict === 'peer' ? refused(isBusyThere(order, state.settings.peer)) : verdict
    state.answers = [...state.answers, { id, ...given, at: state.now }]
  }
  for (const { id, since } of state.forwarded) {
    const given = gossip?.answers.find((each) => each.id === id)
    if (given !== undefined) answer(draft, id, given)
    else if (state.now - since > unansweredMs) {
      answer(draft, id, refused(say('peer-not-reachable', { peer: state.settings.peer })))
    } else continue
    state.forwarded = state.forwarded.filter((each) => each.id !== id)
  }
  if (state.answers.some((each) => state.now - each.at > answersKeptMs)) {
    state.answers = state.answers.filter((each) => state.now - each.at <= answersKeptMs)
  }
}

function isBusyThere(order: Order, peer: string): Message {
  return 'group' in order
    ? say('group-busy', { group: order.group, server: peer })
    : say('peer-not-reachable', { peer })
}

function answer(draft: Draft, order: string, verdict: Verdict): void {
  const { accepted, message } = verdict
  emit(draft, { kind: 'answer-operator', order, accepted, message }, message)
}

function refused(message: Message): Verdict {
  return { accepted: false, message }
}

function alreadyThere(group: string, server: string): Verdict {
  return { accepted: true, message: say('group-already-there', { group, server }) }
}
