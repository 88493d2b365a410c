/**
 * What we tell the peer in our next heartbeats. Everything that grants or claims something comes
 * from what is durable, never from what is merely intended.
 */
import { openDraft } from './draft.ts'
import type { DiskGossip, Gossip, GroupGossip, RegisterGossip } from './gossip.ts'
import { askingFor } from './mirroring.ts'
import { linkHealth } from './monitoring.ts'
import { blankRecord, type DurableRecord } from './record.ts'
import type { GroupView, State } from './state.ts'

export function gossipOf(state: State): Gossip {
  const draft = openDraft(state, state.now)
  const { membership, settings } = state
  const watched = settings.groups.flatMap((group) =>
    group.monitors.flatMap((each) => (each.link === null ? [] : [each.link])),
  )
  return {
    membership:
      membership.kind === 'holding' && state.record.exclusion === null
        ? 'suspecting'
        : membership.kind,
    epoch: state.record.epoch,
    register: registerGossip(state.record),
    leaving: membership.kind === 'leaving' && membership.done,
    standby: state.record.standby,
    suspended: state.record.suspended,
    waitLeftMs:
      membership.kind === 'waiting' ? Math.max(0, Math.round(membership.until - state.now)) : null,
    groups: Object.fromEntries(settings.groups.map(({ name }) => [name, groupGossip(state, name)])),
    disks: Object.fromEntries(
      settings.mirrors.map((name): [string, DiskGossip] => [
        name,
        {
          report: state.mirrors[name]?.report ?? null,
          outdated: state.record.outdated[name] ?? null,
          asking: askingFor(draft, name),
        },
      ]),
    ),
    linkHealth: Object.fromEntries(watched.map((link) => [link, linkHealth(draft, link)])),
    orders: state.forwarded.map(({ id, order }) => ({ id, order })),
    answers: state.answers.map(({ id, accepted, message }) => ({ id, accepted, message })),
  }
}

function registerGossip({ register, exclusion }: DurableRecord): RegisterGossip | null {
  if (register === null) return null
  const { instance, version, terms, agreed } = register
  return { instance, version, terms, agreed, held: exclusion !== null }
}

function groupGossip(state: State, name: string): GroupGossip {
  const view = state.groups[name]
  const durable = state.record.groups[name] ?? blankRecord([name]).groups[name]
  if (view === undefined || durable === undefined) throw new Error(`no group ${name}`)
  return {
    phase: phaseToTell(state, view, name),
    term: durable.term,
    releasedTo: durable.releasedTo,
    wanted: durable.wanted,
    failedHere: view.failedStarts > 0 && state.now < view.retryAt,
    failures: view.failedStarts,
    resources: view.resources,
    monitors: Object.fromEntries(
      Object.entries(view.monitors).map(([key, each]) => [
        key,
        { state: each.state, error: each.error },
      ]),
    ),
    why: view.why,
  }
}

/** A group that has stopped is "stopped" for the peer only once the record says so. */
function phaseToTell(state: State, view: GroupView, name: string): GroupView['phase'] {
  if (view.phase === 'stopped' && state.record.groups[name]?.active != null) return 'stopping'
  return view.phase
}
