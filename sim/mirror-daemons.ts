/**
 * The control daemons of both servers, played by one who knows everything and gives no order that
 * the rules of safety.md would not give: one active side, alone only when the other one was marked
 * outdated or is excluded, and an excluded one is not promoted until it was in sync again. Orders
 * take their time, and may arrive when they do not fit any more.
 */
import type { Message } from '../src/messages/catalogue.ts'
import type {
  MirrorCommand,
  OperatorCommand,
  PromotionGrounds,
} from '../src/wire/mirror-control.ts'
import type { Server } from './fake-network.ts'
import { inSyncIsEqual } from './mirror-checks/identical.ts'
import { staysApart } from './mirror-checks/no-silent-merge.ts'
import { hasEverything } from './mirror-checks/no-stale-start.ts'
import { superblockOf } from './mirror-server.ts'
import type { Engine, MirrorWorld } from './mirror-world.ts'

type Answer = (refused: Message | null) => void

export class MirrorDaemons {
  readonly #world: MirrorWorld
  #promoting = false
  #waitsFor: Engine | null = null
  #demoting = false
  #restsUntilMs = 0
  #resetting: [boolean, boolean] = [false, false]
  /** The next one that is promoted loses its power soon. */
  cutNext = false

  constructor(world: MirrorWorld) {
    this.#world = world
    this.#hesitates = world.chance.pick([1, 1, 8])
  }

  step(): void {
    const world = this.#world
    world.after(world.chance.between(5, 50), () => this.step())
    inSyncIsEqual(world)
    if (world.theme === 'restarts' && world.chance.oneIn(8)) {
      world.tidy(world.chance.below(2) as Server)
    }
    if (world.diverged !== null) return staysApart(world)
    // Nobody is taken back while an order that excludes him is under way.
    if (this.#isProved() && !this.#hasOrders()) this.#takenBack()
    if (this.#follows() && !this.#hasOrders()) world.holder = null
    for (const index of [0, 1] as const) this.#reset(index)
    const { active } = world
    if (active === null) {
      if (world.nowMs >= this.#restsUntilMs) this.#promoteSomebody()
      return
    }
    const server = world.servers[active]
    if (server.engine !== world.activeEngine) {
      world.trace(`control: ${server.name} is gone`)
      world.active = null
      // Two that nobody starts meet all the same.
      if (world.theme !== 'restarts' || world.quiet) return
      this.#restsUntilMs = world.nowMs + world.chance.between(0, 1000)
      return
    }
    const state = server.engine?.state
    if (state?.role !== 'primary') return
    if (state.ioFailed) return this.#demote(active)
    this.#permit(active)
  }

  /** Moves the service, the way a group is moved. */
  handOver(): void {
    const { active } = this.#world
    const isTogether = this.#world.mode === 'async' ? this.#world.bothJoined() : this.#isProved()
    if (active !== null && isTogether) this.#demote(active)
  }

  /** The group stops, whatever the other side is doing. */
  stopService(): void {
    const { active } = this.#world
    if (active !== null) this.#demote(active)
  }

  /** The order of somebody who lost: everything fails, then it stops. */
  failIo(): void {
    const { active } = this.#world
    if (active !== null) this.order(active, { command: 'fail-io' })
  }

  order(
    index: Server,
    command: MirrorCommand | OperatorCommand,
    answer: Answer = () => undefined,
  ): void {
    const world = this.#world
    const server = world.servers[index]
    const { engine } = server
    const { chance } = world
    const delayMs = chance.oneIn(4) ? chance.between(0, chance.pick([100, 1000, 3000])) : 0
    world.after(delayMs, () => {
      if (server.engine === engine) server.command(command, answer)
    })
  }

  /** Proved and still so: not the memory of a session that is over. */
  #isProved(): boolean {
    return this.#world.bothInSync() && this.#world.bothJoined()
  }

  /** The standby of an asynchronous pair gets everything, and may take over if it must. */
  #follows(): boolean {
    const { acceptsLoss, servers } = this.#world
    const standby = servers.find((server) => server.engine?.state.follows === true)
    return acceptsLoss && standby !== undefined && this.#world.bothJoined()
  }

  #takenBack(): void {
    const world = this.#world
    if (world.holder !== null || world.complete.size < 2) world.counts.commits += 1
    world.holder = null
    world.complete.add(0).add(1)
    world.rolledBack[0] = world.rolledBack[1] = false
    world.deciding = false
    if (!world.servers.some(({ engine }) => engine === world.forcing)) world.recreated = false
    world.accepting = null
  }

  #demote(index: Server): void {
    const world = this.#world
    if (this.#demoting) return
    const { engine } = world.servers[index]
    this.#demoting = true
    this.#promoting = true
    this.#waitsFor = engine
    world.after(1500, () => {
      this.#demoting = false
    })
    this.order(index, { command: 'demote' }, (refused) => {
      this.#demoting = false
      this.#promoting = false
      if (refused === null && world.active === index) world.active = null
    })
  }

  /** A server that can record nothing leaves by reset; a failed replica is made anew. */
  #reset(index: Server): void {
    const world = this.#world
    const server = world.servers[index]
    const other = world.servers[world.other(index)]
    if (this.#resetting[index] || server.engine === null) return
    const { keeper } = server.engine.state
    const isAnew = keeper.durable.failed && server.engine.state.role === 'secondary'
    const next = other.engine?.state
    const isProved = next?.keeper.alone === true || world.quiet
    const hasSuccessor =
      next?.role === 'primary' && isProved && world.complete.has(world.other(index))
    if (keeper.error === null && !(isAnew && hasSuccessor)) return
    this.#resetting[index] = true
    world.after(world.chance.between(0, 300), () => {
      this.#resetting[index] = false
      if (server.engine === null) return
      const stillActive = other.engine?.state === next && next?.role === 'primary'
      world.powerOff(index)
      if (isAnew && stillActive && keeper.error === null) this.createAnew(index)
    })
  }

  /** A disk made anew, or one of an earlier day, knows nothing of its own server's terms. */
  forgetsTerms(index: Server): void {
    if (this.#taken.by === index) this.#taken.isRemembered = false
  }

  /** Another disk in the place of a server's, which is down. */
  createAnew(index: Server): void {
    const world = this.#world
    const server = world.servers[index]
    server.trace('a new disk')
    server.data.faults.clear()
    server.data.content.fill(0xdd)
    server.create('standby')
    this.forgetsTerms(index)
    world.recreated = true
    world.complete.delete(index)
    world.complete.add(world.other(index))
  }

  #hasOrders(): boolean {
    const { servers } = this.#world
    return this.#promoting && servers.some((server) => server.engine === this.#waitsFor)
  }

  #promoteSomebody(): void {
    const world = this.#world
    if (this.#hasOrders()) return
    const order: Server[] = world.chance.oneIn(2) ? [0, 1] : [1, 0]
    for (const index of order) {
      if (world.chance.oneIn(3)) this.#tryUnproved(index)
      if (world.holder !== null && world.holder !== index) continue
      if (world.rolledBack[index]) continue
      const { engine } = world.servers[index]
      if (engine === null || this.#isSuspect(index)) continue
      if (world.acceptsLoss && engine.state.keeper.current.behind) {
        // Only of a peer that is gone: it might go on alone.
        if (world.servers[world.other(index)].isUp || !world.chance.oneIn(4)) continue
        return this.promote(index, 'accept-behind', true)
      }
      // What it is ordered on may have changed on the way: any of them is as good as the one that fits.
      const all = ['alone-record', 'in-sync', 'copy-source'] as const
      const grounds = all[this.#term % all.length] ?? 'in-sync'
      return this.promote(index, grounds)
    }
  }

  /** A daemon that forgot what it knew: the replica itself must refuse. */
  #tryUnproved(index: Server): void {
    const world = this.#world
    const server = world.servers[index]
    const { engine } = server
    if (engine === null || engine.state.phase.name !== 'apart' || world.rolledBack[index]) return
    if (engine.state.inSync || engine.state.keeper.alone || world.quiet) return
    this.#term += 1
    const term = this.#term
    const grounds = world.chance.pick(['in-sync', 'copy-source'] as const)
    server.command({ command: 'promote', term, grounds, peerExcluded: false }, (refused) => {
      if (refused === null) world.fail('S3', `${server.name}, unproved, was promoted`)
    })
  }

  /** The other one runs: whoever is promoted must not leave it able to serve as well. */
  #isSuspect(index: Server): boolean {
    const other = this.#world.servers[this.#world.other(index)]
    return other.engine?.state.role === 'primary'
  }

  promote(index: Server, grounds: PromotionGrounds, mustExclude = false): void {
    const world = this.#world
    const server = world.servers[index]
    const term = this.#nextTerm(index)
    this.#promoting = true
    const { engine } = server
    // Not answered is not refused: until that life ends it may become active.
    this.#waitsFor = engine
    const peerExcluded = mustExclude || !world.servers[world.other(index)].isUp
    if (peerExcluded) world.holder = index
    if (grounds === 'accept-behind') world.accepting = index
    const command = { command: 'promote', term, grounds, peerExcluded } as const
    this.order(index, command, (refused) => {
      this.#promoting = false
      // It may have accepted the loss in a life that ended before it could answer.
      const hasAccepted = world.accepting === index
      if (server.engine === engine || refused === null) world.accepting = null
      if (refused !== null || server.engine !== engine) return
      world.active = index
      world.activeEngine = engine
      world.counts.promotions += 1
      this.#hasTaken(index, term)
      if (engine?.state.keeper.durable.failed === true && world.diverged === null) {
        world.fail('S3', `${server.name} was promoted, and its disk has failed`)
      }
      if (this.cutNext) world.after(world.chance.between(0, 60), () => world.powerOff(index))
      this.cutNext = false
      if (world.diverged !== null) return
      if (hasAccepted) world.keepOnly(index)
      else hasEverything(world, index)
      if (world.violation !== null) return
      world.serviceBegins(server.data.content)
      world.complete.add(index)
    })
  }

  /** Of so many looks at a break one leads to an order. */
  readonly #hesitates: number
  #term = 0
  /** The highest that was taken, and by whom. */
  #taken = { term: 0, by: 0 as Server, isRemembered: false }

  /** Now and then an old one, where the replica can know that it is old. */
  #nextTerm(index: Server): number {
    const { chance, servers } = this.#world
    const { term, by, isRemembered } = this.#taken
    const record = servers[index].engine?.state.keeper.current
    const known = Math.max(record?.peerTerm ?? 0, record?.activationTerm ?? 0)
    const knows = known >= term || (by === index && isRemembered)
    if (term > 1 && knows && chance.oneIn(5)) {
      return chance.oneIn(2) ? term - 1 : Math.max(1, record?.activationTerm ?? 1)
    }
    this.#term += 1
    return this.#term
  }

  #hasTaken(index: Server, term: number): void {
    const isOwn = term === this.#taken.term && index === this.#taken.by
    if (term <= this.#taken.term && !isOwn) {
      this.#world.fail('S3', `${this.#world.servers[index].name} took the old term ${term}`)
    }
    if (term > this.#taken.term) this.#taken = { term, by: index, isRemembered: true }
  }

  #permit(active: Server): void {
    const world = this.#world
    const server = world.servers[active]
    const other = world.other(active)
    const state = server.engine?.state
    if (state === undefined || !state.inBreak || state.mayAlone) return
    if ((server.engine?.requests.pending ?? 0) === 0) return
    if (world.holder !== null && world.holder !== active) return
    if (!world.chance.oneIn(this.#hesitates)) return
    const { breakNumber } = state
    const mayGo = (grounds: 'peer-outdated' | 'peer-excluded'): void => {
      if (world.active === active)
        this.order(active, { command: 'permit-alone', breakNumber, grounds })
    }
    if (!world.servers[other].isUp || world.chance.oneIn(4)) {
      world.holder = active
      return mayGo('peer-excluded')
    }
    const asker = { asker: server.name, incarnation: server.incarnation }
    this.order(other, { command: 'mark-outdated', ...asker, breakNumber }, (refused) => {
      if (refused === null) mayGo('peer-outdated')
    })
    // The asker may not live to hear the answer, nor to make use of it.
    if (world.theme === 'network' && world.chance.oneIn(3) && !world.quiet) {
      world.after(world.chance.between(0, 200), () => world.powerOff(active))
    }
  }

  /** Why nobody can serve without an operator; null when there is no good reason for that. */
  reasonToWait(): string | null {
    const { servers, rolledBack } = this.#world
    const records = servers.map((server) => superblockOf(server.cluster.content))
    for (const [index, reading] of records.entries()) {
      if (reading.kind !== 'record') return null
      if (reading.record.failed) return 'a disk has failed, and the other one is not proved'
      if (this.#world.recreated) return 'a disk was made anew beside one that is not proved'
      if (rolledBack[index] && reading.record.alone) return 'rolled back to a state of being alone'
    }
    return null
  }
}
