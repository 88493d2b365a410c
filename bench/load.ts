/**
 * The load cases on all engines: case by case, round by round, the engines in turn, so that a
 * machine that changes its speed by the minute changes it for all of them.
 */
import type { Case } from './cases.ts'
import type { Engine, EngineName } from './engines.ts'
import { mediansOf, rotated, type Run, type RunMedians } from './figures.ts'
import { runFio } from './fio.ts'
import type { Stage } from './stage.ts'
import { processorUs } from './usage.ts'

export interface LoadPlan {
  readonly stage: Stage
  readonly cases: readonly Case[]
  readonly engines: readonly Engine[]
  readonly rounds: number
  readonly seconds: number
  readonly sizeBytes: number
  readonly tell: (text: string) => void
}

export interface LoadResult {
  readonly case: string
  readonly unit: Case['unit']
  readonly engines: Partial<Record<EngineName, { medians: RunMedians; runs: readonly Run[] }>>
}

export async function measureLoads(plan: LoadPlan): Promise<LoadResult[]> {
  const runs = new Map<string, Run[]>()
  const runsOf = (load: Case, name: EngineName): Run[] => {
    const key = `${load.name} ${name}`
    const known = runs.get(key) ?? []
    runs.set(key, known)
    return known
  }
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const load of plan.cases) {
      for (const engine of rotated(plan.engines, round)) {
        const run = await measureOnce(plan, load, engine)
        runsOf(load, engine.name).push(run)
        const figure = load.unit === 'IOPS' ? run.perSecond : run.mebibytesPerSecond
        plan.tell(`round ${round + 1}, ${load.name}, ${engine.name}: ${figure.toFixed(0)}`)
      }
    }
  }
  return plan.cases.map((load) => ({
    case: load.name,
    unit: load.unit,
    engines: Object.fromEntries(
      plan.engines.map((engine) => {
        const own = runsOf(load, engine.name)
        return [engine.name, { medians: mediansOf(own), runs: own }]
      }),
    ),
  }))
}

async function measureOnce(plan: LoadPlan, load: Case, engine: Engine): Promise<Run> {
  // What the run before left in the page cache is written back now, not during this run.
  await plan.stage.run(['sync'])
  const used = (): number => engine.pids.reduce((sum, pid) => sum + processorUs(pid), 0)
  const before = used()
  const { uri } = engine
  const { seconds, sizeBytes } = plan
  const figures = await runFio(plan.stage, { load, uri, seconds, sizeBytes })
  const spentUs = used() - before
  await engine.check()
  return { ...figures, processorUsPerOperation: spentUs / figures.operations }
}
