/**
 * What a measurement puts onto the machine: a temporary folder, and the programs it started.
 *
 * All of it is gone after `end`, however the measurement ended. Programs get a process group of
 * their own, so that Ctrl-C at the terminal reaches this process alone and they are ended in order.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

/** A measurement cannot go on; the message is for the person at the terminal. */
export class BenchFailure extends Error {}

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<void>
}

export class Stage {
  readonly dir: string
  readonly #started = new Map<ChildProcess, Started>()
  #interrupted = false

  constructor(parent: string) {
    this.dir = mkdtempSync(join(parent, 'kagami-bench-'))
  }

  path(name: string): string {
    return join(this.dir, name)
  }

  /** A program that runs until it is ended; what it says goes into `LOG.log`. */
  serve(command: readonly string[], log: string): ChildProcess {
    const output = openSync(this.path(`${log}.log`), 'a')
    const child = this.#spawn(command, ['ignore', 'pipe', output])
    closeSync(output)
    return child
  }

  /** A program that ends by itself; what it printed. It must succeed, or be stopped by `signal`. */
  async run(command: readonly string[], stop?: AbortSignal): Promise<string> {
    const child = this.#spawn(command, ['ignore', 'pipe', 'pipe'])
    const output: Buffer[] = []
    const complaints: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr?.on('data', (chunk: Buffer) => complaints.push(chunk))
    stop?.addEventListener('abort', () => child.kill('SIGINT'), { once: true })
    if (stop?.aborted) child.kill('SIGINT')
    await this.#started.get(child)?.ended
    this.#started.delete(child)
    this.check()
    if (child.exitCode !== 0 && !stop?.aborted) {
      const why = Buffer.concat([...complaints, ...output])
        .toString()
        .trim()
        .slice(0, 2000)
      throw new BenchFailure(`${command.join(' ')} failed (${child.exitCode}): ${why}`)
    }
    return Buffer.concat(output).toString()
  }

  #spawn(command: readonly string[], stdio: ('ignore' | 'pipe' | number)[]): ChildProcess {
    this.check()
    const [program = '', ...parameters] = command
    const child = spawn(program, parameters, { stdio, detached: true })
    const ended = new Promise<void>((done) => {
      child.once('close', () => done())
      child.once('error', () => done())
    })
    this.#started.set(child, { child, ended })
    return child
  }

  /** Asks a program to end, and forces it after `patienceMs`. */
  async stop(child: ChildProcess, patienceMs = 15_000): Promise<void> {
    const started = this.#started.get(child)
    if (started === undefined) return
    // A program that was stopped for a measurement has to run to obey.
    signalGroup(child, 'SIGCONT')
    child.kill('SIGTERM')
    const patience = new AbortController()
    await Promise.race([
      started.ended,
      pause(patienceMs, undefined, { signal: patience.signal }).catch(() => undefined),
    ])
    patience.abort()
    // The group as well: what a program left behind would be measured with the next one.
    signalGroup(child, 'SIGKILL')
    await started.ended
    this.#started.delete(child)
  }

  /** Makes the measurement fail at its next step; whatever it waits for ends. */
  interrupt(): void {
    this.#interrupted = true
    for (const { child } of this.#started.values()) child.kill('SIGTERM')
  }

  /** Throws after an interruption. */
  check(): void {
    if (this.#interrupted) throw new BenchFailure('interrupted')
  }

  /** What a served program complained about, for a failure's message. */
  complaints(log: string): string {
    return readFileSync(this.path(`${log}.log`), 'utf8')
      .trim()
      .slice(-2000)
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#started.keys()].map((child) => this.stop(child)))
  }

  async end(): Promise<void> {
    await this.stopAll()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // The group has ended.
  }
}

/** Asks until the answer is not null. */
export async function waitFor<Answer>(
  stage: Stage,
  what: string,
  ask: () => Answer | null | Promise<Answer | null>,
  timing: { readonly everyMs: number; readonly timeoutMs: number },
): Promise<Answer> {
  const endMs = performance.now() + timing.timeoutMs
  for (;;) {
    stage.check()
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() > endMs) throw new BenchFailure(`${what}: not within the time-out`)
    await pause(timing.everyMs)
  }
}

export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
