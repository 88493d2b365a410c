/**
 * The arbiters that keep a register, each on a lab with a third machine of its own: a total partition
 * under a writer, a server that reaches nobody, a stop that hangs, and an arbiter that is away.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import {
  checkReplicas,
  makePage,
  tellIfFailed,
  upCluster,
  watch,
  type ServerName,
  type TestCluster,
} from './cluster.ts'
import { eventually } from './lab.ts'

const arbiters = {
  witness: 'arbiter:\n  method: witness\n  url: https://192.168.4.100:29010\n',
  etcd: 'arbiter:\n  method: etcd\n  endpoints: [http://192.168.4.100:2379]\n',
} as const

const otherOf = (server: ServerName): ServerName => (server === 'SERVER1' ? 'SERVER2' : 'SERVER1')
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Drops what goes to, and comes from, these addresses; `arbiter`: the third machine as well. */
const blockScript = (addresses: readonly string[]): string => `
  nft add table inet test
  nft add chain inet test in '{ type filter hook input priority 0; }'
  nft add chain inet test out '{ type filter hook output priority 0; }'
  nft add rule inet test in ip saddr '{ ${addresses.join(', ')} }' drop
  nft add rule inet test out ip daddr '{ ${addresses.join(', ')} }' drop`

const addressesOf: Readonly<Record<ServerName, readonly string[]>> = {
  SERVER1: ['10.1.1.1', '192.168.4.21'],
  SERVER2: ['10.1.1.2', '192.168.4.22'],
}

describe.each(['witness', 'etcd'] as const)('%s', (method) => {
  let cluster: TestCluster

  beforeAll(async () => {
    cluster = await upCluster({
      change: (text) => text.replace(/arbiter:\n(?: .*\n)+/, arbiters[method]),
    })
    await makePage(cluster)
  })

  afterEach(({ task }) => tellIfFailed(cluster, task))
  afterAll(() => cluster.down())

  /** Cuts a server off from its peer, and from the arbiter (on its own port alone) if asked. */
  async function partition(server: ServerName, isArbiterLost: boolean): Promise<void> {
    const port = method === 'witness' ? 29010 : 2379
    const lost = isArbiterLost ? `\n  nft add rule inet test out tcp dport ${port} drop` : ''
    await cluster.lab.sh(server, `${blockScript(addressesOf[otherOf(server)])}${lost}`)
  }

  const heal = async (server: ServerName): Promise<void> => {
    await cluster.lab.exec(server, 'nft', 'delete', 'table', 'inet', 'test')
  }

  const bootOf = (server: ServerName) =>
    cluster.lab.sh(server, 'cat /proc/sys/kernel/random/boot_id')

  const log = (server: ServerName) => cluster.lab.sh(server, 'cat /var/log/kagami/alerts.jsonl')

  test('both reach the arbiter and not each other: the active server goes on', async () => {
    const active = await cluster.green()
    const watched = watch(cluster, active)
    await pause(500)
    await partition(active, false)
    await eventually('the other one has lost', async () =>
      (await log(otherOf(active))).includes('"lost-register"'),
    )
    const before = watched.writer.written()
    await eventually('the writer goes on', () => Promise.resolve(watched.writer.written() > before))
    await heal(active)
    await cluster.green(active)
    const { acknowledged } = await watched.end()
    await checkReplicas(cluster, acknowledged)
  })

  test('the active server reaches nobody: it stops, and then the other one starts', async () => {
    const active = await cluster.green()
    const watched = watch(cluster, active)
    await pause(500)
    await partition(active, true)
    await cluster.runsOn(otherOf(active))
    await heal(active)
    await cluster.green(otherOf(active))
    const { acknowledged } = await watched.end()
    await checkReplicas(cluster, acknowledged)
  })

  test('it reaches nobody and its stop hangs: its guard resets it', async () => {
    const active = await cluster.green()
    const boot = await bootOf(active)
    await cluster.lab.sh(
      active,
      'cp /etc/kagami/scripts/Apache/stop.sh /root/stop.sh && printf "#!/bin/sh\\nsleep 60\\n" >/etc/kagami/scripts/Apache/stop.sh',
    )
    const watched = watch(cluster, active)
    await pause(500)
    await partition(active, true)
    await eventually('it has been reset', async () => {
      const now = await cluster.lab.exec(active, 'cat', '/proc/sys/kernel/random/boot_id')
      return now.status === 0 && now.stdout.trim() !== boot
    })
    await cluster.lab.sh(active, 'cp /root/stop.sh /etc/kagami/scripts/Apache/stop.sh')
    // Its rules of the firewall went with the reset, which is over before its lease: either may go on.
    await cluster.green()
    const { acknowledged } = await watched.end()
    await checkReplicas(cluster, acknowledged)
  })

  test('the daemon of the active server is stopped for good: its guard resets it', async () => {
    const active = await cluster.green()
    const boot = await bootOf(active)
    await cluster.lab.sh(active, 'kill -STOP $(pgrep -f [s]rc/daemon/main.ts)')
    await eventually('it has been reset', async () => {
      const now = await cluster.lab.exec(active, 'cat', '/proc/sys/kernel/random/boot_id')
      return now.status === 0 && now.stdout.trim() !== boot
    })
    // The lab's reset is over sooner than the lease: either of them may go on.
    await cluster.green()
  })

  test('neither its daemon nor its guard lives: its address goes by itself', async () => {
    const active = await cluster.green()
    const table = () => cluster.lab.sh(active, 'ip -4 address show')
    // Alone, its life was longer; with the peer it is that of the lease.
    await eventually('it ends with the lease', async () =>
      /192\.168\.4\.15[^\n]*\n\s*valid_lft \dsec/.test(await table()),
    )
    await cluster.lab.sh(
      active,
      'kill -STOP $(pgrep -f [s]rc/guard/main.ts; pgrep -f [s]rc/daemon/main.ts)',
    )
    await eventually(
      'the kernel has forgotten it',
      async () => !(await table()).includes('192.168.4.15'),
    )
    await cluster.runsOn(otherOf(active))
    await cluster.lab.powerOff(active)
    await cluster.lab.powerOn(active)
    await cluster.green(otherOf(active))
  })

  test('the arbiter is away: nothing happens, and the peer that dies is not replaced', async () => {
    const active = await cluster.green()
    await cluster.lab.command('arbiter-off')
    await eventually('it is told', async () => (await log(active)).includes('register-no-answer'))
    expect(await cluster.owner()).toBe(active)
    await cluster.lab.powerOff(active)
    await pause(6000)
    const status = await cluster.status(otherOf(active))
    expect(status?.groups[0]?.state).not.toBe('running')
    expect(await cluster.kagami(otherOf(active), 'why')).toContain(`The arbiter (${method})`)
    await cluster.lab.command('arbiter-on')
    await cluster.runsOn(otherOf(active), 30_000)
    await cluster.lab.powerOn(active)
    await cluster.green(otherOf(active))
  })
})
