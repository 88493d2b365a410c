/**
 * What the core is told of the cluster of the HOWTO (examples/apache-howto), without its file. A
 * test beside the scenarios compares the two.
 */
import type { Settings } from '../src/core/state.ts'
import { peerOf, type Server } from './machine.ts'

const usual = { mirror: null, startTimeoutMs: 30_000, stopTimeoutMs: 30_000 } as const
const script = { ...usual, startTimeoutMs: 1_800_000, stopTimeoutMs: 1_800_000 } as const

export function howtoSettings(self: Server, arbiter: Settings['arbiter'] = 'ping'): Settings {
  return {
    self,
    peer: peerOf(self),
    bootId: 'boot',
    intervalMs: 100,
    timeoutMs: 1300,
    waitForPeerMs: 300_000,
    arbiter,
    loser: 'stop-groups',
    lease: keepsRegister(arbiter) ? lease : null,
    standbyDelayMs: arbiter === 'ping' || arbiter === 'none' ? 0 : 500,
    fenceWithinMs: arbiter === 'fence' ? 20_000 : 0,
    links: ['interconnect', 'public'],
    mirrors: ['NMP1'],
    groups: [{ name: 'Apache', servers: ['SERVER1', 'SERVER2'], ...policy, resources, monitors }],
  }
}

const lease = { leaseMs: 2500, marginMs: 1000, guard: true, terms: 'as in the definition' } as const

function keepsRegister(arbiter: Settings['arbiter']): boolean {
  return arbiter === 'witness' || arbiter === 'etcd'
}

const policy = {
  startup: 'auto',
  failover: 'auto',
  failback: 'manual',
  failbackQuietMs: 600_000,
  after: [],
  finalAction: 'retry',
} as const

const resources: Settings['groups'][number]['resources'] = [
  {
    name: 'disk',
    type: 'mirror-disk',
    mirror: 'NMP1',
    startTimeoutMs: 120_000,
    stopTimeoutMs: 300_000,
  },
  { ...usual, name: 'address', type: 'floating-ip' },
  { ...script, name: 'httpd', type: 'script' },
]

const monitors: Settings['groups'][number]['monitors'] = [
  {
    name: 'page',
    type: 'http',
    resource: 'httpd',
    link: null,
    intervalMs: 2000,
    timeoutMs: 5000,
    failures: 2,
    restarts: 1,
  },
  {
    name: 'public-lan',
    type: 'link',
    resource: null,
    link: 'public',
    intervalMs: 1000,
    timeoutMs: 1000,
    failures: 3,
    restarts: 0,
  },
]
