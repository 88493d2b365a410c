/**
 * The owner is gone for good after it went on alone: its peer does not start by itself, says what a forced
 * start may lose, and does it when that was seen. Its journal then leads the core to the same decisions.
 */
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyOut, makePage, upCluster, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

let cluster: TestCluster
const checkout = resolve(import.meta.dirname, '..')

beforeAll(async () => {
  cluster = await upCluster()
  await makePage(cluster)
})

afterAll(() => cluster.down())

test('a start by force, and the same decisions again', async () => {
  const { lab } = cluster
  await cluster.green('SERVER1')
  for (const link of ['interconnect', 'public']) await lab.cut('SERVER2', link)
  await eventually('SERVER1 goes on alone', async () => {
    await lab.sh('SERVER1', 'date >/mnt/mirror/www/html/alone && sync -f /mnt/mirror')
    return (await cluster.status('SERVER1'))?.mirrors[0]?.state === 'alone'
  })
  await lab.powerOff('SERVER1')
  for (const link of ['interconnect', 'public']) await lab.mend('SERVER2', link)
  await eventually('it waits for its peer', async () => {
    const asked = await lab.exec('SERVER2', 'kagami', 'server', 'stop-waiting', 'SERVER2')
    return asked.status === 0
  })
  await new Promise((done) => setTimeout(done, 3000))
  expect((await cluster.status('SERVER2'))?.groups[0]?.state).not.toBe('running')
  const shown = await lab.exec('SERVER2', 'kagami', 'group', 'force', 'Apache')
  expect(shown.status).toBe(1)
  const token = /--seen (\w+)/.exec(shown.stderr)?.[1] ?? ''
  expect(
    (await lab.exec('SERVER2', 'kagami', 'group', 'force', 'Apache', '--seen', 'x')).status,
  ).toBe(1)
  await cluster.kagami('SERVER2', 'group', 'force', 'Apache', '--seen', token)
  await cluster.runsOn('SERVER2')

  await cluster.kagami('SERVER2', 'journal', 'export', '/root/journal')
  const file = join(tmpdir(), `kagami-journal-${process.pid}`)
  await copyOut(lab, 'SERVER2', '/root/journal', file)
  const words = ['sim/story-main.ts', '--replay', file]
  const replayed = execFileSync(process.execPath, words, { cwd: checkout, encoding: 'utf8' })
  rmSync(file)
  expect(replayed).toContain('every decision is the same')
  expect(replayed).toContain('starts group Apache without proof')
})
