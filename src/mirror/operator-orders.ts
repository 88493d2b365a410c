/**
 * What an operator may order about one mirror disk: to stay apart, to meet again, to give one of
 * two replicas up, to grow.
 *
 * Each order is made durable where it must hold before anything depends on it, and nothing here
 * brings two diverged replicas together: `force` only marks the loser, and the next meeting decides
 * by the same table as ever.
 */
import { type Message, say } from '../messages/catalogue.ts'
import type { OperatorCommand } from '../wire/mirror-control.ts'
import { noGeneration } from '../wire/superblock.ts'
import type { Activation, Answer } from './activation.ts'
import { type EngineState, endProof, isJoined } from './engine-state.ts'
import { forcedAlone, givenUp } from './record.ts'

type Force = Extract<OperatorCommand, { readonly command: 'force' }>

export class OperatorOrders {
  readonly #state: EngineState
  readonly #activation: Activation
  readonly #waiting = new Map<number, (done: boolean) => void>()

  constructor(state: EngineState, activation: Activation) {
    this.#state = state
    this.#activation = activation
  }

  recover(answer: Answer): void {
    const state = this.#state
    if (state.phase.name === 'refused') return answer(state.phase.reason)
    state.hold = null
    state.world.link.hold(false)
    answer(null)
    state.world.changed()
  }

  /** The target stays *inconsistent*, so a source that serves needs nobody's leave to go on. */
  cancel(answer: Answer): void {
    const state = this.#state
    const { phase, world, settings } = state
    const { mirror } = settings
    if (phase.name !== 'copying' && phase.name !== 'starting') {
      return answer(say('mirrord-nothing-copied', { mirror }))
    }
    const mayGoOn = phase.name === 'copying' && phase.direction === 'source'
    this.holdApart('cancelled')
    if (mayGoOn) this.#activation.permitByOrder()
    world.tell(say('mirrord-copy-cancelled', { mirror }))
    answer(null)
  }

  /** The standby's replica is durably outdated before the active side goes on without it. */
  break(answer: Answer): void {
    const state = this.#state
    const { world, settings, phase } = state
    if (state.role === 'secondary') return this.breakHere(answer)
    if (!isJoined(phase)) return answer(say('mirrord-break-unreachable', { peer: settings.peer }))
    const sequence = world.link.send({ type: 'detach' })
    this.#waiting.set(sequence, (done) => {
      if (!done) return answer(say('mirrord-break-unreachable', { peer: settings.peer }))
      this.brokenOff()
      answer(null)
    })
  }

  private breakHere(answer: Answer): void {
    const { world, phase } = this.#state
    if (this.#activation.moving) return answer(say('mirrord-busy'))
    if (this.#state.keeper.current.alone) {
      // It was active last, and no other replica has it all: a mark would leave none.
      this.holdApart('broken')
      return answer(null)
    }
    const wasJoined = isJoined(phase)
    this.markOutdated((error) => {
      if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
      if (wasJoined && isJoined(this.#state.phase)) world.link.send({ type: 'detached' })
      // What was said leaves first.
      world.after(50, () => {
        this.holdApart('broken')
        answer(null)
      })
    })
  }

  /** The peer, standby, has marked its replica: by its own operator's order. */
  detached(): void {
    if (this.#state.role === 'primary') this.brokenOff()
  }

  /** The active side asks this standby to mark its replica. */
  detach(sequence: number): void {
    const { world, role, session } = this.#state
    if (role === 'primary' || this.#activation.moving) return world.link.closeSession()
    this.markOutdated((error) => {
      if (this.#state.session !== session) return
      const runs = [{ first: sequence, last: sequence }]
      world.link.send({ type: 'done', runs, ok: error === null })
    })
  }

  private brokenOff(): void {
    const { world, settings } = this.#state
    this.holdApart('broken')
    this.#activation.permitByOrder()
    world.tell(say('mirrord-broken', { mirror: settings.mirror, peer: settings.peer }))
  }

  private holdApart(hold: 'cancelled' | 'broken'): void {
    const { world } = this.#state
    this.#state.hold = hold
    world.link.hold(true)
    world.changed()
  }

  private markOutdated(done: (error: string | null) => void): void {
    const state = this.#state
    endProof(state)
    state.markedIn = state.session
    const outdated = { asker: 'operator', breakNumber: 0, atMs: state.world.wallMs() }
    state.keeper.change((record) => ({ ...record, outdated }), done)
  }

  // --- which of two replicas is given up

  force(order: Force, answer: Answer): void {
    const { settings } = this.#state
    const { mirror } = settings
    if (order.loser === settings.server) return this.loseHere(order.loserGeneration, answer)
    if (order.loser !== settings.peer) {
      return answer(say('mirrord-force-unknown', { mirror, loser: order.loser }))
    }
    const { phase } = this.#state
    const isThere = phase.name === 'refused' || isJoined(phase)
    const seen = isThere ? (this.#state.theirs?.generation ?? noGeneration) : noGeneration
    if (seen !== order.loserGeneration) return answer(say('mirrord-force-changed', { mirror }))
    this.keepHere(isThere, seen, answer)
  }

  /** This replica counts, whatever the peer's may hold. */
  private keepHere(isThere: boolean, seen: string, answer: Answer): void {
    const state = this.#state
    const { keeper, world, settings } = state
    const { mirror, peer, server } = settings
    const refused = keepRefusal(state)
    if (refused !== null) return answer(refused)
    const generation = world.newGeneration()
    const decided = (done: boolean): void => {
      if (!done) return answer(say('mirrord-force-unanswered', { mirror, peer }))
      keeper.change(
        (record) => forcedAlone(record, generation),
        (error) => {
          if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
          world.tell(say('mirrord-forced', { mirror, winner: server, loser: peer }))
          world.link.closeSession()
          answer(null)
        },
      )
    }
    if (!isThere) return decided(true)
    this.#waiting.set(world.link.send({ type: 'lose', generation: seen }), decided)
  }

  /** The peer's operator gives this replica up. */
  lose(generation: string, sequence: number): void {
    const { world, session } = this.#state
    this.loseHere(generation, (refused) => {
      if (this.#state.session !== session) return
      const runs = [{ first: sequence, last: sequence }]
      world.link.send({ type: 'done', runs, ok: refused === null })
    })
  }

  private loseHere(generation: string, answer: Answer): void {
    const state = this.#state
    const { keeper, world, settings } = state
    const { mirror, server, peer } = settings
    if (state.role === 'primary' || this.#activation.moving) {
      return answer(say('mirrord-force-active', { mirror, loser: server }))
    }
    if (keeper.current.generation !== generation) {
      return answer(say('mirrord-force-changed', { mirror }))
    }
    if (isPeerIncomplete(state)) {
      return answer(say('mirrord-force-incomplete', { mirror, server: peer }))
    }
    endProof(state)
    // A commit that has begun must not take it for equal all the same.
    state.markedIn = state.session
    const ancestor = state.theirs !== null && state.theirs.base === keeper.current.base
    keeper.change(
      (record) => givenUp(record, ancestor),
      (error) => {
        if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
        world.tell(say('mirrord-forced', { mirror, winner: peer, loser: server }))
        answer(null)
        // After the answer has left; who gave the order may have begun a new session by then.
        const { session } = state
        world.after(50, () => {
          if (state.session === session) world.link.closeSession()
        })
      },
    )
  }

  // --- answers

  /** The peer has answered this sequence; false when it is none of ours. */
  peerDone(sequence: number, ok: boolean): boolean {
    const waiting = this.#waiting.get(sequence)
    if (waiting === undefined) return false
    this.#waiting.delete(sequence)
    waiting(ok)
    return true
  }

  sessionEnded(): void {
    const all = [...this.#waiting.values()]
    this.#waiting.clear()
    for (const waiting of all) waiting(false)
  }
}

/** The peer's replica, as it is shown or being made, is not whole: nothing would be left. */
function isPeerIncomplete({ phase, theirs }: EngineState): boolean {
  if (phase.name === 'refused') return theirs !== null && theirs.state !== 'consistent'
  return 'direction' in phase && phase.direction === 'source'
}

/** Why this replica cannot be the one that counts. */
function keepRefusal(state: EngineState): Message | null {
  const { keeper, settings } = state
  const { mirror, server } = settings
  const { state: replica, failed } = keeper.current
  if (!state.known) return say('mirrord-promote-unknown', { mirror })
  if (!state.bound) return say('mirrord-promote-unbound', { mirror })
  if (failed || keeper.error !== null) return say('mirrord-promote-failed', { mirror })
  return replica === 'consistent' ? null : say('mirrord-force-incomplete', { mirror, server })
}
