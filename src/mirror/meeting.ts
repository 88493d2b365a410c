/**
 * Two replicas meet: from the first words of a session to being in sync.
 *
 *     greeting    each shows its record; both decide with the same pure function
 *     starting    each makes durable what its part needs: the target that it is *inconsistent*,
 *                 the source that it is *alone* (its line of history leaves the target's)
 *     copying     every block, and the clients' writes in between
 *     committing  (1) the source durably gives up *alone*; (2) the target flushes and durably
 *                 takes the source's generation; (3) it answers; (4) the source records it
 *     in-sync
 *
 * A break at any point leaves records from which the same function finds the way again.
 */
import { say } from '../messages/catalogue.ts'
import type { PeerMessage, ReplicaView } from '../wire/peer-message.ts'
import type { ReplicaRecord } from '../wire/superblock.ts'
import type { Activation } from './activation.ts'
import { CopySource } from './copy-source.ts'
import { type EngineState, endProof, knownTerm, type Phase, viewOf } from './engine-state.ts'
import type { PeerWrites } from './peer-writes.ts'
import * as record from './record.ts'
import type { Requests } from './requests.ts'
import { verdictMessage } from './verdict-message.ts'
import { whichWay } from './which-way.ts'

type Commit = Extract<PeerMessage, { readonly type: 'commit' }>
type Starting = Extract<Phase, { readonly name: 'starting' }>

/** So much on the way to the peer holds back the copy; twice as much the clients. */
export const congestedBytes = 16 * 1024 * 1024

export class Meeting {
  readonly #state: EngineState
  readonly #requests: Requests
  readonly #peerWrites: PeerWrites
  readonly #activation: Activation

  constructor(
    state: EngineState,
    parts: { requests: Requests; peerWrites: PeerWrites; activation: Activation },
  ) {
    this.#state = state
    this.#requests = parts.requests
    this.#peerWrites = parts.peerWrites
    this.#activation = parts.activation
  }

  sessionBegan(): void {
    const state = this.#state
    state.session = {}
    if (this.#activation.moving) return state.world.link.closeSession()
    const sent = viewOf(state)
    this.enter({ name: 'greeting', sent })
    state.world.link.send({ type: 'record', view: sent })
  }

  sessionEnded(): void {
    const state = this.#state
    const { phase } = state
    if (phase.name === 'copying' && phase.direction === 'source') phase.copy.stop()
    state.session = {}
    state.peerActive = false
    this.enter({ name: 'apart' })
  }

  /** The peer's record: both sides now decide, and come to matching answers. */
  greeted(theirs: ReplicaView): void {
    const state = this.#state
    const { phase } = state
    if (phase.name !== 'greeting') return state.world.link.closeSession()
    // What was shown is what is decided on; if it changed meanwhile, meet again.
    const now = viewOf(state)
    const changed = now.active !== phase.sent.active || now.outdated !== phase.sent.outdated
    if (changed) return state.world.link.closeSession()
    state.peerActive = theirs.active
    state.peerBreakNumber = theirs.breakNumber
    const verdict = whichWay(phase.sent, theirs)
    if ('cover' in verdict) return this.start(verdict.kind, phase.sent, theirs)
    const reason = verdictMessage(verdict, state.settings.mirror)
    state.world.tell(reason)
    const kind = verdict.kind === 'split-brain' ? 'split-brain' : 'refused'
    this.enter({ name: 'refused', state: kind, reason })
    if (verdict.kind === 'double-activation') {
      this.#activation.foundDouble(`${phase.sent.activationTerm} ${theirs.activationTerm}`)
    }
  }

  private start(direction: 'source' | 'target', mine: ReplicaView, theirs: ReplicaView): void {
    const state = this.#state
    const number = Math.max(mine.session, theirs.session) + 1
    const starting: Starting = { name: 'starting', direction, number, theirs, ready: false }
    this.enter(starting)
    endProof(state)
    const { mirror, peer } = state.settings
    const id = direction === 'source' ? 'mirrord-copy-source' : 'mirrord-copy-target'
    state.world.tell(say(id, { mirror, peer }))
    // The target first: a source that is alone beside a replica that could still be promoted
    // would be a split brain in the making.
    if (direction === 'target') {
      this.getReady(starting, (old) => record.madeTarget(old, theirs.sizeBytes))
    }
  }

  /** Makes this side's part durable, then says so. */
  private getReady(starting: Starting, place: (old: ReplicaRecord) => ReplicaRecord): void {
    const { keeper, world, settings } = this.#state
    const { number, theirs } = starting
    keeper.change(
      (old) => {
        const heard = { ...old, peerTerm: Math.max(old.peerTerm, theirs.activationTerm) }
        return record.inSession(place(heard), { number, bootId: settings.bootId })
      },
      (error) => {
        if (this.#state.phase !== starting) return
        if (error !== null) return world.link.closeSession()
        starting.ready = true
        world.link.term = knownTerm(this.#state)
        world.link.send({ type: 'ready', session: number })
        if (starting.direction === 'source') this.startCopy()
      },
    )
  }

  peerReady(session: number): void {
    const state = this.#state
    const { phase } = state
    if (phase.name !== 'starting' || session !== phase.number) {
      return state.world.link.closeSession()
    }
    if (phase.direction === 'source') {
      const generation = state.world.newGeneration()
      const peerGeneration = phase.theirs.generation
      return this.getReady(phase, (old) =>
        record.sessionConfirmed(record.goneAlone(old, { generation, peerGeneration }), session),
      )
    }
    if (!phase.ready) return state.world.link.closeSession()
    state.keeper.change((old) => record.sessionConfirmed(old, session))
    this.enter({ name: 'copying', direction: 'target', bytesDone: 0 })
  }

  private startCopy(): void {
    const state = this.#state
    const { world } = state
    const copy = new CopySource(
      {
        disk: world.disk,
        ranges: state.ranges,
        send: (message) => world.link.send(message),
        congested: () => world.link.keptBytes > congestedBytes,
        failed: (error) => this.sourceFailed(error),
      },
      state.keeper.current.sizeBytes,
    )
    this.enter({ name: 'copying', direction: 'source', copy })
    // *Inconsistent* is durable there and *alone* here: the peer cannot become active.
    if (state.role === 'primary') state.mayAlone = true
    this.#activation.endBreak()
    copy.pump()
    this.proceed()
  }

  private sourceFailed(error: string): void {
    const { keeper, world } = this.#state
    keeper.change((old) => ({ ...old, failed: true }))
    world.tell(say('mirrord-disk-failed', { what: 'read', error }))
    world.link.closeSession()
  }

  /** A piece of the copy arrived here. */
  copied(end: number): void {
    const { phase } = this.#state
    if (phase.name !== 'copying' || phase.direction !== 'target') return
    phase.bytesDone = Math.max(phase.bytesDone, end)
  }

  /** Commit, step 1, as soon as everything was copied and nothing waits that was not sent. */
  proceed(): void {
    const state = this.#state
    const { phase, keeper, world } = state
    if (phase.name !== 'copying' || phase.direction !== 'source') return
    phase.copy.pump()
    if (!phase.copy.finished || this.#requests.unsent > 0) return
    const committing: Phase = { name: 'committing', direction: 'source' }
    this.enter(committing)
    state.mayAlone = false
    keeper.change(record.noLongerAlone, (error) => {
      if (state.phase !== committing) return
      if (error !== null) return world.link.closeSession()
      const { generation } = keeper.current
      const history = record.historyForTarget(keeper.current)
      world.link.send({ type: 'commit', generation, history })
    })
  }

  /** Commit, steps 2 and 3, at the target. */
  commitAsked(commit: Commit): void {
    const state = this.#state
    const { phase, keeper, world } = state
    if (phase.name !== 'copying' || phase.direction !== 'target') return world.link.closeSession()
    const committing: Phase = { name: 'committing', direction: 'target' }
    this.enter(committing)
    const { proof } = state
    this.#peerWrites.flush((error) => {
      if (error !== null) return this.targetFailed(error)
      if (state.phase !== committing) return
      keeper.change(
        (old) => record.builtFrom(old, commit),
        (error) => {
          if (error !== null) return world.link.closeSession()
          // Proved, even if the session ended meanwhile, unless something newer ended the proof.
          if (state.proof === proof) state.inSync = true
          world.changed()
          if (state.phase !== committing) return
          this.enter({ name: 'in-sync' })
          world.link.send({ type: 'committed' })
          this.tellInSync()
        },
      )
    })
  }

  private targetFailed(error: string): void {
    const { keeper, world } = this.#state
    keeper.change((old) => ({ ...old, failed: true }))
    world.tell(say('mirrord-disk-failed', { what: 'flush', error }))
    world.link.closeSession()
  }

  /** Commit, step 4, at the source. */
  commitDone(): void {
    const state = this.#state
    const { phase, proof } = state
    if (phase.name !== 'committing' || phase.direction !== 'source') {
      return state.world.link.closeSession()
    }
    this.enter({ name: 'in-sync' })
    state.keeper.change(record.committed, (error) => {
      if (error !== null || state.proof !== proof) return
      state.inSync = true
      this.tellInSync()
      state.world.changed()
    })
  }

  private tellInSync(): void {
    const { mirror, peer } = this.#state.settings
    this.#state.world.tell(say('mirrord-in-sync', { mirror, peer }))
  }

  private enter(phase: Phase): void {
    this.#state.phase = phase
    this.#state.world.changed()
  }
}
