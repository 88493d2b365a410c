/**
 * Control groups: the lab's hold on processes. Every process of a lab is born in one of its
 * groups, so that killing a group kills all of them at one instant, whoever started them.
 *
 *   kg-…/SERVER1/os        what runs on the server, as if on its own machine
 *   kg-…/SERVER1/disks     the programs that stand for its disks
 *   kg-…/SERVER1/chassis   the program that stands for its power supply
 *   kg-…/client            what was started on the client
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { abortFuse, fuseConnectionsOf, processesIn } from './fuse.ts'
import { waitUntil } from './run.ts'

const deadWithinMs = 10_000

/** Shell words that put the shell into the group `$1` and then become the rest. */
export const joinAndBecome = [
  '-c',
  'echo 0 >"$1/cgroup.procs" && shift && exec "$@"',
  'sh',
] as const

export function makeGroup(group: string): void {
  mkdirSync(group, { recursive: true })
}

/** All at one instant; what they served through FUSE fails from then on. */
export function killGroup(group: string): void {
  if (!existsSync(group)) return
  const connections = fuseConnectionsOf(group)
  writeFileSync(join(group, 'cgroup.kill'), '1')
  abortFuse(connections)
}

export function hasProcesses(group: string): boolean {
  try {
    return readFileSync(join(group, 'cgroup.events'), 'utf8').includes('populated 1')
  } catch {
    return false
  }
}

/**
 * After `killGroup`. Whoever has joined a moment later (a command on its way to a server, say) is
 * killed as well: in a group that stands still it would wait for ever.
 */
export function waitUntilDead(group: string): void {
  const isDead = (): boolean => {
    if (!hasProcesses(group)) return true
    writeFileSync(join(group, 'cgroup.kill'), '1')
    return false
  }
  waitUntil(isDead, deadWithinMs)
  waitUntilEmpty(group, 0)
}

export function waitUntilEmpty(group: string, timeoutMs: number): void {
  if (waitUntil(() => !hasProcesses(group), timeoutMs)) return
  const left = processesIn(group).map(describeProcess).join('; ')
  throw new Error(`Processes in ${group} are still there: ${left}`)
}

/** Its name and state, and what it waits for in the kernel. */
function describeProcess(pid: number): string {
  const parts = ['comm', 'wchan', 'stack'].map((name) => {
    try {
      return readFileSync(`/proc/${pid}/${name}`, 'utf8').trim().replaceAll(/\s+/g, ' ')
    } catch {
      return '?'
    }
  })
  return `${pid} ${parts.join(' ')}`
}

export function freezeGroup(group: string, frozen: boolean): void {
  writeFileSync(join(group, 'cgroup.freeze'), frozen ? '1' : '0')
  waitUntil(() => isFrozen(group) === frozen, 5_000)
}

/** Nothing runs from now on. What waits for a disk in the kernel stops when that wait ends. */
export function standStill(group: string): void {
  if (existsSync(group)) writeFileSync(join(group, 'cgroup.freeze'), '1')
}

export function isFrozen(group: string): boolean {
  try {
    return readFileSync(join(group, 'cgroup.events'), 'utf8').includes('frozen 1')
  } catch {
    return false
  }
}

/** Removes an empty group with all groups below it. */
export function removeGroup(group: string): void {
  if (!existsSync(group)) return
  for (const entry of readdirSync(group, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(group, entry.name))
  }
  rmdirSync(group)
}
