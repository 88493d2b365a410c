/**
 * FUSE connections of processes that are about to be killed.
 *
 * A program that serves a FUSE file may be the last one in its mount namespace; then the kernel
 * unmounts, in that dying program, a file system whose writes only it could have served, and both
 * wait for ever. Aborting the connection makes those writes fail, as those of a dead disk do.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { attempt } from './run.ts'

/** Numbers of the FUSE connections that only the group's own mount namespaces show. */
export function fuseConnectionsOf(group: string): string[] {
  const namespaces = new Map<string, number>()
  for (const pid of processesIn(group)) {
    const namespace = orEmpty(() => readlinkSync(`/proc/${pid}/ns/mnt`))
    if (namespace !== '') namespaces.set(namespace, pid)
  }
  namespaces.delete(orEmpty(() => readlinkSync('/proc/self/ns/mnt')))
  const foreign = new Set(fuseMounts('self'))
  const found = [...namespaces.values()].flatMap((pid) => fuseMounts(String(pid)))
  return [...new Set(found)].filter((number) => !foreign.has(number))
}

/** Numbers of the FUSE connections that are mounted on these folders, here. */
export function fuseConnectionsUnder(folders: readonly string[]): string[] {
  return mountsOf('self').flatMap(({ number, folder }) =>
    folders.includes(folder) ? [number] : [],
  )
}

/** In a mount namespace of its own, so that nothing is left mounted on this machine. */
export function abortFuse(connections: readonly string[]): void {
  if (connections.length === 0) return
  const folder = '/sys/fs/fuse/connections'
  const script = `mount -t fusectl none ${folder} 2>/dev/null
    for number in "$@"; do echo 1 >"${folder}/$number/abort"; done`
  attempt('unshare', ['--mount', 'sh', '-c', script, 'sh', ...connections])
}

function fuseMounts(pid: string): string[] {
  return mountsOf(pid).map(({ number }) => number)
}

/** Lines of mountinfo: `36 35 0:88 / /mnt … - fuse /dev/fuse …`; 88 is the connection's number. */
function mountsOf(pid: string): { number: string; folder: string }[] {
  const lines = orEmpty(() => readFileSync(`/proc/${pid}/mountinfo`, 'utf8')).split('\n')
  return lines.flatMap((line) => {
    const isFuse = / - fuse(\.\S+|blk)? /.test(line)
    const [, number, folder] = /^\d+ \d+ \d+:(\d+) \S+ (\S+) /.exec(line) ?? []
    return isFuse && number !== undefined && folder !== undefined ? [{ number, folder }] : []
  })
}

export function processesIn(group: string): number[] {
  const own = orEmpty(() => readFileSync(join(group, 'cgroup.procs'), 'utf8'))
  const below = orNone(() => readdirSync(group, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => processesIn(join(group, entry.name)))
  return [...own.split('\n').filter(Boolean).map(Number), ...below]
}

function orEmpty(read: () => string): string {
  try {
    return read()
  } catch {
    // The process has ended meanwhile.
    return ''
  }
}

function orNone<Value>(read: () => Value[]): Value[] {
  try {
    return read()
  } catch {
    return []
  }
}
