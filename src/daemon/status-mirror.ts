/** One mirror disk for people: both replicas with their colours, and what is going on. */
import type { Health, MirrorStatus } from '../api.ts'
import { heardAgoMs } from '../core/peer.ts'
import type { State } from '../core/state.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { MirrorReport } from '../wire/mirror-control.ts'

export function mirrorStatus(name: string, state: State): MirrorStatus {
  const { self, peer } = state.settings
  const mine = state.mirrors[name]?.report ?? null
  const fresh = heardAgoMs(state) < state.settings.timeoutMs
  const theirs = fresh ? (state.peer?.gossip.disks[name]?.report ?? null) : null
  const servers = [self, peer].sort()
  const reports = new Map([
    [self, mine],
    [peer, theirs],
  ])
  const { state: kind, why } = judge(mine, theirs, self, peer)
  const both = [mine, theirs].filter((report) => report !== null)
  const copy = kind === 'copying' ? copyOf(both, self, peer) : null
  return {
    name,
    device: `/dev/${name}`,
    state: kind,
    health: healthOf[kind],
    why,
    percent:
      copy === null
        ? null
        : Math.min(99, Math.floor((100 * copy.bytesDone) / Math.max(1, copy.bytesTotal))),
    bytesLeft: copy === null ? null : Math.max(0, copy.bytesTotal - copy.bytesDone),
    copy,
    backlogBytes: Math.max(0, ...both.map(({ detail }) => detail.backlog.bytes)),
    hold: both.find(({ detail }) => detail.hold !== null)?.detail.hold ?? null,
    verify: verifyOf(both),
    path: mine?.link.path ?? null,
    sizeBytes: mine?.sizeBytes ?? theirs?.sizeBytes ?? null,
    replicas: servers.map((server) => {
      const report = reports.get(server) ?? null
      const other = reports.get(server === self ? peer : self) ?? null
      const role = report === null ? 'unknown' : report.role === 'primary' ? 'active' : 'standby'
      return {
        ...{ server, health: replicaHealth(report, other), role },
        generation: report?.generation ?? null,
        differingBytes: report?.detail.differingBytes ?? null,
        // A mirrord of an earlier version tells none.
        map: report?.detail.map ?? null,
      }
    }),
  }
}

/** As the sending side tells it; as the receiving one does when that is not heard. */
function copyOf(
  reports: readonly MirrorReport[],
  self: string,
  peer: string,
): MirrorStatus['copy'] {
  const report =
    reports.find(({ copy }) => copy?.direction === 'source') ?? reports.find(({ copy }) => copy)
  if (report?.copy == null) return null
  const { direction, bytesDone, bytesTotal } = report.copy
  const { server } = report.detail
  const other = server === self ? peer : self
  const { bytesPerSecond = null, secondsLeft = null } = report.detail.copy ?? {}
  return {
    ...(direction === 'source' ? { from: server, to: other } : { from: other, to: server }),
    ...{ bytesDone, bytesTotal, bytesPerSecond, secondsLeft },
  }
}

function verifyOf(reports: readonly MirrorReport[]): MirrorStatus['verify'] {
  const all = reports.flatMap(({ detail: { verify } }) => (verify === null ? [] : [verify]))
  const verify = all.find(({ running }) => running) ?? all[0]
  if (verify === undefined) return null
  const { running, doneBytes, totalBytes, differingBytes, repaired, identicalAsOfMs } = verify
  const identicalAsOf = identicalAsOfMs === null ? null : new Date(identicalAsOfMs).toISOString()
  return { running, doneBytes, totalBytes, differingBytes, repaired, identicalAsOf }
}

const healthOf: Readonly<Record<MirrorStatus['state'], Health>> = {
  'in-sync': 'green',
  copying: 'yellow',
  alone: 'yellow',
  frozen: 'red',
  disconnected: 'yellow',
  'split-brain': 'red',
  failed: 'red',
  unknown: 'gray',
}

const heardMsMax = 1000

/** green: up to date; yellow: being recovered; red: not up to date; gray: unknown. */
function replicaHealth(report: MirrorReport | null, other: MirrorReport | null): Health {
  if (report === null) return other !== null && other.alone ? 'red' : 'gray'
  if (report.copy?.direction === 'target') return 'yellow'
  if (report.failed || report.outdated || report.replica !== 'consistent') return 'red'
  if (report.inSync || report.role === 'primary' || report.alone) return 'green'
  if (report.copy?.direction === 'source') return 'green'
  return other?.alone === true ? 'red' : 'gray'
}

function judge(
  mine: MirrorReport | null,
  theirs: MirrorReport | null,
  self: string,
  peer: string,
): { state: MirrorStatus['state']; why: Message } {
  const active = mine?.role === 'primary' ? mine : theirs?.role === 'primary' ? theirs : null
  const any = mine ?? theirs
  if (any === null) return { state: 'unknown', why: say('mirror-unknown') }
  const activeServer = active === theirs && theirs !== null ? peer : self
  const other = activeServer === self ? peer : self
  if ([mine, theirs].some((report) => report?.failed)) {
    const server = mine?.failed === true ? self : peer
    return { state: 'failed', why: say('replica-failed', { mirror: any.mirror, server }) }
  }
  if ([mine, theirs].some((report) => report?.link.state === 'split-brain')) {
    return { state: 'split-brain', why: say('replica-split-brain', { mirror: any.mirror }) }
  }
  const source =
    mine?.copy?.direction === 'source' || theirs?.copy?.direction === 'target' ? self : peer
  if (mine?.copy != null || theirs?.copy != null) {
    const target = source === self ? peer : self
    return { state: 'copying', why: say('mirror-copying', { source, target }) }
  }
  if (active !== null && active.break !== null && active.io === 'frozen') {
    return { state: 'frozen', why: say('mirror-frozen-now') }
  }
  if (any.link.state === 'connected' && any.inSync) {
    // The mirror may be heard although its daemon is not.
    const isHeard = any.link.heardMsAgo !== null && any.link.heardMsAgo < heardMsMax
    if ((mine !== null && theirs !== null) || isHeard) {
      return { state: 'in-sync', why: say('mirror-in-sync') }
    }
    // A connection to a server without power looks alive for a while.
    const server = mine === null ? self : peer
    return { state: 'disconnected', why: say('mirror-peer-silent', { server }) }
  }
  const refused = any.link.state === 'refused'
  if (refused) return { state: 'disconnected', why: any.link.reason ?? say('mirror-refused') }
  const alone = [mine, theirs].find((report) => report?.alone === true)
  if (alone !== undefined && alone !== null) {
    const server = alone === mine ? self : peer
    return {
      state: 'alone',
      why: say('mirror-alone', { server, peer: server === self ? peer : self }),
    }
  }
  // Nobody waits for them to meet: it takes an order.
  const isHeld = [mine, theirs].some((report) => report != null && report.detail.hold !== null)
  if (isHeld) {
    return { state: 'disconnected', why: say('mirror-view-held-apart', { mirror: any.mirror }) }
  }
  if (active !== null && other !== '')
    return { state: 'disconnected', why: say('mirror-disconnected') }
  return {
    state: any.inSync ? 'disconnected' : 'unknown',
    why: any.inSync ? say('mirror-disconnected') : say('mirror-unknown'),
  }
}
