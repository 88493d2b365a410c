/** The outages of Kagami: floating IP, mirrored ext3 and Apache, as in the HOWTO; all defaults. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { ClusterStatus } from '../src/api.ts'
import { Hosts, otherOf, serverNames, type ServerName } from './failover-hosts.ts'
import type { Stage } from './stage.ts'

export const arbiters = ['none', 'ping', 'fence', 'witness'] as const
export type ArbiterName = (typeof arbiters)[number]

export interface Faults {
  /** The outage of each, ms. */
  readonly powerCut: number[]
  readonly move: number[]
  readonly apacheKilled: number[]
  /** Of the power cuts: from the cut until the peer was given up, ms. */
  readonly detection: number[]
  /** From there until the group was started: with a witness the rest of the dead server's lease. */
  readonly waiting: number[]
}

const example = resolve(import.meta.dirname, '../examples/apache-howto')
const url = 'http://192.168.4.15/n.txt'
const page = '/mnt/mirror/www/html'

const definitions: Readonly<Record<ArbiterName, string | null>> = {
  none: 'arbiter:\n  method: none\n',
  ping: null,
  witness: 'arbiter:\n  method: witness\n  url: https://192.168.4.100:29010\n',
  fence: `arbiter:
  method: fence
  action: off
  devices:
    SERVER1: [{ agent: fence_lab, options: { plug: SERVER1 } }]
    SERVER2: [{ agent: fence_lab, options: { plug: SERVER2 } }]
`,
}

export async function measureKagami(plan: {
  readonly stage: Stage
  readonly arbiter: ArbiterName
  readonly rounds: number
  readonly tell: (text: string) => void
}): Promise<Faults> {
  const { stage, arbiter, rounds, tell } = plan
  const hosts = new Hosts(stage, `kagami-${arbiter}`)
  const faults: Faults = { powerCut: [], move: [], apacheKilled: [], detection: [], waiting: [] }
  try {
    await hosts.lab('up', '--config', definitionWith(stage, arbiter))
    const first = await green(hosts)
    await hosts.sh(first, `mkdir -p ${page} && echo 0 >${page}/n.txt && sync -f /mnt/mirror`)
    for (let round = 1; round <= rounds; round += 1) {
      faults.move.push(await move(hosts))
      faults.apacheKilled.push(await killApache(hosts))
      const cut = await powerCut(hosts)
      faults.powerCut.push(cut.outageMs)
      if (cut.detectionMs !== null) faults.detection.push(cut.detectionMs)
      if (cut.waitingMs !== null) faults.waiting.push(cut.waitingMs)
      const last = [faults.powerCut, faults.move, faults.apacheKilled].map((all) =>
        all.at(-1)?.toFixed(0),
      )
      tell(`kagami, ${arbiter}, round ${round}: cut, move, Apache killed: ${last.join(', ')} ms`)
    }
  } finally {
    hosts.down()
  }
  return faults
}

export function definitionWith(stage: Stage, arbiter: ArbiterName): string {
  const folder = stage.path(`definition-${arbiter}`)
  cpSync(example, folder, { recursive: true })
  const text = definitions[arbiter]
  if (text === null) return folder
  const file = join(folder, 'cluster.yaml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/arbiter:\n(?: .*\n)+/, text))
  return folder
}

async function statusOf(hosts: Hosts, server: ServerName): Promise<ClusterStatus | null> {
  const text = await hosts.trySh(server, 'kagami status --json')
  return text === null ? null : (JSON.parse(text) as ClusterStatus)
}

async function runsOn(hosts: Hosts, server: ServerName): Promise<boolean> {
  const group = (await statusOf(hosts, server))?.groups[0]
  return group?.state === 'running' && group.owner === server
}

/** Until both say that all is well; who runs the group. */
async function green(hosts: Hosts): Promise<ServerName> {
  let owner: string | null = null
  await hosts.until('everything is green', async () => {
    for (const server of serverNames) {
      const status = await statusOf(hosts, server)
      if (status?.summary.health !== 'green') return false
      owner = status.groups[0]?.owner ?? null
    }
    return true
  })
  return owner === 'SERVER2' ? 'SERVER2' : 'SERVER1'
}

async function move(hosts: Hosts): Promise<number> {
  const active = await green(hosts)
  const outageMs = await hosts.outage(url, async () => {
    await hosts.sh(active, `kagami group move Apache`)
  })
  await green(hosts)
  return outageMs
}

async function killApache(hosts: Hosts): Promise<number> {
  const active = await green(hosts)
  const outageMs = await hosts.outage(url, async () => {
    await hosts.sh(active, 'pkill -KILL -x apache2')
    await hosts.until('Apache runs again', async () => {
      return (await hosts.trySh(active, 'curl -sf http://192.168.4.15/n.txt')) !== null
    })
  })
  await green(hosts)
  return outageMs
}

async function powerCut(hosts: Hosts): Promise<{
  readonly outageMs: number
  readonly detectionMs: number | null
  readonly waitingMs: number | null
}> {
  const active = await green(hosts)
  const standby = otherOf(active)
  let cutAt = 0
  const outageMs = await hosts.outage(url, async () => {
    cutAt = Date.now()
    await hosts.lab('power-off', active)
    await hosts.until('the standby has taken over', () => runsOn(hosts, standby))
  })
  const alerts = await hosts.sh(standby, 'cat /var/log/kagami/alerts.jsonl')
  const after = alerts
    .split('\n')
    .map((line) => (line === '' ? null : (JSON.parse(line) as { at: string; message: unknown })))
    .filter((alert) => alert !== null)
    .filter((alert) => Date.parse(alert.at) > cutAt)
  const excludedAt = timeOf(after, /^excluded-by-/)
  const startedAt = timeOf(after, /^group-starting$/)
  await hosts.lab('power-on', active)
  await green(hosts)
  const detectionMs = excludedAt === null ? null : excludedAt - cutAt
  const waitingMs = excludedAt === null || startedAt === null ? null : startedAt - excludedAt
  return { outageMs, detectionMs, waitingMs }
}

/** When the first such message was told. */
function timeOf(
  alerts: readonly { readonly at: string; readonly message: unknown }[],
  pattern: RegExp,
): number | null {
  const isIt = (message: unknown): boolean =>
    pattern.test((message as { readonly id?: string }).id ?? '')
  const found = alerts.find(({ message }) => isIt(message))
  return found === undefined ? null : Date.parse(found.at)
}
