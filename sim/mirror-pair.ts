/**
 * Two servers, a client and an operator with bad luck: a run of the mirror from a seed.
 *
 * First chance has its way, and every rule is watched. Then everything is mended, and the pair must
 * come together, serve, and be equal. One run in five ends otherwise: a daemon breaks the rules,
 * both sides go on alone, and the two versions must stay apart.
 */
import { isSettled } from './mirror-checks/comes-together.ts'
import { differenceAt, inSyncIsEqual } from './mirror-checks/identical.ts'
import { saysSo, staysApart } from './mirror-checks/no-silent-merge.ts'
import { couldTakeOver } from './mirror-checks/no-stale-start.ts'
import { nothingIsLost } from './mirror-checks/nothing-lost.ts'
import { whatIfBothLosePower } from './mirror-checks/what-if.ts'
import type { Server } from './fake-network.ts'
import { MirrorClient } from './mirror-client.ts'
import { MirrorDaemons } from './mirror-daemons.ts'
import { MirrorOperator } from './mirror-operator.ts'
import { MirrorTrouble } from './mirror-trouble.ts'
import { MirrorWorld, type Violation } from './mirror-world.ts'

export interface RunResult {
  readonly violation: Violation | null
  readonly trace: readonly string[]
  readonly events: number
  readonly acknowledgements: number
  readonly promotions: number
  readonly commits: number
  readonly whatIfs: number
  /** It ended as it should, with an operator who has to decide. */
  readonly waitsForOperator: string | null
}

interface People {
  readonly daemons: MirrorDaemons
  readonly trouble: MirrorTrouble
  readonly operator: MirrorOperator
}

/** One run from a seed. */
export function runMirrorPair(seed: number, forMs?: number): RunResult {
  const world = new MirrorWorld(seed)
  try {
    play(world, forMs ?? world.chance.pick([1500, 3000, 5000]))
  } catch (error) {
    world.fail('crash', error instanceof Error ? `${error.stack}` : String(error))
  }
  return {
    violation: world.violation,
    trace: world.traced,
    events: world.timeline.events,
    acknowledgements: world.ledger.acknowledgements,
    ...world.counts,
    waitsForOperator: world.waitsForOperator,
  }
}

function play(world: MirrorWorld, forMs: number): void {
  const { timeline, servers, chance } = world
  const daemons = new MirrorDaemons(world)
  const trouble = new MirrorTrouble(world, daemons)
  const operator = new MirrorOperator(world, daemons)
  world.onStep = () => {
    couldTakeOver(world)
    inSyncIsEqual(world)
    whatIfBothLosePower(world)
  }
  timeline.runUntil(50)
  for (const server of servers) server.start()
  new MirrorClient(world).step()
  daemons.step()
  trouble.step()
  operator.step()
  pass(world, forMs)
  const people = { daemons, trouble, operator }
  if (chance.oneIn(5)) splitBrain(world, daemons)
  else if (chance.oneIn(4)) failedDisk(world, trouble)
  if (world.violation === null) settle(world, people)
}

function pass(world: MirrorWorld, forMs: number): void {
  const { timeline } = world
  const end = timeline.nowMs + forMs
  while (world.violation === null && timeline.nowMs < end) timeline.runUntil(timeline.nowMs + 50)
}

/** Waits until both are in sync and one of them serves, which may not come. */
function calmDown(world: MirrorWorld): void {
  world.calm = true
  world.ambushes = []
  for (let waited = 0; waited < 4000; waited += 100) {
    const isReady = world.bothInSync() && world.bothJoined() && world.complete.size === 2
    if (isReady && world.active !== null) return
    pass(world, 100)
  }
}

/** The disk of the active side fails while all is well. */
function failedDisk(world: MirrorWorld, trouble: MirrorTrouble): void {
  calmDown(world)
  if (world.active === null) return
  trouble.failDisk(world.active)
  pass(world, 1000)
}

function setPaths({ network }: MirrorWorld, up: boolean): void {
  for (const path of [0, 1]) for (const from of [0, 1] as const) network.set(path, from, up)
}

/** Both go on alone, by a daemon's fault: nobody may merge what comes of it. */
function splitBrain(world: MirrorWorld, daemons: MirrorDaemons): void {
  const { servers } = world
  calmDown(world)
  const { active } = world
  // Where a policy names the loser, nobody has to be asked.
  if (world.acceptsLoss) return
  if (active === null || !world.bothInSync() || world.complete.size < 2) return
  const other = world.other(active)
  setPaths(world, false)
  world.diverged = [world.ledger.clone(), world.ledger.clone()]
  pass(world, 700)
  const breakNumber = servers[active].engine?.state.breakNumber ?? 0
  servers[active].command({ command: 'permit-alone', breakNumber, grounds: 'operator' })
  daemons.promote(other, 'in-sync', true)
  pass(world, 800)
  const bothAlone = servers.every((server) => server.engine?.state.keeper.alone === true)
  if (!bothAlone) {
    // Too much else went wrong: there is nothing to be kept apart.
    world.waitsForOperator = 'no split brain came of it'
    return
  }
  world.trace('two versions')
  world.twoVersions = true
  pass(world, world.chance.between(0, 1000))
  // Once it is not active any more, it might be taken for the older one.
  if (world.chance.oneIn(2)) world.kill(world.chance.below(2) as Server)
}

/** No more trouble: the pair must come together, serve, and be equal. */
function settle(world: MirrorWorld, who: People): void {
  if (world.waitsForOperator !== null) return
  mendEverything(world, who)
  if (world.diverged !== null) {
    pass(world, 3000)
    staysApart(world)
    if (world.violation !== null) return
    if (world.twoVersions) saysSo(world)
    return decided(world, who.operator)
  }
  comeTogether(world)
  for (let times = world.chance.below(3); times > 0; times -= 1) meetUnderLoad(world)
  if (world.violation !== null || isSettled(world)) return isWhole(world)
  const reason = who.daemons.reasonToWait()
  if (reason === null) return world.fail('S5', `does not come together: ${world.describe()}`)
  world.waitsForOperator = reason
  decided(world, who.operator)
}

function mendEverything(world: MirrorWorld, { trouble, operator }: People): void {
  world.quiet = true
  world.ambushes = []
  world.network.corruptsOneIn = 0
  for (const index of [0, 1] as const) trouble.putBack(index)
  world.trace('quiet')
  pass(world, 3000)
  setPaths(world, true)
  for (const server of world.servers) server.data.faults.clear()
  for (const server of world.servers) server.cluster.faults.clear()
  operator.recover()
}

function comeTogether(world: MirrorWorld): void {
  const isDone = (): boolean => world.nowMs >= world.busyUntilMs && isSettled(world)
  for (let waited = 0; waited < 20_000 && !isDone(); waited += 100) {
    pass(world, 100)
    if (world.violation !== null) return
  }
}

/** One more break, out of which the pair comes while its client hardly stops. */
function meetUnderLoad(world: MirrorWorld): void {
  if (world.violation !== null || !isSettled(world)) return
  world.trace('a break under load')
  const breakMs = world.chance.between(450, 1200)
  world.busyUntilMs = world.nowMs + breakMs + world.chance.between(100, 1000)
  setPaths(world, false)
  pass(world, breakMs)
  setPaths(world, true)
  comeTogether(world)
}

/** An operator says which replica counts: then it must go on by itself. */
function decided(world: MirrorWorld, operator: MirrorOperator): void {
  if (world.violation !== null) return
  if (!operator.decide()) return
  comeTogether(world)
  if (world.violation === null && !isSettled(world)) {
    world.fail('S5', `does not come together by order: ${world.describe()}`)
  }
  isWhole(world)
}

function isWhole(world: MirrorWorld): void {
  pass(world, 100)
  if (world.violation !== null) return
  const at = differenceAt(world.servers[0].data.content, world.servers[1].data.content)
  if (at !== null) world.fail('S6', `in the end the replicas differ at ${at}`)
  nothingIsLost(world)
}
