/**
 * What the core does for the mirror disks: keeps their mirrord running, and gives (or fetches)
 * the permission to go on alone when a write waits for a lost peer (safety.md 16).
 */
import { say, type Message } from '../messages/catalogue.ts'
import type { MirrorCommand, MirrorReport } from '../wire/mirror-control.ts'
import { changeMirror, groupOf, isPending, order, tell, type Draft } from './draft.ts'
import { inContact, mirrorsOf } from './peer.ts'
import type { OutdatedMark } from './record.ts'
import type { MirrorView } from './state.ts'

const releasedDiskGraceMs = 10_000
const frozenToldMs = 1000

/** What is known of being in sync is of an earlier meeting, until the replicas are connected again. */
export function forgetMeeting(draft: Draft): void {
  for (const mirror of draft.state.settings.mirrors) changeMirror(draft, mirror, { met: false })
}

export function reviewMirrors(draft: Draft): void {
  for (const mirror of draft.state.settings.mirrors) {
    const view = draft.state.mirrors[mirror]
    const report = view?.report ?? null
    if (view?.met === false && report?.link.state === 'connected') {
      changeMirror(draft, mirror, { met: true })
    }
    if (report === null) keepRunning(draft, mirror)
    else reviewBreak(draft, mirror, report)
    answerAsking(draft, mirror, report)
    if (report !== null) forgetMark(draft, mirror, report)
  }
  forgetForce(draft)
}

/** Both versions have come together: that a start was forced is history. */
function forgetForce(draft: Draft): void {
  const { state, record } = draft
  if (record.forced === null || state.membership.kind !== 'paired') return
  const isOne = state.settings.mirrors.every((mirror) => {
    const report = state.mirrors[mirror]?.report
    return report?.inSync === true && report.link.state === 'connected'
  })
  if (isOne) draft.record = { ...record, forced: null }
}

/** A mirrord that died is started again, but not under a group that still has to be stopped. */
function keepRunning(draft: Draft, mirror: string): void {
  const view = draft.state.mirrors[mirror]
  if (view === undefined || draft.state.now < view.restartAt) return
  if (draft.state.membership.kind === 'leaving') return
  const inUse = draft.state.settings.groups.some((group) => {
    if (!mirrorsOf(draft, group.name).includes(mirror)) return false
    const { phase } = groupOf(draft, group.name)
    return (phase !== 'stopped' && phase !== 'claiming') || isBeingTaken(draft, group.name)
  })
  if (inUse && view.lives > 0) return
  if (isPending(draft, (each) => each.kind === 'start-mirrord' && each.mirror === mirror)) return
  const pauseMs = Math.min(500 * 2 ** Math.min(view.lives, 6), 30_000)
  changeMirror(draft, mirror, { restartAt: draft.state.now + pauseMs, lives: view.lives + 1 })
  const why = say('mirrord-starting', { mirror, server: draft.state.settings.self })
  order(draft, { kind: 'start-mirrord', mirror }, why, 15_000)
}

/**
 * The group was just released and the peer has not taken it yet: a mirrord that reconnected now
 * would offer itself as the source of a copy, and spoil the replica the peer is about to promote.
 */
function isBeingTaken(draft: Draft, group: string): boolean {
  const record = draft.record.groups[group]
  const { peer } = draft.state.settings
  if (record?.releasedTo !== peer) return false
  return draft.state.now - groupOf(draft, group).since < releasedDiskGraceMs
}

function reviewBreak(draft: Draft, mirror: string, report: MirrorReport): void {
  const view = draft.state.mirrors[mirror]
  const waiting = report.break !== null && report.break.waiting && !report.break.permitted
  if (view !== undefined && waiting !== (view.waitingSince !== null)) {
    changeMirror(draft, mirror, { waitingSince: waiting ? draft.state.now : null, told: false })
  }
  if (view !== undefined && view.waitingSince !== null && waiting) tellFrozen(draft, mirror, view)
  if (report.break === null || report.break.permitted) return
  const breakNumber = report.break.number
  const { self, peer } = draft.state.settings
  if (isExcluded(draft)) {
    const why = say('alone-peer-excluded', { mirror, server: self, peer })
    return commandOnce(
      draft,
      mirror,
      { command: 'permit-alone', breakNumber, grounds: 'peer-excluded' },
      why,
    )
  }
  if (!waiting) return
  const mark = draft.state.peer?.gossip.disks[mirror]?.outdated ?? null
  if (mark !== null && sameMark(mark, markFor(draft, report))) {
    const why = say('alone-peer-outdated', { mirror, server: self, peer })
    commandOnce(
      draft,
      mirror,
      { command: 'permit-alone', breakNumber, grounds: 'peer-outdated' },
      why,
    )
  }
}

/** The peer is excluded, durably; also while we leave after it. */
function isExcluded({ state, record }: Draft): boolean {
  const { kind } = state.membership
  const isOurs = state.record.exclusion !== null && record.exclusion !== null
  return isOurs && (kind === 'holding' || kind === 'leaving')
}

/** A freeze is usually over before anybody could read of it; one that lasts is told, once. */
function tellFrozen(draft: Draft, mirror: string, view: MirrorView): void {
  if (view.told || draft.state.now - (view.waitingSince ?? draft.state.now) < frozenToldMs) return
  tell(draft, say('mirror-frozen', { mirror, server: draft.state.settings.self }))
  changeMirror(draft, mirror, { told: true })
}

/** What we ask the peer to record, while a write waits here. */
export function askingFor(draft: Draft, mirror: string): OutdatedMark | null {
  const report = draft.state.mirrors[mirror]?.report ?? null
  if (report === null || report.break === null) return null
  if (!report.break.waiting || report.break.permitted) return null
  return markFor(draft, report)
}

function markFor(draft: Draft, report: MirrorReport): OutdatedMark {
  return {
    asker: draft.state.settings.self,
    breakNumber: report.break?.number ?? 0,
    incarnation: report.incarnation,
  }
}

/**
 * The peer's active side waits: mark ours outdated, durably, in our own record and (when it
 * answers) by our mirrord. A holder that went on alone is answered the same way (safety.md 15).
 */
function answerAsking(draft: Draft, mirror: string, report: MirrorReport | null): void {
  const { state } = draft
  if (!inContact(state) || report?.role === 'primary') return
  // Whoever went on alone holds the newest version: it must never be the one that is marked.
  if (state.membership.kind === 'holding' || mayBeAlone(draft, mirror)) return
  const disk = state.peer?.gossip.disks[mirror]
  const asking = disk?.asking ?? goneAlone(draft, mirror)
  if (asking === null || asking === undefined) return
  const { self: server, peer } = state.settings
  const why = say('replica-marked-outdated', { mirror, server, peer })
  const known = draft.record.outdated[mirror]
  if (known === undefined || !sameMark(known, asking)) {
    draft.record = { ...draft.record, outdated: { ...draft.record.outdated, [mirror]: asking } }
    if (known === undefined) tell(draft, why)
  }
  if (report === null || report.outdated || report.replica !== 'consistent') return
  commandOnce(draft, mirror, { command: 'mark-outdated', ...asking }, why)
}

/** By what is known of it; a mirrord that is being started for the first time is waited for. */
function mayBeAlone({ state }: Draft, mirror: string): boolean {
  const view = state.mirrors[mirror]
  return view?.wasAlone ?? (view?.lives ?? 0) < 2
}

/** The peer holds the exclusion and went on alone: what it needs from us before it takes us back. */
function goneAlone(draft: Draft, mirror: string): OutdatedMark | null {
  const { state } = draft
  const gossip = state.peer?.gossip
  // A holder that has restarted does not hold any more, and is ahead all the same.
  const mine = state.mirrors[mirror]?.report
  const isWaiting = state.membership.kind === 'waiting' && gossip?.membership === 'holding'
  const isApart = state.membership.kind === 'paired' && mine?.link.state === 'disconnected'
  if (!isWaiting && !isApart) return null
  const theirs = gossip?.disks[mirror]?.report
  if (theirs === null || theirs === undefined) return null
  if (!theirs.alone && theirs.break?.permitted !== true) return null
  return {
    asker: state.settings.peer,
    breakNumber: theirs.break?.number ?? 0,
    incarnation: theirs.incarnation,
  }
}

/** The mark in our record ends when a commit has ended the one in the superblock. */
function forgetMark(draft: Draft, mirror: string, report: MirrorReport): void {
  const mark = draft.record.outdated[mirror]
  if (draft.state.membership.kind !== 'paired') return
  if (mark === undefined || report.outdated || !report.inSync || report.link.state !== 'connected')
    return
  if (report.replica !== 'consistent' || draft.state.peer?.gossip.disks[mirror]?.asking != null)
    return
  const { [mirror]: _ended, ...rest } = draft.record.outdated
  draft.record = { ...draft.record, outdated: rest }
}

/** One command of a kind at a time, and after a refusal a pause that grows. */
function commandOnce(draft: Draft, mirror: string, command: MirrorCommand, because: Message): void {
  if ((draft.state.mirrors[mirror]?.commandAt ?? 0) > draft.state.now) return
  const underWay = isPending(
    draft,
    (each) =>
      each.kind === 'command-mirror' &&
      each.mirror === mirror &&
      each.command.command === command.command,
  )
  if (!underWay) order(draft, { kind: 'command-mirror', mirror, command }, because, 5000)
}

/** What became of a command; the first refusal in a row is told, the others are not news. */
export function noteCommand(draft: Draft, mirror: string, error: Message | null): void {
  const view = draft.state.mirrors[mirror]
  if (view === undefined) return
  if (error === null) return changeMirror(draft, mirror, { refusals: 0 })
  if (view.refusals === 0) tell(draft, error)
  const pauseMs = Math.min(100 * 2 ** Math.min(view.refusals, 7), 10_000)
  changeMirror(draft, mirror, {
    refusals: view.refusals + 1,
    commandAt: draft.state.now + pauseMs,
  })
}

function sameMark(a: OutdatedMark, b: OutdatedMark): boolean {
  return a.asker === b.asker && a.breakNumber === b.breakNumber && a.incarnation === b.incarnation
}
