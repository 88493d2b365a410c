/**
 * One Apache on two servers, and everything that may befall them. Each test begins green, runs a
 * writer, a client and a sampler through one fault, and ends with both replicas compared.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  checkReplicas,
  makePage,
  pageNow,
  upCluster,
  watch,
  type ServerName,
  type TestCluster,
} from './cluster.ts'
import { eventually } from './lab.ts'
import { noStaleStart } from './no-stale-start.ts'

let cluster: TestCluster

const peerOf = (server: ServerName): ServerName => (server === 'SERVER1' ? 'SERVER2' : 'SERVER1')
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

beforeAll(async () => {
  cluster = await upCluster()
  await makePage(cluster)
})

afterAll(() => cluster.down())

/** Runs one fault under the watchers; `fault` is given the active server and its standby. */
async function through(
  fault: (active: ServerName, standby: ServerName) => Promise<void>,
): Promise<void> {
  const active = await cluster.green()
  const watched = watch(cluster, active)
  try {
    await eventually('the writer writes', () => Promise.resolve(watched.writer.written() > 3))
    await fault(active, peerOf(active))
  } catch (error) {
    await watched.end().catch(() => undefined)
    throw error
  }
  const { acknowledged } = await watched.end()
  await checkReplicas(cluster, acknowledged)
}

/** The service did not move and went on writing. */
async function stayed(active: ServerName): Promise<void> {
  const before = await pageNow(cluster)
  await eventually('the writer goes on', async () => (await pageNow(cluster)) > before)
  // Where its kagamid was killed, nobody can say for a moment who runs it.
  await eventually('somebody says who runs it', async () => (await cluster.owner()) !== null)
  expect(await cluster.owner()).toBe(active)
}

describe('a server goes', () => {
  test('power cut of the active server', () =>
    through(async (active, standby) => {
      await cluster.lab.powerOff(active)
      await cluster.runsOn(standby)
      await cluster.lab.powerOn(active)
      await cluster.green(standby)
    }))

  test('power cut of the standby and its return', () =>
    through(async (active, standby) => {
      await cluster.lab.powerOff(standby)
      await stayed(active)
      await cluster.lab.powerOn(standby)
      await cluster.green(active)
    }))

  test('orderly reboot of the active server', () =>
    through(async (active, standby) => {
      await cluster.lab.reboot(active)
      await cluster.green(standby)
    }))

  test('orderly reboot of the standby', () =>
    through(async (active, standby) => {
      await cluster.lab.reboot(standby)
      await stayed(active)
      await cluster.green(active)
    }))

  test('both servers cut at once, the standby started first', () =>
    through(async (active, standby) => {
      await Promise.all([cluster.lab.powerOff(active), cluster.lab.powerOff(standby)])
      await cluster.lab.powerOn(standby)
      await pause(3000)
      expect(await cluster.owner(), 'the standby must not start alone').toBe(null)
      await cluster.lab.powerOn(active)
      await cluster.green()
    }))

  test('both servers cut at once, the active one started first', () =>
    through(async (active, standby) => {
      await Promise.all([cluster.lab.powerOff(active), cluster.lab.powerOff(standby)])
      await cluster.lab.powerOn(active)
      await pause(1000)
      await cluster.lab.powerOn(standby)
      await cluster.green()
    }))
})

describe('a link goes', () => {
  test('interconnect cut: no failover, the mirror goes on over the public LAN', () =>
    through(async (active) => {
      await cluster.lab.cut(active, 'interconnect')
      await eventually(
        'the mirror uses the public LAN',
        async () => (await cluster.status(active))?.mirrors[0]?.path === 'public',
      )
      await stayed(active)
      expect((await cluster.status(active))?.mirrors[0]?.state).toBe('in-sync')
      await cluster.lab.mend(active, 'interconnect')
      await eventually(
        'the mirror is back on the interconnect',
        async () => (await cluster.status(active))?.mirrors[0]?.path === 'interconnect',
      )
      await stayed(active)
    }))

  test("the active server's public LAN cut: handover over the interconnect", () =>
    through(async (active, standby) => {
      await cluster.lab.cut(active, 'public')
      await cluster.runsOn(standby)
      await cluster.lab.mend(active, 'public')
      await cluster.green(standby)
    }))

  test('both links of the active server cut: it stops, the other one goes on', () =>
    through(async (active, standby) => {
      await Promise.all([
        cluster.lab.cut(active, 'interconnect'),
        cluster.lab.cut(active, 'public'),
      ])
      await cluster.runsOn(standby)
      await Promise.all([
        cluster.lab.mend(active, 'interconnect'),
        cluster.lab.mend(active, 'public'),
      ])
      await cluster.green(standby)
    }))

  test('the mirror traffic is blocked while the daemons talk, then the active server is cut', () =>
    noStaleStart(cluster))

  test('both links of the standby cut: the active server goes on', () =>
    through(async (active, standby) => {
      await Promise.all([
        cluster.lab.cut(standby, 'interconnect'),
        cluster.lab.cut(standby, 'public'),
      ])
      await stayed(active)
      await Promise.all([
        cluster.lab.mend(standby, 'interconnect'),
        cluster.lab.mend(standby, 'public'),
      ])
      await cluster.green(active)
    }))

  test('the active server can hear and not speak: it stops before the other one starts', () =>
    through(async (active, standby) => {
      await Promise.all([
        cluster.lab.cut(active, 'interconnect', '--out'),
        cluster.lab.cut(active, 'public', '--out'),
      ])
      await cluster.runsOn(standby)
      await Promise.all([
        cluster.lab.mend(active, 'interconnect'),
        cluster.lab.mend(active, 'public'),
      ])
      await cluster.green(standby)
    }))
})

describe('a process goes', () => {
  test('kagamid killed on the active server: the service goes on, nothing moves', () =>
    through(async (active) => {
      await cluster.lab.sh(active, 'pkill -KILL -f [d]aemon/main.ts')
      await stayed(active)
      await cluster.green(active)
      await stayed(active)
    }))

  test('kagami-mirrord killed on the active server', () =>
    through(async (active) => {
      await cluster.lab.sh(active, 'pkill -KILL -f [m]irrord/main.ts')
      await pause(1000)
      await cluster.green()
    }))

  test('kagami-mirrord killed on the standby', () =>
    through(async (active, standby) => {
      await cluster.lab.sh(standby, 'pkill -KILL -f [m]irrord/main.ts')
      await stayed(active)
      await cluster.green(active)
    }))

  test('Apache killed and its start failing: failover', () =>
    through(async (active, standby) => {
      await cluster.lab.sh(
        active,
        // Only its start fails: what cannot be stopped would be another test.
        `cd /etc/init.d && mv httpd httpd.real
         printf '#!/bin/sh\\n[ "$1" = start ] && exit 1\\nexec /etc/init.d/httpd.real "$@"\\n' >httpd
         chmod +x httpd; pkill -KILL apache2 || true`,
      )
      await cluster.runsOn(standby)
      await cluster.lab.sh(active, 'mv /etc/init.d/httpd.real /etc/init.d/httpd')
      await cluster.green(standby)
    }))

  // The lab's machines are up again before a time-out has passed, so either server may go on.
  test('a stop script that hangs: the server resets itself, and the service goes on', () =>
    through(async (active) => {
      const script = '/etc/kagami/scripts/Apache/stop.sh'
      const bootId = '/proc/sys/kernel/random/boot_id'
      const before = await cluster.lab.sh(active, `cat ${bootId}`)
      await cluster.lab.sh(
        active,
        `cp -p ${script} /root/stop.sh; printf '#!/bin/sh\\nsleep 1000\\n' >${script}`,
      )
      await cluster.lab.exec(active, 'kagami', 'group', 'move', 'Apache', '--no-wait')
      await eventually('the server was reset', async () => {
        const now = await cluster.lab.exec(active, 'cat', bootId)
        return now.status === 0 && now.stdout.trim() !== before
      })
      await cluster.lab.sh(active, `cp -p /root/stop.sh ${script}`)
      await cluster.green()
    }))

  test('the active server hangs and comes back: never two active, never an older page', () =>
    through(async (active) => {
      await cluster.lab.freeze(active)
      await pause(4000)
      await cluster.lab.thaw(active)
      await cluster.green()
    }))
})

describe('an address is taken', () => {
  test('floating IP taken by the client: refused with a reason, started when it is free', async () => {
    const active = await cluster.green()
    await cluster.kagami(active, 'group', 'stop', 'Apache')
    await eventually(
      'the group has stopped',
      async () => (await cluster.status(active))?.groups[0]?.state === 'stopped',
    )
    await cluster.lab.sh('client', 'ip addr add 192.168.4.15/24 dev eth0')
    await cluster.lab.exec(active, 'kagami', 'group', 'start', 'Apache')
    await eventually('the reason is told', async () => {
      const group = (await cluster.status(active))?.groups[0]
      return group?.state === 'failed' && (await cluster.kagami(active, 'log')).includes('KG4002')
    })
    await cluster.lab.sh('client', 'ip addr del 192.168.4.15/24 dev eth0')
    await cluster.green()
    await checkReplicas(cluster, 0)
  })
})
