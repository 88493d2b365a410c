/** `kagami lab mirror` as a child process of a test, and questions to it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import type { PairState } from '../lab/mirror/folder.ts'
import type { MirrorReport } from '../src/wire/mirror-control.ts'
import { runProgram, type Side } from './mirrord-pair.ts'

export type Cut = Side | 'both'

export class StandAlonePair {
  readonly dir: string
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  #errors = ''

  /** `root`: the folder with the programs; another one when a fault is planted in them. */
  constructor(
    words: readonly string[],
    { root = path.resolve(import.meta.dirname, '..'), dir = '' } = {},
  ) {
    this.dir = dir === '' ? fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-pair-')) : dir
    this.#child = spawn(
      path.join(root, 'bin/kagami'),
      ['lab', 'mirror', '--dir', this.dir, ...words],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#child.stderr?.on('data', (chunk) => {
      this.#errors += String(chunk)
    })
    this.#ready = new Promise((done, failed) => {
      const lines = createInterface({ input: this.#child.stdout ?? process.stdin })
      lines.once('line', () => done())
      this.#child.once('exit', (code) => failed(new Error(`ended with ${code}: ${this.#errors}`)))
    })
  }

  ready(): Promise<void> {
    return this.#ready
  }

  file(name: string): string {
    return path.join(this.dir, name)
  }

  state(): PairState {
    return JSON.parse(fs.readFileSync(this.file('state.json'), 'utf8')) as PairState
  }

  /** Of the side that serves now. */
  get socket(): string {
    return this.file(`${this.state().active}/nbd.sock`)
  }

  get uri(): string {
    return `nbd+unix:///md1?socket=${this.socket}`
  }

  /** Returns when everything of it is dead. */
  cut(cut: Cut, backAfterMs: number): Promise<void> {
    return new Promise((done, failed) => {
      const socket = net.connect(this.file('lab.sock'))
      socket.on('error', failed)
      createInterface({ input: socket })
        .on('error', () => undefined)
        .once('line', (line) => {
          socket.destroy()
          if (line === '{"ok":true}') done()
          else failed(new Error(line))
        })
      socket.write(`cut ${cut} ${backAfterMs}\n`)
    })
  }

  /** The first thing a mirrord says; null when it is not there. */
  report(side: Side): Promise<MirrorReport | null> {
    return new Promise((done) => {
      const socket = net.connect(this.file(`${side}/control.sock`))
      socket.once('error', () => done(null))
      socket.once('close', () => done(null))
      createInterface({ input: socket })
        .on('error', () => undefined)
        .once('line', (line) => {
          socket.destroy()
          done((JSON.parse(line) as { report: MirrorReport }).report)
        })
    })
  }

  async isSettled(): Promise<boolean> {
    const reports = [await this.report('a'), await this.report('b')]
    const inSync = reports.every((each) => each?.inSync && each.link.state === 'connected')
    return inSync && reports.some((each) => each?.role === 'primary' && each.break === null)
  }

  /** Someone serves, and both replicas are proved equal. */
  async untilSettled(timeoutMs = 30_000): Promise<void> {
    const end = performance.now() + timeoutMs
    while (!(await this.isSettled())) {
      if (performance.now() > end) throw new Error(`never in sync again\n${this.logs()}`)
      await pause(15)
    }
  }

  /** What both kagami-mirrord said, and the one who plays the control daemon. */
  logs(): string {
    const read = (name: string): string[] => {
      const text = fs.existsSync(this.file(name)) ? fs.readFileSync(this.file(name), 'utf8') : ''
      return text.split('\n').slice(-12)
    }
    return [...read('a/log'), ...read('b/log'), this.#errors].join('\n')
  }

  /** Both replicas as kagami-mirrord sees them; only meaningful when nobody writes. */
  async equal(): Promise<boolean> {
    const { a, b } = this.state()
    return (await runProgram('cmp', [a.data, b.data])).code === 0
  }

  /** Both images, after an orderly stop. */
  async imagesEqual(): Promise<boolean> {
    const images = [this.file('a/data.img'), this.file('b/data.img')]
    return (await runProgram('cmp', images)).code === 0
  }

  /** The foreground process alone; what it started goes on. */
  async kill(): Promise<void> {
    const ended = new Promise((done) => this.#child.once('exit', done))
    this.#child.kill('SIGKILL')
    await ended
  }

  /** In order; resolves with the exit status. */
  async stop(): Promise<number | null> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return exitCode
    const ended = new Promise<number | null>((done) => this.#child.once('exit', done))
    this.#child.kill('SIGTERM')
    return ended
  }

  async end(): Promise<void> {
    this.#ready.catch(() => undefined)
    await this.stop()
    await new Promise((done) => execFile('rm', ['-rf', this.dir], done))
  }
}
