/**
 * Running the system's programs. The lab is made of `ip`, `losetup`, `unshare` and the like; each
 * call is short, so it is made and waited for in one go. A failure becomes an `Error` whose
 * message is a sentence for the person at the terminal.
 */
import { spawnSync } from 'node:child_process'

export const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin'

interface RunOptions {
  readonly input?: string
  readonly timeoutMs?: number
}

interface Outcome {
  readonly ok: boolean
  readonly stdout: string
  readonly complaint: string
}

/** Runs a program and says how it ended; never throws. */
export function attempt(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Outcome {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: systemPath, LC_ALL: 'C' },
    input: options.input ?? '',
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  })
  const why =
    result.error?.message ??
    (result.stderr.trim() || `it ended with ${result.status ?? result.signal}`)
  return { ok: result.status === 0, stdout: result.stdout ?? '', complaint: why }
}

/** Runs a program that must succeed and returns what it printed. */
export function run(command: string, args: readonly string[], options: RunOptions = {}): string {
  const outcome = attempt(command, args, options)
  if (!outcome.ok) throw new Error(`${command} ${args.join(' ')} failed: ${outcome.complaint}`)
  return outcome.stdout
}

export function sleepMs(durationMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, durationMs)
}

/** Asks every few milliseconds until the answer is yes; false when the time is over. */
export function waitUntil(isSo: () => boolean, timeoutMs: number): boolean {
  const endMs = performance.now() + timeoutMs
  while (!isSo()) {
    if (performance.now() > endMs) return false
    sleepMs(4)
  }
  return true
}
