/** What a server does that ran something and has to give way. */
import { expect, test } from 'vitest'
import { Cluster } from './cluster.ts'
import { obey } from './commands.ts'
import { howtoSettings } from './howto-settings.ts'

function cutOff(loser: 'stop-groups' | 'shutdown' | 'reboot' | 'reset'): Cluster {
  const cluster = new Cluster({ settings: (self) => ({ ...howtoSettings(self), loser }) })
  const cut = ['cut SERVER1 interconnect', 'cut SERVER1 public']
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 4s', ...cut, 'wait 5s']) {
    obey(cluster, command)
  }
  return cluster
}

test('by default it stops its groups, and stays', () => {
  const cluster = cutOff('stop-groups')
  expect(cluster.machine('SERVER1')).toMatchObject({ power: true, daemon: true, boot: 1 })
  expect(cluster.activeOn()).toEqual(['SERVER2'])
})

test.each([
  ['shutdown', false, 1],
  ['reboot', true, 2],
] as const)('%s: it goes down once everything has stopped', (loser, power, boot) => {
  const cluster = cutOff(loser)
  expect(cluster.machine('SERVER1')).toMatchObject({ power, boot })
  expect(cluster.log.join('\n')).toContain('SERVER1 had to give way to SERVER2 and goes down')
  expect(cluster.activeOn()).toEqual(['SERVER2'])
})

test('reset: at once', () => {
  const cluster = cutOff('reset')
  expect(cluster.machine('SERVER1').boot).toBe(2)
  expect(cluster.activeOn()).toEqual(['SERVER2'])
})
