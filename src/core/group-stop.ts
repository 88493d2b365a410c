/**
 * The stop of a group: scripts first, last one first; then disk and address side by side. What
 * could not be stopped may still run, so nothing else starts the group (safety.md 3): the server
 * resets itself when its peer can take over, and otherwise says what an operator must do.
 */
import { say, type Message } from '../messages/catalogue.ts'
import {
  changeGroup,
  changeGroupRecord,
  changeResource,
  emit,
  groupOf,
  order,
  recordOf,
  settingsOf,
  tell,
  type Draft,
} from './draft.ts'
import { waitsToStop } from './dependencies.ts'
import type { StopFactor } from './effect.ts'
import { whyPeerCannotTake } from './replicas.ts'
import type { AfterStop, ResourceSettings } from './state.ts'
import { peerGroup } from './peer.ts'

/** A server that lost must be silent soon: past this its last resort is a reset. */
const isolatedStopMs = 6000
const stopRetryMs = 30_000
/** mirrord's report may lag behind the end of a stop by a moment. */
const leftoverMs = 2000

export function beginStop(
  draft: Draft,
  name: string,
  factor: StopFactor,
  afterStop: AfterStop,
  why: Message,
): void {
  const before = groupOf(draft, name)
  if (before.phase === 'adopting') assumeRunning(draft, name)
  changeGroup(draft, name, {
    phase: 'stopping',
    since: draft.state.now,
    factor,
    afterStop,
    restarting: null,
    why,
  })
  tell(draft, why)
  advanceStop(draft, name)
}

/** What was not looked at yet is stopped all the same. */
function assumeRunning(draft: Draft, name: string): void {
  for (const [resource, view] of Object.entries(groupOf(draft, name).resources)) {
    if (view.state === 'starting') {
      changeResource(draft, name, resource, { state: 'running', error: null })
    }
  }
}

/** It failed here: a pause that grows until it has been healthy for long (group-run.ts). */
export function noteFailure(draft: Draft, name: string): void {
  const failedStarts = groupOf(draft, name).failedStarts + 1
  const pauseMs = Math.min(10_000 * 2 ** Math.min(failedStarts - 1, 6), 300_000)
  changeGroup(draft, name, { failedStarts, retryAt: draft.state.now + pauseMs })
}

/**
 * A stopped group whose disk is still active here: a start that ended after its stop. It is
 * stopped once more. True: there was one.
 */
export function stopLeftovers(draft: Draft, name: string): boolean {
  // Whoever was away has an old report as well.
  const since = Math.max(groupOf(draft, name).since, draft.state.listeningSince)
  if (draft.state.now - since < leftoverMs) return false
  const left = settingsOf(draft, name).resources.find((resource) => {
    if (resource.mirror === null) return false
    return draft.state.mirrors[resource.mirror]?.report?.role === 'primary'
  })
  if (left === undefined) return false
  changeResource(draft, name, left.name, { state: 'failed', error: null })
  const { event } = groupOf(draft, name)
  const { bootId } = draft.state.settings
  changeGroupRecord(draft, name, { active: { bootId, event, whole: false } })
  const why = say('leftover-stopped', { group: name, server: draft.state.settings.self })
  const { releasedTo } = recordOf(draft, name)
  const after: AfterStop =
    releasedTo === draft.state.settings.peer
      ? { kind: 'release', to: releasedTo }
      : { kind: 'stay' }
  beginStop(draft, name, 'GROUPSTOP', after, why)
  return true
}

/** Stops what can stop now; stopped when nothing is left. */
export function advanceStop(draft: Draft, name: string): void {
  const isIsolated = groupOf(draft, name).factor === 'ISOLATED'
  if (!isIsolated && waitsToStop(draft, name)) return
  const resources = [...settingsOf(draft, name).resources].reverse()
  for (const resource of resources) {
    const state = groupOf(draft, name).resources[resource.name]?.state
    const stoppable = state === 'running' || state === 'failed'
    if (stoppable && mayStop(draft, name, resource)) stopResource(draft, name, resource)
  }
  const views = Object.values(groupOf(draft, name).resources)
  if (views.every((view) => view.state === 'stopped')) return stopped(draft, name)
  const overdue = draft.state.now - groupOf(draft, name).since > isolatedStopMs
  if (draft.state.membership.kind === 'lost' && overdue) stopFailed(draft, name, null)
}

/** Disk and address wait for all scripts; a script waits for the scripts listed after it. */
function mayStop(draft: Draft, name: string, resource: ResourceSettings): boolean {
  const { factor, resources: views } = groupOf(draft, name)
  // The loser's address goes at once: nobody may be served from here any more (safety.md 11).
  if (factor === 'ISOLATED' && resource.type === 'floating-ip') return true
  for (const later of [...settingsOf(draft, name).resources].reverse()) {
    if (later.name === resource.name) return true
    if (later.type === 'script' && views[later.name]?.state !== 'stopped') return false
  }
  const scripts = settingsOf(draft, name).resources.filter((each) => each.type === 'script')
  return scripts.every((each) => views[each.name]?.state === 'stopped')
}

function stopResource(draft: Draft, name: string, resource: ResourceSettings): void {
  const view = groupOf(draft, name)
  changeResource(draft, name, resource.name, {
    state: 'stopping',
    error: view.resources[resource.name]?.error ?? null,
  })
  order(
    draft,
    {
      kind: 'stop-resource',
      group: name,
      resource: resource.name,
      event: view.event,
      factor: view.factor,
    },
    view.why,
    resource.stopTimeoutMs,
  )
}

function stopped(draft: Draft, name: string): void {
  const { self } = draft.state.settings
  const { afterStop, why } = groupOf(draft, name)
  const to = releaseTarget(draft, name, afterStop)
  changeGroupRecord(draft, name, { active: null, releasedTo: to })
  changeGroup(draft, name, { phase: 'stopped', since: draft.state.now, why })
  tell(draft, say('group-stopped', { group: name, server: self }))
  if (to !== null) tell(draft, say('group-released', { group: name, server: self, peer: to }))
}

/** A failed start goes to the peer when the peer can take it and has not failed itself. */
function releaseTarget(draft: Draft, name: string, afterStop: AfterStop): string | null {
  if (afterStop.kind === 'release') return afterStop.to
  if (afterStop.kind === 'stay') return null
  const theirs = peerGroup(draft.state, name)
  if (theirs === null || theirs.failedHere || theirs.phase !== 'stopped') return null
  return whyPeerCannotTake(draft, name) === null ? draft.state.settings.peer : null
}

/** `resource`: the one that did not stop; null when the whole stop took too long. */
export function stopFailed(draft: Draft, name: string, resource: string | null): void {
  const { self, peer } = draft.state.settings
  const lost = draft.state.membership.kind === 'lost'
  const peerTakes = whyPeerCannotTake(draft, name) === null
  const what = resource ?? name
  if (lost || peerTakes) {
    const why = say('stop-failed-reset', { group: name, server: self, resource: what, peer })
    changeGroup(draft, name, { phase: 'stop-failed', since: draft.state.now, why })
    tell(draft, why)
    emit(draft, { kind: 'reset-server' }, why)
    return
  }
  const why = say('stop-failed-stays', { group: name, server: self, resource: what, peer })
  changeGroup(draft, name, { phase: 'stop-failed', since: draft.state.now, why })
  tell(draft, why)
}

/** A stop that failed with nobody to take over is tried again, now and then. */
export function reviewStopFailed(draft: Draft, name: string): void {
  const view = groupOf(draft, name)
  if (draft.state.now - view.since < stopRetryMs) return
  const again = say('stop-tried-again', { group: name, server: draft.state.settings.self })
  beginStop(draft, name, view.factor, view.afterStop, again)
}
