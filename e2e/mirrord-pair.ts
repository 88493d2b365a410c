/**
 * Two real kagami-mirrord on this machine, with files for partitions and two paths on 127.0.0.0/8;
 * the test plays the control daemons.
 *
 * A path runs through a small relay, so that it can be cut: bytes then neither arrive nor fail.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { writeIdentity } from '../src/drivers/certificates.ts'
import type { TlsIdentity } from '../src/drivers/tls-stream.ts'
import type {
  MirrorCommand,
  OperatorCommand,
  MirrorReply,
  MirrorReport,
} from '../src/wire/mirror-control.ts'

const program = path.resolve(import.meta.dirname, '../bin/kagami-mirrord')

export type Side = 'a' | 'b'

/** A path that can be cut: everything sent into it while it is cut stays in it. */
class Relay {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  #cut = false

  constructor(from: { host: string; port: number }, to: { host: string; port: number }) {
    this.#server = net.createServer({ noDelay: true }, (near) => {
      const far = net.connect({ ...to, noDelay: true })
      this.join(near, far)
      this.join(far, near)
    })
    this.#server.listen(from)
  }

  private join(from: net.Socket, to: net.Socket): void {
    this.#sockets.add(from)
    if (this.#cut) from.pause()
    from.on('data', (chunk) => to.write(chunk))
    from.on('error', () => undefined)
    from.on('close', () => {
      this.#sockets.delete(from)
      if (!this.#cut) to.destroy()
    })
  }

  cut(): void {
    this.#cut = true
    for (const socket of this.#sockets) socket.pause()
  }

  mend(): void {
    this.#cut = false
    // What lay in a dead path is not delivered later: both ends have given it up.
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

export class MirrordPair {
  readonly dir: string
  readonly relays: Relay[] = []
  readonly #processes = new Map<Side, ChildProcess>()
  #lastId = 0

  constructor(options: { sizeBytes: number; port: number; secured?: boolean }) {
    this.dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kagami-mirrord-'))
    fs.writeFileSync(this.file('key'), randomBytes(32).toString('hex'), { mode: 0o600 })
    for (const side of ['a', 'b'] as const) {
      fs.truncateSync(this.touch(`data-${side}`), options.sizeBytes)
      fs.truncateSync(this.touch(`cluster-${side}`), 10 * 1024 * 1024)
      fs.writeFileSync(this.file(`${side}.json`), JSON.stringify(this.settings(side, options)))
    }
    for (const index of [1, 2]) {
      const from = { host: `127.7.${index}.3`, port: options.port }
      this.relays.push(new Relay(from, { host: `127.7.${index}.2`, port: options.port }))
    }
  }

  file(name: string): string {
    return path.join(this.dir, name)
  }

  private touch(name: string): string {
    fs.writeFileSync(this.file(name), '')
    return this.file(name)
  }

  /** `a` sorts first and dials, through the relays; `b` listens. */
  private settings(side: Side, options: { port: number; secured?: boolean }) {
    const { port, secured } = options
    const number = side === 'a' ? 1 : 2
    const there = side === 'a' ? 3 : 1
    return {
      mirror: 'md1',
      server: side,
      peer: side === 'a' ? 'b' : 'a',
      diskId: '5a'.repeat(16),
      dataPartition: this.file(`data-${side}`),
      clusterPartition: this.file(`cluster-${side}`),
      controlSocket: this.file(`control-${side}`),
      nbdSocket: this.file(`nbd-${side}`),
      paths: ['interconnect', 'public'].map((name, index) => ({
        name,
        local: `127.7.${index + 1}.${number}`,
        peer: `127.7.${index + 1}.${there}`,
        port,
        peerPort: port,
      })),
      keyFile: this.file('key'),
      link: secured ? { security: 'tls', ...this.certificateFiles(side) } : { security: 'off' },
      mode: 'sync',
      verifyEveryHours: 0,
      bootId: `boot-${side}`,
      pathTimeoutMs: 400,
      peerTimeoutMs: 1200,
    }
  }

  private certificateFiles(side: Side) {
    return {
      certificateFile: this.file(`keys-${side}/${side}.pem`),
      privateKeyFile: this.file(`keys-${side}/${side}.key`),
      authorityFile: this.file(`keys-${side}/ca.pem`),
    }
  }

  /** For a secured pair, before anything is started. */
  placeIdentities(identities: ReadonlyMap<string, TlsIdentity>): void {
    for (const [side, identity] of identities) {
      writeIdentity(this.file(`keys-${side}`), side, identity)
    }
  }

  create(side: Side, ...parameters: string[]): Promise<{ code: number; errors: string }> {
    return runProgram(program, ['create', this.file(`${side}.json`), ...parameters])
  }

  start(side: Side): void {
    const log = fs.openSync(this.file(`log-${side}`), 'a')
    const child = spawn(program, ['run', this.file(`${side}.json`)], {
      stdio: ['ignore', log, log],
    })
    fs.closeSync(log)
    this.#processes.set(side, child)
  }

  log(side: Side): string {
    return fs.readFileSync(this.file(`log-${side}`), 'utf8')
  }

  async kill(side: Side, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#processes.get(side)
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((done) => child.once('exit', done))
    child.kill(signal)
    await ended
  }

  signal(side: Side, signal: NodeJS.Signals): void {
    this.#processes.get(side)?.kill(signal)
  }

  async end(): Promise<void> {
    for (const side of ['a', 'b'] as const) {
      this.signal(side, 'SIGCONT')
      await this.kill(side)
    }
    for (const relay of this.relays) relay.close()
    fs.rmSync(this.dir, { recursive: true, force: true })
  }

  /** Gives an order and waits for its reply. */
  order(side: Side, command: MirrorCommand | OperatorCommand): Promise<MirrorReply> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((done, failed) => {
      const socket = net.connect({ path: this.file(`control-${side}`) })
      const timer = setTimeout(() => {
        socket.destroy()
        failed(new Error(`no reply to ${command.command}`))
      }, 20_000)
      let text = ''
      socket.on('error', failed)
      socket.on('data', (chunk) => {
        text += chunk.toString()
        for (const line of text.split('\n').slice(0, -1)) {
          const reply = JSON.parse(line) as MirrorReply
          if (reply.id !== id) continue
          clearTimeout(timer)
          socket.destroy()
          done(reply)
        }
      })
      socket.write(`${JSON.stringify({ id, ...command })}\n`)
    })
  }

  async report(side: Side): Promise<MirrorReport> {
    return (await this.order(side, { command: 'status' })).report
  }

  async until(side: Side, what: (report: MirrorReport) => boolean): Promise<MirrorReport> {
    let latest: MirrorReport | null = null
    for (let tries = 0; tries < 300; tries += 1) {
      latest = await this.report(side).catch(() => null)
      if (latest !== null && what(latest)) return latest
      await new Promise((done) => setTimeout(done, 50))
    }
    throw new Error(`never so: ${JSON.stringify(latest)}\n${this.log(side)}`)
  }

  async untilInSync(): Promise<void> {
    await this.until('a', (report) => report.inSync && report.link.state === 'connected')
    await this.until('b', (report) => report.inSync && report.link.state === 'connected')
  }

  uri(side: Side): string {
    return `nbd+unix:///?socket=${this.file(`nbd-${side}`)}`
  }

  /** Whether both data partitions hold the same bytes. */
  async equal(): Promise<boolean> {
    const { code } = await runProgram('cmp', [this.file('data-a'), this.file('data-b')])
    return code === 0
  }
}

export function runProgram(
  command: string,
  parameters: readonly string[],
): Promise<{ code: number; output: string; errors: string }> {
  return new Promise((done) => {
    execFile(command, parameters, { timeout: 60_000 }, (error, output, errors) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done({ code, output, errors })
    })
  })
}

/** Writes a pattern through NBD; resolves when it is acknowledged (and flushed, if asked). */
export function writePattern(
  uri: string,
  write: { pattern: number; offset: string; length: string; flush?: boolean },
): Promise<{ code: number; output: string; errors: string }> {
  const orders = ['-c', `write -P ${write.pattern} ${write.offset} ${write.length}`]
  if (write.flush) orders.push('-c', 'flush')
  return runProgram('qemu-io', ['-f', 'raw', '-t', 'none', ...orders, uri])
}

/** Whether a range reads as a pattern through NBD. */
export async function readsAs(
  uri: string,
  read: { pattern: number; offset: string; length: string },
): Promise<boolean> {
  const order = `read -P ${read.pattern} ${read.offset} ${read.length}`
  const { code, output } = await runProgram('qemu-io', ['-r', '-f', 'raw', '-c', order, uri])
  return code === 0 && !output.includes('failed')
}
