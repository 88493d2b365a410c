/**
 * The lab as tests use it: each function is one `lab` command on a lab in a folder of its own.
 * Everything goes through the command line, as a person would do it, and everything is
 * asynchronous, so that a test can do two things at once.
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { wordsOn } from '../lab/exec.ts'
import { labAt } from '../lab/names.ts'
import { systemPath } from '../lab/run.ts'
import type { LabStatus } from '../lab/status.ts'

const checkout = resolve(import.meta.dirname, '..')

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

interface ProbeReport {
  readonly url: string
  readonly everyMs: number
  readonly requests: number
  readonly failed: number
  readonly outages: readonly {
    readonly startedAt: string
    readonly startMs: number
    readonly lengthMs: number
    readonly error: string
    readonly ended: boolean
  }[]
}

interface Probe {
  /** Ends the probe and returns what it saw. */
  stop(): Promise<ProbeReport>
}

export interface TestLab {
  readonly dir: string
  /** The words that begin every command of this lab: node and the lab's program. */
  readonly program: readonly [node: string, main: string]
  up(...options: string[]): Promise<void>
  down(): Promise<void>
  /** Any `lab` command; never rejects. */
  command(...words: string[]): Promise<Outcome>
  /** A command on a server or the client; never rejects. */
  exec(where: string, ...command: string[]): Promise<Outcome>
  /** A shell script (`sh -e`) on a server or the client that must succeed; its output without the last newline. */
  sh(where: string, script: string): Promise<string>
  powerOff(server: string): Promise<void>
  powerOn(server: string): Promise<void>
  reboot(server: string): Promise<void>
  shutdown(server: string): Promise<void>
  freeze(server: string): Promise<void>
  thaw(server: string): Promise<void>
  cut(where: string, link: string, ...directions: ('--in' | '--out')[]): Promise<void>
  mend(where: string, link: string): Promise<void>
  insert(server: string, image: string): Promise<void>
  eject(server: string): Promise<void>
  status(): Promise<LabStatus>
  probe(url: string, everyMs?: number): Probe
}

/**
 * A lab in a folder of its own; nothing is made before `up`. `down` removes the folder too.
 * `root`: the checkout whose programs run in it.
 */
export function newLab(dir = mkdtempSync(join(tmpdir(), 'kagami-lab-')), root = checkout): TestLab {
  const program = [join(root, 'node_modules/.bin/node'), join(root, 'lab/main.ts')] as const
  const command = (...words: string[]) => runLab(program, dir, words)
  const must = async (...words: string[]): Promise<string> => {
    const outcome = await command(...words)
    if (outcome.status === 0) return outcome.stdout
    throw new Error(`lab ${words.join(' ')} ended with ${outcome.status}: ${outcome.stderr}`)
  }
  const quiet = async (...words: string[]): Promise<void> => {
    await must(...words)
  }
  return {
    dir,
    program: [...program],
    command,
    up: (...options) => quiet('up', ...options),
    down: async () => {
      await must('down')
      rmSync(dir, { recursive: true, force: true })
    },
    exec: (where, ...words) => inside(dir, where, words),
    sh: async (where, script) => {
      const outcome = await inside(dir, where, ['sh', '-ec', script])
      if (outcome.status === 0) return outcome.stdout.trimEnd()
      throw new Error(`sh on ${where} ended with ${outcome.status}: ${outcome.stderr}\n${script}`)
    },
    powerOff: (server) => quiet('power-off', server),
    powerOn: (server) => quiet('power-on', server),
    reboot: (server) => quiet('reboot', server),
    shutdown: (server) => quiet('shutdown', server),
    freeze: (server) => quiet('freeze', server),
    thaw: (server) => quiet('thaw', server),
    cut: (where, link, ...directions) => quiet('cut', where, link, ...directions),
    mend: (where, link) => quiet('mend', where, link),
    insert: (server, image) => quiet('insert', server, image),
    eject: (server) => quiet('eject', server),
    status: async () => JSON.parse(await must('status', '--json')) as LabStatus,
    probe: (url, everyMs = 20) =>
      startProbe(program, dir, ['probe', url, '--every-ms', `${everyMs}`, '--json']),
  }
}

type Program = readonly [node: string, main: string]

function argumentsFor(main: string, dir: string, words: readonly string[]): string[] {
  const [command = '', ...rest] = words
  return [main, command, '--dir', dir, ...rest]
}

function runLab([node, main]: Program, dir: string, words: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    const child = execFile(
      node,
      argumentsFor(main, dir, words),
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (_error, stdout, stderr) => done({ status: child.exitCode ?? 128, stdout, stderr }),
    )
    child.stdin?.end()
  })
}

/** As `lab exec` does it, without another start of Node.js: tests do this hundreds of times. */
function inside(dir: string, where: string, command: readonly string[]): Promise<Outcome> {
  return new Promise((done) => {
    let words: string[]
    try {
      words = wordsOn(labAt(dir), where, command)
    } catch (error) {
      return done({ status: 1, stdout: '', stderr: String(error) })
    }
    const options = { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 } as const
    const env = { ...process.env, PATH: systemPath }
    const child = execFile('/bin/sh', words, { ...options, env }, (_error, stdout, stderr) =>
      done({ status: child.exitCode ?? 128, stdout, stderr }),
    )
    child.stdin?.end()
  })
}

function startProbe([node, main]: Program, dir: string, words: readonly string[]): Probe {
  const child = spawn(node, argumentsFor(main, dir, words), {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (part: string) => {
    text += part
  })
  const ended = new Promise<ProbeReport>((done, failed) => {
    child.on('close', (code) => {
      if (code === 0) done(JSON.parse(text) as ProbeReport)
      else failed(new Error(`The probe ended with ${code}: ${text}`))
    })
  })
  ended.catch(() => {}) // Told to whoever calls stop().
  return {
    stop: () => {
      child.kill('SIGINT')
      return ended
    },
  }
}

/** Asks until the answer is yes; fails with `what` when the time is over. */
export async function eventually(
  what: string,
  isSo: () => Promise<boolean>,
  timeoutMs = 20_000,
): Promise<void> {
  const endMs = performance.now() + timeoutMs
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`It never came true: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
