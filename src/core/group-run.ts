/**
 * A running group: what makes it stop or move. A mirror disk that fails, a monitor that fails, a
 * public LAN that is dead here and alive there. The order is always: restart here if that can
 * help, else hand over to the peer if nothing is lost by it, else try again here after a pause;
 * a service is never left down in silence.
 */
import { say, type Message } from '../messages/catalogue.ts'
import {
  changeGroup,
  changeGroupRecord,
  changeResource,
  groupOf,
  isPending,
  order,
  recordOf,
  settingsOf,
  tell,
  type Draft,
} from './draft.ts'
import { takeFinalAction } from './final-action.ts'
import { beginStop, noteFailure, stopFailed } from './group-stop.ts'
import { mirrorsOf, peerGroup } from './peer.ts'
import { whyPeerCannotTake } from './replicas.ts'
import { isSuspended } from './suspension.ts'
import type { MonitorSettings, ResourceSettings } from './state.ts'

/** After so long without a restart, earlier ones are forgotten. */
const restartsForgottenMs = 600_000
const restartPauseMs = 30_000
const findMirrordsMs = 3000

export function reviewRunning(draft: Draft, name: string): void {
  if (recordOf(draft, name).wanted.value === 'stop') {
    const why = say('group-stop-ordered', { group: name, server: draft.state.settings.self })
    return beginStop(draft, name, 'GROUPSTOP', { kind: 'stay' }, why)
  }
  keepTerm(draft, name)
  if (isSuspended(draft, name)) return
  if (reviewDisks(draft, name) || reviewData(draft, name)) return
  if (draft.record.standby && leaveForPeer(draft, name)) return
  const view = groupOf(draft, name)
  if (view.restarting !== null) return reviewRestart(draft, name, view.restarting)
  forgetFailures(draft, name)
  for (const monitor of settingsOf(draft, name).monitors) {
    const state = view.monitors[monitor.name]?.state
    if (monitor.type === 'link' && state === 'failing') return reviewDeadLink(draft, name, monitor)
    if (monitor.type === 'http' && state === 'failing')
      return reviewDeadService(draft, name, monitor)
  }
  reviewFailback(draft, name)
}

/**
 * It runs here, and the peer has raised the term meanwhile, in a claim that came to nothing or while both
 * had gone on (safety.md 4): whoever goes on records a later one.
 */
function keepTerm(draft: Draft, name: string): void {
  const { term } = recordOf(draft, name)
  const { self } = draft.state.settings
  const theirs = peerGroup(draft.state, name)
  if (term.server === self || (theirs !== null && theirs.phase !== 'stopped')) return
  changeGroupRecord(draft, name, { term: { number: term.number + 1, server: self } })
}

/**
 * Back to the first server, when the definition says so, once it has been ready for long enough. A
 * server on which the group has failed gets it back by an operator's word alone: no ping-pong.
 */
function reviewFailback(draft: Draft, name: string): void {
  const { failback, failbackQuietMs, servers } = settingsOf(draft, name)
  const { settings, now } = draft.state
  const { self, peer } = settings
  if (failback !== 'auto' || servers[0] !== peer) return
  if (recordOf(draft, name).wanted.stays === self) return
  const isReady =
    whyPeerCannotTake(draft, name) === null &&
    peerGroup(draft.state, name)?.failures === 0 &&
    !isDeadThere(draft, name)
  const { peerReadySince } = groupOf(draft, name)
  if (!isReady) {
    if (peerReadySince !== null) changeGroup(draft, name, { peerReadySince: null })
    return
  }
  if (peerReadySince === null) return changeGroup(draft, name, { peerReadySince: now })
  if (now - peerReadySince < failbackQuietMs) return
  const seconds = Math.round((now - peerReadySince) / 1000)
  const why = say('group-failback', { group: name, server: self, peer, seconds })
  beginStop(draft, name, 'GROUPMOVE', { kind: 'release', to: peer }, why)
}

/** Clients would not reach it over there. */
function isDeadThere(draft: Draft, name: string): boolean {
  const health = draft.state.peer?.gossip.linkHealth
  return settingsOf(draft, name).monitors.some(
    ({ link }) => link !== null && health?.[link] === 'dead',
  )
}

/** Started before the order to stand by was known here: it goes as soon as the peer can take it. */
function leaveForPeer(draft: Draft, name: string): boolean {
  if (whyPeerCannotTake(draft, name) !== null || peerFailed(draft, name)) return false
  const { self, peer } = draft.state.settings
  const why = say('server-standby-ordered', { server: self, peer })
  beginStop(draft, name, 'GROUPMOVE', { kind: 'release', to: peer }, why)
  return true
}

/** After a long healthy time, what went wrong earlier counts no more. */
function forgetFailures(draft: Draft, name: string): void {
  const { restarts, failedStarts, restartedAt, since } = groupOf(draft, name)
  const { finals } = recordOf(draft, name)
  if (restarts === 0 && failedStarts === 0 && finals === 0) return
  if (draft.state.now - Math.max(restartedAt, since) < restartsForgottenMs) return
  changeGroup(draft, name, { restarts: 0, failedStarts: 0, retryAt: 0 })
  if (finals > 0) changeGroupRecord(draft, name, { finals: 0 })
}

/** A mirrord that died, or a disk that failed under it. */
function reviewDisks(draft: Draft, name: string): boolean {
  for (const resource of settingsOf(draft, name).resources) {
    if (resource.mirror === null) continue
    const report = draft.state.mirrors[resource.mirror]?.report ?? null
    const works = report !== null && report.role === 'primary' && report.io !== 'failed'
    if (works) continue
    const error = say('mirror-disk-failed', {
      mirror: resource.mirror,
      server: draft.state.settings.self,
    })
    changeResource(draft, name, resource.name, { state: 'failed', error })
    failOver(draft, name, error)
    return true
  }
  return false
}

/** The peer went on without us and has what we lack: a service here would show old data. */
function reviewData(draft: Draft, group: string): boolean {
  const { state } = draft
  const { self: server, peer } = state.settings
  if (state.membership.kind !== 'paired' || peerGroup(state, group)?.phase !== 'stopped')
    return false
  const isOld = mirrorsOf(draft, group).some((mirror) => {
    const mine = state.mirrors[mirror]?.report
    const isWaiting = mine?.break?.waiting === true && !mine.break.permitted && !mine.alone
    return isWaiting && state.peer?.gossip.disks[mirror]?.report?.alone === true
  })
  if (!isOld) return false
  const why = say('group-data-is-old', { group, server, peer })
  beginStop(draft, group, 'ISOLATED', { kind: 'stay' }, why)
  return true
}

function reviewDeadLink(draft: Draft, name: string, monitor: MonitorSettings): void {
  const { self, peer } = draft.state.settings
  const link = monitor.link ?? ''
  if (draft.state.peer?.gossip.linkHealth[link] !== 'ok') return
  const blocked = whyPeerCannotTake(draft, name)
  if (blocked !== null) return changeGroup(draft, name, { why: blocked })
  if (peerFailed(draft, name) || settingsOf(draft, name).failover === 'manual') return
  const why = say('link-dead-here', { group: name, server: self, link, peer })
  beginStop(draft, name, 'GROUPFAILOVER', { kind: 'release', to: peer }, why)
}

function reviewDeadService(draft: Draft, name: string, monitor: MonitorSettings): void {
  const view = groupOf(draft, name)
  const resource = monitor.resource ?? ''
  const { self } = draft.state.settings
  const last = view.restarts >= monitor.restarts
  if (last && whyPeerCannotTake(draft, name) === null && !peerFailed(draft, name)) {
    return failOver(
      draft,
      name,
      say('monitor-failover', { group: name, server: self, monitor: monitor.name }),
    )
  }
  const pauseMs = restartPauseMs * 2 ** Math.min(Math.max(0, view.restarts - monitor.restarts), 4)
  if (last && draft.state.now - view.restartedAt < pauseMs) return
  const why = say('monitor-restart', { group: name, server: self, monitor: monitor.name, resource })
  tell(draft, why)
  changeGroup(draft, name, {
    restarts: view.restarts + 1,
    restartedAt: draft.state.now,
    restarting: resource,
    afterStop: { kind: 'retry' },
    why,
  })
  orderStop(draft, name, resource)
}

function peerFailed(draft: Draft, name: string): boolean {
  return draft.state.peer?.gossip.groups[name]?.failedHere === true
}

/** The resource has stopped: start it again. It runs: watch it from the beginning. */
function reviewRestart(draft: Draft, name: string, resource: string): void {
  const view = groupOf(draft, name)
  const settings = resourceOf(draft, name, resource)
  switch (view.resources[resource]?.state) {
    case 'stopped':
      changeResource(draft, name, resource, { state: 'starting', error: null })
      order(
        draft,
        {
          kind: 'start-resource',
          group: name,
          resource,
          event: view.event,
          previousServer: view.previousServer,
          promotion: null,
        },
        view.why,
        settings.startTimeoutMs,
      )
      return
    case 'running':
      return restarted(draft, name, resource)
    case 'failed': {
      const error = view.resources[resource]?.error ?? null
      if (error !== null) tell(draft, error)
      const why = say('restart-failed', {
        group: name,
        server: draft.state.settings.self,
        resource,
      })
      changeGroup(draft, name, { restarting: null })
      return failOver(draft, name, why)
    }
    case 'starting':
    case 'stopping':
    case undefined:
  }
}

function restarted(draft: Draft, name: string, resource: string): void {
  const monitors = { ...groupOf(draft, name).monitors }
  for (const monitor of settingsOf(draft, name).monitors) {
    if (monitor.resource !== resource) continue
    const nextAt = draft.state.now + monitor.intervalMs
    monitors[monitor.name] = { state: 'unknown', error: null, failuresInRow: 0, nextAt }
  }
  const why = say('resource-restarted', {
    group: name,
    server: draft.state.settings.self,
    resource,
  })
  changeGroup(draft, name, { restarting: null, monitors, why })
  tell(draft, why)
}

/** Hand over if the peer can take it with nothing lost; else stop and start again here. */
function failOver(draft: Draft, name: string, why: Message): void {
  if (takeFinalAction(draft, name, why)) return
  const { failover } = settingsOf(draft, name)
  const blocked = whyPeerCannotTake(draft, name)
  const { peer } = draft.state.settings
  if (failover === 'auto' && blocked === null && !peerFailed(draft, name)) {
    noteFailure(draft, name)
    return beginStop(draft, name, 'GROUPFAILOVER', { kind: 'release', to: peer }, why)
  }
  if (blocked !== null) tell(draft, blocked)
  const { failedStarts } = groupOf(draft, name)
  noteFailure(draft, name)
  // The first time it is tried again at once: nobody else can.
  if (failedStarts === 0) changeGroup(draft, name, { retryAt: draft.state.now + 1000 })
  beginStop(draft, name, 'GROUPFAILOVER', { kind: 'retry' }, why)
}

function orderStop(draft: Draft, name: string, resource: string): void {
  const view = groupOf(draft, name)
  const settings = resourceOf(draft, name, resource)
  changeResource(draft, name, resource, { state: 'stopping', error: null })
  order(
    draft,
    { kind: 'stop-resource', group: name, resource, event: view.event, factor: 'RESOURCERESTART' },
    view.why,
    settings.stopTimeoutMs,
  )
}

function resourceOf(draft: Draft, name: string, resource: string): ResourceSettings {
  const found = settingsOf(draft, name).resources.find((each) => each.name === resource)
  if (found === undefined) throw new Error(`no resource ${resource} in group ${name}`)
  return found
}

/** After a daemon restart: everything that the record calls active is looked at. */
export function reviewAdoption(draft: Draft, name: string): void {
  if (!mirrordsFound(draft, name)) return
  observe(draft, name)
  const views = Object.entries(groupOf(draft, name).resources)
  if (views.some(([, view]) => view.state === 'starting')) return
  const missing = views.find(([, view]) => view.state !== 'running')
  const { self } = draft.state.settings
  if (missing === undefined) {
    const why = say('group-adopted', { group: name, server: self })
    changeGroup(draft, name, { phase: 'running', since: draft.state.now, why })
    tell(draft, why)
    return
  }
  const why = say('adoption-failed', { group: name, server: self, resource: missing[0] })
  beginStop(draft, name, 'GROUPFAILOVER', { kind: 'retry' }, why)
}

/** The mirrords of an earlier daemon's life are found again within a moment, or they are gone. */
function mirrordsFound(draft: Draft, name: string): boolean {
  const { state } = draft
  if (state.now - groupOf(draft, name).since > findMirrordsMs) return true
  return mirrorsOf(draft, name).every((mirror) => state.mirrors[mirror]?.report !== null)
}

function observe(draft: Draft, name: string): void {
  for (const [resource, view] of Object.entries(groupOf(draft, name).resources)) {
    if (view.state !== 'starting') continue
    const underWay = isPending(
      draft,
      (each) =>
        each.kind === 'observe-resource' && each.group === name && each.resource === resource,
    )
    if (underWay) continue
    const why = say('group-observed', { group: name })
    order(draft, { kind: 'observe-resource', group: name, resource }, why, 10_000)
  }
}

/** What an effect on a resource brought: the new state of that resource. */
export function noteResource(
  draft: Draft,
  action: {
    readonly kind: 'start-resource' | 'stop-resource' | 'observe-resource'
    readonly group: string
    readonly resource: string
  },
  outcome: { readonly ok: boolean; readonly error: Message | null; readonly running: boolean },
): void {
  const { group, resource } = action
  switch (action.kind) {
    case 'start-resource': {
      const state = outcome.ok ? 'running' : 'failed'
      return changeResource(draft, group, resource, { state, error: outcome.error })
    }
    case 'stop-resource':
      if (outcome.ok)
        return changeResource(draft, group, resource, { state: 'stopped', error: null })
      changeResource(draft, group, resource, { state: 'failed', error: outcome.error })
      if (outcome.error !== null) tell(draft, outcome.error)
      return stopFailed(draft, group, resource)
    case 'observe-resource': {
      const state = outcome.ok && outcome.running ? 'running' : 'failed'
      return changeResource(draft, group, resource, { state, error: outcome.error })
    }
  }
}
