/**
 * `kagami group move|start|stop NAME`: hands the order to kagamid, tells what it answered, and
 * waits until it is done (or says that it was not).
 */
import type { ClusterStatus, GroupStatus } from '../api.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { fetchFrom } from './client.ts'
import { giveOrder, tellDone } from './order.ts'
import { complain, exitCode, type ExitCode, type Shell } from './shell.ts'

export interface GroupOrder {
  readonly action: 'move' | 'start' | 'stop'
  readonly group: string
  readonly to?: string
  /** False: return as soon as the order was accepted. */
  readonly wait: boolean
}

const pollMs = 150
const waitMsMax = 120_000
/** Down for so long after an order to run is no passing state any more. */
const settledMs = 5000

export async function orderGroup(shell: Shell, order: GroupOrder): Promise<ExitCode> {
  const { action, group, to } = order
  const before = await stateOf(shell, group)
  const path = `/api/v1/groups/${encodeURIComponent(group)}/${action}`
  const given = await giveOrder(shell, path, to === undefined ? {} : { to })
  if ('ended' in given) return given.ended
  if (!order.wait || given.accepted.id === 'group-already-there') return exitCode.ok
  const outcome = await waitFor(shell, order, before?.owner ?? null)
  if (!outcome.done) {
    complain(shell, outcome.message)
    return exitCode.failed
  }
  tellDone(shell, outcome.message)
  return exitCode.ok
}

async function waitFor(
  shell: Shell,
  order: GroupOrder,
  from: string | null,
): Promise<{ done: boolean; message: Message }> {
  const { group } = order
  const start = performance.now()
  let downSince: number | null = null
  let last: GroupStatus | null = null
  while (performance.now() - start < waitMsMax) {
    await new Promise((done) => setTimeout(done, pollMs))
    const now = await stateOf(shell, group)
    if (now === null) continue
    last = now
    if (isDone(order, now, from)) return { done: true, message: now.why }
    const isDown = now.state === 'failed' || (now.state === 'stopped' && order.action !== 'stop')
    downSince = isDown ? (downSince ?? performance.now()) : null
    if (downSince !== null && performance.now() - downSince > settledMs) break
    // A move that failed and went back is over, too.
    const returned = order.action === 'move' && now.state === 'running' && now.owner === from
    if (returned && performance.now() - start > settledMs) break
  }
  const state = last?.state ?? 'unknown'
  return { done: false, message: say('order-not-done', { group, state }) }
}

function isDone(order: GroupOrder, now: GroupStatus, from: string | null): boolean {
  switch (order.action) {
    case 'stop':
      return now.state === 'stopped'
    case 'start':
      return now.state === 'running'
    case 'move':
      return now.state === 'running' && now.owner !== from
  }
}

/** Null when kagamid does not answer now (it may be restarting). */
async function stateOf(shell: Shell, group: string): Promise<GroupStatus | null> {
  const answer = await fetchFrom(shell.socket, '/api/v1/status')
  if (!answer.ok) return null
  const status = answer.body as ClusterStatus
  return status.groups?.find((each) => each.name === group) ?? null
}
