/** The status as Prometheus reads it. One line a fact; a state is 1 for the one that it is, 0 for the others. */
import type { ClusterStatus, Health, Sample } from '../../api.ts'

type Labels = Readonly<Record<string, string>>

interface Family {
  readonly name: string
  readonly help: string
  readonly samples: readonly (readonly [Labels, number])[]
}

const healths: readonly Health[] = ['green', 'yellow', 'red', 'gray']

export interface Measured {
  /** How late the daemon's main loop was lately. */
  readonly lagSeconds: number
  /** The latest one; null: there is none yet. */
  readonly sample: Sample | null
}

export function metricsOf(status: ClusterStatus, { lagSeconds, sample }: Measured): string {
  const { superCluster, cluster, servers, mirrors, links, heartbeat, arbiter } = status
  const families: Family[] = [
    health('kagami_health', 'The cluster as a whole.', [[{}, status.summary.health]]),
    health(
      'kagami_server_health',
      'A server, as the one that answers sees it.',
      servers.map((each) => [{ server: each.name }, each.health]),
    ),
    ...groupFamilies(status),
    {
      name: 'kagami_mirror_in_sync',
      help: '1 while both replicas are equal.',
      samples: mirrors.map((each) => [{ mirror: each.name }, each.state === 'in-sync' ? 1 : 0]),
    },
    {
      name: 'kagami_mirror_left_bytes',
      help: 'What is still to be copied.',
      samples: mirrors.map((each) => [{ mirror: each.name }, each.bytesLeft ?? 0]),
    },
    {
      name: 'kagami_mirror_backlog_bytes',
      help: 'Acknowledged, and not known to be at the standby.',
      samples: mirrors.map((each) => [{ mirror: each.name }, each.backlogBytes]),
    },
    ...sampledFamilies(sample),
    {
      name: 'kagami_link_up',
      help: '1 while heartbeats come over the link.',
      samples: links.map((each) => [{ link: each.name }, each.state === 'up' ? 1 : 0]),
    },
    {
      name: 'kagami_link_round_trip_seconds',
      help: 'Of the latest heartbeat and its answer.',
      samples: links.flatMap(({ name: link, roundTripMs }) =>
        roundTripMs === null ? [] : [[{ link }, roundTripMs / 1000] as const],
      ),
    },
    {
      name: 'kagami_heartbeat_longest_silence_seconds',
      help: 'Between two heartbeats, within the last hour or two.',
      samples: [[{}, heartbeat.longestSilenceMs / 1000]],
    },
    {
      name: 'kagami_heartbeat_timeout_seconds',
      help: 'A silence as long as this is acted upon.',
      samples: [[{}, heartbeat.timeoutMs / 1000]],
    },
    health('kagami_arbiter_health', 'The arbiter.', [[{ method: arbiter.method }, arbiter.health]]),
    {
      name: 'kagami_loop_lag_seconds',
      help: 'How late the main loop of the daemon was lately.',
      samples: [[{}, lagSeconds]],
    },
  ]
  const common = { super_cluster: superCluster, cluster, reported_by: status.reportedBy }
  return families.map((family) => textOf(family, common)).join('')
}

/** What is measured every few seconds, as the charts have it. */
function sampledFamilies(sample: Sample | null): Family[] {
  const mirrors = Object.entries(sample?.mirrors ?? {})
  return [
    {
      name: 'kagami_mirror_write_seconds',
      help: 'How long a write took lately, from its arrival to its answer.',
      samples: mirrors.map(([mirror, { writeMs }]) => [{ mirror }, writeMs / 1000]),
    },
    {
      name: 'kagami_mirror_bytes_per_second',
      help: 'What was sent to the other server: writes and copies.',
      samples: mirrors.map(([mirror, { bytesPerSecond }]) => [{ mirror }, bytesPerSecond]),
    },
    {
      name: 'kagami_monitor_duration_seconds',
      help: 'How long the monitor took; of those that run on the server that answers.',
      samples: Object.entries(sample?.monitors ?? {}).map(([name, ms]) => {
        const slash = name.indexOf('/')
        const labels = { group: name.slice(0, slash), monitor: name.slice(slash + 1) }
        return [labels, ms / 1000]
      }),
    },
  ]
}

function groupFamilies({ groups, servers }: ClusterStatus): Family[] {
  return [
    health(
      'kagami_group_health',
      'A failover group.',
      groups.map((each) => [{ group: each.name }, each.health]),
    ),
    {
      name: 'kagami_group_running',
      help: '1 on the server that runs the group.',
      samples: groups.flatMap((group) =>
        servers.map(({ name: server }) => {
          const runs = group.state === 'running' && group.owner === server
          return [{ group: group.name, server }, runs ? 1 : 0] as const
        }),
      ),
    },
    {
      name: 'kagami_monitor_ok',
      help: '1 while the monitor finds nothing wrong.',
      samples: groups.flatMap((group) =>
        group.monitors.map(
          ({ name: monitor, state }) =>
            [{ group: group.name, monitor }, state === 'ok' ? 1 : 0] as const,
        ),
      ),
    },
  ]
}

function health(name: string, what: string, each: readonly (readonly [Labels, Health])[]): Family {
  const samples = each.flatMap(([labels, is]) =>
    healths.map((state) => [{ ...labels, state }, is === state ? 1 : 0] as const),
  )
  return { name, help: `${what} 1 for the colour that it has.`, samples }
}

function textOf({ name, help, samples }: Family, common: Labels): string {
  const lines = samples.map(([labels, value]) => {
    const all = Object.entries({ ...common, ...labels })
    const text = all.map(([label, of]) => `${label}="${escaped(of)}"`).join(',')
    return `${name}{${text}} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}
