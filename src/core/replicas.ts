/**
 * May this replica be promoted, and on what grounds? May the peer's? (safety.md 2, 12, 15)
 *
 * The core asks these questions to decide; mirrord checks its own replica once more before it obeys.
 */
import { say, type Message } from '../messages/catalogue.ts'
import type { MirrorReport, PromotionGrounds } from '../wire/mirror-control.ts'
import type { Draft } from './draft.ts'
import type { DiskGossip } from './gossip.ts'
import { mirrorsOf } from './peer.ts'

export type Readiness =
  | { readonly ready: true; readonly grounds: Readonly<Record<string, PromotionGrounds>> }
  | { readonly ready: false; readonly why: Message }

/**
 * Can every mirror disk of the group be promoted here? `alone`: the peer is excluded; otherwise
 * both talk, and a peer that went on alone later than us is believed.
 */
export function readiness(draft: Draft, group: string, alone: boolean): Readiness {
  const grounds: Record<string, PromotionGrounds> = {}
  for (const mirror of mirrorsOf(draft, group)) {
    const report = draft.state.mirrors[mirror]?.report ?? null
    const server = draft.state.settings.self
    if (report === null) return notReady(say('replica-not-answering', { mirror, server }))
    if (draft.record.outdated[mirror] !== undefined || report.outdated) {
      return notReady(say('replica-outdated', { mirror, server }))
    }
    const theirs = draft.state.peer?.gossip.disks[mirror]?.report ?? null
    if (!alone && theirs?.alone === true && !report.alone) {
      return notReady(
        say('replica-older-than-peer', { mirror, server, peer: draft.state.settings.peer }),
      )
    }
    const record = draft.record.groups[group]
    const vouched = record?.term.server === server || record?.releasedTo === server
    // An old proof counts only with the peer's replica in sight, or for the last owner.
    if (!alone && theirs === null && !report.alone && !vouched) {
      return notReady(say('replica-not-proved', { mirror, server }))
    }
    const isOld = alone && draft.state.mirrors[mirror]?.met === false && !report.alone
    const proved = isOld ? null : groundsOf(report)
    const found = proved ?? (alone ? registerGrounds(draft, report) : null)
    if (found === null) return notReady(notProved(report, server))
    grounds[mirror] = found
  }
  return { ready: true, grounds }
}

function groundsOf(report: MirrorReport): PromotionGrounds | null {
  if (report.replica !== 'consistent' || report.failed) return null
  if (report.link.state === 'split-brain') return null
  if (report.inSync) return 'in-sync'
  if (report.link.state === 'connected' && report.copy?.direction === 'source') return 'copy-source'
  return report.alone ? 'alone-record' : null
}

/**
 * The register was won from the version at which the pair last formed: nobody went on without us, or
 * this replica would be marked (safety.md 12b).
 */
function registerGrounds(draft: Draft, report: MirrorReport): PromotionGrounds | null {
  const { membership, settings } = draft.state
  const isWon = membership.kind === 'holding' && membership.how === 'arbiter'
  const isSound = report.replica === 'consistent' && !report.failed && !report.outdated
  if (settings.lease === null || !isWon || !isSound) return null
  return report.link.state === 'split-brain' ? null : 'register-claim'
}

function notProved(report: MirrorReport, server: string): Message {
  const { mirror } = report
  if (report.failed) return say('replica-failed', { mirror, server })
  if (report.link.state === 'split-brain') return say('replica-split-brain', { mirror })
  if (report.copy?.direction === 'target') {
    const percent = Math.floor((100 * report.copy.bytesDone) / Math.max(1, report.copy.bytesTotal))
    return say('replica-being-copied', { mirror, server, percent })
  }
  if (report.replica === 'never-built') return say('replica-never-built', { mirror, server })
  if (report.replica === 'inconsistent') return say('replica-inconsistent', { mirror, server })
  return say('replica-not-proved', { mirror, server })
}

function notReady(why: Message): Readiness {
  return { ready: false, why }
}

/**
 * Could the peer run the group right now with nothing lost? Null: yes. Otherwise why not.
 * This is what a move and a failover of a living server wait for.
 */
export function whyPeerCannotTake(draft: Draft, group: string): Message | null {
  const { state } = draft
  const { peer, self } = state.settings
  if (state.membership.kind !== 'paired' && state.membership.kind !== 'leaving') {
    return say('peer-not-paired', { peer })
  }
  const gossip = state.peer?.gossip
  if (gossip === undefined || gossip.leaving) return say('peer-not-paired', { peer })
  if (gossip.groups[group] === undefined) return say('peer-lacks-group', { peer, group })
  if (gossip.standby) return say('server-on-standby', { group, server: peer })
  if (gossip.membership !== 'paired' && gossip.membership !== 'suspecting') {
    return say('peer-not-paired', { peer })
  }
  for (const mirror of mirrorsOf(draft, group)) {
    const mine = state.mirrors[mirror]?.report ?? null
    const wentAlone = mine !== null && (mine.alone || mine.break?.permitted === true)
    if (!inSyncAt(gossip.disks[mirror]) || wentAlone) {
      return say('peer-replica-not-in-sync', { peer, mirror, server: self })
    }
  }
  return null
}

function inSyncAt(disk: DiskGossip | undefined): boolean {
  const report = disk?.report
  if (disk === undefined || report === undefined || report === null) return false
  return (
    report.inSync &&
    report.replica === 'consistent' &&
    !report.outdated &&
    !report.failed &&
    disk.outdated === null
  )
}

/** By its own records, might this server start the group without ever having met its peer? */
export function canStartAlone(draft: Draft, group: string): boolean {
  return mirrorsOf(draft, group).every((mirror) => {
    const report = draft.state.mirrors[mirror]?.report
    if (report === null || report === undefined) return false
    const isSound = report.replica === 'consistent' && !report.outdated && !report.failed
    // The peer went on alone as well: which of two versions counts is for an operator to say.
    const isOneOfTwo = draft.state.peer?.gossip.disks[mirror]?.report?.alone === true
    const isProved = report.alone && !isOneOfTwo
    return isSound && (isProved || mayClaim(draft, mirror))
  })
}

function mayClaim(draft: Draft, mirror: string): boolean {
  const isMarked = draft.record.outdated[mirror] !== undefined
  return draft.state.settings.lease !== null && draft.record.register?.agreed === true && !isMarked
}

/** What the peer's replicas allow, for the choice between two servers that both could start. */
export function peerReadiness(draft: Draft, group: string): 'ready' | 'not-ready' {
  const gossip = draft.state.peer?.gossip
  const ready = mirrorsOf(draft, group).every((mirror) => {
    const disk = gossip?.disks[mirror]
    const report = disk?.report
    if (disk === undefined || report === undefined || report === null) return false
    if (report.outdated || disk.outdated !== null) return false
    if (draft.state.mirrors[mirror]?.report?.alone === true && !report.alone) return false
    return groundsOf(report) !== null
  })
  return ready ? 'ready' : 'not-ready'
}
