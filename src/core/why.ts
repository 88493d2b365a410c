/**
 * Why things are as they are on this server: each sentence with the time of the fact it states. The
 * reasons are the ones the decisions were made with, kept where they were made; nothing is guessed
 * afterwards.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { openDraft, type Draft } from './draft.ts'
import { heardAgoMs, inContact, peerGroup } from './peer.ts'
import { readiness, whyPeerCannotTake } from './replicas.ts'
import type { State } from './state.ts'
import { isSuspended } from './suspension.ts'

export interface Reason {
  readonly message: Message
  /** How long ago it happened or was seen; null: it is so now. */
  readonly agoMs: number | null
}

/** What is known of the other server, and then each group, or the one of this name. */
export function explain(state: State, group: string | null): readonly Reason[] {
  const draft = openDraft(state, state.now)
  const groups = state.settings.groups.filter(({ name }) => group === null || name === group)
  return [...ofServers(state), ...groups.flatMap(({ name }) => ofGroup(draft, name))]
}

function ofServers(state: State): Reason[] {
  const { settings, now, decided, evidence } = state
  const { self, peer } = settings
  const reasons: Reason[] = []
  const add = (message: Message, at: number | null): void => {
    reasons.push({ message, agoMs: at === null ? null : Math.max(0, Math.round(now - at)) })
  }
  if (decided !== null) add(decided.why, decided.at)
  const links = Object.entries(state.links)
  const heard = links.filter(([, link]) => link.heardAt !== null)
  for (const [link, { heardAt }] of heard) add(say('why-peer-heard', { peer, link }), heardAt)
  if (heard.length === 0) add(say('why-peer-never', { server: self, peer }), state.listeningSince)
  const sent = Math.max(...links.map(([, link]) => link.acknowledgedSentAt ?? -Infinity))
  if (Number.isFinite(sent)) add(say('why-peer-acknowledged', { peer }), sent)
  // Evidence of an earlier silence says nothing about now.
  if (evidence === null || inContact(state)) return reasons
  const { startedAt } = evidence
  add(say(evidence.kernelAnswers ? 'why-kernel-answers' : 'why-kernel-silent', { peer }), startedAt)
  if (evidence.mirrorAlive) add(say('why-mirror-alive', { peer }), startedAt)
  const { arbiter } = settings
  if (state.fencing.error !== null) add(state.fencing.error, null)
  if (settings.lease !== null) reasons.push(ofRegister(state))
  if (evidence.arbiter === 'unasked') return reasons
  const verdict = evidence.arbiter === 'win' ? 'why-arbiter-win' : 'why-arbiter-lose'
  add(say(verdict, { arbiter, server: self }), startedAt)
  return reasons
}

/** What the register last said, or why it says nothing. */
function ofRegister({ register, settings, now }: State): Reason {
  const { value, answeredAt, error } = register
  const { arbiter } = settings
  if (error !== null) return { message: error, agoMs: null }
  if (value === null || answeredAt === null) {
    return { message: say('why-register-never', { arbiter }), agoMs: null }
  }
  const agoMs = Math.max(0, Math.round(now - answeredAt))
  const { version, holder } = value
  if (holder === '') return { message: say('why-register-free', { arbiter }), agoMs }
  return { message: say('why-register-holder', { arbiter, holder, version }), agoMs }
}

function ofGroup(draft: Draft, group: string): Reason[] {
  const { state } = draft
  const { self: server, peer } = state.settings
  const view = state.groups[group]
  if (view === undefined) return []
  const ago = (at: number): number => Math.max(0, Math.round(state.now - at))
  const now = (message: Message): Reason => ({ message, agoMs: null })
  if (isSuspended(draft, group)) return [now(say('group-suspended', { group }))]
  if (view.phase === 'running') {
    const started = view.startedFor ?? view.why
    return [
      { message: say('why-group-here', { group, server }), agoMs: ago(view.since) },
      now(say('why-started')),
      now(started),
      ...afterOwner(draft, group, { owner: server, other: peer }),
    ]
  }
  const theirs = peerGroup(state, group)
  if (view.phase === 'stopped' && theirs?.phase === 'running' && inContact(state)) {
    const heard = Math.round(heardAgoMs(state))
    return [
      { message: say('why-group-there', { group, peer }), agoMs: heard },
      ...afterOwner(draft, group, { owner: peer, other: server }),
    ]
  }
  return [now(say('why-group-nowhere', { group, server })), now(view.why)]
}

/** What would become of the group if its owner died at this moment. */
function afterOwner(
  draft: Draft,
  group: string,
  { owner, other }: { readonly owner: string; readonly other: string },
): Reason[] {
  const blocked = blockedAt(draft, group, other)
  const who = { owner, server: other, group }
  if (blocked === null) return [{ message: say('why-would-be-taken-over', who), agoMs: null }]
  return [
    { message: say('why-would-not-be-taken-over', who), agoMs: null },
    { message: blocked, agoMs: null },
  ]
}

function blockedAt(draft: Draft, group: string, other: string): Message | null {
  const { settings } = draft.state
  const manual = settings.groups.find(({ name }) => name === group)?.failover === 'manual'
  if (manual) return say('group-failover-manual', { group, server: other })
  if (other === settings.peer) return whyPeerCannotTake(draft, group)
  if (draft.record.standby) return say('server-on-standby', { group, server: other })
  const ready = readiness(draft, group, true)
  return ready.ready ? null : ready.why
}
