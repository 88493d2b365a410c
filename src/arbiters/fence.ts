/**
 * Switches the peer off through programs of the fence-agents project (Debian: fence-agents), which
 * know the power devices there are. Such a program reads `key=value` lines, does one action and
 * ends with 0 when the device has confirmed it.
 *
 * All devices of a server have to confirm: a server with two power supplies runs on with one.
 */
import type { Outcome } from '../core/event.ts'
import type { Run } from '../drivers/process.ts'
import { say } from '../messages/catalogue.ts'
import type { Arbiter } from './arbiter.ts'

export interface FenceDevice {
  /** The program's name: `fence_ipmilan`. */
  readonly agent: string
  readonly options: Readonly<Record<string, string | number | boolean>>
  /** Its content is the password. */
  readonly passwordFile?: string | undefined
  readonly timeoutSec: number
  readonly retries: number
}

export interface FenceSettings {
  readonly peer: string
  readonly devices: readonly FenceDevice[]
  /** Whether it is switched on again afterwards. */
  readonly restarts: boolean
}

export interface FenceWorld {
  readonly run: Run
  /** The text of a file; throws what reading a file throws. */
  readText(path: string): Promise<string>
}

export function fenceArbiter(settings: FenceSettings, world: FenceWorld): Arbiter {
  return {
    ask: () => Promise.resolve('unasked'),
    async exclude(timeoutMs) {
      const endsAt = performance.now() + timeoutMs
      const { devices } = settings
      const all = devices.map((device) => switchOff(settings, device, world, endsAt))
      const outcomes = await Promise.all(all)
      const failed = outcomes.find((outcome) => !outcome.ok)
      if (failed !== undefined) return failed
      // It is off, and that is all that was asked for: nobody waits for this, or hears of it.
      if (settings.restarts) for (const each of devices) void act(each, 'on', world, Infinity)
      return { ok: true }
    },
  }
}

async function switchOff(
  { peer }: FenceSettings,
  device: FenceDevice,
  world: FenceWorld,
  endsAt: number,
): Promise<Outcome> {
  let reason = ''
  for (let attempt = 0; attempt <= device.retries; attempt += 1) {
    const left = endsAt - performance.now()
    if (left <= 0) break
    const error = await act(device, 'off', world, left)
    if (error === null) return { ok: true }
    reason = error
  }
  return { ok: false, error: say('fence-agent-failed', { agent: device.agent, peer, reason }) }
}

/** What went wrong, in the agent's own words; null: confirmed. */
async function act(
  device: FenceDevice,
  action: 'off' | 'on',
  world: FenceWorld,
  leftMs: number,
): Promise<string | null> {
  const timeoutMs = Math.min(device.timeoutSec * 1000, leftMs)
  try {
    const input = await inputOf(device, action, world)
    const result = await world.run(device.agent, [], { timeoutMs, input, env: searchPath })
    if (result.timedOut) return `no answer within ${device.timeoutSec} s`
    if (result.code === 0) return null
    return lastLine(result.stderr) || lastLine(result.stdout) || `exit status ${result.code}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const searchPath = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' }

async function inputOf(
  device: FenceDevice,
  action: string,
  { readText }: FenceWorld,
): Promise<string> {
  const lines = Object.entries(device.options).map(([key, value]) => `${key}=${value}`)
  if (device.passwordFile !== undefined) {
    lines.push(`password=${(await readText(device.passwordFile)).trimEnd()}`)
  }
  return [...lines, `action=${action}`, ''].join('\n')
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? ''
}
