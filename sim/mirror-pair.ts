/**
 * Two servers, a client and an operator with bad luck: a run of the mirror from a seed.
 *
 * The control daemons are played by one who knows everything, and gives no permission that the
 * rules of safety.md would not give: one active side, alone only when the other one was marked
 * outdated or excluded, and an excluded one is not promoted until it was in sync again. Everything
 * else is chance: writes, kills, power cuts, cuts of paths, stops. At the end all is mended, and
 * the pair must come together and be equal.
 */
import { FakeNetwork, type Server } from './fake-network.ts'
import { blockBytes, blockOf, Ledger } from './ledger.ts'
import { MirrorServer, type SimWorld } from './mirror-server.ts'
import { type Chance, chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

export interface RunResult {
  readonly violation: string | null
  readonly trace: readonly string[]
  readonly acknowledgements: number
  readonly promotions: number
  readonly commits: number
}

const sizeBytes = 2 * 1024 * 1024
const pathCount = 2
const blocks = [0, 1, 2, 3, 200, 201, 510, 511]

class MirrorPair {
  readonly #timeline: Timeline = createTimeline()
  readonly #chance: Chance
  readonly #network: FakeNetwork
  readonly #servers: readonly [MirrorServer, MirrorServer]
  readonly #ledger = new Ledger()
  readonly #trace: string[] = []
  #violation: string | null = null
  /** The server that may serve; the other one must not until both were in sync again. */
  #holder: Server | null = null
  #active: Server | null = null
  #activeEngine: MirrorServer['engine'] = null
  #promoting = false
  #term = 0
  #promotions = 0
  #commits = 0
  #quiet = false
  #cutNext = false
  #waitsFor: MirrorServer['engine'] = null

  constructor(seed: number) {
    this.#chance = chanceOf(seed)
    this.#network = new FakeNetwork(this.#timeline, this.#chance, pathCount)
    const world: SimWorld = {
      timeline: this.#timeline,
      chance: this.#chance,
      network: this.#network,
      pathCount,
      sizeBytes,
      trace: (line) => this.trace(line),
    }
    this.#servers = [new MirrorServer(world, 0), new MirrorServer(world, 1)]
  }

  run(forMs: number): RunResult {
    this.#timeline.runUntil(50)
    for (const server of this.#servers) server.start()
    this.clientStep()
    this.daemonStep()
    this.troubleStep()
    const end = this.#timeline.nowMs + forMs
    while (this.#violation === null && this.#timeline.nowMs < end) {
      this.#timeline.runUntil(this.#timeline.nowMs + 50)
    }
    if (this.#violation === null) this.settle()
    return {
      violation: this.#violation,
      trace: this.#trace,
      acknowledgements: this.#ledger.acknowledgements,
      promotions: this.#promotions,
      commits: this.#commits,
    }
  }

  // --- the client

  private clientStep(): void {
    if (this.#quiet) return
    this.#timeline.after(this.#chance.between(0, 40), () => this.clientStep())
    const active = this.#active
    if (active === null) return
    const { engine } = this.#servers[active]
    if (engine === null || !engine.serves) return
    if (this.#chance.oneIn(6)) return this.flush(engine)
    for (let count = this.#chance.below(4); count >= 0; count -= 1) this.write(engine)
  }

  private write(engine: NonNullable<MirrorServer['engine']>): void {
    const block = this.#chance.pick(blocks)
    const number = this.#ledger.submit(block)
    const fua = this.#chance.oneIn(8)
    const offset = block * blockBytes
    engine.submit({ kind: 'write', offset, data: blockOf(number), fua }, (error) => {
      if (error === 0) this.#ledger.acknowledge(block, number)
    })
  }

  private flush(engine: NonNullable<MirrorServer['engine']>): void {
    const covered = this.#ledger.snapshot()
    engine.submit({ kind: 'flush' }, (error) => {
      if (error === 0) this.#ledger.flushed(covered)
    })
  }

  // --- the control daemons

  private daemonStep(): void {
    this.#timeline.after(this.#chance.between(10, 60), () => this.daemonStep())
    if (this.bothInSync()) {
      if (this.#holder !== null) this.#commits += 1
      this.#holder = null
    }
    if (this.#active === null) return this.promoteSomebody()
    const server = this.#servers[this.#active]
    if (server.engine !== this.#activeEngine) {
      this.trace(`control: ${server.name} is gone`)
      this.#active = null
      return
    }
    if (server.engine?.state.role === 'primary') this.permit(this.#active)
  }

  private promoteSomebody(): void {
    const waits = this.#servers.some((server) => server.engine === this.#waitsFor)
    if (this.#promoting && waits) return
    const order: Server[] = this.#chance.oneIn(2) ? [0, 1] : [1, 0]
    for (const index of order) {
      if (this.#holder !== null && this.#holder !== index) continue
      const { engine } = this.#servers[index]
      if (engine === null) continue
      const grounds = engine.state.keeper.alone
        ? 'alone-record'
        : engine.state.inSync
          ? 'in-sync'
          : 'copy-source'
      if (this.isSuspect(index)) continue
      return this.promote(index, grounds)
    }
  }

  /** The other one runs: whoever is promoted must not leave it able to serve as well. */
  private isSuspect(index: Server): boolean {
    const other = this.#servers[index === 0 ? 1 : 0]
    return other.engine?.state.role === 'primary'
  }

  private promote(index: Server, grounds: 'alone-record' | 'in-sync' | 'copy-source'): void {
    const server = this.#servers[index]
    const other = this.#servers[index === 0 ? 1 : 0]
    this.#term += 1
    this.#promoting = true
    const { engine } = server
    // Not answered is not refused: until that life ends it may become active.
    this.#waitsFor = engine
    const peerExcluded = !other.isUp
    if (peerExcluded) this.#holder = index
    const command = { command: 'promote', term: this.#term, grounds, peerExcluded } as const
    server.command(command, (refused) => {
      this.#promoting = false
      if (refused !== null || server.engine !== engine) return
      this.#active = index
      this.#activeEngine = engine
      this.#promotions += 1
      if (this.#cutNext)
        this.#timeline.after(this.#chance.between(0, 60), () => this.powerOff(index))
      this.#cutNext = false
      const broken = this.#ledger.check(server.data.content)
      if (broken !== null)
        this.fail(`${server.name} was promoted and has lost something: ${broken}`)
    })
  }

  private permit(active: Server): void {
    const server = this.#servers[active]
    const other = this.#servers[active === 0 ? 1 : 0]
    const state = server.engine?.state
    if (state === undefined || !state.inBreak || state.mayAlone) return
    if ((server.engine?.requests.pending ?? 0) === 0) return
    const breakNumber = state.breakNumber
    const mayGo = (grounds: 'peer-outdated' | 'peer-excluded'): void => {
      if (this.#active !== active) return
      server.command({ command: 'permit-alone', breakNumber, grounds })
    }
    if (!other.isUp || this.#chance.oneIn(4)) {
      if (this.#holder !== null && this.#holder !== active) return
      this.#holder = active
      return mayGo('peer-excluded')
    }
    other.command({ command: 'mark-outdated', asker: server.name, breakNumber }, (refused) => {
      if (refused === null) mayGo('peer-outdated')
    })
  }

  /** Moves the service, the way a group is moved. */
  private handOver(): void {
    const active = this.#active
    if (active === null || !this.bothInSync()) return
    const server = this.#servers[active]
    this.#promoting = true
    this.#waitsFor = server.engine
    server.command({ command: 'demote' }, (refused) => {
      this.#promoting = false
      if (refused === null && this.#active === active) this.#active = null
    })
  }

  private bothInSync(): boolean {
    return this.#servers.every((server) => server.engine?.state.inSync === true)
  }

  // --- trouble

  private troubleStep(): void {
    if (this.#quiet) return
    this.#timeline.after(this.#chance.between(50, 900), () => this.troubleStep())
    const index = this.#chance.below(2) as Server
    const server = this.#servers[index]
    const what = this.#chance.below(10)
    if (what < 2) return this.kill(index)
    if (what === 2) return this.powerOff(index)
    if (what === 3 && this.#chance.oneIn(3)) {
      this.powerOff(0)
      return this.powerOff(1)
    }
    if (what === 3 && this.#active !== null) {
      // One after the other: the one that takes over, too, and soon.
      this.#cutNext = true
      return this.powerOff(this.#active)
    }
    if (what === 4) return this.handOver()
    if (what === 5) {
      server.stoppedUntilMs = this.#timeline.nowMs + this.#chance.between(10, 1200)
      return server.trace('stopped for a while')
    }
    this.cutSomething()
  }

  private kill(index: Server): void {
    const server = this.#servers[index]
    server.die('killed')
    this.startLater(index)
  }

  private powerOff(index: Server): void {
    const server = this.#servers[index]
    const other = this.#servers[index === 0 ? 1 : 0]
    const isKept = other.isUp && this.bothInSync() && this.#holder === null
    if (!isKept) this.#ledger.weaken()
    server.die('power')
    this.startLater(index)
  }

  private startLater(index: Server): void {
    const server = this.#servers[index]
    this.#timeline.after(this.#chance.between(5, 1500), () => {
      if (!server.isUp && !server.start()) this.fail(`${server.name}: the superblock is unreadable`)
    })
  }

  private cutSomething(): void {
    const path = this.#chance.below(pathCount)
    const directions: Server[] = this.#chance.oneIn(3) ? [this.#chance.below(2) as Server] : [0, 1]
    const paths = this.#chance.oneIn(3) ? [0, 1] : [path]
    this.trace(`cut ${paths.join()} from ${directions.join()}`)
    for (const cut of paths) for (const from of directions) this.#network.set(cut, from, false)
    this.#timeline.after(this.#chance.between(20, 1500), () => {
      for (const cut of paths) for (const from of directions) this.#network.set(cut, from, true)
    })
  }

  // --- the end

  /** No more trouble: the pair must come together, serve, and be equal. */
  private settle(): void {
    this.#quiet = true
    this.trace('quiet')
    this.#timeline.runUntil(this.#timeline.nowMs + 3000)
    for (const path of [0, 1]) {
      for (const from of [0, 1] as const) this.#network.set(path, from, true)
    }
    for (let waited = 0; waited < 20_000 && !this.isSettled(); waited += 100) {
      this.#timeline.runUntil(this.#timeline.nowMs + 100)
      if (this.#violation !== null) return
    }
    if (!this.isSettled()) return this.fail(`does not come together: ${this.describe()}`)
    this.#timeline.runUntil(this.#timeline.nowMs + 100)
    const [first, second] = this.#servers
    if (!first.data.content.equals(second.data.content)) return this.fail('replicas differ')
    const broken = this.#ledger.check(first.data.content)
    if (broken !== null) this.fail(`something was lost: ${broken}`)
  }

  private isSettled(): boolean {
    const active = this.#active === null ? null : this.#servers[this.#active]?.engine
    const isServing = active?.state.role === 'primary' && active.requests.pending === 0
    return isServing && this.bothInSync() && this.#servers.every((s) => s.link?.hasSession)
  }

  private describe(): string {
    return this.#servers
      .map((server) => {
        const state = server.engine?.state
        if (state === undefined) return `${server.name} down`
        const { generation, base, alone, outdated } = state.keeper.current
        const flags = `alone=${alone} outdated=${outdated !== null} break=${state.inBreak}`
        const replica = `${state.keeper.current.state} ${generation} ${base}`
        return `${server.name} ${state.role} ${state.phase.name} ${replica} ${flags}`
      })
      .join('; ')
  }

  private fail(violation: string): void {
    this.#violation ??= violation
    this.trace(`VIOLATION ${violation}`)
  }

  private trace(line: string): void {
    this.#trace.push(`${this.#timeline.nowMs.toFixed(1)} ${line}`)
  }
}

/** One run from a seed. */
export function runMirrorPair(seed: number, forMs = 15_000): RunResult {
  return new MirrorPair(seed).run(forMs)
}
