import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { ClusterStatus, Sample } from '../../api.ts'
import { say } from '../../messages/catalogue.ts'
import { metricsOf } from './metrics.ts'

const why = say('server-rejoining')
const status: ClusterStatus = {
  superCluster: 'Super',
  cluster: 'a "quoted" \\ name',
  reportedBy: 'SERVER1',
  at: '2026-01-01T00:00:00.000Z',
  summary: { health: 'yellow', why, next: null },
  servers: [
    { name: 'SERVER1', state: 'online', health: 'green', why },
    { name: 'SERVER2', state: 'offline', health: 'red', why },
  ],
  heartbeat: { longestSilenceMs: 104, timeoutMs: 1300, health: 'green', why },
  arbiter: { method: 'ping', state: 'answers', health: 'green', why },
  links: [
    {
      ...{ name: 'public', kind: 'public', state: 'up', roundTripMs: 1.5 },
      ...{ addresses: {}, carries: [] },
    } as const,
  ],
  groups: [
    {
      ...({ name: 'Apache', state: 'running', health: 'green', owner: 'SERVER1' } as const),
      ...{ forced: false, suspended: false, why, resources: [] },
      monitors: [{ name: 'page', type: 'http', state: 'failing', error: null }],
    },
  ],
  mirrors: [],
}

const sample: Sample = {
  at: 0,
  links: {},
  mirrors: { NMP1: { writeMs: 2.5, bytesPerSecond: 4096, backlogBytes: 512 } },
  monitors: { 'Apache/page': 30 },
}

test('one line a fact, with what it is a fact of', () => {
  const text = metricsOf(status, { lagSeconds: 0.012, sample })
  const common = 'super_cluster="Super",cluster="a \\"quoted\\" \\\\ name",reported_by="SERVER1"'
  const value = (name: string, labels = ''): string | undefined =>
    text.split('\n').find((line) => line.startsWith(`${name}{${common}${labels}} `))
  expect(value('kagami_health', ',state="yellow"')).toMatch(/ 1$/)
  expect(value('kagami_health', ',state="green"')).toMatch(/ 0$/)
  expect(value('kagami_group_running', ',group="Apache",server="SERVER1"')).toMatch(/ 1$/)
  expect(value('kagami_group_running', ',group="Apache",server="SERVER2"')).toMatch(/ 0$/)
  expect(value('kagami_monitor_ok', ',group="Apache",monitor="page"')).toMatch(/ 0$/)
  expect(value('kagami_link_round_trip_seconds', ',link="public"')).toMatch(/ 0.0015$/)
  expect(value('kagami_loop_lag_seconds')).toMatch(/ 0.012$/)
  expect(value('kagami_mirror_write_seconds', ',mirror="NMP1"')).toMatch(/ 0.0025$/)
  expect(value('kagami_mirror_bytes_per_second', ',mirror="NMP1"')).toMatch(/ 4096$/)
  expect(value('kagami_monitor_duration_seconds', ',group="Apache",monitor="page"')).toMatch(
    / 0.03$/,
  )
})

test('every line is one that Prometheus reads', () => {
  const label = String.raw`[a-z_]+="(?:[^"\\]|\\["\\n])*"`
  const figure = new RegExp(`^[a-z_]+\\{${label}(?:,${label})*\\} -?[0-9.e+-]+$`)
  for (const line of metricsOf(status, { lagSeconds: 0, sample }).trimEnd().split('\n')) {
    if (!line.startsWith('# ')) expect(line).toMatch(figure)
    else expect(line).toMatch(/^# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ gauge)$/)
  }
})

test('the example rules name no figure that there is not', () => {
  const rules = readFileSync(
    new URL('../../../examples/prometheus/kagami-alerts.yml', import.meta.url),
    'utf8',
  )
  const names = new Set(rules.match(/kagami_[a-z_]+/g))
  expect(names.size).toBeGreaterThan(6)
  const known = metricsOf(status, { lagSeconds: 0, sample })
  for (const name of names) expect(known).toContain(`# TYPE ${name} gauge`)
})
