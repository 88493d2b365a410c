/**
 * Who is there, and who may go on when the servers cannot hear each other (safety.md 6–12).
 *
 * The intuition: silence is not death. After a short silence the evidence is gathered (does the
 * peer's kernel answer, does its mirror session live, does the arbiter answer us), again and again;
 * only at the time-out is something decided, from evidence collected during this very silence.
 * Then either we hold the exclusion of the peer and go on, or we have lost and stop everything.
 * The way back is one sentence: the holder takes the peer back once the peer runs nothing and has
 * durably marked outdated every disk on which the holder went on alone.
 */
import { say, type Message } from '../messages/catalogue.ts'
import {
  changeGroup,
  emit,
  groupOf,
  isDurable,
  isPending,
  order,
  setMembership,
  tell,
  type Draft,
} from './draft.ts'
import {
  askSoon,
  claimRegister,
  endClaim,
  silentMs,
  takeVerdict,
  withWonVersion,
} from './claim-register.ts'
import { dropFencing, fencePeer, takeConfirmation } from './fencing.ts'
import { isLeaseEnding, peerLeaseLeftMs } from './lease.ts'
import { forgetMeeting } from './mirroring.ts'
import {
  acknowledgedAgoMs,
  heardAgoMs,
  inContact,
  isBusy,
  isHeard,
  isUnplugged,
  peerIsIdle,
} from './peer.ts'
import { canStartAlone, readiness } from './replicas.ts'
import type { Evidence, Membership, State } from './state.ts'
import { isSuspended } from './suspension.ts'

const examinePauseMs = 150
const evidenceGoodForMs = 900
/** Nothing to decide for so long: ask less often. */
const longSilenceMs = 10_000
const longSilencePauseMs = 600
/** A waiting write without an answer from the peer's daemon (safety.md 16). */
const unansweredMs = 5000
/** A daemon that was killed is running again before this. */
const hungFenceMs = 10_000

export function reviewMembership(draft: Draft): void {
  if (takeConfirmation(draft)) {
    const { self: server, peer } = draft.state.settings
    return hold(draft, 'arbiter', say('excluded-by-fence', { server, peer }))
  }
  if (reviewLease(draft)) return
  const { membership } = draft.state
  switch (membership.kind) {
    case 'waiting':
      return reviewWaiting(draft, membership.until)
    case 'paired':
      return reviewPaired(draft)
    case 'suspecting':
      return reviewSuspecting(draft, membership.since)
    case 'peer-hung':
      return reviewHung(draft, membership.since)
    case 'holding':
      return reviewHolding(draft)
    case 'lost':
      return reviewLost(draft, membership.ran)
    case 'leaving':
      return
  }
}

/** What came of our claim, and the end of our lease. True: that decided the membership. */
function reviewLease(draft: Draft): boolean {
  const { state } = draft
  const { settings, membership } = state
  const { self: server, peer, arbiter } = settings
  const { kind } = membership
  if (settings.lease === null || kind === 'lost' || kind === 'leaving' || kind === 'holding') {
    return false
  }
  const mayHold = kind !== 'paired' && !inContact(state)
  const verdict = mayHold ? takeVerdict(draft) : null
  if (verdict === 'won') {
    hold(draft, 'arbiter', say('excluded-by-register', { server, peer, arbiter }))
    return true
  }
  const why = say('lost-register', { server, peer, arbiter })
  if (verdict === 'beaten' && kind !== 'waiting') {
    lose(draft, why)
    return true
  }
  if (verdict === 'beaten' && state.decided?.why.id !== why.id) {
    setMembership(draft, membership, why)
    tell(draft, why)
  }
  if (kind === 'waiting' || !isLeaseEnding(state)) return false
  lose(draft, say('lost-lease', { server, peer, arbiter }))
  return true
}

function reviewWaiting(draft: Draft, until: number): void {
  const { state } = draft
  if (inContact(state)) {
    const theirs = state.peer?.gossip.membership
    if (theirs === 'holding' || theirs === 'lost' || theirs === 'leaving') return
    return pair(draft)
  }
  if (state.now < until || heardAgoMs(state) < state.settings.timeoutMs) return
  const mayHelp =
    !draft.record.standby && state.settings.groups.some((group) => canStartAlone(draft, group.name))
  if (!mayHelp) return
  examine(draft)
  const evidence = evidenceSince(draft, until)
  if (evidence === null || evidence.kernelAnswers || evidence.mirrorAlive) return
  if (state.settings.arbiter === 'fence' && !isUnplugged(state)) return fenceSilent(draft)
  if (state.settings.lease !== null) return claimSilent(draft)
  if (evidence.arbiter === 'win' && !isUnplugged(state)) {
    hold(
      draft,
      'arbiter',
      say('wait-over-goes-on', { server: state.settings.self, peer: state.settings.peer }),
    )
  }
}

function pair(draft: Draft): void {
  const { state } = draft
  const epoch = Math.max(draft.record.epoch, state.peer?.gossip.epoch ?? 0)
  draft.record = { ...draft.record, epoch: epoch + 1, exclusion: null }
  state.fencing = { ...state.fencing, failures: 0, retryAt: 0, error: null }
  endClaim(draft)
  askSoon(draft)
  forgetMeeting(draft)
  const why = say('servers-paired', { server: state.settings.self, peer: state.settings.peer })
  setMembership(draft, { kind: 'paired', since: state.now }, why)
  tell(draft, why)
}

function reviewPaired(draft: Draft): void {
  const { state } = draft
  if (saysItHolds(state)) return lose(draft, excludedByPeer(draft))
  if (hasLeft(state)) {
    return hold(draft, 'peer-left', say('peer-left', { peer: state.settings.peer }))
  }
  if (!inContact(state)) {
    draft.state.evidence = null
    draft.state.losses = 0
    const { peer } = state.settings
    const silentMs = Math.round(acknowledgedAgoMs(state))
    const why = say('peer-silent', { peer, silentMs })
    setMembership(draft, { kind: 'suspecting', since: state.now }, why)
    examine(draft)
  }
}

function reviewSuspecting(draft: Draft, since: number): void {
  const { state } = draft
  if (hasLeft(state)) {
    return hold(draft, 'peer-left', say('peer-left', { peer: state.settings.peer }))
  }
  if (saysItHolds(state)) return lose(draft, excludedByPeer(draft))
  if (inContact(state)) return backInContact(draft)
  if (isUnplugged(state)) return lose(draft, say('lost-unplugged', { server: state.settings.self }))
  examine(draft, heardAgoMs(state) > longSilenceMs ? longSilencePauseMs : examinePauseMs)
  const { lease } = state.settings
  // Whoever runs something does not wait for evidence: its own lease does not wait either.
  if (lease !== null && isBusy(state)) return decideByRegister(draft, null)
  const evidence = evidenceSince(draft, since)
  if (evidence === null) return
  if (lease !== null) return decideByRegister(draft, evidence)
  const signOfLife = evidence.kernelAnswers || evidence.mirrorAlive
  if (evidence.arbiter === 'lose' && !signOfLife && state.losses >= 2) {
    return lose(
      draft,
      say('lost-arbiter', { server: state.settings.self, peer: state.settings.peer }),
    )
  }
  const gaveUp = state.peer?.gossip.membership === 'lost' && peerIsIdle(state)
  if (gaveUp && evidence.arbiter === 'win') {
    return hold(draft, 'peer-lost', say('peer-gave-up', { peer: state.settings.peer }))
  }
  if (heardAgoMs(state) >= state.settings.timeoutMs) decide(draft, evidence)
}

/** The time-out has passed, with evidence of this silence at hand. */
function decide(draft: Draft, evidence: Evidence): void {
  const { state } = draft
  const { self, peer, timeoutMs, arbiter } = state.settings
  if (noteSign(draft, evidence)) return
  if (evidence.arbiter === 'lose') return lose(draft, say('lost-arbiter', { server: self, peer }))
  if (!mayRunSomething(draft)) return
  if (arbiter === 'fence') return fenceSilent(draft)
  const silentMs = Math.round(Math.min(heardAgoMs(state), 3_600_000))
  const why =
    arbiter === 'ping'
      ? say('excluded-by-ping', { server: self, peer, silentMs })
      : say('excluded-by-silence', { server: self, peer, silentMs, timeoutMs })
  hold(draft, 'arbiter', why)
}

/** Something of it lives: true. */
function noteSign(draft: Draft, evidence: Evidence): boolean {
  const { state } = draft
  const { peer } = state.settings
  if (!evidence.kernelAnswers && !evidence.mirrorAlive) return false
  const sign = evidence.kernelAnswers ? 'kernel' : 'mirror'
  if (state.membership.kind === 'peer-hung' && state.membership.sign === sign) return true
  const why = say(sign === 'kernel' ? 'peer-hung-kernel' : 'peer-hung-mirror', { peer })
  setMembership(draft, { kind: 'peer-hung', since: state.now, sign }, why)
  tell(draft, why)
  return true
}

/**
 * Whoever runs something needs the register before its own lease ends, whatever the peer is: only the
 * other one can be kept by a sign of life.
 */
function decideByRegister(draft: Draft, evidence: Evidence | null): void {
  const { state } = draft
  if (silentMs(state) < state.settings.timeoutMs) return
  if (!isBusy(state) && evidence !== null && noteSign(draft, evidence)) return
  if (mayRunSomething(draft)) claimSilent(draft)
}

function claimSilent(draft: Draft): void {
  const { self: server, peer, arbiter } = draft.state.settings
  const ms = Math.round(Math.min(silentMs(draft.state), 3_600_000))
  claimRegister(draft, say('register-claimed', { server, peer, arbiter, silentMs: ms }))
}

function fenceSilent(draft: Draft): void {
  const { self: server, peer } = draft.state.settings
  const silentMs = Math.round(Math.min(heardAgoMs(draft.state), 3_600_000))
  fencePeer(draft, say('fencing-silent-peer', { server, peer, silentMs }))
}

/** Only a server that could run something claims (safety.md 10); the groups say why not. */
function mayRunSomething(draft: Draft): boolean {
  return draft.state.settings.groups.some((group) => {
    if (groupOf(draft, group.name).phase !== 'stopped') return true
    if (draft.record.standby || isSuspended(draft, group.name)) return false
    const ready = readiness(draft, group.name, true)
    if (!ready.ready) changeGroup(draft, group.name, { why: ready.why })
    return ready.ready
  })
}

function reviewHung(draft: Draft, since: number): void {
  const { state } = draft
  if (saysItHolds(state)) return lose(draft, excludedByPeer(draft))
  if (inContact(state)) return backInContact(draft)
  examine(draft, 400)
  const evidence = evidenceSince(draft, state.now - evidenceGoodForMs)
  if (evidence === null) return
  if (!evidence.kernelAnswers && !evidence.mirrorAlive) {
    // Whoever was away meanwhile has listened for less than that.
    if (state.settings.lease !== null) return decideByRegister(draft, evidence)
    return heardAgoMs(state) >= state.settings.timeoutMs ? decide(draft, evidence) : undefined
  }
  const waiting = Object.values(state.mirrors).some(
    (mirror) => mirror.waitingSince !== null && state.now - mirror.waitingSince >= unansweredMs,
  )
  if (state.settings.lease !== null) {
    // Its lease is over: its guard has reset it, or it runs nothing.
    const isOver = evidence.mirrorAlive
      ? state.now - since >= hungFenceMs
      : peerLeaseLeftMs(state) === 0
    if (isOver && mayRunSomething(draft)) claimSilent(draft)
    return
  }
  if (state.settings.arbiter === 'fence') {
    const { self: server, peer } = state.settings
    const isLong = waiting || state.now - since >= hungFenceMs
    if (!isLong || !mayRunSomething(draft)) return
    return fencePeer(draft, say('fencing-hung-peer', { server, peer }))
  }
  if (waiting && evidence.arbiter === 'win' && peerIsIdle(state)) {
    hold(
      draft,
      'arbiter',
      say('excluded-standby-hung', { server: state.settings.self, peer: state.settings.peer }),
    )
  }
}

/**
 * We were away for so long that the peer may have gone on without us, and our replica may be older
 * than it seems. As after a restart of the daemon: meet the peer first. A server that runs something
 * goes on as it is; its mirrord asks for permission anew.
 */
export function meetAgain(draft: Draft, gapMs: number, why: Message): void {
  const { state } = draft
  const { kind } = state.membership
  const { timeoutMs, intervalMs, waitForPeerMs, arbiter, lease } = state.settings
  // Whoever went on without us would have switched us off, or stands in the register.
  if (arbiter === 'fence' || lease !== null) return
  if (kind !== 'paired' && kind !== 'suspecting' && kind !== 'peer-hung') return
  if (gapMs < timeoutMs - 2 * intervalMs) return
  if (Object.values(state.groups).some(({ phase }) => phase !== 'stopped')) return
  const until = state.now + waitForPeerMs
  setMembership(draft, { kind: 'waiting', since: state.now, until }, why)
}

function backInContact(draft: Draft): void {
  const { state } = draft
  state.fencing = { ...state.fencing, failures: 0, retryAt: 0, error: null }
  endClaim(draft)
  askSoon(draft)
  const why = say('peer-heard-again', { peer: state.settings.peer })
  if (state.membership.kind === 'peer-hung') tell(draft, why)
  setMembership(draft, { kind: 'paired', since: state.now }, why)
}

function reviewHolding(draft: Draft): void {
  const { state } = draft
  if (!inContact(state)) return
  const gossip = state.peer?.gossip
  if (gossip === undefined || gossip.leaving) return
  const isLate = state.record.exclusion === null && draft.record.exclusion !== null
  if (isLate && gossip.membership !== 'waiting') {
    // It came back before the exclusion was durable: nothing was done with it yet.
    draft.record = { ...draft.record, exclusion: null }
    const why = say('peer-heard-again', { peer: state.settings.peer })
    return setMembership(draft, { kind: 'paired', since: state.now }, why)
  }
  if (gossip.membership === 'holding') return reviewDoubleHolding(draft)
  // Given up durably before the peer could be heard again, and the peer has read that meanwhile.
  const isGivenUp = state.record.exclusion === null && draft.record.exclusion === null
  if (isGivenUp && gossip.membership === 'paired') return takeBack(draft)
  if (gossip.membership !== 'waiting' || !peerIsIdle(state) || !peerMarked(draft)) return
  if (draft.record.exclusion !== null) {
    draft.record = {
      ...draft.record,
      exclusion: null,
      epoch: Math.max(draft.record.epoch, gossip.epoch) + 1,
    }
    return
  }
  if (draft.state.record.exclusion !== null) return
  takeBack(draft)
}

function takeBack(draft: Draft): void {
  const { state } = draft
  const why = say('peer-taken-back', { peer: state.settings.peer })
  setMembership(draft, { kind: 'paired', since: state.now }, why)
  tell(draft, why)
}

/** Both went on while they could not hear each other (safety.md 4): the second one stops. */
function reviewDoubleHolding(draft: Draft): void {
  const { self, peer } = draft.state.settings
  if (self > peer) lose(draft, say('lost-double', { server: self, peer }))
}

/** Every disk on which we went on alone is marked outdated (or worse) on the peer, durably. */
function peerMarked(draft: Draft): boolean {
  return draft.state.settings.mirrors.every((name) => {
    const mine = draft.state.mirrors[name]?.report
    // Whether we went on alone is not known while our mirrord is away.
    if (mine === null || mine === undefined) {
      return draft.state.peer?.gossip.disks[name]?.outdated != null
    }
    if (!mine.alone && mine.break?.permitted !== true) return true
    const theirs = draft.state.peer?.gossip.disks[name]
    if (theirs === undefined) return false
    const report = theirs.report
    return (
      theirs.outdated !== null ||
      (report !== null && (report.outdated || report.replica !== 'consistent'))
    )
  })
}

function reviewLost(draft: Draft, ran: boolean): void {
  const { state } = draft
  const { loser } = state.settings
  const idle = Object.values(state.groups).every((group) => group.phase === 'stopped')
  if (!idle) return
  if (ran && (loser === 'shutdown' || loser === 'reboot')) return goDown(draft, loser)
  if (isHeard(state) && !inContact(state)) return
  // From here on it is as after a boot: meet the peer, or, after the wait, prove to be the newest.
  const until = state.now + state.settings.waitForPeerMs
  draft.record = { ...draft.record, exclusion: null }
  setMembership(draft, { kind: 'waiting', since: state.now, until })
}

/** The definition has the loser go, in order; what it left is written down first. */
function goDown(draft: Draft, loser: 'shutdown' | 'reboot'): void {
  if (!isDurable(draft) || isPending(draft, ({ kind }) => kind === 'exit-daemon')) return
  const { self: server, peer } = draft.state.settings
  const why = say('loser-goes-down', { server, peer })
  tell(draft, why)
  order(draft, { kind: 'exit-daemon', afterwards: loser === 'reboot' ? 'reboot' : 'poweroff' }, why)
}

/** The operator has said that the peer is gone. */
export function holdByOrder(draft: Draft, why: Message): void {
  hold(draft, 'operator', why)
}

type How = Extract<Membership, { kind: 'holding' }>['how']

function hold(draft: Draft, how: How, why: Message): void {
  const { state } = draft
  draft.record = {
    ...draft.record,
    epoch: draft.record.epoch + 1,
    exclusion: { bootId: state.settings.bootId },
    register: withWonVersion(draft),
  }
  endClaim(draft)
  setMembership(draft, { kind: 'holding', since: state.now, how }, why)
  tell(draft, why)
}

function lose(draft: Draft, why: Message): void {
  draft.record = { ...draft.record, exclusion: null }
  dropFencing(draft)
  endClaim(draft)
  const ran = isBusy(draft.state)
  setMembership(draft, { kind: 'lost', since: draft.state.now, ran }, why)
  tell(draft, why)
  for (const mirror of draft.state.settings.mirrors) {
    if (draft.state.mirrors[mirror]?.report?.role !== 'primary') continue
    emit(draft, { kind: 'command-mirror', mirror, command: { command: 'fail-io' } }, why)
  }
  if (ran && draft.state.settings.loser === 'reset') emit(draft, { kind: 'reset-server' }, why)
}

/** It said goodbye, and can claim nothing before it has met us again. */
function hasLeft(state: State): boolean {
  const gossip = state.peer?.gossip
  if (gossip?.leaving !== true || !peerIsIdle(state)) return false
  return state.settings.lease === null || gossip.register?.agreed !== true
}

/** The peer holds the exclusion: heard in one direction is enough to know that we are out. */
function saysItHolds(state: State): boolean {
  return state.peer?.gossip.membership === 'holding' && isHeard(state)
}

function excludedByPeer(draft: Draft): Message {
  return say('lost-excluded', {
    server: draft.state.settings.self,
    peer: draft.state.settings.peer,
  })
}

function examine(draft: Draft, pauseMs = examinePauseMs): void {
  const { state } = draft
  if (isPending(draft, (action) => action.kind === 'examine-peer')) return
  if (state.evidence !== null && state.now - state.evidence.startedAt < pauseMs) return
  const silentMs = Math.round(acknowledgedAgoMs(state))
  order(
    draft,
    { kind: 'examine-peer' },
    say('peer-silent', { peer: state.settings.peer, silentMs }),
    3000,
  )
}

function evidenceSince(draft: Draft, since: number): Evidence | null {
  const { evidence, now } = draft.state
  if (evidence === null || evidence.startedAt < since) return null
  return now - evidence.startedAt <= evidenceGoodForMs ? evidence : null
}
