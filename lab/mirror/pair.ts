/**
 * The pair in service: starts what is dead, carries out what judge.ts orders, cuts power.
 *
 * One step at a time. An order that rests on a side's death and the restart of that side are never
 * under way together: a step does one or the other. After every change, and many times a second,
 * there is a next step.
 */
import type { MirrorCommand, MirrorReply } from '../../src/wire/mirror-control.ts'
import type { PairFolder, PairRecord, Side } from './folder.ts'
import { otherSide, sides } from './folder.ts'
import { isSettled, nextOrder, type Order, type PairView, waitsForPermission } from './judge.ts'
import type { PairSide } from './side.ts'

export interface PairTimes {
  readonly aloneAfterMs: number
  readonly restartAfterMs: number
  readonly takeover: boolean
}

export interface PairHooks {
  tell(text: string): void
  /** A side's settings are written anew: what they say of power cuts has changed. */
  writeSettings(side: Side, record: PairRecord): void
}

const tickMs = 20
const promoteMsMax = 20_000
const answerMsMax = 1000
const refusedPauseMs = 100
const failuresMax = 5
const refusalsTold = 5
/** A step that comes so late: we were stopped, and have not listened. */
const awayMs = 1000

export class Pair {
  readonly #folder: PairFolder
  readonly #sides: Readonly<Record<Side, PairSide>>
  readonly #times: PairTimes
  readonly #hooks: PairHooks
  #record: PairRecord
  #term = 0
  #busy = false
  #again = false
  #stopped = false
  #waitingSinceMs: number | null = null
  #steppedMs = performance.now()
  #quietUntilMs = 0
  #refused = ''
  #refusals = 0
  readonly #offUntilMs: Record<Side, number> = { a: 0, b: 0 }
  #settled: (() => void)[] = []
  #failed: ((error: Error) => void) | null = null

  constructor(
    folder: PairFolder,
    made: {
      readonly record: PairRecord
      readonly sides: (changed: () => void) => Readonly<Record<Side, PairSide>>
      readonly times: PairTimes
      readonly hooks: PairHooks
    },
  ) {
    this.#folder = folder
    this.#record = made.record
    this.#sides = made.sides(() => this.poke())
    this.#times = made.times
    this.#hooks = made.hooks
  }

  get active(): Side {
    return this.#record.active
  }

  side(side: Side): PairSide {
    return this.#sides[side]
  }

  /** Resolves when the active side serves and both replicas are in sync. */
  async start(): Promise<void> {
    const timer = setInterval(() => this.poke(), tickMs)
    timer.unref()
    await new Promise<void>((done, failed) => {
      this.#settled.push(done)
      this.#failed = failed
      this.poke()
    })
    this.#failed = null
  }

  /** Cuts the power of some sides; it comes back after a while. Resolves when they are dead. */
  async cutPower(cut: readonly Side[], backAfterMs: number): Promise<void> {
    for (const side of cut) this.#offUntilMs[side] = Number.POSITIVE_INFINITY
    const { powerCuts } = this.#record
    const counted = Object.fromEntries(cut.map((side) => [side, powerCuts[side] + 1]))
    await Promise.all(cut.map((side) => this.#sides[side].cutPower()))
    this.keep({ ...this.#record, powerCuts: { ...powerCuts, ...counted } })
    for (const side of cut) {
      this.#hooks.writeSettings(side, this.#record)
      this.#offUntilMs[side] = performance.now() + backAfterMs
    }
  }

  /** In order: demoted, both left. What does not obey in time is killed. */
  async stop(): Promise<void> {
    this.#stopped = true
    while (this.#busy) await pauseMs(5)
    for (const side of sides) await this.demote(side)
    for (const side of [otherSide(this.active), this.active]) {
      const part = this.#sides[side]
      await part.order({ command: 'quit' }, 10_000)
      if (!(await part.untilEnded(3000))) await part.kill()
      part.stopDisks()
      part.removeSockets()
    }
    this.#folder.forgetState()
  }

  /** At once, nothing in order: when the start has failed. */
  async abandon(): Promise<void> {
    this.#stopped = true
    for (const side of sides) {
      await this.#sides[side].kill()
      this.#sides[side].stopDisks()
      this.#sides[side].removeSockets()
    }
    this.#folder.forgetState()
  }

  private async demote(side: Side): Promise<void> {
    const end = performance.now() + 3000
    for (;;) {
      const reply = await this.#sides[side].order({ command: 'demote' }, 10_000)
      if (reply === null || reply.ok) return
      if (performance.now() > end) {
        this.#hooks.tell(`${side} was not demoted (${reply.error.id}); it is ended as it is.`)
        await this.#sides[side].order({ command: 'flush' }, 10_000)
        return this.#sides[side].kill()
      }
      await pauseMs(50)
    }
  }

  // --- steps

  private poke(): void {
    if (this.#busy) {
      this.#again = true
      return
    }
    if (this.#stopped) return
    this.#busy = true
    void this.step()
      .catch((error: Error) => this.fail(error))
      .finally(() => {
        this.#busy = false
        if (!this.#again) return
        this.#again = false
        setImmediate(() => this.poke())
      })
  }

  private async step(): Promise<void> {
    const nowMs = performance.now()
    const view = this.look(nowMs)
    this.noteState()
    if (isSettled(view)) for (const done of this.#settled.splice(0)) done()
    const order = nowMs < this.#quietUntilMs ? null : nextOrder(view)
    if (order !== null) return this.carryOut(order)
    for (const side of sides) await this.restart(side, nowMs)
  }

  private look(nowMs: number): PairView {
    const away = nowMs - this.#steppedMs > awayMs
    this.#steppedMs = nowMs
    const a = this.#sides.a.view(nowMs, away)
    const b = this.#sides.b.view(nowMs, away)
    for (const { report } of [a, b]) this.#term = Math.max(this.#term, report?.activationTerm ?? 0)
    const { active } = this.#record
    const waits = waitsForPermission((active === 'a' ? a : b).report)
    this.#waitingSinceMs = waits ? (this.#waitingSinceMs ?? nowMs) : null
    const waitedMs = nowMs - (this.#waitingSinceMs ?? nowMs)
    const { takeover, aloneAfterMs } = this.#times
    return { active, a, b, takeover, waitedMs, aloneAfterMs }
  }

  private async restart(side: Side, nowMs: number): Promise<void> {
    const part = this.#sides[side]
    if (part.runs || this.#stopped || nowMs < this.#offUntilMs[side]) return
    if (this.#failed !== null && part.failures >= failuresMax) {
      throw new Error(`kagami-mirrord of ${side} does not stay up:\n${part.lastWords()}`)
    }
    const pause = this.#times.restartAfterMs * 2 ** Math.min(5, Math.max(0, part.failures - 1))
    if (nowMs - part.diedMs < pause) return
    await part.start()
  }

  private async carryOut(order: Order): Promise<void> {
    const { side } = order
    switch (order.kind) {
      case 'kill':
        this.#hooks.tell(`kagami-mirrord of ${side} is silent; it is killed.`)
        return this.#sides[side].kill()
      case 'demote':
        return this.refusable(side, { command: 'demote' })
      case 'promote':
        return this.promote(order)
      case 'permit-excluded':
        return this.permit(side, order.breakNumber, 'peer-excluded')
      case 'ask-to-mark': {
        const { breakNumber, incarnation } = order
        const asker = otherSide(side)
        const mark = { asker, breakNumber, incarnation }
        const command = { command: 'mark-outdated', ...mark } as const
        const reply = await this.#sides[side].order(command, answerMsMax)
        if (reply === null) {
          this.#hooks.tell(`${side} does not answer; it is killed before ${asker} goes on alone.`)
          return this.#sides[side].kill()
        }
        if (reply.ok) return this.permit(asker, breakNumber, 'peer-outdated')
        return this.refused(side, command.command, reply)
      }
    }
  }

  private async promote(order: Extract<Order, { readonly kind: 'promote' }>): Promise<void> {
    const { side, grounds, peerExcluded } = order
    const term = this.#term + 1
    const command = { command: 'promote', term, grounds, peerExcluded } as const
    const reply = await this.#sides[side].order(command, promoteMsMax)
    if (reply === null) return
    this.#term = Math.max(this.#term, Number(reply.ok ? term : (reply.error.args['known'] ?? 0)))
    if (!reply.ok) return this.refused(side, 'promote', reply)
    if (side !== this.#record.active) this.keep({ ...this.#record, active: side })
  }

  private permit(
    side: Side,
    breakNumber: number,
    grounds: 'peer-outdated' | 'peer-excluded',
  ): Promise<void> {
    return this.refusable(side, { command: 'permit-alone', breakNumber, grounds })
  }

  private async refusable(side: Side, command: MirrorCommand): Promise<void> {
    const reply = await this.#sides[side].order(command, promoteMsMax)
    if (reply !== null && !reply.ok) this.refused(side, command.command, reply)
  }

  /**
   * Asked again after a short pause, because what it said may have changed meanwhile; so told, and
   * only once, when it refuses the same again and again.
   */
  private refused(side: Side, what: string, reply: Extract<MirrorReply, { ok: false }>): void {
    const text = `${side} refuses ${what}: ${reply.error.id} ${JSON.stringify(reply.error.args)}`
    this.#refusals = text === this.#refused ? this.#refusals + 1 : 1
    this.#refused = text
    if (this.#refusals === refusalsTold) this.#hooks.tell(text)
    this.#quietUntilMs = performance.now() + refusedPauseMs
  }

  // --- records

  recordCreated(created: readonly Side[]): void {
    this.keep({ ...this.#record, created })
  }

  private keep(record: PairRecord): void {
    this.#record = record
    this.#folder.writeRecord(record)
  }

  #noted = ''

  private noteState(): void {
    const pids = sides.map((side) => this.#sides[side].pid)
    const key = JSON.stringify([pids, this.active])
    if (key === this.#noted) return
    this.#noted = key
    const { a, b } = this.#sides
    const disk = a.disks.group === null ? 'plain' : 'volatile'
    const lab = this.#folder.file('lab.sock')
    const state = { pid: process.pid, disk, active: this.active, lab } as const
    this.#folder.writeState({ ...state, a: a.state(), b: b.state() })
  }

  private fail(error: Error): void {
    if (this.#failed !== null) this.#failed(error)
    else this.#hooks.tell(error.message)
  }
}

function pauseMs(durationMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, durationMs))
}
