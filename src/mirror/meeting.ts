/**
 * Two replicas meet: from the first words of a session to being in sync.
 *
 *     greeting    each shows its durable record; both decide with the same pure function
 *     starting    each makes durable what its part needs: the target that it is *inconsistent*;
 *                 then it sends its map. The source joins it with its own, makes that durable, and
 *                 then that it is *alone* (its line of history leaves the target's)
 *     copying     every block that may differ, and the clients' writes in between
 *     committing  (1) the source durably gives up *alone*; (2) the target flushes and durably
 *                 takes the source's generation; (3) it answers; (4) the source records it
 *     in-sync
 *
 * A break at any point leaves records from which the same function finds the way again.
 */
import { say } from '../messages/catalogue.ts'
import { mapPagesMax, type PeerMessage, type ReplicaView } from '../wire/peer-message.ts'
import type { ReplicaRecord } from '../wire/superblock.ts'
import type { Activation } from './activation.ts'
import { CopySource } from './copy-source.ts'
import { growDisk } from './extension.ts'
import {
  type EngineState,
  endProof,
  isJoined,
  knownTerm,
  type Phase,
  viewOf,
} from './engine-state.ts'
import type { PeerWrites } from './peer-writes.ts'
import * as record from './record.ts'
import type { Requests } from './requests.ts'
import { verdictMessage } from './verdict-message.ts'
import { type Verdict, whichWay } from './which-way.ts'

type Copy = Extract<Verdict, { readonly kind: 'source' | 'target' }>
type Commit = Extract<PeerMessage, { readonly type: 'commit' }>
type Greeting = Extract<Phase, { readonly name: 'greeting' }>
type Starting = Extract<Phase, { readonly name: 'starting' }>

const beginnings = {
  full: { source: 'mirrord-copy-source', target: 'mirrord-copy-target' },
  difference: { source: 'mirrord-difference-source', target: 'mirrord-difference-target' },
} as const

export class Meeting {
  readonly #state: EngineState
  readonly #requests: Requests
  readonly #peerWrites: PeerWrites
  readonly #activation: Activation
  readonly #flushFailed: (error: string) => void
  #committed: (() => void) | null = null

  constructor(
    state: EngineState,
    parts: {
      requests: Requests
      peerWrites: PeerWrites
      activation: Activation
      flushFailed: (error: string) => void
    },
  ) {
    this.#state = state
    this.#requests = parts.requests
    this.#peerWrites = parts.peerWrites
    this.#activation = parts.activation
    this.#flushFailed = parts.flushFailed
  }

  sessionBegan(): void {
    const state = this.#state
    state.session = {}
    if (this.#activation.moving) return state.world.link.closeSession()
    const greeting: Greeting = { name: 'greeting', sent: null, heard: null }
    this.enter(greeting)
    // The peer may give up its own replica for what it is shown: nothing that a power cut takes back.
    state.keeper.settled(() => {
      if (state.phase !== greeting) return
      const sent = viewOf(state)
      greeting.sent = sent
      state.world.link.send({ type: 'record', view: sent })
      if (greeting.heard !== null) this.decide(sent, greeting.heard)
    })
  }

  sessionEnded(): void {
    const state = this.#state
    const { phase } = state
    if (phase.name === 'copying' && phase.direction === 'source') phase.copy.stop()
    state.session = {}
    state.peerActive = false
    this.enter({ name: 'apart' })
    this.committed()
  }

  /** The peer's record: both sides decide as soon as each has shown its own. */
  greeted(theirs: ReplicaView): void {
    const { phase, world } = this.#state
    if (phase.name !== 'greeting' || phase.heard !== null) return world.link.closeSession()
    phase.heard = theirs
    if (phase.sent !== null) this.decide(phase.sent, theirs)
  }

  /** Both come to matching answers. */
  private decide(sent: ReplicaView, theirs: ReplicaView): void {
    const state = this.#state
    // What was shown is what is decided on; if it changed meanwhile, meet again.
    const now = viewOf(state)
    const changed =
      now.active !== sent.active ||
      now.outdated !== sent.outdated ||
      now.state !== sent.state ||
      now.generation !== sent.generation
    if (changed) return state.world.link.closeSession()
    state.peerActive = theirs.active
    state.theirs = theirs
    state.peerBreakNumber = theirs.breakNumber
    const verdict = whichWay(sent, theirs)
    if ('cover' in verdict) return this.start(verdict, sent, theirs)
    if (this.givesWay(verdict, sent, theirs)) return
    const reason = verdictMessage(verdict, state.settings.mirror)
    state.world.tell(reason)
    const kind = verdict.kind === 'split-brain' ? 'split-brain' : 'refused'
    this.enter({ name: 'refused', state: kind, reason })
    if (verdict.kind === 'double-activation') {
      this.#activation.foundDouble(`${sent.activationTerm} ${theirs.activationTerm}`)
    }
  }

  /**
   * Of two that diverged because an asynchronous takeover accepted the loss, the former active side
   * gives up what only it holds: if both were told so, and the map of both names it.
   */
  private givesWay(verdict: Verdict, mine: ReplicaView, theirs: ReplicaView): boolean {
    const { keeper, settings, world } = this.#state
    const isPolicy = mine.discardsOld && theirs.discardsOld
    if (verdict.kind !== 'split-brain' || verdict.ancestor !== 'base' || !isPolicy) return false
    if (mine.active || mine.activationTerm >= theirs.activationTerm) return false
    const { mirror, server } = settings
    world.tell(say('mirrord-policy-discards', { mirror, loser: server }))
    keeper.change(
      (old) => record.givenUp(old, true),
      () => world.link.closeSession(),
    )
    return true
  }

  private start(copy: Copy, mine: ReplicaView, theirs: ReplicaView): void {
    const state = this.#state
    const direction = copy.kind
    const number = Math.max(mine.session, theirs.session) + 1
    const goesOn = mine.copySession !== 0 && mine.copySession === theirs.copySession
    const copySession = goesOn && copy.cover === 'difference' ? mine.copySession : number
    const rolledBack = copy.because === 'rolled-back'
    const about = { direction, cover: copy.cover, number, copySession, theirs, rolledBack }
    const starting: Starting = { name: 'starting', ...about, ready: false }
    this.enter(starting)
    endProof(state)
    const { mirror, peer } = state.settings
    state.world.tell(say(beginnings[copy.cover][direction], { mirror, peer }))
    // An extension was interrupted: whoever is smaller follows. One never built takes any size.
    const areBuilt = mine.state !== 'never-built' && theirs.state !== 'never-built'
    const isSmaller = areBuilt && mine.sizeBytes < theirs.sizeBytes
    if (!isSmaller) return this.makeTarget(starting)
    growDisk(state, theirs.sizeBytes, (error) => {
      if (state.phase !== starting) return
      if (error !== null) return state.world.link.closeSession()
      this.makeTarget(starting)
    })
  }

  private makeTarget(starting: Starting): void {
    const { direction, theirs, copySession } = starting
    const { keeper, differences, unflushed } = this.#state
    const isNew = direction === 'target' && keeper.current.state === 'never-built'
    if (isNew && differences.set.sizeBytes !== theirs.sizeBytes) {
      // It takes the size of the source, and nothing that it holds counts.
      differences.set.clear()
      differences.set.grow(theirs.sizeBytes)
      unflushed.grow(theirs.sizeBytes)
    }
    // The target first: a source that is alone beside a replica that could still be promoted
    // would be a split brain in the making.
    if (direction === 'target') {
      const made = { sourceSizeBytes: theirs.sizeBytes, session: copySession }
      this.getReady(starting, (old) => record.madeTarget(old, made))
    }
  }

  /** Makes this side's part durable, then says so. */
  private getReady(starting: Starting, place: (old: ReplicaRecord) => ReplicaRecord): void {
    const { keeper, world, settings } = this.#state
    const { number, theirs } = starting
    keeper.change(
      (old) => {
        const heard = { ...old, peerTerm: Math.max(old.peerTerm, theirs.activationTerm) }
        const placed = place(heard)
        // Its old number is what asks for everything, until the source's map names it.
        if (starting.direction === 'target' && starting.rolledBack) return placed
        return record.inSession(placed, { number, bootId: settings.bootId })
      },
      (error) => {
        if (this.#state.phase !== starting) return
        if (error !== null) return world.link.closeSession()
        starting.ready = true
        world.link.term = knownTerm(this.#state)
        if (starting.direction === 'target') this.sendMap(starting)
        world.link.send({ type: 'ready', session: number })
        if (starting.direction === 'source') this.startCopy(starting.cover)
      },
    )
  }

  /** Everything that this side, the target, knows to be different from the source's replica. */
  private sendMap(starting: Starting): void {
    const { differences, world } = this.#state
    if (starting.cover === 'full') return
    const { set } = differences
    const numbers = set.pageNumbers()
    for (let from = 0; from < numbers.length; from += mapPagesMax) {
      const pages = numbers.slice(from, from + mapPagesMax).map((index) => ({
        index,
        words: set.page(index) as Uint32Array,
      }))
      world.link.send({ type: 'map', pages })
    }
  }

  /** The source takes over what the target knows to be different. */
  mapArrived(message: Extract<PeerMessage, { readonly type: 'map' }>): void {
    const { phase, world, differences } = this.#state
    if (phase.name !== 'starting' || phase.direction !== 'source') return world.link.closeSession()
    const { set } = differences
    const { granuleBytes } = phase.theirs
    for (const page of message.pages) {
      if (granuleBytes === set.granuleBytes) set.addPage(page.index, page.words)
      else set.addForeignPage(page.index, page.words, granuleBytes)
    }
  }

  peerReady(session: number): void {
    const state = this.#state
    const { phase } = state
    if (phase.name !== 'starting' || session !== phase.number) {
      return state.world.link.closeSession()
    }
    if (phase.direction === 'source') return this.joinMaps(phase, session)
    if (!phase.ready) return state.world.link.closeSession()
    const { bootId } = state.settings
    state.keeper.change((old) =>
      record.sessionConfirmed(record.inSession(old, { number: session, bootId }), session),
    )
    // The source has it all, durably.
    state.differences.set.clear()
    this.enter({ name: 'copying', direction: 'target', bytesDone: 0 })
  }

  /**
   * Before the first block is copied, the source's durable map names all that may differ: what both
   * maps name, into which the logs of former lives were folded, and what was written in this life
   * and not known to be on the peer's stable storage. And it has flushed: what it copies may come
   * from a former life, or from the peer, and once copied no map names it any more.
   */
  private joinMaps(starting: Starting, session: number): void {
    const state = this.#state
    const { differences, world } = state
    if (starting.cover === 'full') differences.set.addEverything()
    this.#peerWrites.flush((failed) => {
      if (failed !== null) this.#flushFailed(failed)
      if (state.phase !== starting) return
      if (failed !== null) return world.link.closeSession()
      differences.persist((error) => {
        if (state.phase !== starting) return
        if (error !== null) return world.link.closeSession()
        this.becomeSource(starting, session)
      })
    })
  }

  private becomeSource(starting: Starting, session: number): void {
    const state = this.#state
    const generation = state.world.newGeneration()
    const peerGeneration = starting.theirs.generation
    this.getReady(starting, (old) => {
      const alone = record.goneAlone(old, { generation, peerGeneration })
      return record.madeSource(record.sessionConfirmed(alone, session), starting.copySession)
    })
  }

  private startCopy(cover: 'difference' | 'full'): void {
    const state = this.#state
    const { world } = state
    const requests = this.#requests
    const usualMs = requests.latencyMs === 0 ? 1 : requests.latencyMs
    const copy = new CopySource(
      {
        disk: world.disk,
        ranges: state.ranges,
        differing: state.differences.set,
        counters: state.counters,
        send: (message) => world.link.send(message),
        sendBlocks: (type, offset, data, fua) => world.link.sendBlocks(type, offset, data, fua),
        room: (bytes) => world.link.room(bytes),
        digest: (data) => world.digest(data),
        after: (delayMs, action) => world.after(delayMs, action),
        pace: () => ({
          nowMs: world.nowMs(),
          lastWriteMs: requests.lastWriteMs,
          latencyMs: requests.latencyMs,
          usualMs,
        }),
        failed: (error) => this.sourceFailed(error),
        moved: () => this.proceed(),
      },
      cover,
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
    const { phase } = state
    if (phase.name !== 'copying' || phase.direction !== 'source') return
    if (!phase.copy.finished || this.#requests.unsent > 0) return
    this.commit()
  }

  /** Of an asynchronous disk: a commit without a copy, for the standby has followed to the end. */
  commitAgain(done: () => void): void {
    const { phase, keeper } = this.#state
    if (phase.name !== 'in-sync' || !keeper.current.alone) return done()
    this.#committed = done
    this.commit()
  }

  private commit(): void {
    const state = this.#state
    const { keeper, world } = state
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
    const isTarget = phase.name === 'copying' && phase.direction === 'target'
    const followed = phase.name === 'in-sync' && keeper.current.behind
    // The peer goes on alone as soon as it hears of the mark, which a commit would take away.
    const isMarked = (): boolean => state.markedIn === state.session
    if ((!isTarget && !followed) || isMarked()) return world.link.closeSession()
    const committing: Phase = { name: 'committing', direction: 'target' }
    this.enter(committing)
    const { proof } = state
    this.#peerWrites.flush((error) => {
      if (error !== null) return this.targetFailed(error)
      if (state.phase !== committing) return
      if (isMarked()) return world.link.closeSession()
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
      if (error === null && state.proof === proof) {
        state.inSync = true
        this.tellInSync()
      }
      // Whoever waits for it goes on, even if the proof ended with a disk that failed meanwhile.
      this.committed()
      state.world.changed()
    })
  }

  private committed(): void {
    const done = this.#committed
    this.#committed = null
    done?.()
  }

  private tellInSync(): void {
    const { mirror, peer } = this.#state.settings
    this.#state.world.tell(say('mirrord-in-sync', { mirror, peer }))
  }

  private enter(phase: Phase): void {
    const state = this.#state
    state.phase = phase
    const { peerIncarnation } = state.world.link
    if (isJoined(phase)) {
      state.joined = { incarnation: peerIncarnation, breakNumber: state.peerBreakNumber }
    }
    state.world.changed()
  }
}
