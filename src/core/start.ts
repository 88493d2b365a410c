/**
 * The first state of a daemon's life, from the definition's slice and the durable record.
 *
 * After a restart of the *server* the record permits nothing. After a restart of the daemon alone
 * (same boot) its groups are still running: they are adopted, and nothing moves.
 */
import { say } from '../messages/catalogue.ts'
import type { Effect } from './effect.ts'
import { newRegisterView } from './claim-register.ts'
import { noFencing } from './fencing.ts'
import { blankRecord, type DurableRecord } from './record.ts'
import type { GroupSettings, GroupView, Membership, Settings, State } from './state.ts'

export function start(
  settings: Settings,
  stored: DurableRecord | null,
  now: number,
): { state: State; effects: readonly Effect[] } {
  const record = forThisBoot(settings, stored)
  const adopting = settings.groups.some((group) => wasActive(record, group.name))
  const membership: Membership =
    record.exclusion !== null
      ? { kind: 'holding', since: now, how: 'arbiter' }
      : adopting
        ? { kind: 'suspecting', since: now }
        : { kind: 'waiting', since: now, until: now + settings.waitForPeerMs }
  const state: State = {
    settings,
    now,
    listeningSince: now,
    membership,
    decided: null,
    evidence: null,
    losses: 0,
    fencing: noFencing,
    register: newRegisterView(now),
    acknowledgedAt: now,
    silence: { hourSince: now, longestMs: 0, beforeMs: 0 },
    guardArmed: false,
    links: Object.fromEntries(
      settings.links.map((link) => [
        link,
        { carrier: true, heardAt: null, acknowledgedSentAt: null, roundTripMs: null },
      ]),
    ),
    peer: null,
    groups: Object.fromEntries(
      settings.groups.map((group) => [group.name, firstView(group, record, now)]),
    ),
    mirrors: Object.fromEntries(
      settings.mirrors.map((mirror) => [
        mirror,
        {
          report: null,
          wasAlone: null,
          met: false,
          waitingSince: null,
          told: false,
          restartAt: now,
          lives: 0,
          refusals: 0,
          commandAt: now,
        },
      ]),
    ),
    record: stored ?? record,
    desired: record,
    recordFailures: 0,
    recordAt: now,
    pending: {},
    nextEffect: 1,
    shutdown: null,
    forcing: null,
    forwarded: [],
    answers: [],
  }
  return { state, effects: [] }
}

/** What another boot left behind is no permission any more. */
function forThisBoot(settings: Settings, stored: DurableRecord | null): DurableRecord {
  const names = settings.groups.map((group) => group.name)
  const blank = blankRecord(names)
  const known = stored ?? blank
  const groups = Object.fromEntries(
    names.map((name) => {
      const group = known.groups[name] ?? blank.groups[name]
      if (group === undefined) throw new Error(`no record of group ${name}`)
      const active = group.active?.bootId === settings.bootId ? group.active : null
      return [name, { ...group, active, finals: group.finals ?? 0 }]
    }),
  )
  const exclusion = known.exclusion?.bootId === settings.bootId ? known.exclusion : null
  // A record of an earlier version says nothing of it.
  const standby = known.standby ?? false
  const register = known.register ?? null
  const suspended = known.suspended ?? blank.suspended
  const forced = known.forced ?? null
  return { ...known, groups, exclusion, standby, register, suspended, forced }
}

function wasActive(record: DurableRecord, group: string): boolean {
  return record.groups[group]?.active !== null && record.groups[group]?.active !== undefined
}

function firstView(group: GroupSettings, record: DurableRecord, now: number): GroupView {
  const active = record.groups[group.name]?.active ?? null
  const state = active === null ? 'stopped' : active.whole ? 'starting' : 'failed'
  return {
    // What was only half started is stopped before anything else.
    phase: active === null ? 'stopped' : active.whole ? 'adopting' : 'stopping',
    since: now,
    event: active?.event ?? 'START',
    previousServer: null,
    factor: 'GROUPSTOP',
    afterStop: active === null || active.whole ? { kind: 'stay' } : { kind: 'retry' },
    resources: Object.fromEntries(
      group.resources.map((each) => [each.name, { state, error: null } as const]),
    ),
    monitors: Object.fromEntries(
      group.monitors.map((each) => [
        each.name,
        { state: 'unknown' as const, error: null, failuresInRow: 0, nextAt: now },
      ]),
    ),
    restarts: 0,
    restartedAt: 0,
    restarting: null,
    failedStarts: 0,
    retryAt: 0,
    why: say('group-not-started-yet', { group: group.name }),
    startedFor: null,
    peerReadySince: null,
  }
}
