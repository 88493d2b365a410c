/**
 * An operator of the simulated pair: now and then breaks it, cancels a copy, compares, takes a
 * snapshot of the standby, names a loser, and some time later lets both meet again.
 *
 * He gives up a replica only where the other one has everything, or where nobody can serve without
 * him; what such an order loses is taken out of what the clients were promised.
 */
import { noGeneration } from '../src/wire/superblock.ts'
import { createFakeDisk } from './fake-disk.ts'
import type { Server } from './fake-network.ts'
import type { MirrorDaemons } from './mirror-daemons.ts'
import { superblockOf } from './mirror-server.ts'
import type { MirrorWorld } from './mirror-world.ts'

export class MirrorOperator {
  readonly #world: MirrorWorld
  readonly #daemons: MirrorDaemons
  readonly #pauseMs: number

  constructor(world: MirrorWorld, daemons: MirrorDaemons) {
    this.#world = world
    this.#daemons = daemons
    // Most pairs are left alone.
    this.#pauseMs = world.chance.pick([0, 0, 600, 2000])
  }

  step(): void {
    const world = this.#world
    if (world.quiet || this.#pauseMs === 0) return
    world.after(world.chance.between(50, this.#pauseMs), () => this.step())
    const server = world.chance.below(2) as Server
    switch (world.chance.below(7)) {
      case 0:
      case 1:
        return this.#isolate(server)
      case 2:
      case 3:
        this.#daemons.order(server, { command: 'cancel' })
        return this.#recoverSoon()
      case 4:
        return this.#daemons.order(server, { command: 'verify', repair: world.chance.oneIn(2) })
      case 5:
        return this.#snapshot(server)
      default:
        return this.#giveUp(server)
    }
  }

  /** Nobody stays apart by an order that was forgotten. */
  recover(): void {
    for (const index of [0, 1] as const) {
      this.#world.servers[index].command({ command: 'recover' })
    }
  }

  #recoverSoon(): void {
    const world = this.#world
    world.after(world.chance.between(20, 1500), () => this.recover())
  }

  /** Only beside an active side: two that are both broken off have nobody who counts. */
  #isolate(server: Server): void {
    const { active, servers, complete } = this.#world
    if (active === null || servers[active].engine?.state.role !== 'primary') return
    if (!complete.has(active)) return
    // What the standby has is of no use from the moment in which it is asked.
    complete.delete(this.#world.other(active))
    servers[server].command({ command: 'break' })
    this.#recoverSoon()
  }

  #snapshot(index: Server): void {
    const world = this.#world
    const { timeline, chance, sizeBytes } = world
    const server = world.servers[index]
    const { engine } = server
    if (engine === null || engine.state.role === 'primary') return
    const space = createFakeDisk(sizeBytes, { timeline, chance, delayMsMax: 4 })
    const spaceBytes = chance.pick([sizeBytes, 256 * 1024])
    engine.snapshot.take({ space, spaceBytes, writable: false, ended: () => undefined }, (no) =>
      server.trace(`snapshot: ${no?.id ?? 'ok'}`),
    )
    world.after(chance.between(20, 1000), () => {
      if (server.engine === engine) server.command({ command: 'snapshot-stop' })
    })
  }

  /** The active side counts, and what the other one has is given up: it is the same, or older. */
  #giveUp(loser: Server): void {
    const world = this.#world
    const winner = world.other(loser)
    const { engine } = world.servers[winner]
    if (engine === null || world.active !== winner || engine !== world.activeEngine) return
    if (!world.complete.has(winner) || engine.state.role !== 'primary') return
    world.complete.clear()
    world.complete.add(winner)
    world.recreated = true
    this.force(winner)
  }

  /** As the winner shows the loser, who may have changed when the order arrives. */
  force(winner: Server): void {
    const { servers, other } = this.#world
    const { engine } = servers[winner]
    if (engine === null) return
    const { state } = engine
    const isApart = state.phase.name === 'apart' || state.phase.name === 'greeting'
    const seen = isApart || state.phase.name === 'starting' ? null : state.theirs
    const loserGeneration = seen?.generation ?? noGeneration
    const loser = servers[other(winner)].name
    this.#world.forcing = engine
    servers[winner].command({ command: 'force', loser, loserGeneration }, () => {
      if (this.#world.forcing === engine) this.#world.forcing = null
    })
  }

  /** Nobody serves without his word: he takes the replica that lost least. */
  decide(): boolean {
    const world = this.#world
    const { servers } = world
    const usable = ([0, 1] as const).filter((index) => {
      const reading = superblockOf(servers[index].cluster.content)
      if (reading.kind !== 'record' || servers[index].engine === null) return false
      return reading.record.state === 'consistent' && !reading.record.failed
    })
    const isWhole = (index: Server): boolean =>
      world.ledger.broken(servers[index].data.content, 'acknowledged') === null
    const winner = usable.find(isWhole) ?? usable[0]
    if (winner === undefined) return false
    // From here on the other one's promises count for nothing.
    world.deciding = true
    this.#stopLoser(world.other(winner))
    servers[winner].command({ command: 'flush' }, () => {
      world.keepOnly(winner)
      this.#forceUntilDone(winner)
    })
    return true
  }

  /** Both must have met first, and something may come in between. */
  #forceUntilDone(winner: Server): void {
    const world = this.#world
    if (!world.deciding) return
    if (world.servers[winner].engine?.state.phase.name === 'refused') this.force(winner)
    world.after(700, () => this.#forceUntilDone(winner))
  }

  /** It must not run; and where its disk has failed it gets a new one. */
  #stopLoser(loser: Server): void {
    const world = this.#world
    const reading = superblockOf(world.servers[loser].cluster.content)
    world.powerOff(loser)
    if (reading.kind === 'record' && reading.record.failed) this.#daemons.createAnew(loser)
  }
}
