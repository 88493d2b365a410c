/**
 * What the parts of a simulated pair share: time, chance, network, two servers, what the client was
 * promised, and what somebody who knows everything knows. It stops at the first violation.
 */
import { FakeNetwork, type Server } from './fake-network.ts'
import type { MirrorMode } from '../src/wire/mirror-control.ts'
import type { ReplicaRecord } from '../src/wire/superblock.ts'
import { Ledger } from './ledger.ts'
import { MirrorServer, type SimWorld, superblockOf } from './mirror-server.ts'
import { type Chance, chanceOf } from './random.ts'
import { createTimeline, type Timeline } from './timeline.ts'

export type Invariant = 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'reads' | 'crash'

export interface Violation {
  readonly invariant: Invariant
  readonly what: string
}

/** Something that waits for the n-th step of a kind. */
export interface Ambush {
  readonly server: Server
  /** How the step's name begins. */
  readonly kind: string
  left: number
  readonly strike: () => void
}

/** What a run is about, the trouble and the client's ways: see where each is used. */
export type Theme = 'everything' | 'restarts' | 'disks' | 'network'

export type Engine = NonNullable<MirrorServer['engine']>

const traceMax = 600
/** Twelve extents of 64 KiB, or twice as many; the log has four slots. */
const sizes = [768 * 1024, 768 * 1024, 1536 * 1024]
const pathCount = 2
const themes = [
  ...(['everything', 'everything', 'everything', 'everything'] as const),
  ...(['restarts', 'disks', 'network'] as const),
] as const

export class MirrorWorld implements SimWorld {
  readonly timeline: Timeline = createTimeline()
  readonly chance: Chance
  readonly theme: Theme
  readonly mode: MirrorMode
  /** Asynchronous: the standby may take over although it is behind. */
  readonly acceptsLoss: boolean
  /** Slow reads behind a quick write cache: the client goes on while a copy takes its time. */
  readonly readDelayMsMax: number
  /** A slow CLUSTER partition: what it has to say becomes durable long after it was decided. */
  readonly clusterDelaysMsMax: readonly [number, number]
  readonly network: FakeNetwork
  readonly servers: readonly [MirrorServer, MirrorServer]
  readonly pathCount = pathCount
  readonly sizeBytes: number
  ledger: Ledger
  violation: Violation | null = null
  /** No new trouble for the moment. */
  calm = false
  /** No more trouble: everything has to come right now. */
  quiet = false
  /** Quiet or not, the client goes on until then: a service does not wait for a recovery. */
  busyUntilMs = 0
  active: Server | null = null
  activeEngine: Engine | null = null
  /** A new object for each service that begins. */
  service: object = {}
  /** The server that may serve; the other one must not until both were in sync again. */
  holder: Server | null = null
  /** Those that hold everything acknowledged, be it in memory. */
  readonly complete = new Set<Server>([0])
  /** Brought back to an earlier state, and not in sync since: its daemon lets it start nothing. */
  readonly rolledBack: [boolean, boolean] = [false, false]
  /** Both were active by a daemon's fault, and each acknowledged alone: their promises differ. */
  diverged: readonly [Ledger, Ledger] | null = null
  /** It came to that: from now on both must be kept. */
  twoVersions = false
  /** Nobody can serve until an operator decides, and rightly so: why. */
  waitsForOperator: string | null = null
  /** An operator is about to say which replica counts. */
  deciding = false
  /** It was ordered to serve with whatever it lacks, and has not answered: it may have done so. */
  accepting: Server | null = null
  /** Whom an order to give up the other replica has been given, and has not answered. */
  forcing: Engine | null = null
  /** A disk was made anew, or given up by an order, and has not been in sync since. */
  recreated = false
  ambushes: Ambush[] = []
  /** Called at steps chosen by chance. */
  onStep: () => void = () => undefined
  steps = 0
  readonly counts = { promotions: 0, commits: 0, whatIfs: 0 }
  #untilLook = 1
  #looksAtAnswers = 0
  #begun: { readonly shown: ReadonlyMap<number, number>; readonly before: number } | null = null
  readonly #trace: string[] = []

  constructor(seed: number) {
    this.chance = chanceOf(seed)
    this.theme = this.chance.pick(themes)
    this.sizeBytes = this.chance.pick(sizes)
    this.ledger = new Ledger(this.sizeBytes)
    this.mode = this.chance.oneIn(6) ? 'async' : 'sync'
    this.acceptsLoss = this.mode === 'async' && this.chance.oneIn(2)
    this.readDelayMsMax = this.chance.pick([3, 3, 3, 30, 150])
    const clusterDelayMsMax = (): number => this.chance.pick([1, 1, 8, 30])
    this.clusterDelaysMsMax = [clusterDelayMsMax(), clusterDelayMsMax()]
    this.network = new FakeNetwork(this.timeline, this.chance, pathCount)
    this.servers = [new MirrorServer(this, 0), new MirrorServer(this, 1)]
  }

  get nowMs(): number {
    return this.timeline.nowMs
  }

  get traced(): readonly string[] {
    return this.#trace
  }

  trace(line: string): void {
    this.#trace.push(`${this.timeline.nowMs.toFixed(1)} ${line}`)
    if (this.#trace.length > traceMax) this.#trace.splice(0, traceMax / 2)
  }

  fail(invariant: Invariant, what: string): void {
    if (this.violation !== null) return
    this.violation = { invariant, what }
    this.trace(`VIOLATION of ${invariant}: ${what}`)
  }

  after(delayMs: number, action: () => void): void {
    this.timeline.after(delayMs, () => {
      if (this.violation === null) action()
    })
  }

  step(server: Server, kind: string): void {
    this.steps += 1
    this.#untilLook -= 1
    if (this.#untilLook <= 0 && this.violation === null) {
      const isClose = this.theme === 'disks' || this.chance.oneIn(3)
      this.#untilLook = 1 + this.chance.below(isClose ? 8 : 120)
      this.onStep()
    }
    // While two meet, each knows a part of what may differ: a look whenever one writes it down.
    if (kind.startsWith('meta') && this.#isMeeting()) this.onStep()
    // In sync: the maps forget everything. On the disks they do so some time later, or right now.
    if (kind === 'mirrord-in-sync') {
      if (this.chance.oneIn(2)) this.tidy(server)
      this.onStep()
    }
    // A service begins: its log takes the place of the one that named what a former one did.
    if (kind === 'answer' && this.#looksAtAnswers > 0) {
      this.#looksAtAnswers -= 1
      this.onStep()
    }
    // Whoever promises durability on a disk that has failed is looked at more closely.
    if (kind === 'answer flush' && this.servers[server].data.hasFailed()) this.onStep()
    if (this.ambushes.length === 0 || this.quiet) return
    for (const ambush of this.ambushes) {
      if (ambush.server !== server || !kind.startsWith(ambush.kind)) continue
      ambush.left -= 1
      if (ambush.left > 0) continue
      this.ambushes = this.ambushes.filter((other) => other !== ambush)
      this.trace(`at ${this.servers[server].name}'s ${kind}:`)
      ambush.strike()
    }
  }

  /** As if much time had passed: what is not needed any more leaves log and map. */
  tidy(server: Server): void {
    const state = this.servers[server].engine?.state
    state?.log.tidy(this.nowMs + 60_000)
    state?.differences.tidy()
  }

  #isMeeting(): boolean {
    return this.servers.some(({ engine }) => {
      const phase = engine?.state.phase.name
      return phase === 'starting' || phase === 'copying'
    })
  }

  serviceBegins(content: Buffer): void {
    this.service = {}
    this.#looksAtAnswers = 6
    this.#begun = { shown: this.ledger.shownBy(content), before: this.ledger.lastNumber }
  }

  /** The service acknowledges something: from now on no other replica may take its place. */
  serviceCounts(): void {
    if (this.#begun === null) return
    this.ledger.settleOn(this.#begun.shown, this.#begun.before)
    this.#begun = null
  }

  readonly other = (server: Server): Server => (server === 0 ? 1 : 0)

  /** By an operator's order this replica counts, with what it shows now. */
  keepOnly(winner: Server): void {
    const { content } = this.servers[winner].data
    this.ledger = this.diverged?.[winner] ?? this.ledger
    this.diverged = null
    this.twoVersions = false
    this.ledger.replaceBy(content)
    this.complete.clear()
    this.complete.add(winner)
    this.holder = winner
    this.rolledBack[winner] = false
    this.waitsForOperator = null
    // What a service showed at its beginning counts for nothing beside the order.
    this.#begun = null
    if (this.active !== winner) this.active = null
  }

  /** Every acknowledged write is under way to the other side, or there. */
  bothJoined(): boolean {
    return this.servers.every((server) => server.engine?.state.phase.name === 'in-sync')
  }

  bothInSync(): boolean {
    return this.servers.every((server) => server.engine?.state.inSync === true)
  }

  // --- what happens to servers

  kill(index: Server): void {
    const server = this.servers[index]
    if (server.isUp) server.die('killed')
    this.startLater(index)
  }

  powerOff(index: Server): void {
    const server = this.servers[index]
    const had = this.complete.has(index)
    if (this.#cannotServe(this.other(index))) this.complete.delete(this.other(index))
    this.complete.delete(index)
    server.die('power')
    if (had && this.complete.size === 0) {
      this.ledger.weaken()
      this.diverged?.[index].weaken()
      this.complete.add(index)
    } else this.diverged?.[index].weaken()
    this.startLater(index)
  }

  /**
   * It is being overwritten, or was marked and the other one may have gone alone on the strength of
   * that: whatever it has is of no use.
   */
  #cannotServe(index: Server): boolean {
    const phase = this.servers[index].engine?.state.phase
    if (phase?.name === 'starting' && phase.direction === 'target') return true
    const record = this.#recordOf(index)
    if (record === null || record.behind || record.state !== 'consistent') return true
    const asker = this.#recordOf(this.other(index))
    const isLeft = asker === null || asker.alone || asker.generation !== record.generation
    return record.outdated !== null && isLeft
  }

  #recordOf(index: Server): ReplicaRecord | null {
    const { engine, cluster } = this.servers[index]
    const reading = superblockOf(cluster.content)
    const durable = reading.kind === 'record' ? reading.record : null
    return engine?.state.keeper.current ?? durable
  }

  startLater(index: Server): void {
    const server = this.servers[index]
    const isSoon = this.quiet || this.theme === 'restarts'
    const delay = this.chance.between(5, isSoon ? 300 : 1500)
    this.after(delay, () => {
      if (server.isUp) return
      server.start(() => this.fail('S5', `${server.name}: the superblock is unreadable`))
    })
  }

  describe(): string {
    const words = this.servers.map((server) => {
      const state = server.engine?.state
      if (state === undefined) return `${server.name} down`
      const { generation, base, alone, outdated, failed } = state.keeper.current
      const why = state.phase.name === 'refused' ? ` (${state.phase.reason.id})` : ''
      const replica = `${state.keeper.current.state} ${generation} ${base}`
      const flags = `alone=${alone} outdated=${outdated !== null} failed=${failed}`
      const pending = `break=${state.inBreak} pending=${server.engine?.requests.pending}`
      return `${server.name} ${state.role} ${state.phase.name}${why} ${replica} ${flags} ${pending}`
    })
    return `${words.join('; ')}; holder ${this.holder}`
  }
}
