/**
 * Comparing both replicas: when it is done, who may ask for it, and what came of the latest one.
 *
 * The side that a copy would come from compares, and counts as right where they differ. Identical
 * *as of the start*: each block was compared at some moment after it, so whatever had gone wrong
 * before the start would have been found, and what went wrong later may not have been.
 */
import { say } from '../messages/catalogue.ts'
import type { MirrorDetail } from '../wire/mirror-control.ts'
import type { Answer } from './activation.ts'
import { Comparison } from './comparison.ts'
import type { EngineState } from './engine-state.ts'
import type { Requests } from './requests.ts'

type Report = NonNullable<MirrorDetail['verify']>

interface Running {
  readonly comparison: Comparison
  readonly repairs: boolean
  readonly startedMs: number
  readonly sizeBytes: number
  /** What it stands on; when that changes it is over. */
  readonly session: object
  readonly role: 'secondary' | 'primary'
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** Where it was due and could not be done. */
const retryMs = hourMs

/**
 * Of two replicas in sync, the one that a copy would come from: that of the active side; if none is
 * active, of the side that was active last; else the side whose name sorts first.
 */
export function isSourceInSync(state: EngineState): boolean {
  if (state.role === 'primary') return true
  if (state.peerActive) return false
  const { activationTerm, peerTerm } = state.keeper.current
  if (activationTerm !== peerTerm) return activationTerm > peerTerm
  return state.settings.server < state.settings.peer
}

export class Verify {
  readonly #state: EngineState
  readonly #requests: Requests
  readonly #readFailed: (error: string) => void
  #running: Running | null = null
  #latest: Report | null = null
  #nextMs: number

  constructor(state: EngineState, requests: Requests, readFailed: (error: string) => void) {
    this.#state = state
    this.#requests = requests
    this.#readFailed = readFailed
    const { everyHours, firstShare } = state.settings.verify
    const firstWithinMs = Math.min(dayMs, everyHours * hourMs)
    this.#nextMs = everyHours === 0 ? Infinity : state.world.nowMs() + firstShare * firstWithinMs
  }

  /** The one under way or the latest one of this life. */
  get report(): Report | null {
    const running = this.#running
    return running === null ? this.#latest : reportOf(running, { isRunning: true })
  }

  get awaited(): number {
    return this.#running?.comparison.awaited ?? 0
  }

  /** Answers when it begins; how it goes is in the reports. */
  order(repairs: boolean, answer: Answer): void {
    const state = this.#state
    const { mirror, peer } = state.settings
    if (this.#running !== null) return answer(say('mirrord-verify-running', { mirror }))
    if (state.phase.name !== 'in-sync') return answer(say('mirrord-verify-apart', { mirror, peer }))
    if (!isSourceInSync(state)) return answer(say('mirrord-verify-elsewhere', { mirror, peer }))
    this.begin({ repairs, isCalm: false })
    answer(null)
  }

  /** Ends the one under way; false when there is none. */
  cancel(): boolean {
    if (this.#running === null) return false
    this.breakOff()
    return true
  }

  /** The peer's answer to something of ours; false when it is not. */
  answered(sequence: number, equal: boolean): boolean {
    return this.#running?.comparison.answered(sequence, equal) ?? false
  }

  roomAgain(): void {
    this.#running?.comparison.pump()
  }

  sessionEnded(): void {
    if (this.#running !== null) this.breakOff()
  }

  tick(nowMs: number): void {
    const running = this.#running
    const state = this.#state
    if (running !== null) {
      const stands =
        running.session === state.session &&
        running.role === state.role &&
        state.phase.name === 'in-sync' &&
        isSourceInSync(state)
      if (stands) running.comparison.pump()
      else this.breakOff()
      return
    }
    if (nowMs < this.#nextMs) return
    const canBe = state.phase.name === 'in-sync' && isSourceInSync(state)
    this.#nextMs = nowMs + (canBe ? state.settings.verify.everyHours * hourMs : retryMs)
    if (canBe) this.begin({ repairs: false, isCalm: true })
  }

  private begin(how: { readonly repairs: boolean; readonly isCalm: boolean }): void {
    const state = this.#state
    const { world, settings } = state
    const { sizeBytes } = state.keeper.current
    const usualMs = this.#requests.latencyMs === 0 ? 1 : this.#requests.latencyMs
    const comparison = new Comparison(
      {
        disk: world.disk,
        ranges: state.ranges,
        differences: state.differences,
        send: (message) => world.link.send(message),
        sendBlocks: (type, offset, data, fua) => world.link.sendBlocks(type, offset, data, fua),
        room: (bytes) => world.link.room(bytes),
        digest: (data) => world.digest(data),
        after: (delayMs, action) => world.after(delayMs, action),
        pace: () => ({
          nowMs: world.nowMs(),
          lastWriteMs: this.#requests.lastWriteMs,
          latencyMs: this.#requests.latencyMs,
          usualMs,
        }),
        failed: (error) => {
          this.breakOff()
          this.#readFailed(error)
        },
        ended: () => this.ended(),
      },
      { sizeBytes, repairs: how.repairs, isCalm: how.isCalm },
    )
    const { session, role } = state
    const startedMs = world.wallMs()
    this.#running = { comparison, repairs: how.repairs, startedMs, sizeBytes, session, role }
    const { mirror, server, peer } = settings
    const id = role === 'primary' ? 'mirrord-verify-active' : 'mirrord-verify-last-active'
    world.tell(say(id, { mirror, server, peer }))
    world.changed()
    comparison.pump()
  }

  private breakOff(): void {
    const running = this.#running
    if (running === null) return
    running.comparison.stop()
    this.#running = null
    this.#latest = reportOf(running, { isRunning: false })
    const { world, settings } = this.#state
    const { mirror, peer } = settings
    const percent = Math.floor((running.comparison.doneBytes / running.sizeBytes) * 100)
    world.tell(say('mirrord-verify-ended', { mirror, peer, percent }))
    world.changed()
  }

  private ended(): void {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#latest = reportOf(running, { isRunning: false })
    const { world, settings } = this.#state
    const { mirror, server, peer } = settings
    const { differingBytes, repairedBytes, places } = running.comparison
    if (differingBytes === 0) world.tell(say('mirrord-verify-identical', { mirror, peer }))
    else {
      const at = places.map((place) => `${place.offset}+${place.length}`).join(' ')
      const found = { mirror, server, peer, bytes: differingBytes, places: at }
      world.tell(say('mirrord-verify-differs', found))
    }
    if (running.repairs && differingBytes > 0) {
      const left = differingBytes - repairedBytes
      if (left > 0) world.tell(say('mirrord-verify-not-repaired', { mirror, peer, bytes: left }))
      else
        world.tell(say('mirrord-verify-repaired', { mirror, server, peer, bytes: repairedBytes }))
    }
    world.changed()
  }
}

function reportOf(running: Running, { isRunning }: { readonly isRunning: boolean }): Report {
  const { comparison, sizeBytes, startedMs } = running
  const { doneBytes, differingBytes, repairedBytes, places } = comparison
  const isWhole = !isRunning && doneBytes === sizeBytes
  return {
    running: isRunning,
    doneBytes,
    totalBytes: sizeBytes,
    differingBytes,
    places: places.map((place) => ({ ...place })),
    repaired: running.repairs && differingBytes > 0 && repairedBytes === differingBytes,
    identicalAsOfMs: isWhole && differingBytes === 0 ? startedMs : null,
  }
}
