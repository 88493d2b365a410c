/**
 * The arbiter `fence` on a lab with a power device of its own: who goes on has switched the other
 * one off, and what is not confirmed is not done.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkReplicas, makePage, upCluster, watch, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

const devices = `arbiter:
  method: fence
  action: off
  devices:
    SERVER1: [{ agent: fence_lab, options: { plug: SERVER1 }, retries: 0 }]
    SERVER2: [{ agent: fence_lab, options: { plug: SERVER2 }, retries: 0 }]
`

let cluster: TestCluster
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

beforeAll(async () => {
  cluster = await upCluster({
    change: (text) => text.replace(/arbiter:\n(?: .*\n)+/, devices),
  })
  await makePage(cluster)
})

afterAll(() => cluster.down())

const alerts = (server: 'SERVER1' | 'SERVER2') =>
  cluster.lab.sh(server, 'cat /var/log/kagami/alerts.jsonl')

test('both links cut: the standby is switched off, and nothing acknowledged is missing', async () => {
  const active = await cluster.green()
  const standby = active === 'SERVER1' ? 'SERVER2' : 'SERVER1'
  const watched = watch(cluster, active)
  for (const link of ['interconnect', 'public']) await cluster.lab.command('cut', standby, link)
  await eventually('the standby is off', async () => {
    const status = await cluster.status(active)
    return status?.servers.find(({ name }) => name === standby)?.state === 'offline'
  })
  const before = watched.writer.written()
  await eventually('the writer goes on', () => Promise.resolve(watched.writer.written() > before))
  for (const link of ['interconnect', 'public']) await cluster.lab.command('mend', standby, link)
  await cluster.lab.powerOn(standby)
  await cluster.green(active)
  const { acknowledged } = await watched.end()
  await checkReplicas(cluster, acknowledged)
})

test('the power device is silent: no takeover, and the screen says why; then it answers', async () => {
  const active = await cluster.green()
  const standby = active === 'SERVER1' ? 'SERVER2' : 'SERVER1'
  await cluster.lab.command('unplug-device', active)
  await cluster.lab.powerOff(active)
  await eventually('the attempt has failed', async () =>
    (await alerts(standby)).includes('fencing-not-confirmed'),
  )
  await pause(1000)
  expect((await cluster.status(standby))?.groups[0]?.state).not.toBe('running')
  const screen = await cluster.kagami(standby, 'status')
  expect(screen).toContain('No takeover')
  await cluster.lab.command('plug-device', active)
  await cluster.runsOn(standby, 60_000)
  await cluster.lab.powerOn(active)
  await cluster.green(standby)
})
