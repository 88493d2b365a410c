/**
 * The asynchronous mode: the active side acknowledges what it has, and the standby follows.
 *
 * Such a standby is *behind* by its own durable record, from before the first early acknowledgement,
 * and the active side is *alone*: it has left the line of history that the standby is on. So nothing
 * takes the standby for equal, and only a policy that accepts the loss, or an operator, lets it take
 * over. It gets every write in the order of acknowledgement. Before a service is moved, a commit
 * makes both equal again.
 */
import { say } from '../messages/catalogue.ts'
import type { Activation } from './activation.ts'
import { type EngineState, endProof } from './engine-state.ts'
import { goneAlone } from './record.ts'

export class Asynchronous {
  readonly #state: EngineState
  readonly #activation: Activation
  /** The standby is durably behind and this side durably alone, in this session. */
  #established = false
  #asked: number | null = null
  /** Waits until what was asked has come to an end, here as well. */
  #leaving: (() => void) | null = null

  constructor(state: EngineState, activation: Activation) {
    this.#state = state
    this.#activation = activation
  }

  /** Whether what was sent may be acknowledged before the peer has answered. */
  get mayAcknowledgeEarly(): boolean {
    const { phase, role, keeper } = this.#state
    return this.#established && role === 'primary' && phase.name === 'in-sync' && keeper.alone
  }

  /** Asks the standby to mark itself, once both are equal. */
  tick(): void {
    const { settings, role, phase, world } = this.#state
    const isFit = settings.mode === 'async' && role === 'primary' && phase.name === 'in-sync'
    if (!isFit || this.#established || this.#asked !== null || this.#activation.moving) return
    this.#asked = world.link.send({ type: 'behind' })
  }

  /** On the standby: from now on the active side is ahead. */
  marked(sequence: number): void {
    const state = this.#state
    const { world, session, phase, role } = state
    if (role === 'primary' || phase.name !== 'in-sync') return world.link.closeSession()
    endProof(state)
    state.keeper.change(
      (record) => ({ ...record, behind: true }),
      (error) => {
        if (state.session !== session) return
        state.follows = error === null
        const runs = [{ first: sequence, last: sequence }]
        world.link.send({ type: 'done', runs, ok: error === null })
      },
    )
  }

  peerDone(sequence: number): boolean {
    if (this.#asked !== sequence) return false
    const state = this.#state
    const { world, session, settings } = state
    endProof(state)
    const generation = world.newGeneration()
    state.keeper.change(
      (record) => goneAlone(record, { generation, peerGeneration: record.generation }),
      (error) => {
        if (error !== null || state.session !== session) return
        this.#established = true
        if (this.#leaving !== null) return this.ends()
        world.tell(say('mirrord-asynchronous', { mirror: settings.mirror, peer: settings.peer }))
        this.#activation.settle()
        world.changed()
      },
    )
    return true
  }

  /**
   * Both are being made equal again, in order to move the service. A standby that is being marked
   * is marked first: or nobody would take the mark away, and a permission would come afterwards.
   */
  leave(go: () => void): void {
    this.#leaving = go
    if (this.#asked === null || this.#established) this.ends()
  }

  private ends(): void {
    const go = this.#leaving
    this.#leaving = null
    this.#established = false
    this.#asked = null
    go?.()
  }

  /** The standby is behind whatever happens: nobody has to be asked. */
  sessionEnded(): void {
    const wasEarly = this.#established
    this.ends()
    if (wasEarly) this.#activation.permitByOrder()
  }
}
