/**
 * The start of a group: its resources in order. Scripts wait for everything listed before them;
 * a mirror disk and a floating IP wait for nothing and start side by side.
 */
import { say } from '../messages/catalogue.ts'
import {
  changeGroup,
  changeGroupRecord,
  changeResource,
  groupOf,
  order,
  recordOf,
  settingsOf,
  tell,
  type Draft,
} from './draft.ts'
import { takeFinalAction } from './final-action.ts'
import { beginStop, noteFailure } from './group-stop.ts'
import type { Readiness } from './replicas.ts'
import type { ResourceSettings } from './state.ts'
import type { MirrorCommand, MirrorReport, PromotionGrounds } from '../wire/mirror-control.ts'

type Promotion = Extract<MirrorCommand, { command: 'promote' }>

/** Called once the claim is durable and nobody objects. */
export function beginStart(draft: Draft, name: string, ready: Readiness): void {
  if (!ready.ready) {
    changeGroup(draft, name, { why: ready.why })
    return beginStop(draft, name, 'GROUPSTOP', { kind: 'retry' }, ready.why)
  }
  const view = groupOf(draft, name)
  const { self } = draft.state.settings
  changeGroup(draft, name, {
    phase: 'starting',
    since: draft.state.now,
    startedFor: view.why,
  })
  changeGroupRecord(draft, name, { releasedTo: null })
  tell(draft, view.why)
  tell(draft, say('group-starting', { group: name, server: self }))
  advanceStart(draft, name)
}

/** Starts what can start now; running when everything runs. */
export function advanceStart(draft: Draft, name: string): void {
  const settings = settingsOf(draft, name)
  for (const resource of settings.resources) {
    const views = groupOf(draft, name).resources
    const state = views[resource.name]?.state
    if (state === 'failed') return startFailed(draft, name, resource.name)
    if (state === 'stopped' && mayStart(draft, name, resource)) startResource(draft, name, resource)
  }
  const views = Object.values(groupOf(draft, name).resources)
  if (views.every((view) => view.state === 'running')) started(draft, name)
}

function mayStart(draft: Draft, name: string, resource: ResourceSettings): boolean {
  if (resource.type !== 'script') return true
  const views = groupOf(draft, name).resources
  for (const earlier of settingsOf(draft, name).resources) {
    if (earlier.name === resource.name) return true
    if (views[earlier.name]?.state !== 'running') return false
  }
  return true
}

function startResource(draft: Draft, name: string, resource: ResourceSettings): void {
  const view = groupOf(draft, name)
  changeResource(draft, name, resource.name, { state: 'starting', error: null })
  order(
    draft,
    {
      kind: 'start-resource',
      group: name,
      resource: resource.name,
      event: view.event,
      previousServer: view.previousServer,
      promotion: promotionFor(draft, name, resource),
    },
    view.why,
    resource.startTimeoutMs,
  )
}

function promotionFor(draft: Draft, name: string, resource: ResourceSettings): Promotion | null {
  const mirror = resource.mirror
  const report = mirror === null ? null : draft.state.mirrors[mirror]?.report
  if (report === null || report === undefined) return null
  const copying = report.link.state === 'connected' && report.copy?.direction === 'source'
  return {
    command: 'promote',
    term: recordOf(draft, name).term.number,
    grounds: groundsFor(report, copying),
    peerExcluded: draft.state.membership.kind === 'holding',
  }
}

function groundsFor(report: MirrorReport, isCopySource: boolean): PromotionGrounds {
  if (report.inSync) return 'in-sync'
  if (isCopySource) return 'copy-source'
  return report.alone ? 'alone-record' : 'register-claim'
}

function started(draft: Draft, name: string): void {
  const { self } = draft.state.settings
  const why = say('group-started', { group: name, server: self })
  const monitors = Object.fromEntries(
    settingsOf(draft, name).monitors.map((monitor) => {
      const before = groupOf(draft, name).monitors[monitor.name]
      if (monitor.type === 'link' && before !== undefined) return [monitor.name, before]
      const nextAt = draft.state.now + monitor.intervalMs
      return [monitor.name, { state: 'unknown' as const, error: null, failuresInRow: 0, nextAt }]
    }),
  )
  changeGroup(draft, name, {
    phase: 'running',
    since: draft.state.now,
    restarting: null,
    peerReadySince: null,
    monitors,
  })
  const record = recordOf(draft, name)
  const { active, wanted } = record
  const stays = wanted.stays === self ? self : null
  const isServed = wanted.on === null && (wanted.stays ?? null) === stays
  changeGroupRecord(draft, name, {
    active: active === null ? null : { ...active, whole: true },
    wanted: isServed ? wanted : { ...wanted, stamp: wanted.stamp + 1, on: null, stays },
  })
  tell(draft, why)
}

function startFailed(draft: Draft, name: string, resource: string): void {
  const { self } = draft.state.settings
  const view = groupOf(draft, name)
  // Wait until nothing is on its way any more: a stop must not overtake a start.
  if (Object.values(view.resources).some((each) => each.state === 'starting')) return
  noteFailure(draft, name)
  const error = view.resources[resource]?.error
  const why = say('group-start-failed', { group: name, server: self, resource })
  if (error !== null && error !== undefined) tell(draft, error)
  if (takeFinalAction(draft, name, why)) return
  beginStop(draft, name, 'GROUPFAILOVER', { kind: 'retry' }, why)
}
