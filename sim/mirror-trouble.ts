/**
 * Bad luck, from a seed: everything that safety.md lists, at any time and at any kind of step.
 *
 * Half of it comes by the clock, half lies in ambush: at the n-th step of a kind (a write is issued,
 * a flush is done, a message is sent, a client is answered) something happens at once, before the
 * next line of the engine runs.
 */
import type { FakeDisk } from './fake-disk.ts'
import type { Server } from './fake-network.ts'
import type { MirrorDaemons } from './mirror-daemons.ts'
import { superblockOf } from './mirror-server.ts'
import type { MirrorWorld } from './mirror-world.ts'
import { logOffset, mapOffset } from '../src/wire/metadata-layout.ts'
import { slotOffsets } from '../src/wire/superblock.ts'

const steps = [
  'data write',
  'data write sent',
  'data write done',
  'data flush',
  'data flush sent',
  'data flush done',
  'meta write',
  'meta write done',
  'meta flush',
  'meta flush done',
  'slot write',
  'slot write sent',
  'slot flush sent',
  'slot flush done',
  'slot',
  'meta',
  'send record',
  'send ready',
  'send map',
  'send copy',
  'send compare',
  'send flush',
  'send commit',
  'send committed',
  'send done',
  'send write',
  'send activated',
  'send behind',
  'send detach',
  'send lose',
  'send deactivated',
  'answer',
  'answer flush',
  'mirrord-break',
  'mirrord-alone',
  'mirrord-promoted',
  'mirrord-in-sync',
  'mirrord-copy',
  'mirrord-outdated',
] as const

/** What strikes, and how often: each theme leaves room for what the others drown. */
const strikes = {
  everything: [
    ...['kill', 'kill', 'power', 'both off', 'one after the other', 'hand over', 'hand over'],
    ...['hang', 'reset', 'slow', 'fail disk', 'fail disk', 'fail disk', 'snapshot', 'snapshot'],
    ...[
      'stop service',
      'roll back',
      'damage',
      'damage',
      'exchange',
      'fail io',
      'cut',
      'flap',
      'cut',
      'cut',
    ],
  ],
  /** Processes end, whole servers seldom: what a former life left in memory stays there. */
  restarts: [
    'kill',
    'kill both',
    'active off',
    'active off',
    'power',
    'hand over',
    'cut',
    'damage',
  ],
  disks: [
    'fail disk',
    'fail disk',
    'fail disk',
    'slow',
    'cut',
    'kill',
    'hand over',
    'stop service',
  ],
  network: ['cut', 'cut', 'reset', 'flap', 'slow', 'hand over', 'kill', 'power'],
} as const

/** Where two that come together are hit. */
const meetingSteps = [
  'send committed',
  'send commit',
  'mirrord-in-sync',
  'mirrord-in-sync',
] as const

interface Snapshot {
  readonly data: Buffer
  readonly cluster: Buffer
  readonly session: number
}

export class MirrorTrouble {
  readonly #world: MirrorWorld
  readonly #daemons: MirrorDaemons
  readonly #pauseMs: number
  readonly #snapshots: [Snapshot | null, Snapshot | null] = [null, null]
  #hasFailed = false

  constructor(world: MirrorWorld, daemons: MirrorDaemons) {
    this.#world = world
    this.#daemons = daemons
    this.#pauseMs = world.chance.pick(
      world.theme === 'restarts' ? [300, 900] : [150, 500, 900, 2500],
    )
    const corrupts = { network: [20, 40, 100], restarts: [0], disks: [0], everything: [0, 0, 20] }
    world.network.corruptsOneIn = world.chance.pick(corrupts[world.theme])
  }

  step(): void {
    const world = this.#world
    if (world.quiet || world.calm) return
    if (world.bothInSync() && world.chance.oneIn(8)) this.#snapshot(world.chance.below(2) as Server)
    world.after(world.chance.between(20, this.#pauseMs), () => this.step())
    if (world.chance.oneIn(2)) return this.#layAmbush()
    this.#strike(world.chance.below(2) as Server)
  }

  #layAmbush(): void {
    const world = this.#world
    const server = world.chance.below(2) as Server
    const kind = world.chance.pick(world.theme === 'restarts' ? meetingSteps : steps)
    const left =
      1 + world.chance.below(world.theme === 'restarts' ? 1 : world.chance.pick([1, 3, 20]))
    // Often the same server, and most often its end.
    const picked = world.chance.pick([
      () => world.powerOff(server),
      () => world.powerOff(server),
      () => this.#bothOff(),
      () => this.#bothOff(),
      () => world.kill(server),
      () => world.kill(world.other(server)),
      () => world.powerOff(world.other(server)),
      () => this.#cut(),
      () => this.#strike(server),
      () => this.#rollBack(server),
      () => this.#rollBack(world.other(server)),
      () => this.#damage(server),
    ])
    // When all is copied and the commit is not done yet, the past hurts most.
    const back = kind === 'send commit' ? world.other(server) : server
    const isPast = kind.startsWith('send commit') && world.theme !== 'restarts'
    const strike = isPast ? () => this.#rollBack(back) : picked
    if (world.ambushes.length > 3) world.ambushes.shift()
    world.ambushes.push({ server, kind, left, strike })
  }

  #strike(server: Server): void {
    const world = this.#world
    const { chance, servers } = world
    const { active } = world
    switch (chance.pick(strikes[world.theme])) {
      case 'kill':
        return world.kill(server)
      case 'kill both':
        world.kill(server)
        return world.kill(world.other(server))
      case 'active off':
        return world.powerOff(active ?? server)
      case 'power':
        return world.powerOff(server)
      case 'both off':
        return this.#bothOff()
      case 'one after the other':
        // The one that takes over, too, and soon.
        if (active === null) return
        this.#daemons.cutNext = true
        return world.powerOff(active)
      case 'hand over':
        return this.#daemons.handOver()
      case 'stop service':
        return this.#daemons.stopService()
      case 'fail io':
        return this.#daemons.failIo()
      case 'hang':
        return servers[server].stop(chance.between(10, 1200))
      case 'reset':
        world.trace('connections reset')
        return world.network.reset(chance.below(world.pathCount))
      case 'slow':
        return this.#slow(chance.pick([servers[server].data, servers[server].cluster]))
      case 'fail disk':
        return this.failDisk(server)
      case 'snapshot':
        return this.#snapshot(server)
      case 'roll back':
        return this.#rollBack(server)
      case 'damage':
        return this.#damage(server)
      case 'exchange':
        return this.#exchange(server)
      case 'flap':
        return this.#flap(4)
      case 'cut':
        return this.#cut()
    }
  }

  /** One break after the other, with just enough time to come together in between. */
  #flap(times: number): void {
    const world = this.#world
    if (times === 0 || world.quiet) return
    const set = (up: boolean): void => {
      for (const path of [0, 1])
        for (const side of [0, 1] as const) world.network.set(path, side, up)
    }
    world.trace('all paths cut for a moment')
    set(false)
    world.after(world.chance.between(450, 900), () => {
      set(true)
      world.after(world.chance.between(150, 500), () => this.#flap(times - 1))
    })
  }

  #bothOff(): void {
    this.#world.powerOff(0)
    this.#world.powerOff(1)
  }

  #cut(): void {
    const world = this.#world
    const { chance, network } = world
    const path = chance.below(world.pathCount)
    const from: Server[] = chance.oneIn(3) ? [chance.below(2) as Server] : [0, 1]
    const paths = chance.oneIn(2) ? [0, 1] : [path]
    world.trace(`cut ${paths.join()} from ${from.join()}`)
    for (const cut of paths) for (const side of from) network.set(cut, side, false)
    world.after(chance.between(20, 1500), () => {
      for (const cut of paths) for (const side of from) network.set(cut, side, true)
    })
  }

  #slow(disk: FakeDisk): void {
    const world = this.#world
    const { chance } = world
    if (chance.oneIn(2)) return disk.hang(chance.between(20, 1000))
    disk.slowness = chance.pick([5, 30, 100])
    world.network.slowness = chance.pick([1, 10, 100])
    world.after(chance.between(50, 600), () => {
      disk.slowness = 1
      world.network.slowness = 1
    })
  }

  /** Once in a run: two are too many. Seldom where the other one has not everything. */
  failDisk(index: Server): void {
    const world = this.#world
    const { chance } = world
    const server = world.servers[index]
    const isSpare = world.bothInSync() && world.complete.size === 2
    if (this.#hasFailed || server.engine === null) return
    if (!isSpare && !(world.theme === 'disks' && world.active === index && chance.oneIn(3))) return
    if (chance.oneIn(4)) {
      server.trace('CLUSTER partition fails')
      server.cluster.faults.add({ on: ['write', 'flush'], times: 1 + chance.below(3) })
      return
    }
    this.#hasFailed = true
    const all = ['read', 'write', 'flush']
    const on = chance.pick([['read'], ['write'], ['flush'], [chance.pick(['read', 'write'])], all])
    server.trace(`disk fails: ${on.join()}`)
    const times = chance.pick([1, 1, 3, 1000])
    server.data.faults.add({ on: on as ('read' | 'write' | 'flush')[], times })
  }

  #snapshot(index: Server): void {
    const { data, cluster } = this.#world.servers[index]
    const reading = superblockOf(cluster.content)
    if (reading.kind !== 'record' || reading.record.state !== 'consistent') return
    if (reading.record.alone && !this.#world.chance.oneIn(4)) return
    const { session } = reading.record
    this.#snapshots[index] = {
      data: Buffer.from(data.content),
      cluster: Buffer.from(cluster.content),
      session,
    }
  }

  /** Both partitions as they were in an earlier session; the other server has everything. */
  #rollBack(index: Server): void {
    const world = this.#world
    const snapshot = this.#snapshots[index]
    const other = world.other(index)
    const theirs = superblockOf(world.servers[other].cluster.content)
    if (snapshot === null || theirs.kind !== 'record' || world.holder === index) return
    const { failed, outdated, state, sessionConfirmed } = theirs.record
    const canServe = !failed && outdated === null && state === 'consistent'
    if (!canServe || !world.complete.has(other) || sessionConfirmed <= snapshot.session) return
    const server = world.servers[index]
    world.powerOff(index)
    server.data.preload(0, snapshot.data)
    server.cluster.preload(0, snapshot.cluster)
    server.trace('rolled back')
    world.rolledBack[index] = true
    this.#daemons.forgetsTerms(index)
    world.complete.delete(index)
  }

  /** A bit turns over on the CLUSTER partition of a server that is down. */
  #damage(struck: Server): void {
    const world = this.#world
    const { chance, servers } = world
    const isAlone = ({ cluster }: (typeof servers)[number]): boolean => {
      const reading = superblockOf(cluster.content)
      return reading.kind === 'record' && reading.record.alone
    }
    // It hurts most where one side alone knows what the other one misses.
    const other = world.other(struck)
    const index = !isAlone(servers[struck]) && isAlone(servers[other]) ? other : struck
    const server = servers[index]
    world.powerOff(index)
    const { content } = server.cluster
    const slots = slotOffsets.map((at) => content.subarray(at, at + 4096))
    const isWhole = (slot: Buffer | undefined): boolean =>
      slot !== undefined && superblockOf(Buffer.concat([slot, slot])).kind === 'record'
    // There the map counts most: what left the log is named by nothing else.
    const at = isAlone(server)
      ? chance.pick([logOffset, mapOffset, mapOffset, ...slotOffsets])
      : chance.pick([logOffset, logOffset, mapOffset, ...slotOffsets])
    if (at < logOffset && !slots.every(isWhole)) return
    const byte = at + chance.below(512)
    content[byte] = (content[byte] as number) ^ (1 << chance.below(8))
    server.trace(`a bit turned over at ${byte} of the CLUSTER partition`)
  }

  /** Somebody puts another disk into the data partition's place, and notices after a while. */
  #exchange(index: Server): void {
    const world = this.#world
    const server = world.servers[index]
    if (server.exchanged || !world.complete.has(world.other(index)) || world.active === index)
      return
    world.powerOff(index)
    const right = Buffer.from(server.data.content)
    server.data.content.fill(0xcc)
    server.exchanged = true
    server.trace('another data partition')
    this.#world.after(world.chance.between(300, 2000), () => this.putBack(index, right))
    this.#wrong[index] = right
  }

  readonly #wrong: [Buffer | null, Buffer | null] = [null, null]

  putBack(index: Server, right: Buffer | null = this.#wrong[index]): void {
    const world = this.#world
    const server = world.servers[index]
    if (!server.exchanged || right === null) return
    world.powerOff(index)
    server.data.preload(0, right)
    server.exchanged = false
    server.trace('the right data partition is back')
  }
}
