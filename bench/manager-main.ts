/**
 * `make bench-manager`: the Manager's page. What its first load weighs, how soon it can be used, how soon it
 * shows a change (both on the lab's real cluster), and whether a hundred clusters that change ten times a
 * second ever keep it from answering a key.
 *
 * Exit status: 0 all reached, 1 one is not, 2 it could not be measured.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'
import { median } from './figures.ts'
import { measureFleet } from './manager-fleet.ts'
import { measurePage } from './manager-lab.ts'
import { BenchFailure, Stage } from './stage.ts'
import { columns } from './table.ts'

const firstLoadBytesMax = 250_000
const interactiveMsMax = 1000
const updateMsMax = 200
const longTaskMsMax = 50
const goesOnMsMax = 2000

const pages = new URL('../dist/web/', import.meta.url)

/** What comes when it is looked at, and not before. */
const later = /^(?:charts|plan-worker|workstation)-|\.gz$/

/** The page, and all that it needs until it shows the tree: gzipped, bytes. */
function firstLoad(): number {
  const assets = readdirSync(new URL('assets/', pages)).filter((name) => !later.test(name))
  const all = ['index.html', ...assets.map((name) => `assets/${name}`)]
  return all
    .map((name) => gzipSync(readFileSync(new URL(name, pages))).length)
    .reduce((sum, bytes) => sum + bytes, 0)
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '15' },
      clusters: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '40' },
      'no-lab': { type: 'boolean', default: false },
    },
  })
  const stage = new Stage(tmpdir())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stage.interrupt())
  }
  try {
    const plan = { count: Number(values.clusters), seconds: Number(values.seconds) }
    const fleet = await measureFleet(stage, plan)
    const page = values['no-lab'] ? null : await measurePage(stage, Number(values.rounds))
    const longest = (all: readonly number[]): number => Math.max(0, ...all)
    const rows: readonly (readonly [string, number, string, number])[] = [
      ['first load, gzipped', firstLoad() / 1000, 'kB', firstLoadBytesMax / 1000],
      ...(page === null
        ? []
        : ([
            ['usable after, median', median(page.interactiveMs), 'ms', interactiveMsMax],
            ['  longest', Math.max(...page.interactiveMs), 'ms', interactiveMsMax],
            ['a change is shown after, median', median(page.updateMs), 'ms', updateMsMax],
            ['  longest', Math.max(...page.updateMs), 'ms', updateMsMax],
            [
              'goes on when its server dies, longest',
              Math.max(...page.goesOnMs),
              'ms',
              goesOnMsMax,
            ],
          ] as const)),
      [
        `${fleet.clusters} clusters, looked at: longest task over 50 ms`,
        longest(fleet.lookingOn),
        'ms',
        longTaskMsMax,
      ],
      ['  moving about in them', longest(fleet.movingAbout), 'ms', longTaskMsMax],
    ]
    const head = ['', 'measured', '', 'at most', '']
    const table = rows.map(([name, value, unit, most]) => [
      ...[name, value.toFixed(0), unit, String(most)],
      value <= most ? 'reached' : 'NOT REACHED',
    ])
    const { changesPerSecond, seconds, movingAbout } = fleet
    process.stdout.write(
      `${columns([head, ...table])}\n${changesPerSecond.toFixed(0)} changes a second for ` +
        `${seconds.toFixed(0)} s, ${movingAbout.length} tasks over 50 ms while moving about\n`,
    )
    return rows.every(([, value, , most]) => value <= most) ? 0 : 1
  } catch (error) {
    if (!(error instanceof BenchFailure)) throw error
    process.stderr.write(`bench: ${error.message}\n`)
    return 2
  } finally {
    await stage.end()
  }
}

process.exitCode = await main()
