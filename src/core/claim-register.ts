/**
 * Excluding the peer by claiming the cluster's register (safety.md 7): compare-and-set from the version
 * recorded when the pair last formed. It is asked until it answers; our own name at a later version is
 * a win, however late; another name there is the peer's win.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { isDurable, isPending, order, setMembership, tell, type Draft } from './draft.ts'
import type { Outcome } from './event.ts'
import { acknowledgedAgoMs, heardAgoMs, isBusy } from './peer.ts'
import type { RegisterRecord } from './record.ts'
import type { RegisterClaim, RegisterValue } from './register.ts'
import type { RegisterView, State } from './state.ts'

/** A claim is asked again before the lease ends, though its first packet was lost. */
const askWithinMs = 300
const readEveryMs = 10_000
const firstPauseMs = 50
const pauseMaxMs = 5000

export function newRegisterView(now: number): RegisterView {
  return {
    value: null,
    answeredAt: null,
    error: null,
    failures: 0,
    askAt: now,
    claiming: false,
    verdict: null,
  }
}

/** Goes on claiming, one question at a time; the win comes back as `takeVerdict`. */
export function claimRegister(draft: Draft, why: Message): void {
  const { state } = draft
  const delayMs = isBusy(state) ? 0 : state.settings.standbyDelayMs
  if (silentMs(state) < state.settings.timeoutMs + delayMs) return
  const usable = usableRecord(draft)
  if (usable === null) return
  const { instance, version, nonce } = usable
  if (nonce === null) {
    const made = `${state.settings.bootId}:${version}`
    draft.record = { ...draft.record, register: { ...usable, nonce: made } }
    return
  }
  if (!isDurable(draft)) return
  const { claiming, value, askAt } = state.register
  // The peer's win is known. It is asked now and then whether that is still so.
  const isBeaten = value !== null && value.instance === instance && value.version > version
  if (isBeaten && !isOurs(draft, value) && state.now < askAt) {
    state.register = { ...state.register, verdict: 'beaten' }
    return
  }
  if (!claiming) {
    state.register = { ...state.register, claiming: true, askAt: state.now }
    if (!isBeaten) {
      setMembership(draft, state.membership, why)
      tell(draft, why)
    }
  }
  ask(draft, { instance, version, holder: state.settings.self, nonce }, why)
}

/** Whoever runs something is threatened already when nothing of it arrives any more. */
export function silentMs(state: State): number {
  const heardAgo = heardAgoMs(state)
  return isBusy(state) ? Math.max(heardAgo, acknowledgedAgoMs(state)) : heardAgo
}

/** null, with the reason at hand: nothing can be claimed with what is recorded. */
function usableRecord(draft: Draft): RegisterRecord | null {
  const { settings, decided } = draft.state
  const { register } = draft.record
  if (register?.agreed === true && register.terms === settings.lease?.terms) return register
  const { self: server, peer, arbiter } = settings
  const why = say('register-not-agreed', { server, peer, arbiter })
  if (decided?.why.id !== why.id) {
    setMembership(draft, draft.state.membership, why)
    tell(draft, why)
  }
  return null
}

/** Whether the arbiter is there, and whether it still is the same one: asked now and then. */
export function readRegister(draft: Draft): void {
  const { settings, membership, register } = draft.state
  if (settings.lease === null || membership.kind === 'leaving' || register.claiming) return
  ask(draft, null, say('register-read', { arbiter: settings.arbiter }))
}

function ask(draft: Draft, claim: RegisterClaim | null, why: Message): void {
  const { state } = draft
  if (state.now < state.register.askAt) return
  const kind = claim === null ? 'read' : 'claim'
  const isAsked = isPending(
    draft,
    (each) => each.kind === 'ask-register' && (each.claim === null ? 'read' : 'claim') === kind,
  )
  if (!isAsked) order(draft, { kind: 'ask-register', claim }, why, askWithinMs)
}

export function noteRegister(
  draft: Draft,
  { claim }: { readonly claim: RegisterClaim | null },
  outcome: Outcome,
): void {
  const { state } = draft
  const view = state.register
  if (!outcome.ok || outcome.detail?.kind !== 'register-answered') {
    const error = outcome.ok ? null : outcome.error
    const pauseMs = Math.min(firstPauseMs * 2 ** Math.min(view.failures, 10), pauseMaxMs)
    if (view.failures === 0 && error !== null) tell(draft, error)
    const failures = view.failures + 1
    state.register = { ...view, error, failures, askAt: state.now + pauseMs }
    return
  }
  const { value } = outcome.detail
  if (view.failures > 0) {
    tell(draft, say('register-answers-again', { arbiter: state.settings.arbiter }))
  }
  const askAt = state.now + readEveryMs
  state.register = { ...view, value, answeredAt: state.now, error: null, failures: 0, askAt }
  if (claim !== null) judge(draft, claim, value)
}

function judge(draft: Draft, claim: RegisterClaim, value: RegisterValue): void {
  const { state } = draft
  const { register } = draft.record
  // An answer that comes when we do not ask any more decides nothing: agreeing settles it.
  if (!state.register.claiming) return
  // What was claimed from another version, or for another register, is of no use any more.
  if (register?.instance !== claim.instance || register.version !== claim.version) return
  if (value.instance !== register.instance) {
    const { self: server, arbiter } = state.settings
    const error = say('register-is-another', { server, arbiter })
    state.register = { ...state.register, error }
    return tell(draft, error)
  }
  const verdict = isOurs(draft, value) ? 'won' : value.version > register.version ? 'beaten' : null
  state.register = { ...state.register, claiming: false, verdict }
}

/** A later version than we have recorded, won by our own claim. */
export function isOurs(draft: Draft, value: RegisterValue): boolean {
  const { register } = draft.record
  if (register === null || value.instance !== register.instance) return false
  const isMine = value.holder === draft.state.settings.self && value.nonce === register.nonce
  return isMine && value.version > register.version
}

/** By an operator's word it is claimed from whatever it says now. */
export function newestKnown(draft: Draft): void {
  const { settings, register: view } = draft.state
  const { register } = draft.record
  const { lease } = settings
  const { value } = view
  if (lease === null || value === null || isOurs(draft, value)) return
  const isSame = register?.instance === value.instance && register.version === value.version
  if (isSame && register.agreed) return
  const { instance, version } = value
  const { leaseMs, terms } = lease
  const agreement = { instance, version, terms, leaseMs, ownLeaseMs: leaseMs }
  draft.record = { ...draft.record, register: { ...agreement, agreed: true, nonce: null } }
}

/** Once: what came of the claim. */
export function takeVerdict(draft: Draft): RegisterView['verdict'] {
  const { register } = draft.state
  const { verdict } = register
  if (verdict !== null) draft.state.register = { ...register, verdict: null }
  return verdict
}

/** The peer is heard again: what was claimed is settled when the register is read. */
export function endClaim(draft: Draft): void {
  const { state } = draft
  const { register } = state
  if (!register.claiming && register.verdict === null) return
  state.register = { ...register, claiming: false, verdict: null, askAt: state.now }
}

/** The pair has just formed: what the register says now is what it starts from. */
export function askSoon(draft: Draft): void {
  const { state } = draft
  if (state.register.failures === 0) state.register = { ...state.register, askAt: state.now }
}

/** The version that was just won, recorded with the exclusion: it is not won a second time. */
export function withWonVersion(draft: Draft): RegisterRecord | null {
  const { register } = draft.record
  const { value } = draft.state.register
  if (register === null || value === null || !isOurs(draft, value)) return register
  return { ...register, version: value.version, nonce: null }
}
