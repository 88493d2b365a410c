/**
 * Commands on a server or on the client, as if typed there. The command joins the server's control
 * group, so that a power cut ends it too, and enters all its namespaces.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { joinAndBecome } from './cgroup.ts'
import { clientCgroup, type Lab, type Machine } from './names.ts'
import { clientName } from './network.ts'
import { serverOf } from './record.ts'
import { systemPath } from './run.ts'
import { pidOf } from './state.ts'

/** What no server may do: set the clock, reset the host, load modules, reach its hardware. */
const setpriv = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  '--bounding-set',
  '-sys_time,-sys_boot,-sys_module,-sys_rawio',
]

function environment(folder: string): string[] {
  const passed = ['LANG', 'LC_ALL', 'TERM', 'COLUMNS', 'NO_COLOR'].flatMap((name) =>
    process.env[name] === undefined ? [] : [`${name}=${process.env[name]}`],
  )
  return ['env', '-i', `--chdir=${folder}`, `PATH=${systemPath}`, 'HOME=/root', ...passed]
}

/** Arguments for `sh`: joins the server's control group and becomes the command inside it. */
function insideServer(machine: Machine, command: readonly string[]): string[] {
  const enter = ['nsenter', '-t', String(pidOf(machine)), '-m', '-u', '-i', '-n', '-p', '-C']
  const group = join(machine.cgroup, 'os')
  return [...joinAndBecome, group, ...enter, ...setpriv, ...environment('/root'), ...command]
}

function insideClient(lab: Lab, command: readonly string[]): string[] {
  const netns = `/run/netns/${lab.clientNetns}`
  if (!existsSync(netns))
    throw new Error(`There is no lab in ${lab.dir}; make one with kagami lab up.`)
  return [
    ...joinAndBecome,
    clientCgroup(lab),
    'nsenter',
    `--net=${netns}`,
    ...setpriv,
    ...environment(process.cwd()),
    ...command,
  ]
}

/** Arguments for `sh`, with `systemPath` as its PATH. Throws when that server is off. */
export function wordsOn(lab: Lab, where: string, command: readonly string[]): string[] {
  return where === clientName
    ? insideClient(lab, command)
    : insideServer(serverOf(lab, where), command)
}

/** This process becomes the command; its input, output and exit code are the command's. */
export function becomeCommandOn(lab: Lab, where: string, command: readonly string[]): never {
  const words = wordsOn(lab, where, command)
  process.removeAllListeners('warning') // execve is new in Node.js and would say so.
  process.execve?.('/bin/sh', ['sh', ...words], { ...process.env, PATH: systemPath })
  throw new Error('This Node.js cannot replace a process; the lab needs version 24.')
}

export function runInside(
  machine: Machine,
  command: readonly string[],
): { status: number; output: string } {
  const result = spawnSync('sh', insideServer(machine, command), {
    encoding: 'utf8',
    input: '',
    env: { PATH: systemPath },
  })
  return { status: result.status ?? 128, output: `${result.stdout}${result.stderr}` }
}
