/**
 * Two shipped cores in a world that a test commands: links, power, mirror disks, resources, an
 * arbiter. Time is a number; everything happens in the same order every time.
 */
import type { Effect } from '../src/core/effect.ts'
import type { Event, Outcome } from '../src/core/event.ts'
import type { GroupOrder } from '../src/core/gossip.ts'
import type { DurableRecord } from '../src/core/record.ts'
import { gossipOf } from '../src/core/say-gossip.ts'
import { start } from '../src/core/start.ts'
import type { Settings, State } from '../src/core/state.ts'
import { step } from '../src/core/step.ts'
import { codeOf, render, say } from '../src/messages/catalogue.ts'
import { fakeMirror, type FakeMirror } from './fake-mirror.ts'

export type Server = 'SERVER1' | 'SERVER2'
export type LinkName = 'interconnect' | 'public'

interface Machine {
  power: boolean
  frozen: boolean
  daemon: boolean
  boot: number
  daemonLife: number
  state: State | null
  record: DurableRecord | null
  /** Heartbeats: when our latest that the peer acknowledged was sent, per link. */
  acknowledged: Record<string, number | null>
  running: Set<string>
  leaving: boolean
}

interface Due {
  readonly at: number
  readonly order: number
  readonly run: () => void
}

export interface Faults {
  /** `SERVER1/httpd/start`: fails; `…/stop`: hangs until its time is over. */
  readonly failing: Set<string>
  readonly cut: Set<`${Server}/${LinkName}`>
  /** The ping target. */
  clientUp: boolean
}

const beatMs = 100
const tickMs = 50
const effectMs = 10

export class Cluster {
  now = 0
  readonly log: string[] = []
  readonly violations: string[] = []
  readonly faults: Faults = { failing: new Set(), cut: new Set(), clientUp: true }
  readonly mirror: FakeMirror
  private readonly machines: Record<Server, Machine>
  private readonly settings: (self: Server) => Settings
  private due: Due[] = []
  private order = 0

  constructor(settings: (self: Server) => Settings, copyMs = 500) {
    this.settings = settings
    this.mirror = fakeMirror('NMP1', ['SERVER1', 'SERVER2'], copyMs)
    this.machines = { SERVER1: newMachine(), SERVER2: newMachine() }
    this.every(tickMs, () => this.tick())
    this.every(beatMs, () => this.beat())
  }

  machine(server: Server): Readonly<Machine> {
    return this.machines[server]
  }

  powerOn(server: Server): void {
    const machine = this.machines[server]
    machine.power = true
    machine.boot += 1
    machine.frozen = false
    machine.leaving = false
    machine.running.clear()
    this.note(server, '— powered on')
    this.startDaemon(server)
  }

  powerOff(server: Server): void {
    const machine = this.machines[server]
    Object.assign(machine, { power: false, daemon: false, state: null })
    machine.running.clear()
    this.mirror.kill(server)
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
    const settings = { ...this.settings(server), bootId: `boot-${machine.boot}` }
    const first = start(settings, machine.record, this.now)
    machine.state = first.state
    this.performAll(server, first.effects)
  }

  killMirrord(server: Server): void {
    this.mirror.kill(server)
    this.note(server, '— kagami-mirrord killed')
    this.happened(server, { kind: 'mirrord-lost', mirror: 'NMP1', at: this.now })
  }

  freeze(server: Server, frozen: boolean): void {
    this.machines[server].frozen = frozen
    this.note(server, frozen ? '— frozen' : '— thawed')
    const lost = !frozen && this.mirror.replicas[server]?.alive === false
    if (lost) this.happened(server, { kind: 'mirrord-lost', mirror: 'NMP1', at: this.now })
  }

  cut(server: Server, link: LinkName, isCut: boolean): void {
    if (isCut) this.faults.cut.add(`${server}/${link}`)
    else this.faults.cut.delete(`${server}/${link}`)
    this.note(server, `— ${link} ${isCut ? 'cut' : 'mended'}`)
    this.happened(server, { kind: 'carrier-changed', link, up: !isCut, at: this.now })
  }

  ask(server: Server, order: GroupOrder | { kind: 'leave' }): void {
    this.order += 1
    this.happened(server, { kind: 'operator-asked', id: `op${this.order}`, order, at: this.now })
  }

  /** Lets time pass. */
  run(ms: number): void {
    const end = this.now + ms
    for (;;) {
      this.due.sort((a, b) => a.at - b.at || a.order - b.order)
      const next = this.due[0]
      if (next === undefined || next.at > end) break
      this.due.shift()
      this.now = next.at
      next.run()
    }
    this.now = end
  }

  /** Which servers have something of the group running. */
  activeOn(): Server[] {
    return (['SERVER1', 'SERVER2'] as const).filter(
      (server) => this.machines[server].running.size > 0,
    )
  }

  private tick(): void {
    this.mirror.tick(this.linkUp('interconnect') || this.linkUp('public'), tickMs)
    for (const server of ['SERVER1', 'SERVER2'] as const) {
      const replica = this.mirror.replicas[server]
      if (replica?.alive === true) {
        this.happened(server, {
          kind: 'mirror-reported',
          mirror: 'NMP1',
          report: replica.report,
          at: this.now,
        })
      }
      this.happened(server, { kind: 'ticked', at: this.now })
    }
    if (this.activeOn().length === 2)
      this.violations.push(`${this.time()} the group is active on both servers`)
  }

  private beat(): void {
    for (const from of ['SERVER1', 'SERVER2'] as const) {
      const to = peerOf(from)
      const sender = this.machines[from]
      if (sender.state === null || sender.frozen) continue
      const gossip = gossipOf(sender.state)
      const sentAt = this.now
      for (const link of ['interconnect', 'public'] as const) {
        if (!this.linkUp(link)) continue
        const receiver = this.machines[to]
        if (receiver.state === null || receiver.frozen) continue
        sender.acknowledged[link] = sentAt
        this.at(1, () => {
          this.happened(to, {
            kind: 'heartbeat-heard',
            link,
            incarnation: String(sender.daemonLife),
            acknowledgedSentAt: receiver.acknowledged[link] ?? null,
            roundTripMs: 1,
            gossip,
            at: this.now,
          })
        })
      }
    }
  }

  private linkUp(link: LinkName): boolean {
    const both = this.machines.SERVER1.power && this.machines.SERVER2.power
    return (
      both && !this.faults.cut.has(`SERVER1/${link}`) && !this.faults.cut.has(`SERVER2/${link}`)
    )
  }

  private happened(server: Server, event: Event): void {
    const machine = this.machines[server]
    if (machine.state === null || machine.frozen || !machine.power) return
    const next = step(machine.state, event)
    machine.state = next.state
    this.performAll(server, next.effects)
  }

  private performAll(server: Server, effects: readonly Effect[]): void {
    const life = this.machines[server].daemonLife
    for (const effect of effects) {
      const [delay, outcome] = this.perform(server, effect)
      if (outcome === null) continue
      this.at(delay, () => {
        if (this.machines[server].daemonLife !== life) return
        this.happened(server, {
          kind: 'effect-finished',
          id: effect.id,
          outcome: outcome(),
          at: this.now,
        })
      })
    }
  }

  /** How long it takes, and what comes of it. */
  private perform(server: Server, effect: Effect): [number, (() => Outcome) | null] {
    const machine = this.machines[server]
    const done: Outcome = { ok: true }
    switch (effect.kind) {
      case 'write-record':
        return [effectMs, () => ((machine.record = effect.record), done)]
      case 'start-resource':
        return [effectMs * 5, () => this.startResource(server, effect)]
      case 'stop-resource':
        return this.stopResource(server, effect)
      case 'observe-resource':
        return [
          effectMs,
          () => ({
            ok: true,
            detail: { kind: 'observed', running: machine.running.has(effect.resource) },
          }),
        ]
      case 'run-monitor':
        return [effectMs, () => this.runMonitor(server, effect.monitor)]
      case 'command-mirror':
        return [effectMs, () => this.mirror.command(server, effect.command)]
      case 'start-mirrord':
        return [effectMs * 10, () => (this.mirror.start(server), done)]
      case 'examine-peer':
        return [200, () => this.examine(server)]
      case 'reset-server':
        this.at(effectMs, () => {
          this.powerOff(server)
          this.at(2000, () => this.powerOn(server))
        })
        return [0, null]
      case 'exit-daemon':
        this.mirror.command(server, { command: 'quit' })
        Object.assign(machine, { power: false, daemon: false, state: null })
        this.note(server, '— off')
        return [0, null]
      case 'tell':
        this.note(server, `${codeOf(effect.message)} ${render(effect.message, 'en')}`)
        return [0, null]
      case 'answer-operator':
        this.note(
          server,
          `-> ${effect.accepted ? 'accepted' : 'refused'}: ${render(effect.message, 'en')}`,
        )
        return [0, null]
    }
  }

  private startResource(
    server: Server,
    effect: Extract<Effect, { kind: 'start-resource' }>,
  ): Outcome {
    const key = `${server}/${effect.resource}/start`
    const failed: Outcome = {
      ok: false,
      error: say('resource-failed', { resource: effect.resource, reason: 'made to fail' }),
    }
    this.machines[server].running.add(effect.resource)
    if (this.faults.failing.has(key)) {
      this.machines[server].running.delete(effect.resource)
      return failed
    }
    return effect.promotion === null ? { ok: true } : this.mirror.command(server, effect.promotion)
  }

  private stopResource(
    server: Server,
    effect: Extract<Effect, { kind: 'stop-resource' }>,
  ): [number, () => Outcome] {
    const timedOut: Outcome = {
      ok: false,
      error: say('script-timed-out', { resource: effect.resource, path: 'stop', seconds: 1 }),
    }
    if (this.faults.failing.has(`${server}/${effect.resource}/stop`)) return [1000, () => timedOut]
    return [
      effectMs * 5,
      () => {
        this.machines[server].running.delete(effect.resource)
        if (effect.resource === 'disk') this.mirror.command(server, { command: 'demote' })
        return { ok: true }
      },
    ]
  }

  private runMonitor(server: Server, monitor: string): Outcome {
    const dead =
      monitor === 'public-lan' && (this.faults.cut.has(`${server}/public`) || !this.faults.clientUp)
    const down = monitor === 'page' && this.faults.failing.has(`${server}/httpd/run`)
    if (!dead && !down) return { ok: true }
    return { ok: false, error: say('link-silent', { link: 'public', targets: '192.168.4.100' }) }
  }

  private examine(server: Server): Outcome {
    const peer = this.machines[peerOf(server)]
    const kernelAnswers = peer.power && (this.linkUp('interconnect') || this.linkUp('public'))
    const reaches = this.faults.clientUp && !this.faults.cut.has(`${server}/public`)
    const session = this.mirror.replicas[server]?.report.link.state === 'connected'
    return {
      ok: true,
      detail: {
        kind: 'peer-examined',
        kernelAnswers,
        mirrorAlive: session && kernelAnswers,
        arbiter: reaches ? 'win' : 'lose',
      },
    }
  }

  private note(server: Server, text: string): void {
    this.log.push(`${this.time()} ${server}  ${text}`)
  }

  private time(): string {
    return (this.now / 1000).toFixed(2).padStart(7)
  }

  private at(delayMs: number, run: () => void): void {
    this.order += 1
    this.due.push({ at: this.now + delayMs, order: this.order, run })
  }

  private every(periodMs: number, run: () => void): void {
    this.at(periodMs, () => {
      run()
      this.every(periodMs, run)
    })
  }
}

export function peerOf(server: Server): Server {
  return server === 'SERVER1' ? 'SERVER2' : 'SERVER1'
}

function newMachine(): Machine {
  return {
    power: false,
    frozen: false,
    daemon: false,
    boot: 0,
    daemonLife: 0,
    state: null,
    record: null,
    acknowledged: {},
    running: new Set(),
    leaving: false,
  }
}
