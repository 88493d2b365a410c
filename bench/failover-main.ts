/**
 * `make bench-failover`: the outage a client sees, asking every 20 ms: power cut of the active
 * server, orderly move, Apache killed; and the power cut under Pacemaker and Corosync, on the same
 * kind of hosts in the same run. Medians, maxima, and a verdict on what is to be reached.
 *
 * Exit status: 0 all reached, 1 one is not, 2 it could not be measured.
 */
import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'
import { arbiters, measureKagami, type ArbiterName, type Faults } from './failover-kagami.ts'
import { measurePacemaker } from './failover-pacemaker.ts'
import { median } from './figures.ts'
import { BenchFailure, Stage } from './stage.ts'
import { columns } from './table.ts'

const cutMsMax = 2500
const witnessCutMsMax = 5000
const cutRatioMax = 0.4
const moveMsMax = 1500

const tell = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

interface Measured {
  readonly kagami: ReadonlyMap<ArbiterName, Faults>
  /** null: not measured. */
  readonly pacemaker: readonly number[] | null
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '10' },
      arbiters: { type: 'string', default: arbiters.join(',') },
      'no-pacemaker': { type: 'boolean', default: false },
    },
  })
  const rounds = Number(values.rounds)
  const stage = new Stage(tmpdir())
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => stage.interrupt())
  }
  try {
    const wanted = arbiters.filter((name) => values.arbiters.split(',').includes(name))
    const kagami = new Map<ArbiterName, Faults>()
    for (const arbiter of wanted) {
      kagami.set(arbiter, await measureKagami({ stage, arbiter, rounds, tell }))
    }
    const isCompared = !values['no-pacemaker']
    const pacemaker = isCompared ? await measurePacemaker({ stage, rounds, tell }) : null
    const { text, allMet } = report({ kagami, pacemaker })
    process.stdout.write(text)
    return allMet ? 0 : 1
  } catch (error) {
    if (!(error instanceof BenchFailure)) throw error
    tell(`bench: ${error.message}`)
    return 2
  } finally {
    await stage.end()
  }
}

const of = (all: readonly number[], which: (all: readonly number[]) => number): string =>
  all.length === 0 ? '-' : (which(all) / 1000).toFixed(2)
const maximum = (all: readonly number[]): number => Math.max(...all)

function report({ kagami, pacemaker }: Measured): { text: string; allMet: boolean } {
  const rows = [...kagami].flatMap(([arbiter, faults]) => [
    [`kagami, ${arbiter}: power cut`, of(faults.powerCut, median), of(faults.powerCut, maximum)],
    ['  until the peer was given up', of(faults.detection, median), of(faults.detection, maximum)],
    ['  until the group was started', of(faults.waiting, median), of(faults.waiting, maximum)],
    [`kagami, ${arbiter}: orderly move`, of(faults.move, median), of(faults.move, maximum)],
    [`kagami, ${arbiter}: Apache killed`, ...killed(faults)],
  ])
  if (pacemaker !== null) {
    rows.push(['pacemaker: power cut', of(pacemaker, median), of(pacemaker, maximum)])
  }
  const verdicts = [...kagami].flatMap(([arbiter, faults]) =>
    verdictsOf(arbiter, faults, pacemaker),
  )
  const table = columns([['outage seen by the client, s', 'median', 'maximum'], ...rows])
  const judged = columns([
    ['target', 'measured', 'required', ''],
    ...verdicts.map(({ row }) => row),
  ])
  return { text: `${table}\n${judged}`, allMet: verdicts.every(({ met }) => met) }
}

const killed = ({ apacheKilled }: Faults): [string, string] => [
  of(apacheKilled, median),
  of(apacheKilled, maximum),
]

interface Judged {
  readonly met: boolean
  readonly row: readonly string[]
}

function verdictsOf(
  arbiter: ArbiterName,
  faults: Faults,
  pacemaker: readonly number[] | null,
): Judged[] {
  const [cut, move] = [median(faults.powerCut), median(faults.move)]
  const limitMs = arbiter === 'witness' ? witnessCutMsMax : cutMsMax
  const verdicts = [
    judged(`power cut, ${arbiter}`, cut / 1000, limitMs / 1000, 's'),
    judged(`orderly move, ${arbiter}`, move / 1000, moveMsMax / 1000, 's'),
  ]
  // A witness waits for the end of a lease, which Pacemaker without fencing does not.
  if (pacemaker === null || arbiter === 'witness') return verdicts
  const ratio = cut / median(pacemaker)
  return [...verdicts, judged(`power cut, ${arbiter}, against pacemaker`, ratio, cutRatioMax, '×')]
}

function judged(what: string, measured: number, limit: number, unit: string): Judged {
  const met = measured <= limit
  const [is, atMost] = [measured.toFixed(2), limit.toFixed(2)]
  return { met, row: [what, `${is} ${unit}`, `<= ${atMost} ${unit}`, met ? 'met' : 'NOT met'] }
}

process.exitCode = await main()
