/**
 * Two shipped cores in a world that a test commands: links, power, mirror disks, resources, an
 * arbiter. Time is a number; everything happens in the same order every time.
 *
 * What is under way ends with the power of its server, waits while the server stands still, and,
 * unless it is a program of its own, ends with the daemon that ordered it.
 */
import type { Effect } from '../src/core/effect.ts'
import type { Event } from '../src/core/event.ts'
import type { AnyOrder } from '../src/core/gossip.ts'
import { acknowledges, guardUntil } from '../src/core/lease.ts'
import { gossipOf } from '../src/core/say-gossip.ts'
import { start } from '../src/core/start.ts'
import type { Settings, State } from '../src/core/state.ts'
import { step } from '../src/core/step.ts'
import { explain } from '../src/core/why.ts'
import { codeOf, render, type Message } from '../src/messages/catalogue.ts'
import { Agenda } from './agenda.ts'
import type { Happening } from './happening.ts'
import { newRegister, type FakeRegister } from './fake-register.ts'
import { FakeMirror, type MirrorPlant } from './fake-mirror.ts'
import {
  canTalk,
  copyOf,
  copyOfFaults,
  flows,
  newMachine,
  noFaults,
  peerOf,
  servers,
  type Faults,
  type LinkName,
  type Machine,
  type Server,
} from './machine.ts'
import { Referee, type Violation } from './referee.ts'
import {
  outcomeOf,
  performance,
  type Performed,
  type Surroundings,
  type WorldPlant,
} from './perform.ts'

export interface ClusterOptions {
  readonly settings: (self: Server) => Settings
  readonly copyMs?: number
  readonly plant?: MirrorPlant | WorldPlant | null
}

/** Something said to operators, or an event of the world itself (`message: null`). */
export interface Said {
  readonly atMs: number
  readonly server: Server
  readonly message: Message | null
  readonly note: string
}

/** A server that runs already, as its daemon knows it. */
export interface Live {
  readonly state: State
  readonly running: readonly string[]
}

export interface Snapshot {
  readonly machines: Readonly<Record<Server, Readonly<Machine>>>
  readonly faults: Readonly<Faults>
  readonly mirrors: Readonly<Record<string, FakeMirror>>
  readonly register: Readonly<FakeRegister>
  readonly groups: readonly string[]
  readonly isExcused: boolean
  readonly now: number
  readonly agenda: readonly { readonly inMs: number; readonly what: Happening }[]
}

const beatMs = 100
/** Long enough for the next step, which says it anew. */
const holderMs = 1000
const tickMs = 50
const resetMs = 2000

export class Cluster {
  readonly log: string[] = []
  /** The same, with the messages themselves. */
  readonly said: Said[] = []
  /** Facts that a core was given. */
  events = 0
  readonly faults: Faults
  readonly mirrors: Readonly<Record<string, FakeMirror>>
  readonly register: FakeRegister
  private readonly options: ClusterOptions
  private readonly machines: Record<Server, Machine>
  private readonly settings: Readonly<Record<Server, Settings>>
  private readonly world: Surroundings
  private readonly referee: Referee
  private readonly agenda: Agenda<Happening>
  private orders = 0

  /** `of`: an independent copy of that world. */
  constructor(options: ClusterOptions, of: Cluster | null = null) {
    const { settings, copyMs = 500, plant = null } = options
    this.options = options
    this.settings = of?.settings ?? { SERVER1: settings('SERVER1'), SERVER2: settings('SERVER2') }
    this.machines =
      of === null
        ? { SERVER1: newMachine(), SERVER2: newMachine() }
        : { SERVER1: copyOf(of.machines.SERVER1), SERVER2: copyOf(of.machines.SERVER2) }
    this.faults = of === null ? noFaults(this.settings.SERVER1.links) : copyOfFaults(of.faults)
    const isWorlds = plant === 'peer-looks-dead'
    const violated = (what: string): void => this.referee.violated(what)
    const mirrorPlant = isWorlds ? null : plant
    this.mirrors = Object.fromEntries(
      this.settings.SERVER1.mirrors.map((mirror) => [
        mirror,
        of?.mirrors[mirror]?.clone(violated) ??
          new FakeMirror({ mirror, servers, copyMs, plant: mirrorPlant, violated }),
      ]),
    )
    this.register = of === null ? newRegister() : { ...of.register }
    this.agenda = of?.agenda.clone() ?? new Agenda()
    const { machines, faults, mirrors, register } = this
    const powerOff = (server: Server): void => {
      if (machines[server].power) this.powerOff(server)
    }
    this.world = { machines, faults, mirrors, register, powerOff, plant: isWorlds ? plant : null }
    const now = (): number => this.agenda.nowMs
    const sight = { machines, faults, mirrors, register, settings: this.settings.SERVER1, now }
    this.referee = new Referee(sight, of?.referee ?? null)
    if (of !== null) {
      this.events = of.events
      this.orders = of.orders
      return
    }
    this.agenda.after(tickMs, { kind: 'tick' })
    this.agenda.after(beatMs, { kind: 'beat' })
  }

  /** The log is not copied: it begins anew. */
  clone(): Cluster {
    return new Cluster(this.options, this)
  }

  get violations(): readonly Violation[] {
    return this.referee.violations
  }

  /** Goes on from a server that runs, instead of from its boot. Both servers at the same time. */
  adopt(server: Server, { state, running }: Live): void {
    const machine = this.machines[server]
    this.agenda.jumpTo(state.now)
    const acknowledged = Object.fromEntries(this.faults.links.map((link) => [link, state.now]))
    Object.assign(machine, { power: true, daemon: true, boot: 1, daemonLife: 1, acknowledged })
    // What was under way is not known to this world, and ends without a word.
    machine.state = { ...state, pending: {} }
    machine.record = state.record
    machine.guardUntil = state.guardArmed ? state.now + holderMs : null
    for (const each of running) machine.running.add(each)
    this.referee.believe(server)
  }

  /** Both sides went on where no core could prevent it, and their replicas are not one yet. */
  get isExcused(): boolean {
    return this.referee.isExcused
  }

  /** All of it, to be looked at. */
  snapshot(): Snapshot {
    const { machines, faults, mirrors, register, now } = this
    const groups = this.settings.SERVER1.groups.map(({ name }) => name)
    const { isExcused } = this
    const agenda = this.agenda.toList()
    return { machines, faults, mirrors, register, groups, isExcused, now, agenda }
  }

  /** The first mirror disk, where there is only one to speak of. */
  get mirror(): FakeMirror {
    const [first] = Object.values(this.mirrors)
    if (first === undefined) throw new Error('this cluster has no mirror disk')
    return first
  }

  get now(): number {
    return this.agenda.nowMs
  }

  machine(server: Server): Readonly<Machine> {
    return this.machines[server]
  }

  powerOn(server: Server): void {
    const machine = this.machines[server]
    Object.assign(machine, { power: true, frozen: false, boot: machine.boot + 1 })
    machine.running.clear()
    this.note(server, '— powered on')
    this.startDaemon(server)
    if (machine.state !== null) this.referee.checkBoot(server, machine.state)
  }

  powerOff(server: Server): void {
    this.goDark(server)
    this.note(server, '— power cut')
  }

  killDaemon(server: Server): void {
    Object.assign(this.machines[server], { daemon: false, state: null })
    this.note(server, '— kagamid killed')
  }

  startDaemon(server: Server): void {
    const machine = this.machines[server]
    machine.daemon = true
    machine.daemonLife += 1
    machine.acknowledged = {}
    const settings = { ...this.settings[server], bootId: `boot-${machine.boot}` }
    const first = start(settings, machine.record, this.now)
    machine.state = first.state
    this.performAll(server, first.effects)
  }

  killMirrord(server: Server): void {
    this.note(server, '— kagami-mirrord killed')
    for (const [mirror, disk] of Object.entries(this.mirrors)) {
      disk.kill(server)
      this.happened(server, { kind: 'mirrord-lost', mirror, at: this.now })
    }
  }

  freeze(server: Server, frozen: boolean): void {
    this.machines[server].frozen = frozen
    this.note(server, frozen ? '— frozen' : '— thawed')
    for (const [mirror, { replicas }] of Object.entries(this.mirrors)) {
      const isLost = !frozen && replicas[server]?.alive === false
      if (isLost) this.happened(server, { kind: 'mirrord-lost', mirror, at: this.now })
    }
  }

  cut(server: Server, link: LinkName, isCut: boolean): void {
    if (isCut) this.faults.cut.add(`${server}/${link}`)
    else this.faults.cut.delete(`${server}/${link}`)
    this.note(server, `— ${link} ${isCut ? 'cut' : 'mended'}`)
    this.happened(server, { kind: 'carrier-changed', link, up: !isCut, at: this.now })
  }

  ask(server: Server, order: AnyOrder): void {
    this.orders += 1
    this.happened(server, { kind: 'operator-asked', id: `op${this.orders}`, order, at: this.now })
  }

  /** What `kagami why` says there now. */
  explain(server: Server): void {
    const { state } = this.machines[server]
    if (state === null) return
    for (const { message, agoMs } of explain(state, null)) {
      const age = agoMs === null ? '' : ` (${agoMs} ms ago)`
      this.note(server, `? ${render(message, 'en')}${age}`)
    }
  }

  /** Lets time pass. */
  run(ms: number): void {
    const until = this.now + ms
    for (let what = this.agenda.takeUntil(until); what; what = this.agenda.takeUntil(until)) {
      this.happen(what)
    }
    this.agenda.nowMs = Math.max(this.now, until)
  }

  /** Which servers have something of the group running. */
  activeOn(): Server[] {
    return servers.filter((server) => this.machines[server].running.size > 0)
  }

  private happen(what: Happening): void {
    switch (what.kind) {
      case 'tick':
        this.tick()
        return this.agenda.after(tickMs, what)
      case 'beat':
        this.beat()
        return this.agenda.after(beatMs, what)
      case 'hear':
        return this.happened(what.to, { ...what.event, at: this.now })
      case 'power-returns':
        if (!this.machines[what.server].power) this.powerOn(what.server)
        return
      case 'ends':
      case 'guard-speaks':
      case 'resets':
        // Not before the server moves again.
        if (this.machines[what.server].frozen) return this.agenda.after(tickMs, what)
        return this.move(what)
    }
  }

  private move(what: Extract<Happening, { kind: 'ends' | 'guard-speaks' | 'resets' }>): void {
    const { server } = what
    const machine = this.machines[server]
    switch (what.kind) {
      case 'ends':
        return this.end(what)
      case 'guard-speaks': {
        machine.isGuardTelling = false
        const armed = machine.guardUntil !== null
        return this.happened(server, { kind: 'guard-reported', armed, at: this.now })
      }
      case 'resets':
        if (!machine.power || machine.boot !== what.boot) return
        this.powerOff(server)
        return this.agenda.after(resetMs, { kind: 'power-returns', server })
    }
  }

  private tick(): void {
    const { machines, faults } = this
    this.referee.lookForExcuse(tickMs)
    const bothUp = servers.every((server) => machines[server].power)
    const reachable = bothUp && canTalk(faults) && !faults.failing.has('mirror-port')
    const frozen = servers.filter((server) => machines[server].frozen)
    const disks = Object.entries(this.mirrors)
    for (const [, disk] of disks) disk.tick({ reachable, elapsedMs: tickMs, frozen })
    for (const server of servers) {
      this.referee.sense(server)
      this.guard(server)
      for (const [mirror, { replicas }] of disks) {
        const replica = replicas[server]
        if (replica?.alive !== true) continue
        const { report } = replica
        this.happened(server, { kind: 'mirror-reported', mirror, report, at: this.now })
      }
      this.happened(server, { kind: 'ticked', at: this.now })
    }
    this.referee.look()
  }

  /** A program of its own, and a watchdog that does not stand still with the programs. */
  private guard(server: Server): void {
    const { guardUntil: until, power } = this.machines[server]
    if (!power || until === null || this.now <= until) return
    this.note(server, '— reset by its guard')
    this.goDark(server)
    this.agenda.after(resetMs, { kind: 'power-returns', server })
  }

  /** What the daemon tells its guard after each step. */
  private instruct(server: Server, state: State): void {
    const machine = this.machines[server]
    const until = guardUntil(state)
    const isBroken = this.faults.failing.has(`${server}/guard`)
    if (until !== 'keep' && (until === null || !isBroken)) machine.guardUntil = until
    const isArmed = machine.guardUntil !== null
    if (isArmed === state.guardArmed || machine.isGuardTelling) return
    machine.isGuardTelling = true
    this.agenda.after(5, { kind: 'guard-speaks', server })
  }

  private beat(): void {
    for (const from of servers) {
      const sender = this.machines[from]
      const receiver = this.machines[peerOf(from)]
      if (sender.state === null || sender.frozen) continue
      const gossip = gossipOf(sender.state)
      this.referee.checkWord(from, sender.state, gossip)
      const incarnation = String(sender.daemonLife)
      for (const link of this.faults.links) {
        if (!sender.power || !receiver.power || !flows(this.faults, from, link)) continue
        if (receiver.state === null || receiver.frozen) continue
        const acknowledged = acknowledges(receiver.state)
        if (acknowledged) sender.acknowledged[link] = this.now
        // Without an acknowledgement it proves nothing; and the next one of the other side knows it.
        if (!acknowledges(sender.state)) {
          if (!acknowledged) continue
          this.happened(peerOf(from), { kind: 'heartbeat-acknowledged', at: this.now })
          continue
        }
        const acknowledgedSentAt = receiver.acknowledged[link] ?? null
        const heard = {
          kind: 'heartbeat-heard',
          link,
          incarnation,
          acknowledged,
          acknowledgedSentAt,
        } as const
        const event = { ...heard, roundTripMs: 1, gossip }
        this.agenda.after(1, { kind: 'hear', to: peerOf(from), event })
      }
    }
  }

  private happened(server: Server, event: Event): void {
    const machine = this.machines[server]
    if (machine.state === null || machine.frozen || !machine.power) return
    this.events += 1
    const before = machine.state
    const next = step(before, event)
    machine.state = next.state
    this.instruct(server, next.state)
    this.referee.checkChange(server, before, next.state)
    for (const effect of next.effects) this.referee.checkDeed(server, effect)
    this.performAll(server, next.effects)
  }

  private performAll(server: Server, effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'tell':
          this.note(
            server,
            `${codeOf(effect.message)} ${render(effect.message, 'en')}`,
            effect.message,
          )
          break
        case 'answer-operator': {
          const answer = effect.accepted ? 'accepted' : 'refused'
          this.note(server, `-> ${answer}: ${render(effect.message, 'en')}`)
          break
        }
        case 'reset-server':
          this.reset(server)
          break
        case 'exit-daemon':
          for (const disk of Object.values(this.mirrors)) disk.command(server, { command: 'quit' })
          this.goDark(server)
          this.note(server, '— off')
          if (effect.afterwards === 'reboot') {
            this.agenda.after(resetMs, { kind: 'power-returns', server })
          }
          return
        default:
          this.begin(server, effect)
      }
    }
  }

  private begin(server: Server, effect: Performed): void {
    const { boot, daemonLife: life } = this.machines[server]
    const performed = performance(this.world, server, effect)
    const what = { kind: 'ends', server, boot, life, effect, performance: performed } as const
    this.agenda.after(performed.takesMs, what)
  }

  private end({ server, boot, life, effect, ...rest }: Extract<Happening, { kind: 'ends' }>): void {
    const machine = this.machines[server]
    if (!machine.power || machine.boot !== boot) return
    const isOrphan = !machine.daemon || machine.daemonLife !== life
    if (isOrphan && !rest.performance.outlivesDaemon) return
    const outcome = outcomeOf(this.world, server, effect, rest.performance)
    if (isOrphan) return
    this.happened(server, { kind: 'effect-finished', id: effect.id, outcome, at: this.now })
  }

  private reset(server: Server): void {
    const { boot } = this.machines[server]
    this.agenda.after(10, { kind: 'resets', server, boot })
  }

  private goDark(server: Server): void {
    const machine = this.machines[server]
    Object.assign(machine, { power: false, daemon: false, frozen: false, state: null })
    machine.guardUntil = null
    machine.running.clear()
    for (const disk of Object.values(this.mirrors)) disk.kill(server)
  }

  private note(server: Server, text: string, message: Message | null = null): void {
    this.said.push({ atMs: this.now, server, message, note: text })
    this.log.push(`${secondsOf(this.now)} ${server}  ${text}`)
  }
}

/** `   4.35` */
export function secondsOf(ms: number): string {
  return (ms / 1000).toFixed(2).padStart(7)
}
