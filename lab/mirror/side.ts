/** One side of the pair: its disks, its kagami-mirrord, and the control socket between it and us. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { joinAndBecome } from '../cgroup.ts'
import { checkout } from '../names.ts'
import { MirrordClient } from './client.ts'
import { imagesOf, type SideDisks } from './disks.ts'
import type { PairFolder, Side, SideState } from './folder.ts'
import type { SideView } from './judge.ts'

const program = join(checkout, 'bin', 'kagami-mirrord')
/** A process that reports every second and has said nothing for so long hangs. */
const silentMsMax = 5000
const startMsMax = 15_000

export class PairSide {
  readonly side: Side
  readonly disks: SideDisks
  readonly #folder: PairFolder
  readonly #client: MirrordClient
  readonly #changed: () => void
  #child: ChildProcess | null = null
  #startedMs = 0
  #disksRun = false
  /** Ends in a row without having said anything. */
  failures = 0
  diedMs = Number.NEGATIVE_INFINITY

  constructor(folder: PairFolder, side: Side, disks: SideDisks, changed: () => void) {
    this.side = side
    this.disks = disks
    this.#folder = folder
    this.#changed = changed
    this.#client = new MirrordClient(folder.of(side, 'control.sock'), changed)
  }

  get order(): MirrordClient['order'] {
    return this.#client.order.bind(this.#client)
  }

  get runs(): boolean {
    return this.#child !== null
  }

  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  /** `away`: it was we who did not run, and could not hear. */
  view(nowMs: number, away: boolean): SideView {
    if (this.#child === null) return { process: 'dead', report: null }
    const { report } = this.#client
    if (away) {
      this.#client.heardMs = nowMs
      this.#startedMs = nowMs
    }
    if (report === null) {
      this.#client.join()
      return { process: nowMs - this.#startedMs > startMsMax ? 'silent' : 'starting', report }
    }
    this.failures = 0
    const isSilent = nowMs - this.#client.heardMs > silentMsMax
    return { process: isSilent ? 'silent' : 'heard', report }
  }

  state(): SideState {
    const { data, meta } = this.disks.partitions
    const { pid } = this
    return {
      data,
      meta,
      pid,
      control: this.#folder.of(this.side, 'control.sock'),
      nbd: this.#folder.of(this.side, 'nbd.sock'),
      images: imagesOf(this.#folder, this.side),
      diskPids: this.disks.pids().filter((each) => each !== pid),
    }
  }

  async startDisks(): Promise<void> {
    if (this.#disksRun) return
    await this.disks.start()
    this.#disksRun = true
  }

  /** Throws with what kagami-mirrord said. */
  create(role: 'source' | 'standby'): void {
    const settings = this.#folder.of(this.side, 'settings.json')
    const made = spawnSync(program, ['create', settings, `--${role}`], { encoding: 'utf8' })
    if (made.status !== 0) {
      throw new Error(`The replica of ${this.side} was not created: ${made.stderr.trim()}`)
    }
  }

  async start(): Promise<void> {
    await this.startDisks()
    this.removeSockets()
    const log = openSync(this.logPath, 'a')
    const words = [program, 'run', this.#folder.of(this.side, 'settings.json')]
    const { group } = this.disks
    const whole = group === null ? words : ['sh', ...joinAndBecome, group, ...words]
    const child = spawn(whole[0] ?? program, whole.slice(1), {
      stdio: ['ignore', log, log],
      detached: true, // Ctrl-C is for us: it is we who stop it, in order.
    })
    closeSync(log)
    this.#child = child
    this.#startedMs = performance.now()
    child.on('error', () => this.ended(child))
    child.on('exit', () => this.ended(child))
    this.#changed()
  }

  /** Resolves when the process is dead. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child
    if (child === null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await ended
  }

  /** Process and disks at one instant; returns when all of it is dead. */
  async cutPower(): Promise<void> {
    this.#disksRun = false
    this.disks.cut()
    await this.kill()
  }

  stopDisks(): void {
    if (this.#disksRun) this.disks.stop()
    this.#disksRun = false
  }

  /** Resolves when the process has ended by itself; false when it has not in time. */
  async untilEnded(timeoutMs: number): Promise<boolean> {
    const child = this.#child
    if (child === null) return true
    return new Promise((done) => {
      const timer = setTimeout(() => done(false), timeoutMs)
      child.once('exit', () => {
        clearTimeout(timer)
        done(true)
      })
    })
  }

  removeSockets(): void {
    for (const name of ['control.sock', 'nbd.sock']) {
      rmSync(this.#folder.of(this.side, name), { force: true })
    }
  }

  get logPath(): string {
    return this.#folder.of(this.side, 'log')
  }

  /** The last lines of its log. */
  lastWords(): string {
    return readFileSync(this.logPath, 'utf8').trimEnd().split('\n').slice(-3).join('\n')
  }

  private ended(child: ChildProcess): void {
    if (this.#child !== child) return
    this.#child = null
    this.failures += 1
    this.diedMs = performance.now()
    this.#client.leave()
  }
}
