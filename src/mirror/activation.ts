/**
 * Who serves, and with whose leave: promotion, demotion, breaks, the permission to be alone.
 *
 * The active side acknowledges what both replicas have. When the peer is lost, a *break* begins:
 * acknowledgements freeze until the peer has marked its replica outdated for this break, or is
 * excluded, or an operator says so, or the peer comes back and becomes the target of a copy. The
 * permission ends with the commit that makes both equal, with the role, and with this process.
 */
import { type Message, say } from '../messages/catalogue.ts'
import type { MirrorCommand, PromotionGrounds } from '../wire/mirror-control.ts'
import type { ReplicaRecord } from '../wire/superblock.ts'
import { type EngineState, endProof, isJoined, knownTerm, replicates } from './engine-state.ts'
import type { PeerWrites } from './peer-writes.ts'
import { activated, goneAlone, notActivated } from './record.ts'
import type { Requests } from './requests.ts'

/** Null when it was done, else why not. */
export type Answer = (refused: Message | null) => void
type Promote = Extract<MirrorCommand, { readonly command: 'promote' }>

export class Activation {
  readonly #state: EngineState
  readonly #requests: Requests
  readonly #peerWrites: PeerWrites
  #moving = false
  #goingAlone = false
  #doubleSeen = ''

  constructor(state: EngineState, parts: { requests: Requests; peerWrites: PeerWrites }) {
    this.#state = state
    this.#requests = parts.requests
    this.#peerWrites = parts.peerWrites
  }

  /** Both are made equal, where they were not, before this side stops being active. */
  beforeLeaving: (go: () => void) => void = (go) => go()

  /** A promotion or demotion is under way. */
  get moving(): boolean {
    return this.#moving
  }

  // --- promotion and demotion

  promote(command: Promote, answer: Answer): void {
    const state = this.#state
    const refused = this.#moving ? say('mirrord-busy') : promotionRefusal(state, command)
    if (refused !== null) return answer(refused)
    if (state.role === 'primary') return this.raiseTerm(command, answer)
    this.#moving = true
    if (!mayKeepSession(state)) state.world.link.closeSession()
    const session = state.session
    this.#peerWrites.flush((error) => {
      if (error !== null) {
        this.#moving = false
        endProof(state)
        state.keeper.change((record) => ({ ...record, failed: true }))
        // The peer learns that this replica is none any more.
        if (isJoined(state.phase)) state.world.link.closeSession()
        return answer(say('mirrord-disk-failed', { what: 'flush', error }))
      }
      const { term } = command
      const generation = state.world.newGeneration()
      const before = state.keeper.current
      state.keeper.change(
        (record) => activated(record, { term, generation }),
        (error) => this.promoted(command, { session, before, error }, answer),
      )
    })
  }

  private promoted(
    command: Promote,
    { session, before, error }: { session: object; before: ReplicaRecord; error: string | null },
    answer: Answer,
  ): void {
    const state = this.#state
    this.#moving = false
    if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
    // Whatever was allowed may have been forbidden while the disk was writing. What was behind has
    // its own line of history by now.
    const grounds = before.behind ? 'alone-record' : command.grounds
    const refused = promotionRefusal(state, { ...command, grounds })
    if (refused !== null || state.peerActive) {
      state.keeper.change((record) => notActivated(record, before))
      return answer(refused ?? say('mirrord-peer-active', { peer: state.settings.peer }))
    }
    state.role = 'primary'
    state.ioFailed = false
    state.world.link.term = knownTerm(state)
    if (command.grounds === 'accept-behind') {
      const ms = Math.round(state.world.nowMs() - (state.world.link.heardMs ?? 0))
      state.world.tell(say('mirrord-promoted-behind', { mirror: state.settings.mirror, ms }))
    }
    state.world.tell(say('mirrord-promoted', { mirror: state.settings.mirror, term: command.term }))
    const kept = state.session === session && mayKeepSession(state)
    // A peer that is in sync meanwhile is not gone: who said so did not know it yet.
    state.mayAlone = command.peerExcluded && !(kept && replicates(state.phase))
    if (kept && state.phase.name !== 'starting') {
      state.world.link.send({ type: 'activated', term: command.term })
      // The target of a copy cannot be promoted: nothing is lost by not waiting for it.
      if (state.phase.name === 'copying') state.mayAlone = true
    } else if (state.phase.name === 'starting' && kept) {
      state.world.link.send({ type: 'activated', term: command.term })
      this.beginBreak()
    } else {
      state.world.link.closeSession()
      this.beginBreak()
    }
    answer(null)
    state.world.changed()
  }

  /** Promoted again while active: after a fail-io, or in a later term. */
  private raiseTerm(command: Promote, answer: Answer): void {
    const state = this.#state
    const { term } = command
    const again = (error: string | null): void => {
      if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
      state.ioFailed = false
      state.world.link.term = knownTerm(state)
      if (command.peerExcluded && state.inBreak) state.mayAlone = true
      if (replicates(state.phase)) state.world.link.send({ type: 'activated', term })
      // In a later term the other side may judge differently.
      if (state.phase.name === 'refused') state.world.link.closeSession()
      answer(null)
      this.settle()
    }
    if (term === state.keeper.current.activationTerm) return again(null)
    state.keeper.change((record) => ({ ...record, activationTerm: term }), again)
  }

  demote(clients: number, answer: Answer): void {
    const state = this.#state
    if (state.role === 'secondary') return answer(null)
    if (this.#moving) return answer(say('mirrord-busy'))
    if (clients > 0) return answer(say('mirrord-demote-clients', { clients }))
    this.#moving = true
    // Nobody is left who could be told; what was never acknowledged was never promised.
    if (state.ioFailed) this.#requests.whenLocalIdle(() => this.demoted(answer))
    else this.#requests.drain(() => this.beforeLeaving(() => this.demoted(answer)))
  }

  private demoted(answer: Answer): void {
    const state = this.#state
    // Without the peer, log and mark stay: what was written may not be over there.
    const isTogether = replicates(state.phase) && !state.ioFailed
    const stopped = (error: string | null): void => {
      this.#moving = false
      if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
      // A side that lost, or has no path, waits for no answer: it must be inactive soon.
      const isCutOff = state.ioFailed || state.world.link.path === null
      state.role = 'secondary'
      state.mayAlone = false
      state.inBreak = false
      state.ioFailed = false
      this.#requests.failAll()
      state.world.tell(say('mirrord-demoted', { mirror: state.settings.mirror }))
      this.tellDeactivated(isCutOff, () => answer(null))
      state.world.changed()
    }
    if (!isTogether) return state.keeper.change((record) => record, stopped)
    state.log.dropCovered((error) => {
      if (error !== null) return stopped(error)
      state.keeper.change((record) => ({ ...record, wasActive: false }), stopped)
    })
  }

  /** Answers once the peer knows, so that it can be promoted in the same session. */
  private tellDeactivated(isCutOff: boolean, done: () => void): void {
    const state = this.#state
    const { link } = state.world
    const isStale = state.keeper.current.failed || state.phase.name === 'refused'
    if (isStale) link.closeSession()
    if (isStale || !isJoined(state.phase)) return done()
    const sequence = link.send({ type: 'deactivated' })
    if (isCutOff) return done()
    this.#deactivation = { sequence, done }
  }

  #deactivation: { readonly sequence: number; readonly done: () => void } | null = null

  /** The peer has answered this sequence; false when it is none of ours. */
  peerDone(sequence: number): boolean {
    const waiting = this.#deactivation
    if (waiting === null || waiting.sequence !== sequence) return false
    this.#deactivation = null
    waiting.done()
    return true
  }

  // --- breaks and permission

  sessionEnded(): void {
    const state = this.#state
    const waiting = this.#deactivation
    this.#deactivation = null
    waiting?.done()
    if (state.role === 'primary' && !state.inBreak) this.beginBreak()
    else this.settle()
  }

  beginBreak(): void {
    const state = this.#state
    state.breakNumber += 1
    state.inBreak = true
    const args = { mirror: state.settings.mirror, peer: state.settings.peer }
    state.world.tell(say('mirrord-break', { ...args, number: state.breakNumber }))
    this.settle()
  }

  /** The peer is the target of a copy, or equal: it is not missing any more. */
  endBreak(): void {
    this.#state.inBreak = false
    this.settle()
  }

  /** Both are active: nobody acknowledges alone until somebody decides. Once for each finding. */
  foundDouble(finding: string): void {
    const state = this.#state
    if (state.role !== 'primary' || this.#doubleSeen === finding) return
    this.#doubleSeen = finding
    state.mayAlone = false
    state.world.tell(say('mirrord-double-activation', { mirror: state.settings.mirror }))
    this.beginBreak()
  }

  permitAlone(breakNumber: number, answer: Answer): void {
    const state = this.#state
    const current = state.role === 'primary' && state.inBreak
    if (!current || breakNumber !== state.breakNumber) {
      return answer(say('mirrord-permit-stale', { number: breakNumber }))
    }
    state.mayAlone = true
    answer(null)
    this.settle()
    state.world.changed()
  }

  /** An operator's order has made sure that the peer's replica is not used. */
  permitByOrder(): void {
    const state = this.#state
    if (state.role !== 'primary' || !state.inBreak) return
    state.mayAlone = true
    this.settle()
    state.world.changed()
  }

  /** Asked before each acknowledgement of what the peer does not have. */
  mayAcknowledgeAlone(): boolean {
    const state = this.#state
    const { world, settings, phase } = state
    if (state.role !== 'primary' || !state.mayAlone || !state.keeper.alone) return false
    // A gap in our own clock: we were stopped, and look at the world before going on.
    if (world.nowMs() - state.lastTickMs > settings.pathTimeoutMs) return false
    if (phase.name === 'copying') return world.link.path !== null
    return phase.name !== 'committing' && phase.name !== 'in-sync'
  }

  /** Answers what may be answered, and seeks what is missing for it. */
  settle(): void {
    this.seekAlone()
    this.#requests.settle()
  }

  /** Takes the durable *alone* when it is allowed, missing, and waited for. */
  seekAlone(): void {
    const state = this.#state
    const needed = state.role === 'primary' && state.mayAlone && state.inBreak
    if (needed && !state.keeper.current.alone && this.#requests.pending > 0) this.goAlone()
  }

  private goAlone(): void {
    const state = this.#state
    if (this.#goingAlone) return
    this.#goingAlone = true
    const generation = state.world.newGeneration()
    const { mirror, peer } = state.settings
    endProof(state)
    const finished = (error: string | null): void => {
      this.#goingAlone = false
      if (error !== null) return
      state.world.tell(say('mirrord-alone', { mirror, peer }))
      this.settle()
      state.world.changed()
    }
    // What the peer may still lose is in the durable map before anything is acknowledged alone.
    state.differences.persist((error) => {
      if (error !== null) return finished(error)
      state.keeper.change(
        (record) => goneAlone(record, { generation, peerGeneration: null }),
        finished,
      )
    })
  }

  // --- other commands

  markOutdated(
    command: { asker: string; breakNumber: number; incarnation: string },
    answer: Answer,
  ): void {
    const state = this.#state
    const { asker, breakNumber } = command
    if (state.role === 'primary' || this.#moving) return answer(say('mirrord-outdated-active'))
    if (isPast(state, command))
      return answer(say('mirrord-outdated-stale', { number: breakNumber }))
    endProof(state)
    const atMs = state.world.wallMs()
    state.keeper.change(
      (record) => ({ ...record, outdated: { asker, breakNumber, atMs } }),
      (error) => {
        if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
        state.world.tell(say('mirrord-outdated', { mirror: state.settings.mirror, asker }))
        answer(null)
        state.world.changed()
      },
    )
    state.world.link.closeSession()
  }

  failIo(answer: Answer): void {
    const state = this.#state
    state.ioFailed = true
    state.world.tell(say('mirrord-io-failed', { mirror: state.settings.mirror }))
    this.#requests.failAll()
    answer(null)
    state.world.changed()
  }
}

/** A live session in which this side may become active without ending it. */
function mayKeepSession(state: EngineState): boolean {
  if (state.peerActive) return false
  const { phase } = state
  if (phase.name === 'starting') return phase.direction === 'source'
  return replicates(phase)
}

/** Why this replica may not become the active one; null when it may. */
function promotionRefusal(state: EngineState, command: Promote): Message | null {
  const { keeper, settings } = state
  const record = keeper.current
  const { mirror } = settings
  if (!state.known) return say('mirrord-promote-unknown', { mirror })
  if (!state.bound) return say('mirrord-promote-unbound', { mirror })
  if (keeper.error !== null) return say('mirrord-metadata-failed', { error: keeper.error })
  if (record.failed) return say('mirrord-promote-failed', { mirror })
  switch (record.state) {
    case 'creating':
    case 'never-built':
      return say('mirrord-promote-never-built', { mirror })
    case 'inconsistent':
      return say('mirrord-promote-inconsistent', { mirror })
    case 'consistent':
  }
  if (record.behind && !(command.grounds === 'accept-behind' && settings.acceptsLoss)) {
    return say('mirrord-promote-behind', { mirror })
  }
  if (record.outdated !== null) {
    return say('mirrord-promote-outdated', { mirror, asker: record.outdated.asker })
  }
  const again = command.term === record.activationTerm && record.wasActive
  // Nobody was active since: the latest term known is still this side's own.
  const isLatest = record.peerTerm <= command.term
  if (command.term <= knownTerm(state) && !(again && isLatest)) {
    return say('mirrord-promote-term', { term: command.term, known: knownTerm(state) })
  }
  if (state.role === 'primary') return null
  // A live session with an active peer contradicts that it is gone (rule 6).
  if (state.peerActive && !command.peerExcluded) {
    return say('mirrord-peer-active', { peer: settings.peer })
  }
  // The peer is excluded by that claim, or it is none; the marks were asked for above.
  if (command.grounds === 'register-claim' && command.peerExcluded) return null
  return hasGrounds(state, command.grounds)
    ? null
    : say('mirrord-promote-grounds', { mirror, grounds: command.grounds })
}

/**
 * What proves it may have changed while the order was on its way: a copy that is done, or that broke
 * off. Any proof counts that is there now.
 */
function hasGrounds(state: EngineState, grounds: PromotionGrounds): boolean {
  switch (grounds) {
    case 'in-sync':
    case 'copy-source':
    case 'alone-record':
      return state.inSync || isSource(state) || state.keeper.alone
    case 'accept-behind':
      return state.keeper.current.behind && state.follows
    case 'register-claim':
      return false
  }
}

function isSource(state: EngineState): boolean {
  const { phase } = state
  switch (phase.name) {
    case 'apart':
    case 'greeting':
    case 'refused':
      return false
    case 'starting':
    case 'copying':
    case 'committing':
      return phase.direction === 'source'
    case 'in-sync':
      return true
  }
}

/** The break is over in which the peer asks to go on alone. */
function isPast(state: EngineState, asked: { breakNumber: number; incarnation: string }): boolean {
  const { world, keeper, joined } = state
  const { peerIncarnation } = world.link
  // It has seen this replica since; or it has begun another life since.
  if (joined?.incarnation === asked.incarnation && joined.breakNumber >= asked.breakNumber) {
    return true
  }
  if (peerIncarnation !== null && peerIncarnation !== asked.incarnation) return true
  // It is the target of a copy from here that did not come to its end: nothing of its own counts.
  return keeper.current.alone && keeper.current.copySession !== 0
}
