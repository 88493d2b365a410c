/** A start by an operator's word: shown first, then done once, for what was shown. */
import { expect, test } from 'vitest'
import type { Settings } from '../src/core/state.ts'
import { Cluster } from './cluster.ts'
import { obey, tokenIn } from './commands.ts'
import { howtoSettings } from './howto-settings.ts'

/** SERVER1 went on alone, and is gone for good; SERVER2 knows that its own replica is older. */
function leftBehind(arbiter: Settings['arbiter']): Cluster {
  const cluster = new Cluster({ settings: (self) => howtoSettings(self, arbiter) })
  const alone = ['cut SERVER2 interconnect', 'cut SERVER2 public', 'wait 5s']
  const heard = ['fail mirror-port', 'mend SERVER2 interconnect', 'mend SERVER2 public', 'wait 3s']
  const gone = ['off SERVER1', 'wait 3s', 'end-wait SERVER2 @SERVER2', 'wait 3s']
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 4s', ...alone, ...heard, ...gone]) {
    obey(cluster, command)
  }
  return cluster
}

test.each(['ping', 'none', 'witness'] as const)('%s: it starts what was shown', (arbiter) => {
  const cluster = leftBehind(arbiter)
  expect(cluster.activeOn()).toEqual([])
  obey(cluster, 'force Apache @SERVER2')
  expect(cluster.log.at(-1)).toContain(
    'refused: A forced start of group Apache on SERVER2 may lose',
  )
  cluster.run(1000)
  expect(cluster.activeOn()).toEqual([])
  obey(cluster, `force Apache ${tokenIn(cluster)} @SERVER2`)
  cluster.run(8000)
  expect(cluster.activeOn()).toEqual(['SERVER2'])
  expect(cluster.machine('SERVER2').record?.forced).toMatchObject({ group: 'Apache' })
  expect(cluster.mirror.replicas['SERVER2']?.report.alone).toBe(true)
})

test('what was shown has changed: nothing is done', () => {
  const cluster = leftBehind('ping')
  obey(cluster, 'force Apache @SERVER2')
  const token = tokenIn(cluster)
  for (const command of ['off SERVER2', 'wait 1s', 'up SERVER2', 'wait 3s']) obey(cluster, command)
  obey(cluster, `force Apache ${token} @SERVER2`)
  cluster.run(5000)
  expect(cluster.activeOn()).toEqual([])
})

test('a wrong token, and a server that hears its peer', () => {
  const cluster = leftBehind('ping')
  obey(cluster, 'force Apache 00000000 @SERVER2')
  expect(cluster.log.at(-1)).toContain('refused')
  for (const command of ['heal mirror-port', 'up SERVER1', 'wait 9s']) obey(cluster, command)
  obey(cluster, 'force Apache @SERVER2')
  expect(cluster.log.at(-1)).toContain('needs no force')
})
