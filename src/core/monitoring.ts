/**
 * When a monitor runs, and what its results mean. A monitor of a service runs while its group
 * runs; a link monitor runs always and on both servers, because what counts is the comparison.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { changeGroup, groupOf, isPending, order, settingsOf, tell, type Draft } from './draft.ts'
import type { MonitorSettings } from './state.ts'
import { isMonitorSuspended } from './suspension.ts'

export function runMonitors(draft: Draft): void {
  for (const group of draft.state.settings.groups) {
    for (const monitor of group.monitors) {
      if (!isDue(draft, group.name, monitor)) continue
      order(
        draft,
        { kind: 'run-monitor', group: group.name, monitor: monitor.name },
        say('monitor-due', { group: group.name, monitor: monitor.name }),
        monitor.timeoutMs + 1000,
      )
    }
  }
}

function isDue(draft: Draft, group: string, monitor: MonitorSettings): boolean {
  const view = groupOf(draft, group)
  if (monitor.type === 'http' && (view.phase !== 'running' || view.restarting !== null))
    return false
  if (isMonitorSuspended(draft, group, monitor.name)) return false
  if ((view.monitors[monitor.name]?.nextAt ?? 0) > draft.state.now) return false
  return !isPending(
    draft,
    (each) => each.kind === 'run-monitor' && each.group === group && each.monitor === monitor.name,
  )
}

export function noteMonitor(
  draft: Draft,
  group: string,
  name: string,
  error: Message | null,
): void {
  const monitor = settingsOf(draft, group).monitors.find((each) => each.name === name)
  const before = groupOf(draft, group).monitors[name]
  if (monitor === undefined || before === undefined) return
  if (isMonitorSuspended(draft, group, name)) return
  const failuresInRow = error === null ? 0 : before.failuresInRow + 1
  const failing = failuresInRow >= monitor.failures
  const state = error === null ? 'ok' : failing ? 'failing' : before.state
  if (state !== before.state) announce(draft, group, name, { before: before.state, state, error })
  changeGroup(draft, group, {
    monitors: {
      ...groupOf(draft, group).monitors,
      [name]: { state, error, failuresInRow, nextAt: draft.state.now + monitor.intervalMs },
    },
  })
}

function announce(
  draft: Draft,
  group: string,
  monitor: string,
  change: { readonly before: string; readonly state: string; readonly error: Message | null },
): void {
  const { before, state, error } = change
  const server = draft.state.settings.self
  if (state === 'failing') {
    tell(draft, say('monitor-failing', { group, monitor, server }))
    if (error !== null) tell(draft, error)
  } else if (state === 'ok' && before === 'failing') {
    tell(draft, say('monitor-ok', { group, monitor, server }))
  }
}

/**
 * Can clients reach this server over the link? By its link monitors; unknown without one, and
 * while it is in doubt: a target that just went away must not look alive from one side only.
 */
export function linkHealth(draft: Draft, link: string): 'ok' | 'dead' | 'unknown' {
  for (const group of draft.state.settings.groups) {
    for (const monitor of group.monitors) {
      if (monitor.type !== 'link' || monitor.link !== link) continue
      const view = groupOf(draft, group.name).monitors[monitor.name]
      if (view?.state === 'failing') return 'dead'
      if (view?.state === 'ok' && view.failuresInRow === 0) return 'ok'
    }
  }
  return 'unknown'
}
