/**
 * Runs a program to its end, with a time limit. What happened is a value, never an exception.
 *
 * A program gets its own process group, and a time-out ends the whole group: a script's children
 * must not outlive it. Programs that are meant to stay are started with `startDetached`.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

export interface RunOptions {
  readonly timeoutMs: number
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** What the program reads from its standard input; without it, nothing. */
  readonly input?: string
  /** Output goes to the end of this file instead of into the result. */
  readonly logFile?: string
}

export interface RunResult {
  /** null: killed by a signal, timed out, or not started. */
  readonly code: number | null
  readonly timedOut: boolean
  readonly stdout: string
  readonly stderr: string
}

export type Run = (
  program: string,
  args: readonly string[],
  options: RunOptions,
) => Promise<RunResult>

const outputMax = 256 * 1024

/** How long after its end a program's output is waited for when a child of it keeps it open. */
const outputGraceMs = 100

export const run: Run = (program, args, options) =>
  new Promise((resolve) => {
    const log = options.logFile === undefined ? null : openLog(options.logFile)
    let stdout = ''
    let stderr = ''
    let timedOut = false
    const child = spawn(program, args, {
      detached: true,
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', log ?? 'pipe', log ?? 'pipe'],
    })
    // A program that reads nothing may be gone already.
    child.stdin?.on('error', () => undefined).end(options.input)
    let isFinished = false
    let grace: NodeJS.Timeout | undefined
    const finish = (code: number | null) => {
      if (isFinished) return
      isFinished = true
      clearTimeout(timer)
      clearTimeout(grace)
      if (log !== null) closeSync(log)
      resolve({ code, timedOut, stdout, stderr })
    }
    const timer = setTimeout(() => {
      timedOut = true
      endGroup(child.pid)
      child.stdout?.destroy()
      child.stderr?.destroy()
    }, options.timeoutMs)
    child.stdout?.on('data', (chunk: Buffer) => {
      if (stdout.length < outputMax) stdout += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      if (stderr.length < outputMax) stderr += chunk.toString()
    })
    child.on('error', (error) => {
      stderr += error.message
      finish(null)
    })
    // The end of a program may be told before its last words are read: `close` comes after both. But
    // a daemon that a script leaves behind may keep the pipes open for ever. The turn of the loop after
    // the grace reads what has come meanwhile, however late the timer is.
    child.on('close', (code) => finish(timedOut ? null : code))
    child.on('exit', (code) => {
      grace = setTimeout(() => setImmediate(() => finish(timedOut ? null : code)), outputGraceMs)
    })
  })

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself meanwhile.
  }
}

function openLog(file: string): number | null {
  try {
    return openSync(file, 'a')
  } catch {
    return null
  }
}

/** Starts a program that outlives us. Returns its process id, or null when it could not start. */
export function startDetached(
  program: string,
  args: readonly string[],
  logFile: string,
): number | null {
  const log = openLog(logFile)
  const output = log ?? ('ignore' as const)
  const child = spawn(program, args, { detached: true, stdio: ['ignore', output, output] })
  child.on('error', () => undefined)
  child.unref()
  if (log !== null) closeSync(log)
  return child.pid ?? null
}
