/**
 * What a server serves after a takeover must survive its own power cut: promotion flushes. The file
 * system is mounted without barriers here, so that nothing else flushes by chance.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { killGroup, standStill } from '../lab/cgroup.ts'
import { labAt, machineOf } from '../lab/names.ts'
import { pidOf } from '../lab/state.ts'
import { copyOut, type TestCluster } from './cluster.ts'
import { eventually } from './lab.ts'
import { inLab } from './watchers.ts'

/** The change of the definition that this needs. */
export function withoutBarriers(text: string): string {
  return text.replace(
    'mountPoint: /mnt/mirror }',
    'mountPoint: /mnt/mirror, mountOptions: "barrier=0" }',
  )
}

const roundsMax = 2000

/**
 * Overwrites one block of SERVER1's mirror directly, cuts SERVER1, and cuts SERVER2 in the moment
 * it has become active. Returns the last number acknowledged, and the one on SERVER2's disk.
 */
export async function cutAfterPromotion(
  cluster: TestCluster,
): Promise<{ acknowledged: number; kept: number }> {
  const { lab } = cluster
  await cluster.green('SERVER1')
  await lab.sh(
    'SERVER1',
    'dd if=/dev/zero of=/mnt/mirror/block bs=4096 count=1 conv=fsync 2>/dev/null; sync',
  )
  const writer = inLab(
    lab,
    'SERVER1',
    'sh',
    '-c',
    `n=1; while [ "$n" -lt ${roundsMax} ]
     do
       printf '%-4096s' "$n" >/tmp/block
       dd if=/tmp/block of=/mnt/mirror/block bs=4096 count=1 conv=notrunc oflag=direct 2>/dev/null || exit 1
       echo "$n"; n=$((n + 1))
     done`,
  )
  let acknowledged = 0
  writer.stdout?.on('data', (chunk: Buffer) => {
    acknowledged = Number(chunk.toString().trim().split('\n').at(-1))
  })
  await eventually('the writer writes', () => Promise.resolve(acknowledged > 50))
  const machine = machineOf(labAt(lab.dir), 'SERVER2')
  const log = `/proc/${pidOf(machine)}/root/var/log/kagami/NMP1.log`
  await lab.powerOff('SERVER1')
  while (!readFileSync(log, 'utf8').includes('active now')) await pause(5)
  // At once, and nobody sees it happen: the rest of the power cut is the lab's own.
  standStill(join(machine.cgroup, 'os'))
  killGroup(join(machine.cgroup, 'disks'))
  await lab.powerOff('SERVER2')
  await lab.powerOn('SERVER2')
  return { acknowledged, kept: await blockOf(cluster) }
}

async function blockOf(cluster: TestCluster): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-block-'))
  try {
    const image = join(folder, 'SERVER2.img')
    await copyOut(cluster.lab, 'SERVER2', '/dev/hdb2', image)
    try {
      execFileSync('e2fsck', ['-fy', image], { stdio: 'ignore' })
    } catch {
      // It says with 1 that it has replayed the journal.
    }
    const text = execFileSync('debugfs', ['-R', 'cat /block', image], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    // A page of zeroes is none at all.
    return Number(text.toString().trim()) || 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
