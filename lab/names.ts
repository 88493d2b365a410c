/**
 * Where everything of a lab is and what it is called. All names derive from the lab's folder, so
 * that several labs run side by side and a lab can be cleaned up even when its records are lost.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface Lab {
  readonly dir: string
  /** `kg-` and six hexadecimal digits. */
  readonly id: string
  readonly cgroup: string
  readonly switchNetns: string
  readonly clientNetns: string
}

/** One server of a lab, on or off: its folder and its control group. */
export interface Machine {
  readonly lab: Lab
  readonly name: string
  readonly folder: string
  readonly cgroup: string
}

/** The folder that holds the programs, seen as /opt/kagami by the servers. */
export const checkout = resolve(import.meta.dirname, '..')

export function labAt(dir: string): Lab {
  const absolute = resolveAsFarAsItExists(resolve(dir))
  if (/[,:\\\s]/.test(absolute)) {
    throw new Error(`The lab's folder must not have , : \\ or blanks in its path: ${absolute}`)
  }
  const id = `kg-${createHash('sha256').update(absolute).digest('hex').slice(0, 6)}`
  return {
    dir: absolute,
    id,
    cgroup: join(cgroupMount(), id),
    switchNetns: `${id}-switch`,
    clientNetns: `${id}-client`,
  }
}

export function machineOf(lab: Lab, name: string): Machine {
  return { lab, name, folder: join(lab.dir, name), cgroup: join(lab.cgroup, name) }
}

export function clientCgroup(lab: Lab): string {
  return join(lab.cgroup, 'client')
}

function resolveAsFarAsItExists(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path === '/' ? path : join(resolveAsFarAsItExists(dirname(path)), basename(path))
  }
}

function cgroupMount(): string {
  for (const line of readFileSync('/proc/self/mounts', 'utf8').split('\n')) {
    const [, where, type] = line.split(' ')
    if (type === 'cgroup2' && where !== undefined) return where
  }
  throw new Error('The lab needs control groups, version 2; /proc/mounts shows none.')
}
