/** A group that comes after another one: up after it, down before it, on either server. */
import { expect, test } from 'vitest'
import type { Settings } from '../src/core/state.ts'
import { Cluster } from './cluster.ts'
import { obey } from './commands.ts'
import { howtoSettings } from './howto-settings.ts'
import type { Server } from './machine.ts'

type Group = Settings['groups'][number]

function settings(self: Server): Settings {
  const usual = howtoSettings(self)
  const [whole] = usual.groups
  if (whole === undefined) throw new Error('the example has a group')
  const script: Group['resources'][number] = {
    name: '',
    type: 'script',
    mirror: null,
    startTimeoutMs: 30_000,
    stopTimeoutMs: 30_000,
  }
  const made = (name: string, after: readonly string[]): Group => ({
    ...whole,
    name,
    after,
    resources: [{ ...script, name: `${name}-program` }],
    monitors: [],
  })
  return { ...usual, groups: [made('shop', ['database']), made('database', [])] }
}

function playOn(...commands: string[]): { readonly cluster: Cluster; readonly said: string } {
  const cluster = new Cluster({ settings })
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 4s', ...commands]) obey(cluster, command)
  return { cluster, said: cluster.log.join('\n') }
}

test('it starts after the other one runs', () => {
  const { said } = playOn()
  const database = said.indexOf('Group database runs')
  expect(database).toBeGreaterThan(0)
  expect(database).toBeLessThan(said.indexOf('shop is being started'))
})

test('after a power cut the other server starts them in the same order', () => {
  const { said, cluster } = playOn('off SERVER1', 'wait 5s')
  const database = said.indexOf('Group database runs on SERVER2')
  const shop = said.indexOf('Group shop is being started on SERVER2')
  expect(database).toBeGreaterThan(0)
  expect(database).toBeLessThan(shop)
  expect(cluster.activeOn()).toEqual(['SERVER2'])
})

test('a server that shuts down stops it first', () => {
  const { said } = playOn('leave SERVER1', 'wait 5s')
  const shop = said.indexOf('Group shop has stopped on SERVER1')
  const database = said.indexOf('Group database has stopped on SERVER1')
  expect(shop).toBeGreaterThan(0)
  expect(shop).toBeLessThan(database)
})

test('what it needs is not stopped under it', () => {
  const { said } = playOn(
    'stop database',
    'wait 1s',
    'stop shop',
    'wait 2s',
    'stop database',
    'wait 2s',
  )
  expect(said).toContain('refused: Group database is not stopped: group shop needs it and runs')
  expect(said).toContain('Group database has stopped on SERVER1')
})

test('it waits as long as the other one is stopped by an operator', () => {
  const { said } = playOn(
    'stop shop',
    'wait 1s',
    'stop database',
    'wait 1s',
    'start shop',
    'wait 2s',
  )
  expect(said.match(/Group shop runs/g)).toHaveLength(1)
})
