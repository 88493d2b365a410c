/**
 * The HOWTO's cluster on a lab, as tests use it: bring it up, wait until it is green, and the end
 * that every test has: group stopped, both data partitions equal byte for byte, the file system
 * clean, the page as written.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, type RunnerTask } from 'vitest'
import { labAt } from '../lab/names.ts'
import { serverOf } from '../lab/record.ts'
import { pidOf } from '../lab/state.ts'
import { apiSocket, type ClusterStatus } from '../src/api.ts'
import { eventually, newLab, type TestLab } from './lab.ts'
import { startClient, startSampler, startWriter, type Writer } from './watchers.ts'

const example = resolve(import.meta.dirname, '../examples/apache-howto')

export type ServerName = 'SERVER1' | 'SERVER2'

export interface TestCluster {
  readonly lab: TestLab
  status(server: ServerName): Promise<ClusterStatus | null>
  /** The server that runs the group, by the word of either; null when none does. */
  owner(): Promise<ServerName | null>
  /** Until the group runs on `server` (or anywhere), both servers are there and the mirror is in sync. */
  green(server?: ServerName): Promise<ServerName>
  runsOn(server: ServerName, timeoutMs?: number): Promise<void>
  kagami(server: ServerName, ...words: string[]): Promise<string>
  down(): Promise<void>
}

export interface DefinitionChange {
  (text: string): string
}

/** The example's definition with shorter waits, so that tests are short; nothing else differs. */
function testDefinition(change: DefinitionChange = (text) => text): string {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-definition-'))
  cpSync(example, folder, { recursive: true })
  const file = join(folder, 'cluster.yaml')
  const text = readFileSync(file, 'utf8').replace(
    'stop: scripts/Apache/stop.sh }',
    'stop: scripts/Apache/stop.sh, stopTimeoutSec: 4 }',
  )
  writeFileSync(file, change(text))
  return folder
}

export interface ClusterOptions {
  /** Further options of `lab up`. */
  readonly up?: readonly string[]
  readonly change?: DefinitionChange
  /** The checkout whose programs run. */
  readonly root?: string | undefined
}

export async function upCluster(options: ClusterOptions = {}): Promise<TestCluster> {
  const lab = newLab(undefined, options.root)
  const definition = testDefinition(options.change)
  await lab.up('--config', definition, ...(options.up ?? []))
  const cluster: TestCluster = {
    lab,
    status: (server) => statusOf(lab, server),
    async owner() {
      for (const server of ['SERVER1', 'SERVER2'] as const) {
        const group = (await cluster.status(server))?.groups[0]
        if (group?.state === 'running') return group.owner as ServerName
      }
      return null
    },
    async green(server) {
      let last: ClusterStatus | null = null
      const isGreen = async () => {
        for (const each of ['SERVER1', 'SERVER2'] as const) {
          last = await cluster.status(each)
          if (last === null || last.summary.health !== 'green') return false
          if (server !== undefined && last.groups[0]?.owner !== server) return false
        }
        return true
      }
      await eventually(
        `green${server === undefined ? '' : ` on ${server}`}`,
        isGreen,
        40_000,
      ).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${JSON.stringify(last, null, 1)}`)
      })
      return (await cluster.owner()) ?? 'SERVER1'
    },
    runsOn: (server, timeoutMs) =>
      eventually(
        `the group runs on ${server}`,
        async () => {
          const group = (await cluster.status(server))?.groups[0]
          return group?.state === 'running' && group.owner === server
        },
        timeoutMs,
      ),
    kagami: (server, ...words) => lab.sh(server, `kagami ${words.join(' ')}`),
    async down() {
      await lab.down()
      rmSync(definition, { recursive: true, force: true })
    },
  }
  return cluster
}

/** What `kagami status --json` asks for, of the same socket; null: nobody answers there. */
async function statusOf(lab: TestLab, server: ServerName): Promise<ClusterStatus | null> {
  try {
    const pid = pidOf(serverOf(labAt(lab.dir), server))
    const socketPath = `/proc/${pid}/root${apiSocket}`
    const asked = request({ socketPath, path: '/api/v1/status', timeout: 5000 })
    asked.on('timeout', () => asked.destroy())
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    let text = ''
    for await (const part of response.setEncoding('utf8')) text += String(part)
    return response.statusCode === 200 ? (JSON.parse(text) as ClusterStatus) : null
  } catch {
    // Off, starting, or without a kagamid.
    return null
  }
}

/** Puts the first page there, as the HOWTO's section 5.5.2 does with /var/www. */
export async function makePage(cluster: TestCluster): Promise<void> {
  const owner = await cluster.green()
  await cluster.lab.sh(
    owner,
    'mkdir -p /mnt/mirror/www/html && echo 0 >/mnt/mirror/www/html/n.txt && sync -f /mnt/mirror',
  )
}

/** Prints what both servers logged last, and their addresses, when a test has failed. */
export async function tellIfFailed(cluster: TestCluster, task: RunnerTask): Promise<void> {
  if (task.result?.state !== 'fail') return
  const commands = 'tail -n 30 /var/log/kagami/alerts.jsonl; ip -br address; ip neighbour'
  for (const server of ['SERVER1', 'SERVER2']) {
    const { stdout, stderr } = await cluster.lab.exec(server, 'sh', '-c', commands)
    process.stdout.write(`${server}, after "${task.name}":\n${stdout}${stderr}\n`)
  }
}

export interface Watched {
  readonly writer: Writer
  /** Ends all watchers, the writer included, and checks what they saw. */
  end(): Promise<{ acknowledged: number }>
}

let nextNumber = 1

/** A writer on the active server, a client and a sampler, from now until `end`. */
export function watch(cluster: TestCluster, active: ServerName): Watched {
  const from = nextNumber
  nextNumber += 10_000
  const writer = startWriter(cluster.lab, active, from)
  const client = startClient(cluster.lab)
  const sampler = startSampler(cluster.lab)
  return {
    writer,
    async end() {
      await writer.stop()
      const report = await client.stop()
      expect(sampler.stop(), 'the group was active on both servers').toEqual([])
      const acknowledged = writer.acknowledged()
      // A page is visible an instant before its sync has ended; only that one may be lost.
      const older = report.older.filter(
        ({ got, seen }) => got < acknowledged || seen <= acknowledged,
      )
      expect(older, 'the client got an older page than before').toEqual([])
      expect(report.answers, 'the client got answers at all').toBeGreaterThan(0)
      return { acknowledged }
    },
  }
}

/** The number that the page shows now, through the floating IP. */
export async function pageNow(cluster: TestCluster): Promise<number> {
  return Number(await cluster.lab.sh('client', 'curl -sf -m 5 http://192.168.4.15/n.txt'))
}

/**
 * The end of every test: the group stopped, both data partitions equal, e2fsck content, and the
 * page at least as new as the last acknowledged write. Then the group is started again.
 */
export async function checkReplicas(cluster: TestCluster, acknowledged: number): Promise<void> {
  const { lab } = cluster
  const owner = await cluster.green()
  expect(await pageNow(cluster), 'an acknowledged write is missing').toBeGreaterThanOrEqual(
    acknowledged,
  )
  const page = await pageNow(cluster)
  await cluster.kagami(owner, 'group', 'stop', 'Apache')
  await eventually(
    'the group has stopped',
    async () => (await cluster.status(owner))?.groups[0]?.state === 'stopped',
  )
  const folder = mkdtempSync(join(tmpdir(), 'kagami-replicas-'))
  try {
    const images = await Promise.all(
      (['SERVER1', 'SERVER2'] as const).map(async (server) => {
        const file = join(folder, `${server}.img`)
        await copyOut(lab, server, '/dev/hdb2', file)
        return file
      }),
    )
    execFileSync('cmp', images)
    const checked = execFileSync('e2fsck', ['-fn', images[0] ?? ''], {
      stdio: ['ignore', 'pipe', 'pipe'],
    }).toString()
    expect(checked).not.toContain('Fix?')
    const content = execFileSync('debugfs', ['-R', 'cat /www/html/n.txt', images[1] ?? ''], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    expect(Number(content.toString())).toBe(page)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  await cluster.kagami(owner, 'group', 'start', 'Apache')
  await cluster.green()
}

/** A server's block device, as a file on the host. */
export function copyOut(lab: TestLab, server: string, device: string, file: string): Promise<void> {
  const output = openSync(file, 'w')
  const [node, main] = lab.program
  const words = [main, 'exec', '--dir', lab.dir, server, '--', 'cat', device]
  const child = spawn(node, words, { stdio: ['ignore', output, 'inherit'] })
  return new Promise((done, failed) => {
    child.on('close', (code) => {
      closeSync(output)
      if (code === 0) done()
      else failed(new Error(`cat ${device} on ${server} ended with ${code}`))
    })
  })
}
