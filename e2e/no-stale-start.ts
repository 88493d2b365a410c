/**
 * The mirror's port is blocked on the standby while the daemons still hear each other. The active
 * side must freeze until the standby has recorded that its replica is outdated; so, when the active
 * server then loses power, the standby must not start with what it has.
 */
import { expect } from 'vitest'
import { checkReplicas, pageNow, watch, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms))

export async function noStaleStart(cluster: TestCluster): Promise<void> {
  const { lab } = cluster
  const active = await cluster.green()
  const standby = active === 'SERVER1' ? 'SERVER2' : 'SERVER1'
  const watched = watch(cluster, active)
  let acknowledged = 0
  try {
    await lab.sh(
      standby,
      `nft add table inet block
       nft 'add chain inet block in { type filter hook input priority 0; }'
       nft 'add chain inet block out { type filter hook output priority 0; }'
       nft add rule inet block in tcp dport 29005 drop
       nft add rule inet block in tcp sport 29005 drop
       nft add rule inet block out tcp dport 29005 drop`,
    )
    const before = watched.writer.written()
    await eventually('the writer goes on alone', () =>
      Promise.resolve(watched.writer.written() > before + 30),
    )
    await lab.powerOff(active)
    await pause(4000)
    const owner = await cluster.owner()
    if (owner !== null) {
      expect(await pageNow(cluster), 'an acknowledged write is missing').toBeGreaterThanOrEqual(
        watched.writer.acknowledged(),
      )
    }
    expect(owner, 'an outdated replica was started').toBe(null)
    await lab.sh(standby, 'nft delete table inet block')
    await lab.powerOn(active)
    await cluster.green(active)
  } finally {
    acknowledged = (await watched.end()).acknowledged
  }
  await checkReplicas(cluster, acknowledged)
}
