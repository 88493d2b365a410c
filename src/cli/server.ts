/**
 * `kagami server standby|online|stop-waiting NAME`: hands the order to kagamid; after `standby` it
 * waits until nothing runs on that server any more, or says what still does.
 */
import type { ClusterStatus, GroupStatus } from '../api.ts'
import { say } from '../messages/catalogue.ts'
import { fetchFrom } from './client.ts'
import { giveOrder, tellDone } from './order.ts'
import { complain, exitCode, type ExitCode, type Shell } from './shell.ts'

export type ServerAction = 'standby' | 'online' | 'stop-waiting'

interface ServerOrder {
  readonly action: ServerAction
  readonly server: string
  /** False: return as soon as the order was accepted. */
  readonly wait: boolean
}

const pollMs = 150
const waitMsMax = 120_000

export async function orderServer(shell: Shell, order: ServerOrder): Promise<ExitCode> {
  const { action, server, wait } = order
  const given = await giveOrder(shell, `/api/v1/servers/${encodeURIComponent(server)}/${action}`)
  if ('ended' in given) return given.ended
  if (action !== 'standby' || !wait) return exitCode.ok
  const end = performance.now() + waitMsMax
  let last: readonly GroupStatus[] | null = null
  while (performance.now() < end) {
    await new Promise((done) => setTimeout(done, pollMs))
    last = (await groupsNow(shell)) ?? last
    if (last === null || last.some((group) => isOn(group, server))) continue
    for (const { why } of last) tellDone(shell, why)
    return exitCode.ok
  }
  const left = last?.find((group) => isOn(group, server))
  const { name: group, state } = left ?? { name: '', state: 'unknown' }
  complain(shell, say('order-not-done', { group, state }))
  return exitCode.failed
}

/** It is there, or on its way from or to somewhere. */
function isOn(group: GroupStatus, server: string): boolean {
  return group.owner === server || group.state === 'starting' || group.state === 'stopping'
}

/** Null when kagamid does not answer now. */
async function groupsNow(shell: Shell): Promise<readonly GroupStatus[] | null> {
  const answer = await fetchFrom(shell.socket, '/api/v1/status')
  return answer.ok ? ((answer.body as Partial<ClusterStatus>).groups ?? null) : null
}
