/** The lab as the failover benchmark uses it: two servers, a client, and the power switch. */
import { execFileSync, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { BenchFailure, type Stage } from './stage.ts'

export const serverNames = ['SERVER1', 'SERVER2'] as const
export type ServerName = (typeof serverNames)[number]

export const otherOf = (server: ServerName): ServerName =>
  server === 'SERVER1' ? 'SERVER2' : 'SERVER1'

const checkout = resolve(import.meta.dirname, '..')
const node = join(checkout, 'node_modules/.bin/node')
const everyMs = 20

interface ProbeReport {
  readonly requests: number
  readonly outages: readonly { readonly lengthMs: number; readonly ended: boolean }[]
}

export class Hosts {
  readonly #stage: Stage
  readonly dir: string

  constructor(stage: Stage, name: string) {
    this.#stage = stage
    this.dir = stage.path(name)
  }

  /** Any `lab` command that must succeed; what it printed. */
  lab(command: string, ...words: readonly string[]): Promise<string> {
    const main = join(checkout, 'lab/main.ts')
    return this.#stage.run([node, main, command, '--dir', this.dir, ...words])
  }

  /** A script (`sh -e`) on a server or the client. */
  async sh(where: ServerName | 'client', script: string): Promise<string> {
    return (await this.lab('exec', where, '--', 'sh', '-ec', script)).trim()
  }

  /** Like `sh`; null when it fails, as on a server that is off. */
  async trySh(where: ServerName, script: string): Promise<string | null> {
    try {
      return await this.sh(where, script)
    } catch (error) {
      if (error instanceof BenchFailure) return null
      throw error
    }
  }

  async until(what: string, isSo: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    const endMs = performance.now() + timeoutMs
    while (!(await isSo())) {
      this.#stage.check()
      if (performance.now() > endMs) throw new BenchFailure(`it never came true: ${what}`)
      await pause(50)
    }
  }

  /** The longest time in which the client, asking every 20 ms, got no page, ms. */
  async outage(url: string, during: () => Promise<void>): Promise<number> {
    const main = join(checkout, 'lab/main.ts')
    const words = ['probe', '--dir', this.dir, url, '--every-ms', String(everyMs), '--json']
    const probe = spawn(node, [main, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    let text = ''
    probe.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    const ended = new Promise<void>((done) => {
      probe.on('close', () => done())
    })
    try {
      await pause(700)
      await during()
      await pause(1500)
    } finally {
      probe.kill('SIGINT')
      await ended
    }
    const report = JSON.parse(text) as ProbeReport
    const last = report.outages.at(-1)
    if (last !== undefined && !last.ended) throw new BenchFailure(`${url} did not come back`)
    return Math.max(0, ...report.outages.map(({ lengthMs }) => lengthMs))
  }

  /** Also after an interruption. */
  down(): void {
    const main = join(checkout, 'lab/main.ts')
    execFileSync(node, [main, 'down', '--dir', this.dir], { stdio: 'inherit' })
  }
}
