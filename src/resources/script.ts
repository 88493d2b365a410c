/**
 * A script resource: the start and stop scripts of the HOWTO, with their environment. Both
 * families of variables are exported, ARMS_… (as the old scripts read them) and CLP_….
 *
 * A script succeeds when it exits with 0 in time. Its output goes to the group's log file.
 */
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { StopFactor } from '../core/effect.ts'
import type { Outcome } from '../core/event.ts'
import type { Run } from '../drivers/process.ts'
import { say } from '../messages/catalogue.ts'
import { observed, type Resource } from './resource.ts'

export interface ScriptSettings {
  readonly name: string
  readonly group: string
  readonly startPath: string
  readonly stopPath: string
  readonly logFile: string
  readonly self: string
  /** Order of priority. */
  readonly servers: readonly string[]
  /** Where `armlog` and `kagami` are. */
  readonly programs: string
}

const usualPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What the old product told its stop scripts about why they run. */
const factorNames: Readonly<Record<StopFactor, string>> = {
  GROUPSTOP: 'GROUPSTOP',
  GROUPMOVE: 'GROUPMOVE',
  GROUPFAILOVER: 'GROUPFAILOVER',
  RESOURCERESTART: 'RESOURCERESTART',
  SERVERSHUTDOWN: 'SERVERSHUTDOWN',
  ISOLATED: 'CLUSTERSHUTDOWN',
}

export function script(settings: ScriptSettings, run: Run): Resource {
  const runScript = async (
    path: string,
    variables: Readonly<Record<string, string>>,
    timeoutMs: number,
  ): Promise<Outcome> => {
    const { name, logFile } = settings
    if (!(await isReadable(path))) {
      return { ok: false, error: say('script-missing', { resource: name, path }) }
    }
    const env = environment(settings, variables)
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    const result = executable
      ? await run(path, [], { timeoutMs, env, cwd: '/', logFile })
      : await run('/bin/sh', [path], { timeoutMs, env, cwd: '/', logFile })
    if (result.code === 0) return { ok: true }
    const seconds = Math.round(timeoutMs / 1000)
    const error = result.timedOut
      ? say('script-timed-out', { resource: name, path, seconds })
      : say('script-failed', { resource: name, path, code: result.code ?? -1, log: logFile })
    return { ok: false, error }
  }
  return {
    start: ({ event, previousServer, timeoutMs }) => {
      const previous = previousServer ?? ''
      return runScript(settings.startPath, { EVENT: event, SERVER_PREV: previous }, timeoutMs)
    },
    stop: ({ event, factor, timeoutMs }) =>
      runScript(settings.stopPath, { EVENT: event, FACTOR: factorNames[factor] }, timeoutMs),
    // A script cannot be asked; what it started is watched by a monitor.
    observe: () => Promise.resolve(observed(true)),
  }
}

function environment(
  settings: ScriptSettings,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const { self, servers, group, name, startPath, programs } = settings
  const values: Record<string, string> = {
    DISK: 'SUCCESS',
    SERVER: servers[0] === self ? 'HOME' : 'OTHER',
    GROUPNAME: group,
    RESOURCENAME: name,
    PRIORITY: String(servers.indexOf(self) + 1),
    SCRIPT_PATH: startPath,
    VERSION_MAJOR: '1',
    LASTACTION: 'NONE',
    ...variables,
  }
  const env: Record<string, string> = { PATH: `${programs}:${usualPath}`, HOME: '/root', LANG: 'C' }
  for (const [key, value] of Object.entries(values)) {
    env[`ARMS_${key}`] = value
    env[`CLP_${key}`] = value
  }
  return env
}

function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
}
