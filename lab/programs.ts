/**
 * The programs of the system that the lab needs. `packages.txt` names the Debian packages that
 * hold them; a missing one is told at once and by name, before anything is made.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPath } from './run.ts'

const needed = [
  'apache2',
  'arping',
  'blockdev',
  'curl',
  'etcd',
  'fusermount3',
  'ip',
  'losetup',
  'mkfs.ext3',
  'mount',
  'nbdfuse',
  'nbdkit',
  'nft',
  'nsenter',
  'perl',
  'pgrep',
  'ping',
  'pivot_root',
  'setpriv',
  'unshare',
]

/** Of the pair on volatile disks. */
export const neededByDisks = ['nbdfuse', 'nbdkit', 'umount']

export function requirePrograms(names: readonly string[] = needed): void {
  if (process.getuid?.() !== 0)
    throw new Error('The lab makes namespaces and devices: run it as root.')
  const folders = systemPath.split(':')
  const missing = names.filter((name) => !folders.some((folder) => existsSync(join(folder, name))))
  if (missing.length === 0) return
  const packages = readFileSync(join(import.meta.dirname, 'packages.txt'), 'utf8')
    .trim()
    .split('\n')
  throw new Error(
    `The lab needs programs that are not installed: ${missing.join(', ')}.\n` +
      `On Debian or Ubuntu: apt-get install --no-install-recommends ${packages.join(' ')}`,
  )
}
