/**
 * The next state while it is being made. `step` opens a draft of the old state, the rules change
 * the draft in place, and what comes out is a new state: from outside nothing was ever mutated.
 * Objects inside are replaced, never changed.
 */
import type { Message } from '../messages/catalogue.ts'
import type { Action, Effect } from './effect.ts'
import type { DurableRecord, GroupRecord } from './record.ts'
import type {
  GroupSettings,
  GroupView,
  Membership,
  MirrorView,
  PendingAction,
  ResourceView,
  State,
} from './state.ts'

/** Mutable at the top level only. */
export interface Draft {
  state: { -readonly [Key in keyof State]: State[Key] }
  /** The record as it should be; written when it differs from `state.record`. */
  record: DurableRecord
  effects: Effect[]
}

/** An effect that takes longer than this, and says nothing else, has failed. */
const usualDeadlineMs = 30_000

export function openDraft(state: State, now: number): Draft {
  return { state: { ...state, now }, record: state.desired, effects: [] }
}

/** Orders an effect; it counts as under way until its `effect-finished`. */
export function order(draft: Draft, action: Action, because: Message, withinMs?: number): number {
  const id = emit(draft, action, because, withinMs)
  const pending: PendingAction = {
    ...action,
    startedAt: draft.state.now,
    deadline: draft.state.now + (withinMs ?? usualDeadlineMs),
  }
  draft.state.pending = { ...draft.state.pending, [id]: pending }
  return id
}

/** Orders an effect of which nothing comes back. */
export function emit(draft: Draft, action: Action, because: Message, withinMs?: number): number {
  const id = draft.state.nextEffect
  draft.state.nextEffect = id + 1
  const deadline = draft.state.now + (withinMs ?? usualDeadlineMs)
  draft.effects.push({ ...action, id, deadline, because })
  return id
}

/** A line in the alert log. */
export function tell(draft: Draft, message: Message): void {
  emit(draft, { kind: 'tell', message }, message)
}

/** `why`: the decision's own sentence, kept for `kagami why`. */
export function setMembership(draft: Draft, membership: Membership, why?: Message): void {
  draft.state.membership = membership
  if (why !== undefined) draft.state.decided = { why, at: draft.state.now }
}

export function changeGroup(draft: Draft, name: string, change: Partial<GroupView>): void {
  const before = groupOf(draft, name)
  draft.state.groups = { ...draft.state.groups, [name]: { ...before, ...change } }
}

export function changeResource(
  draft: Draft,
  group: string,
  resource: string,
  view: ResourceView,
): void {
  changeGroup(draft, group, {
    resources: { ...groupOf(draft, group).resources, [resource]: view },
  })
}

export function changeMirror(draft: Draft, name: string, change: Partial<MirrorView>): void {
  const before = draft.state.mirrors[name]
  if (before === undefined) throw new Error(`no mirror ${name}`)
  draft.state.mirrors = { ...draft.state.mirrors, [name]: { ...before, ...change } }
}

export function changeGroupRecord(draft: Draft, name: string, change: Partial<GroupRecord>): void {
  const before = draft.record.groups[name]
  if (before === undefined) throw new Error(`no record of group ${name}`)
  draft.record = {
    ...draft.record,
    groups: { ...draft.record.groups, [name]: { ...before, ...change } },
  }
}

export function groupOf(draft: Draft, name: string): GroupView {
  const view = draft.state.groups[name]
  if (view === undefined) throw new Error(`no group ${name}`)
  return view
}

export function recordOf(draft: Draft, name: string): GroupRecord {
  const record = draft.record.groups[name]
  if (record === undefined) throw new Error(`no record of group ${name}`)
  return record
}

export function settingsOf(draft: Draft, name: string): GroupSettings {
  const settings = draft.state.settings.groups.find((group) => group.name === name)
  if (settings === undefined) throw new Error(`no group ${name} in the definition`)
  return settings
}

/** Is an effect under way that fits? */
export function isPending(draft: Draft, fits: (action: PendingAction) => boolean): boolean {
  return Object.values(draft.state.pending).some(fits)
}

/** Has everything the draft's record says been written? */
export function isDurable(draft: Draft): boolean {
  return draft.record === draft.state.record
}
