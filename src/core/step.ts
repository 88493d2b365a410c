/**
 * The decision maker: `step(state, event)` gives the next state and the effects to perform.
 *
 * It first notes the fact, then looks at everything again and orders only the difference between
 * what should be and what is (or is already under way). Running it twice changes nothing more.
 */
import { say } from '../messages/catalogue.ts'
import {
  changeMirror,
  emit,
  isDurable,
  isPending,
  openDraft,
  order,
  tell,
  type Draft,
} from './draft.ts'
import type { Effect } from './effect.ts'
import { noteFencing } from './fencing.ts'
import { agreeOnRegister } from './agreement.ts'
import { noteRegister, readRegister } from './claim-register.ts'
import type { Event, Outcome } from './event.ts'
import { reviewForce } from './force.ts'
import { noteResource, reviewAdoption, reviewRunning } from './group-run.ts'
import { advanceStart } from './group-start.ts'
import { advanceStop, beginStop, reviewStopFailed, stopLeftovers } from './group-stop.ts'
import { askToLeave, reviewLeaving } from './leave.ts'
import { meetAgain, reviewMembership } from './membership.ts'
import { forgetMeeting, noteCommand, reviewMirrors } from './mirroring.ts'
import { noteMonitor, runMonitors } from './monitoring.ts'
import { whyPeerCannotTake } from './replicas.ts'
import { exchangeOrders, takeOrder } from './orders.ts'
import { considerStart, learnFromPeer, reviewClaim } from './ownership.ts'
import type { DurableRecord } from './record.ts'
import { reviewShutdown } from './shutdown.ts'
import type { PendingAction, State } from './state.ts'

/** A gap in our own clock as long as this means that it was we who were away (safety.md 6). */
const awayMs = 500
const recordWithinMs = 10_000
const hourMs = 3_600_000
/** A silence of more than this part of the time-out leaves little room. */
export const thinFrom = 0.6
/** With the growing pauses between them, about 16 seconds. */
const hopelessFailures = 7
/** A performer that says nothing long after the deadline is believed no more. */
const overdueMs = 2000

export function step(state: State, event: Event): { state: State; effects: readonly Effect[] } {
  const draft = openDraft(state, event.at)
  if (event.at - state.now > awayMs) noteAbsence(draft, event.at - state.now)
  note(draft, event)
  expire(draft)
  learnFromPeer(draft)
  reviewForce(draft)
  reviewMembership(draft)
  agreeOnRegister(draft)
  readRegister(draft)
  reviewMirrors(draft)
  exchangeOrders(draft)
  for (const group of state.settings.groups) reviewGroup(draft, group.name)
  runMonitors(draft)
  reviewShutdown(draft)
  reviewLeaving(draft)
  writeRecord(draft)
  leaveWhenUnableToRecord(draft)
  return { state: { ...draft.state, desired: draft.record }, effects: draft.effects }
}

function reviewGroup(draft: Draft, name: string): void {
  const { membership } = draft.state
  const { phase } = draft.state.groups[name] ?? {}
  const mustGo = phase === 'running' || phase === 'starting' || phase === 'adopting'
  if (membership.kind === 'lost' && mustGo) {
    const { self, peer } = draft.state.settings
    beginStop(
      draft,
      name,
      'ISOLATED',
      { kind: 'stay' },
      say('group-stopped-by-loss', { group: name, server: self, peer }),
    )
  }
  switch (draft.state.groups[name]?.phase) {
    case 'stopped':
      return stopLeftovers(draft, name) ? undefined : considerStart(draft, name)
    case 'claiming':
      return reviewClaim(draft, name)
    case 'adopting':
      return reviewAdoption(draft, name)
    case 'starting':
      return advanceStart(draft, name)
    case 'running':
      return reviewRunning(draft, name)
    case 'stopping':
      return advanceStop(draft, name)
    case 'stop-failed':
      return reviewStopFailed(draft, name)
    case undefined:
  }
}

function note(draft: Draft, event: Event): void {
  switch (event.kind) {
    case 'ticked':
      return
    case 'heartbeat-heard':
      return noteHeartbeat(draft, event)
    case 'heartbeat-acknowledged':
      draft.state.acknowledgedAt = event.at
      return
    case 'guard-reported':
      draft.state.guardArmed = event.armed
      return
    case 'carrier-changed': {
      const link = draft.state.links[event.link]
      if (link === undefined) return
      draft.state.links = { ...draft.state.links, [event.link]: { ...link, carrier: event.up } }
      return
    }
    case 'mirror-reported':
      return changeMirror(draft, event.mirror, {
        report: event.report,
        wasAlone: event.report.alone,
        lives: 1,
      })
    case 'mirrord-lost':
      if (draft.state.mirrors[event.mirror]?.report !== null) {
        tell(
          draft,
          say('mirrord-died', { mirror: event.mirror, server: draft.state.settings.self }),
        )
      }
      return changeMirror(draft, event.mirror, { report: null, waitingSince: null })
    case 'operator-asked':
      if (event.order.kind === 'leave') return askToLeave(draft, event.id, event.order)
      return takeOrder(draft, event.id, event.order)
    case 'effect-finished':
      return noteOutcome(draft, event.id, event.outcome)
  }
}

function noteHeartbeat(draft: Draft, event: Extract<Event, { kind: 'heartbeat-heard' }>): void {
  const { at, link, incarnation, gossip, acknowledgedSentAt, roundTripMs } = event
  const before = draft.state.links[link]
  if (before === undefined) return
  draft.state.links = {
    ...draft.state.links,
    [link]: {
      ...before,
      heardAt: at,
      acknowledgedSentAt: acknowledgedSentAt ?? before.acknowledgedSentAt,
      roundTripMs,
    },
  }
  if (draft.state.peer?.incarnation === incarnation) measureSilence(draft, at)
  // In between it may have gone on without us, and have lost the exclusion by its restart.
  if (draft.state.peer?.incarnation !== incarnation) forgetMeeting(draft)
  draft.state.peer = { gossip, incarnation, heardAt: at }
  if (event.acknowledged) draft.state.acknowledgedAt = at
}

/** How near a silence has come to the time-out: what `kagami status` shows. */
function measureSilence(draft: Draft, at: number): void {
  const { state } = draft
  const { hourSince, longestMs, beforeMs } = state.silence
  if (at - hourSince >= hourMs) {
    state.silence = { hourSince: at, longestMs: 0, beforeMs: longestMs }
    return
  }
  const last = Math.max(state.peer?.heardAt ?? Infinity, state.listeningSince)
  const isUsual = state.membership.kind === 'paired' || state.membership.kind === 'suspecting'
  const silentMs = Math.round(at - last)
  if (!isUsual || silentMs <= longestMs) return
  state.silence = { hourSince, longestMs: silentMs, beforeMs }
  const { peer, timeoutMs } = state.settings
  const thinMs = thinFrom * timeoutMs
  if (silentMs < thinMs || Math.max(longestMs, beforeMs) >= thinMs) return
  tell(draft, say('heartbeat-thin', { peer, longestMs: silentMs, timeoutMs }))
}

function noteOutcome(draft: Draft, id: number, outcome: Outcome): void {
  const action = draft.state.pending[id]
  if (action === undefined) return
  const { [id]: _done, ...pending } = draft.state.pending
  draft.state.pending = pending
  const error = outcome.ok ? null : outcome.error
  switch (action.kind) {
    case 'write-record':
      return noteRecord(draft, action.record, outcome.ok)
    case 'start-resource':
    case 'stop-resource':
    case 'observe-resource': {
      const detail = outcome.ok ? outcome.detail : undefined
      const running = detail?.kind === 'observed' && detail.running
      return noteResource(draft, action, { ok: outcome.ok, error, running })
    }
    case 'run-monitor':
      return noteMonitor(draft, action.group, action.monitor, error)
    case 'examine-peer':
      return noteEvidence(draft, action, outcome)
    case 'command-mirror':
      return noteCommand(draft, action.mirror, error)
    case 'exclude-peer':
      return noteFencing(draft, outcome)
    case 'ask-register':
      return noteRegister(draft, action, outcome)
    case 'start-mirrord':
      if (error !== null) tell(draft, error)
      return
    case 'reset-server':
    case 'exit-daemon':
    case 'tell':
    case 'answer-operator':
      return
  }
}

/** A record that cannot be written is tried again after a growing pause, and told once. */
function noteRecord(draft: Draft, record: DurableRecord, ok: boolean): void {
  const { state } = draft
  if (ok) {
    state.record = record
    state.recordFailures = 0
    return
  }
  if (state.recordFailures === 0)
    tell(draft, say('record-not-written', { server: state.settings.self }))
  const pauseMs = Math.min(250 * 2 ** Math.min(state.recordFailures, 6), 10_000)
  state.recordFailures += 1
  state.recordAt = state.now + pauseMs
}

/**
 * A group that has stopped here but cannot be released, because nothing can be recorded, would be
 * down until somebody made room: leave by reset, and the peer takes over by exclusion.
 */
function leaveWhenUnableToRecord(draft: Draft): void {
  const { state } = draft
  if (state.recordFailures < hopelessFailures) return
  for (const { name } of state.settings.groups) {
    const stuck =
      state.groups[name]?.phase === 'stopped' && state.record.groups[name]?.active != null
    if (!stuck || whyPeerCannotTake(draft, name) !== null) continue
    const why = say('record-hopeless', {
      group: name,
      server: state.settings.self,
      peer: state.settings.peer,
    })
    tell(draft, why)
    emit(draft, { kind: 'reset-server' }, why)
    state.recordFailures = 0
    return
  }
}

function noteEvidence(draft: Draft, action: PendingAction, outcome: Outcome): void {
  const found = outcome.ok && outcome.detail?.kind === 'peer-examined' ? outcome.detail : null
  const evidence = {
    startedAt: action.startedAt,
    kernelAnswers: found?.kernelAnswers ?? false,
    mirrorAlive: found?.mirrorAlive ?? false,
    arbiter: found?.arbiter ?? ('lose' as const),
  }
  draft.state.evidence = evidence
  draft.state.losses = evidence.arbiter === 'lose' ? draft.state.losses + 1 : 0
}

/** Whoever was away listens again before judging anybody. */
function noteAbsence(draft: Draft, gapMs: number): void {
  // Whatever is under way was away with us.
  draft.state.pending = Object.fromEntries(
    Object.entries(draft.state.pending).map(([id, action]) => [
      id,
      { ...action, deadline: action.deadline + gapMs },
    ]),
  )
  const why = say('we-were-away', { server: draft.state.settings.self, gapMs: Math.round(gapMs) })
  tell(draft, why)
  draft.state.listeningSince = draft.state.now
  draft.state.evidence = null
  draft.state.losses = 0
  meetAgain(draft, gapMs, why)
}

function expire(draft: Draft): void {
  for (const [id, action] of Object.entries(draft.state.pending)) {
    if (draft.state.now < action.deadline + overdueMs) continue
    const error = say('effect-overdue', { effect: action.kind })
    noteOutcome(draft, Number(id), { ok: false, error })
  }
}

/** One write at a time; what waits for it looks at `state.record`. */
function writeRecord(draft: Draft): void {
  if (isDurable(draft) || draft.state.now < draft.state.recordAt) return
  if (isPending(draft, (action) => action.kind === 'write-record')) return
  const why = say('record-written', { server: draft.state.settings.self })
  order(draft, { kind: 'write-record', record: draft.record }, why, recordWithinMs)
}
