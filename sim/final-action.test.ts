/** A group that fails on both servers, and the last step of the definition. */
import { expect, test } from 'vitest'
import type { Settings } from '../src/core/state.ts'
import { Cluster } from './cluster.ts'
import { obey } from './commands.ts'
import { howtoSettings } from './howto-settings.ts'

type FinalAction = Settings['groups'][number]['finalAction']

function failing(finalAction: FinalAction, ...commands: string[]): Cluster {
  const cluster = new Cluster({
    settings: (self) => {
      const usual = howtoSettings(self)
      return { ...usual, groups: usual.groups.map((group) => ({ ...group, finalAction })) }
    },
  })
  const both = ['fail SERVER1/httpd/run', 'fail SERVER2/httpd/run']
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 4s', ...both, ...commands]) {
    obey(cluster, command)
  }
  return cluster
}

const said = (cluster: Cluster, text: string): number =>
  cluster.log.filter((line) => line.includes(text)).length

test('retry: it goes on, with growing pauses', () => {
  const cluster = failing('retry', 'wait 120s')
  expect(cluster.activeOn()).toHaveLength(1)
  expect(said(cluster, 'KG2002')).toBeLessThan(8)
})

test('stop: it is stopped, and stays so until an operator starts it', () => {
  const cluster = failing('stop', 'wait 60s')
  expect(cluster.activeOn()).toEqual([])
  expect(said(cluster, 'KG2355')).toBe(1)
  for (const command of ['heal SERVER1/httpd/run', 'heal SERVER2/httpd/run']) obey(cluster, command)
  for (const command of ['wait 20s', 'start Apache', 'wait 5s']) obey(cluster, command)
  expect(cluster.activeOn()).toHaveLength(1)
})

test('reboot: not more than twice, and then it is tried again with pauses', () => {
  const cluster = failing('reboot', 'wait 400s')
  expect(said(cluster, 'KG2356')).toBeGreaterThan(0)
  for (const server of ['SERVER1', 'SERVER2'] as const) {
    expect(cluster.machine(server).boot).toBeLessThanOrEqual(3)
  }
  expect(cluster.activeOn()).toHaveLength(1)
})

test('no healthy peer: the server stays', () => {
  const cluster = failing('reboot', 'off SERVER2', 'wait 90s')
  expect(cluster.machine('SERVER1').boot).toBe(1)
  expect(said(cluster, 'KG2356')).toBe(0)
})
