/** The orders of operators as routes: what each one takes, and what it asks of the decision maker. */
import type { z } from 'zod'
import type { ClusterStatus } from '../../api.ts'
import type { AnyOrder } from '../../core/gossip.ts'
import { bodies } from './shapes.ts'

/** `name`: of the group or the server in the path; empty where the path has none. */
interface OrderRoute {
  readonly path: string
  readonly body: z.ZodObject
  readonly summary: string
  orderOf(
    name: string,
    body: Readonly<Record<string, string | undefined>>,
    status: ClusterStatus,
  ): AnyOrder
}

type Body = Readonly<Record<string, string | undefined>>

const afterwardsOf = ({ afterwards }: Body) =>
  afterwards === 'poweroff' || afterwards === 'reboot' ? afterwards : 'nothing'

export const orderRoutes: readonly OrderRoute[] = [
  {
    path: '/groups/:name/move',
    body: bodies.to,
    summary: 'Move a group to the other server, or to the one named.',
    orderOf: (group, { to }) => ({ kind: 'move', group, to: to ?? null }),
  },
  {
    path: '/groups/:name/start',
    body: bodies.to,
    summary: 'Start a group, where its definition says or on the server named.',
    orderOf: (group, { to }) => ({ kind: 'start', group, to: to ?? null }),
  },
  {
    path: '/groups/:name/stop',
    body: bodies.seen,
    summary: 'Stop a group; it stays stopped until it is started.',
    orderOf: (group) => ({ kind: 'stop', group }),
  },
  {
    path: '/groups/:name/force',
    body: bodies.seen,
    summary:
      'Start a group without proof that its data are the newest. Without `seen`: what may be lost.',
    orderOf: (group, { seen }) => ({ kind: 'force', group, seen: seen ?? null }),
  },
  {
    path: '/groups/:name/take-over',
    body: bodies.seen,
    summary:
      'Run a group on the server that answers, now: moved, started, or started by force, as things are.',
    orderOf: (group, { seen }, status) => takeOver(group, seen ?? null, status),
  },
  {
    path: '/groups/:name/suspend',
    body: bodies.monitor,
    summary: 'Nothing happens to the group, or by that monitor, by itself.',
    orderOf: (group, { monitor }) => ({ kind: 'suspend', group, monitor: monitor ?? null }),
  },
  {
    path: '/groups/:name/resume',
    body: bodies.monitor,
    summary: 'The end of suspend.',
    orderOf: (group, { monitor }) => ({ kind: 'resume', group, monitor: monitor ?? null }),
  },
  {
    path: '/servers/:name/standby',
    body: bodies.seen,
    summary: 'Keep a server free of groups; kept over reboots.',
    orderOf: (server) => ({ kind: 'standby', server }),
  },
  {
    path: '/servers/:name/online',
    body: bodies.none,
    summary: 'The end of standby.',
    orderOf: (server) => ({ kind: 'online', server }),
  },
  {
    path: '/servers/:name/stop-waiting',
    body: bodies.none,
    summary: 'Cut the start-up wait for the peer short.',
    orderOf: (server) => ({ kind: 'end-wait', server }),
  },
  {
    path: '/cluster/suspend',
    body: bodies.none,
    summary: 'Nothing happens to any group by itself.',
    orderOf: () => ({ kind: 'suspend', group: null, monitor: null }),
  },
  {
    path: '/cluster/resume',
    body: bodies.none,
    summary: 'The end of suspend.',
    orderOf: () => ({ kind: 'resume', group: null, monitor: null }),
  },
  {
    path: '/cluster/shutdown',
    body: bodies.afterwards,
    summary: 'Stop all groups and both servers, in order.',
    orderOf: (_name, body) => ({
      kind: 'shutdown-cluster',
      last: null,
      afterwards: afterwardsOf(body),
    }),
  },
  {
    path: '/servers/:name/shutdown',
    body: bodies.afterwards,
    summary: 'A server hands its groups over and leaves.',
    orderOf: (_name, body) => ({ kind: 'leave', afterwards: afterwardsOf(body) }),
  },
  {
    path: '/server/shutdown',
    body: bodies.afterwards,
    summary: 'The same of the server that answers.',
    orderOf: (_name, body) => ({ kind: 'leave', afterwards: afterwardsOf(body) }),
  },
]

/** For somebody who does not want to know why it does not run: the mildest order that can bring it here. */
function takeOver(group: string, seen: string | null, status: ClusterStatus): AnyOrder {
  const { reportedBy: here, servers, groups } = status
  const other = servers.find(({ name }) => name !== here)
  const owner = groups.find(({ name }) => name === group)?.owner ?? null
  // Heard, or known to be away: then the usual rules decide.
  const isCertain =
    other?.state === 'online' || other?.state === 'standby' || other?.state === 'offline'
  if (owner === other?.name && isCertain && other.state !== 'offline') {
    return { kind: 'move', group, to: here }
  }
  return isCertain || owner === here
    ? { kind: 'start', group, to: here }
    : { kind: 'force', group, seen }
}
