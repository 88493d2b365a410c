/** A copy of the world goes on as the original does; and the world is what the settings name. */
import { expect, test } from 'vitest'
import type { Settings } from '../src/core/state.ts'
import { Cluster } from './cluster.ts'
import { obey } from './commands.ts'
import { storyOf, type Story } from './explore.ts'
import { howtoSettings } from './howto-settings.ts'
import { peerOf, runsGroup, servers, type Server } from './machine.ts'

const seeds = Array.from({ length: 12 }, (_none, index) => index + 1)
const restMs = 10_000

/** The world after each command, and what is said until the end. */
function tell({ commands }: Story, cluster: Cluster): Cluster[] {
  const copies = [cluster.clone()]
  for (const command of commands) {
    obey(cluster, command)
    copies.push(cluster.clone())
  }
  cluster.run(restMs)
  return copies
}

test.each(seeds)('copies of the world on the way of seed %i', (seed) => {
  const story = storyOf(seed)
  const original = new Cluster({ settings: (self) => howtoSettings(self, story.arbiter) })
  const copies = tell(story, original)
  const said = original.log.join('\n')
  for (const [index, copy] of copies.entries()) {
    tell({ ...story, commands: story.commands.slice(index) }, copy)
    // Its log begins when it was made.
    expect(said.endsWith(copy.log.join('\n')), `from command ${index} on`).toBe(true)
    expect(copy.violations).toEqual(original.violations)
  }
  expect(original.log.join('\n'), 'the original is as it was').toBe(said)
})

/** Two groups with a disk each, the second one at home on SERVER2, over three links. */
function biggerSettings(self: Server): Settings {
  const usual = howtoSettings(self)
  const second = { name: 'Mail', servers: ['SERVER2', 'SERVER1'] }
  const groups = usual.groups.flatMap((group) => [
    group,
    {
      ...group,
      ...second,
      resources: group.resources.map((each) =>
        each.mirror === null ? each : { ...each, mirror: 'NMP7' },
      ),
    },
  ])
  return { ...usual, links: ['one', 'two', 'public'], mirrors: ['NMP1', 'NMP7'], groups }
}

const runningOn = (cluster: Cluster, group: string): Server[] =>
  servers.filter((server) => runsGroup(cluster.machine(server), group))

test.each(servers)('two groups, two disks, three links: the power of %s is cut', (server) => {
  const cluster = new Cluster({ settings: biggerSettings })
  for (const command of ['up SERVER1', 'up SERVER2', 'wait 5s', 'move Mail', 'wait 2s']) {
    obey(cluster, command)
  }
  expect(runningOn(cluster, 'Apache')).toEqual(['SERVER1'])
  expect(runningOn(cluster, 'Mail')).toEqual(['SERVER2'])
  for (const command of [`cut ${server} one`, 'wait 2s', `off ${server}`, 'wait 9s']) {
    obey(cluster, command)
  }
  expect(runningOn(cluster, 'Apache')).toEqual([peerOf(server)])
  expect(runningOn(cluster, 'Mail')).toEqual([peerOf(server)])
  for (const command of [`mend ${server} one`, `up ${server}`, 'wait 9s']) obey(cluster, command)
  for (const { replicas } of Object.values(cluster.mirrors)) {
    expect(Object.values(replicas).map(({ report }) => report.inSync)).toEqual([true, true])
  }
  expect(cluster.violations).toEqual([])
})
