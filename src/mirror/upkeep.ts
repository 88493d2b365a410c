/**
 * What has to be done now and then so that a crash costs little: the peer flushes every second, the
 * activity log is emptied of what is on both stable storages, cleared bits reach the disk.
 */
import { type EngineState, replicates } from './engine-state.ts'
import type { Requests } from './requests.ts'

const flushPeerEveryMs = 1000
const coverEveryMs = 10_000
const tidyEveryMs = 2000

export class Upkeep {
  readonly #state: EngineState
  readonly #requests: Requests
  #covering = false
  #flushedMs = 0
  #coveredMs = 0
  #tidiedMs = 0

  readonly #flushFailed: (error: string) => void

  constructor(state: EngineState, requests: Requests, flushFailed: (error: string) => void) {
    this.#state = state
    this.#requests = requests
    this.#flushFailed = flushFailed
  }

  /** The log of the former life may be forgotten once the map that names it all is durable. */
  begin(): void {
    const { differences, log } = this.#state
    const epoch = log.beginEpoch()
    differences.persist((error) => {
      if (error === null) log.covered(epoch)
    })
  }

  tick(nowMs: number): void {
    const state = this.#state
    const { log, unflushed } = state
    const isReplicating = state.role === 'primary' && replicates(state.phase)
    if (isReplicating && !unflushed.isEmpty && nowMs - this.#flushedMs >= flushPeerEveryMs) {
      this.#flushedMs = nowMs
      this.#requests.flushPeer()
    }
    const isDue = nowMs - this.#coveredMs >= coverEveryMs && log.hasUncovered
    if (state.role === 'primary' && (log.wantsCover || isDue)) this.cover(nowMs, isReplicating)
    if (nowMs - this.#tidiedMs < tidyEveryMs) return
    this.#tidiedMs = nowMs
    log.tidy(nowMs)
    state.differences.tidy()
  }

  /** Both flush; or this side alone, if the map names durably what the peer may not have. */
  private cover(nowMs: number, isReplicating: boolean): void {
    if (this.#covering) return
    this.#covering = true
    this.#coveredMs = nowMs
    const finished = (failed: string | number | null): void => {
      this.#covering = false
      if (failed === null && this.#state.log.wantsCover)
        this.#state.world.soon(() => this.tick(this.#state.world.nowMs()))
    }
    if (isReplicating) {
      return this.#requests.flushBoth((error) => finished(error === 0 ? null : error), true)
    }
    const { log, world, differences } = this.#state
    const epoch = log.beginEpoch()
    world.disk.flush((error) => {
      if (error !== null) {
        this.#flushFailed(error)
        return finished(error)
      }
      differences.persist((failed) => {
        if (failed === null) log.covered(epoch)
        finished(failed)
      })
    })
  }
}
