/** What the command line says; a wrong word is refused before anything is started. */
import { tmpdir } from 'node:os'
import { resolve } from 'node:path'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type Case, cases, type ExtraPart, extraParts } from './cases.ts'
import { type EngineName, engineNames } from './engines.ts'
import type { Opponent } from './targets.ts'

export interface Options {
  readonly dir: string
  readonly kagami: string
  readonly cases: readonly Case[]
  readonly extras: readonly ExtraPart[]
  readonly engines: readonly EngineName[]
  /** The engine that the targets against QEMU are judged by. */
  readonly opponent: Opponent
  readonly rounds: number
  readonly seconds: number
  readonly sizeBytes: number
  readonly resyncBytes: number
  readonly verdict: boolean
  /** For the JSON; null keeps none. */
  readonly results: string | null
}

const here = import.meta.dirname
const full = { rounds: 3, seconds: 4, sizeMiB: 1024, resyncMiB: 2048 }
/** Says whether something is broken; its figures are no measurement. */
const quick = { rounds: 1, seconds: 1, sizeMiB: 256, resyncMiB: 1024 }

export function readOptions(words: readonly string[]): Options {
  const given = command()
    .parse([...words], { from: 'user' })
    .opts()
  const extent = given['quick'] ? quick : full
  const only: readonly string[] | null = given['only'] ?? null
  const wanted = (name: string): boolean => only?.includes(name) ?? true
  return {
    dir: resolve(given['dir']),
    kagami: resolve(given['kagami']),
    cases: cases.filter(({ name }) => wanted(name)),
    extras: extraParts.filter(wanted),
    engines: given['engines'] ?? engineNames,
    opponent: given['opponent'],
    rounds: given['rounds'] ?? extent.rounds,
    seconds: given['seconds'] ?? extent.seconds,
    sizeBytes: (given['size'] ?? extent.sizeMiB) * 2 ** 20,
    resyncBytes: (given['resyncSize'] ?? extent.resyncMiB) * 2 ** 20,
    verdict: given['verdict'],
    results: given['results'] === false ? null : resolve(given['results']),
  }
}

function command(): Command {
  const partNames = [...cases.map(({ name }) => name), ...extraParts]
  return new Command('bench-mirror')
    .description('measures the mirror engine against QEMU and nbdkit, in one run')
    .option('--quick', 'about a minute, small files: to see that it works')
    .option('--only <names>', `of ${partNames.join(', ')}`, listOf(partNames))
    .option('--engines <names>', `of ${engineNames.join(', ')}`, listOf(engineNames))
    .addOption(
      new Option('--opponent <engine>', 'which QEMU has to be reached')
        .choices(['qemu', 'qemu-unix'])
        .default('qemu'),
    )
    .option(
      '--kagami <path>',
      'the command of the checkout to measure',
      resolve(here, '../bin/kagami'),
    )
    .option('--dir <folder>', 'where the files are made (and removed)', tmpdir())
    .option('--rounds <n>', `default ${full.rounds}`, positive)
    .option('--seconds <n>', `each run of fio; default ${full.seconds}`, positive)
    .option('--size <MiB>', `of the disks under load; default ${full.sizeMiB}`, positive)
    .option(
      '--resync-size <MiB>',
      `of the disk that is copied; default ${full.resyncMiB}`,
      positive,
    )
    .option('--results <folder>', 'for the JSON', resolve(here, 'results'))
    .option('--no-results', 'write no JSON')
    .option('--no-verdict', 'exit status 0 also when a target is not met')
}

function listOf<Name extends string>(known: readonly Name[]): (text: string) => Name[] {
  return (text) =>
    text.split(',').map((word) => {
      const name = known.find((candidate) => candidate === word)
      if (name === undefined)
        throw new InvalidArgumentError(`${word} is none of ${known.join(', ')}`)
      return name
    })
}

function positive(text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new InvalidArgumentError('a whole number above 0 is needed')
}
