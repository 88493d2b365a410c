/**
 * kagami-mirrord: the data plane of one mirror disk.
 *
 *     kagami-mirrord create SETTINGS.json --source|--standby [--mkfs ext3|ext4|xfs] [--again]
 *     kagami-mirrord run SETTINGS.json
 *
 * Exit status: 0 done, 1 refused (the reason is on stderr), 2 wrong usage.
 */
import { parseArgs } from 'node:util'
import { createReplica } from './create.ts'
import { tellOnStderr } from './log.ts'
import { run } from './run.ts'
import { readSettings } from './settings.ts'

const usage = `usage: kagami-mirrord create SETTINGS.json --source|--standby [--mkfs ext3|ext4|xfs] [--again]
       kagami-mirrord run SETTINGS.json
`

function wrongUsage(): number {
  process.stderr.write(usage)
  return 2
}

/** The exit status; null when the process goes on. */
async function main(parameters: readonly string[]): Promise<number | null> {
  const given = parse(parameters)
  if (given === null) return wrongUsage()
  const [command, path] = given.positionals
  if (path === undefined || given.positionals.length !== 2) return wrongUsage()
  const read = readSettings(path)
  if (!read.ok) {
    tellOnStderr(read.error)
    return 1
  }
  if (command === 'run') return run(read.settings, read.key)
  const { source, standby, mkfs, again } = given.values
  if (command !== 'create' || source === standby || !isFileSystem(mkfs)) return wrongUsage()
  if (standby && mkfs !== undefined) return wrongUsage()
  const created = await createReplica(read.settings, {
    role: source ? 'source' : 'standby',
    mkfs: mkfs ?? null,
    again,
  })
  tellOnStderr(created.message)
  return created.ok ? 0 : 1
}

function parse(parameters: readonly string[]) {
  try {
    return parseArgs({
      args: [...parameters],
      allowPositionals: true,
      options: {
        source: { type: 'boolean', default: false },
        standby: { type: 'boolean', default: false },
        again: { type: 'boolean', default: false },
        mkfs: { type: 'string' },
      },
    })
  } catch {
    return null
  }
}

function isFileSystem(name: string | undefined): name is 'ext3' | 'ext4' | 'xfs' | undefined {
  return name === undefined || name === 'ext3' || name === 'ext4' || name === 'xfs'
}

const status = await main(process.argv.slice(2))
if (status !== null) process.exitCode = status
