/**
 * Keeps the lock file usable everywhere: no download addresses, and an entry for every optional
 * package of another platform. npm leaves out the entries of packages that its registry did not
 * offer on the day of writing, and `npm ci` then refuses the whole file.
 *
 * usage: lock.ts --complete   (after every `npm install`; a test tells when it was forgotten)
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface Entry {
  readonly version?: string
  readonly resolved?: string
  readonly dev?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

interface Lock {
  readonly packages: Readonly<Record<string, Entry>>
}

const lockPath = join(import.meta.dirname, '../package-lock.json')

/** Entries to add, by their place in the file. */
export function missingEntries({ packages }: Lock): Readonly<Record<string, object>> {
  const missing = Object.values(packages).flatMap(({ optionalDependencies = {}, dev }) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => packages[`node_modules/${name}`] === undefined)
      .map(([name, version]) => {
        const common = { version, ...platformOf(name), ...(dev === true ? { dev } : {}) }
        return [`node_modules/${name}`, { ...common, optional: true }] as const
      }),
  )
  return Object.fromEntries(missing)
}

/** Packages with the address they were fetched from. */
export function withAddress({ packages }: Lock): readonly string[] {
  return Object.keys(packages).filter((place) => packages[place]?.resolved !== undefined)
}

export function readLock(): Lock {
  return JSON.parse(readFileSync(lockPath, 'utf8')) as Lock
}

/** Platform packages name their platform: `@oxlint/binding-linux-x64-musl`. */
function platformOf(name: string): object {
  const words = name.split(/[-/]/)
  const pick = (known: readonly string[]) => known.filter((word) => words.includes(word))
  const os = pick(['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'])
  const cpu = pick(['arm', 'arm64', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'])
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : []
  return { cpu, os, ...(libc.length > 0 ? { libc } : {}) }
}

if (import.meta.main && process.argv[2] === '--complete') {
  const lock = readLock()
  const all = Object.entries({ ...lock.packages, ...missingEntries(lock) })
  const packages = Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)))
  writeFileSync(lockPath, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`)
}
