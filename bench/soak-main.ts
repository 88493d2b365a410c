/**
 * `make soak MINUTES=10`: the lab's cluster with a witness under twice as many busy loops as there are
 * processors, fio on the mirror, and one mirror recovery after the other. Nothing may move, nobody may
 * be reset, no deadline may be missed.
 *
 * Exit status: 0 nothing happened, 1 something did, 2 it could not be run.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { availableParallelism, tmpdir } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Alert, ClusterStatus } from '../src/api.ts'
import { definitionWith } from './failover-kagami.ts'
import { Hosts, serverNames, type ServerName } from './failover-hosts.ts'
import { BenchFailure, Stage } from './stage.ts'
import { columns } from './table.ts'

const tell = (text: string): void => void process.stderr.write(`${text}\n`)

/** What must not be told during the run. */
const unwanted =
  /^(excluded-|lost-|group-taken-over|group-failover|monitor-failing|monitor-restart|link-dead|mirrord-died|effect-overdue|record-not-written|stop-failed|we-were-away|heartbeat-thin)/
/** They are shown, and are no failure: the time-out was not reached. */
const noted = /^(we-were-away|heartbeat-thin)$/

interface Outcome {
  readonly told: ReadonlyMap<string, number>
  readonly isMoved: boolean
  readonly resets: readonly ServerName[]
  readonly recoveries: number
  readonly silences: readonly string[]
}

async function soak(stage: Stage, minutes: number): Promise<Outcome> {
  const hosts = new Hosts(stage, 'soak')
  const helpers: ChildProcess[] = []
  const seconds = Math.round(minutes * 60)
  try {
    await hosts.lab('up', '--config', definitionWith(stage, 'witness'), '--data-size', '192M')
    await hosts.until('everything is green', async () => (await isGreen(hosts)) !== null)
    const active = (await isGreen(hosts)) ?? 'SERVER1'
    const boots = await Promise.all(serverNames.map((server) => bootOf(hosts, server)))
    const began = new Date()
    // Each ends by itself, whatever becomes of this program.
    for (let loop = 0; loop < 2 * availableParallelism(); loop += 1) {
      const words = [String(seconds), 'sh', '-c', 'while :; do :; done']
      helpers.push(spawn('timeout', words, { stdio: 'ignore' }))
    }
    const fio = `fio --name=soak --directory=/mnt/mirror --size=48M --rw=randrw --bs=4k --direct=1 --time_based --runtime=${seconds} >/dev/null 2>&1 &`
    await hosts.sh(active, fio)
    tell(`${helpers.length} busy loops, fio on ${active}, for ${minutes} minutes`)
    const recoveries = await recoverAgainAndAgain(hosts, active, seconds)
    await hosts.until('everything is green again', async () => (await isGreen(hosts)) !== null)
    const after = await Promise.all(serverNames.map((server) => bootOf(hosts, server)))
    return {
      told: await toldSince(hosts, began),
      isMoved: (await isGreen(hosts)) !== active,
      resets: serverNames.filter((_server, index) => boots[index] !== after[index]),
      recoveries,
      silences: await Promise.all(serverNames.map((server) => silenceOf(hosts, server))),
    }
  } finally {
    for (const helper of helpers) helper.kill('SIGKILL')
    hosts.down()
  }
}

/** Breaks the mirror and has it recovered, all the time. How often it came to its end. */
async function recoverAgainAndAgain(
  hosts: Hosts,
  active: ServerName,
  seconds: number,
): Promise<number> {
  const endsAt = performance.now() + seconds * 1000
  let ended = 0
  while (performance.now() < endsAt) {
    await hosts.trySh(active, 'kagami mirror break NMP1')
    await pause(3000)
    await hosts.trySh(active, 'kagami mirror recover NMP1')
    const isEqual = async (): Promise<boolean> => {
      const status = await statusOf(hosts, active)
      return status?.mirrors[0]?.state === 'in-sync' || performance.now() > endsAt
    }
    await hosts.until('the mirror is recovered', isEqual, 300_000)
    ended += 1
  }
  return ended
}

async function statusOf(hosts: Hosts, server: ServerName): Promise<ClusterStatus | null> {
  const text = await hosts.trySh(server, 'kagami status --json')
  return text === null ? null : (JSON.parse(text) as ClusterStatus)
}

/** Who runs the group; null: not everything is as it should be. */
async function isGreen(hosts: Hosts): Promise<ServerName | null> {
  let owner: string | null = null
  for (const server of serverNames) {
    const status = await statusOf(hosts, server)
    if (status?.summary.health !== 'green') return null
    owner = status.groups[0]?.owner ?? null
  }
  return serverNames.find((server) => server === owner) ?? null
}

function bootOf(hosts: Hosts, server: ServerName): Promise<string> {
  return hosts.sh(server, 'cat /proc/sys/kernel/random/boot_id')
}

async function silenceOf(hosts: Hosts, server: ServerName): Promise<string> {
  const heartbeat = (await statusOf(hosts, server))?.heartbeat
  return `${heartbeat?.longestSilenceMs ?? '-'} of ${heartbeat?.timeoutMs ?? '-'} ms`
}

async function toldSince(hosts: Hosts, began: Date): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for (const server of serverNames) {
    const text = await hosts.sh(server, 'cat /var/log/kagami/alerts.jsonl')
    for (const line of text.split('\n').filter((each) => each !== '')) {
      const { at, message } = JSON.parse(line) as Alert
      if (new Date(at) < began || !unwanted.test(message.id)) continue
      counts.set(message.id, (counts.get(message.id) ?? 0) + 1)
    }
  }
  return counts
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
  const stage = new Stage(tmpdir())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stage.interrupt())
  }
  try {
    const { told, isMoved, resets, recoveries, silences } = await soak(
      stage,
      Number(values.minutes),
    )
    const bad = [...told].filter(([id]) => !noted.test(id))
    const isGood = bad.length === 0 && !isMoved && resets.length === 0
    process.stdout.write(
      columns([
        ['mirror recoveries', String(recoveries)],
        ...serverNames.map((server, index) => [
          `longest silence heard by ${server}`,
          silences[index] ?? '-',
        ]),
        ['the group has moved', isMoved ? 'YES' : 'no'],
        ['servers reset', resets.length === 0 ? 'none' : resets.join(', ')],
        ...[...told].map(([id, count]) => [`told: ${id}`, String(count)]),
        ['outcome', isGood ? 'nothing happened' : 'SOMETHING HAPPENED'],
      ]),
    )
    return isGood ? 0 : 1
  } catch (error) {
    if (!(error instanceof BenchFailure)) throw error
    tell(`soak: ${error.message}`)
    return 2
  } finally {
    await stage.end()
  }
}

process.exitCode = await main()
