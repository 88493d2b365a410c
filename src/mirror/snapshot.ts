/**
 * The snapshot of a standby: when one may be taken, and what ends it.
 *
 * One at a time, of a consistent replica that is not active. It goes on when the replica becomes
 * the target of a copy, for pieces of a copy are writes like others. It ends with the promotion of
 * this side: the clients' writes then come another way, and the takeover must wait for nothing.
 */
import { type Message, say } from '../messages/catalogue.ts'
import type { MirrorDetail } from '../wire/mirror-control.ts'
import type { Answer } from './activation.ts'
import type { NbdExport } from './block-request.ts'
import type { EngineState } from './engine-state.ts'
import { type DropReason, SnapshotView, type SpacePort } from './snapshot-view.ts'

export interface SnapshotOrder {
  readonly space: SpacePort
  readonly spaceBytes: number
  readonly writable: boolean
  /** It is over, for whatever reason: the space is not used any more. Called once. */
  ended(): void
}

interface Taken {
  readonly view: SnapshotView
  readonly order: SnapshotOrder
  readonly exported: NbdExport
  takenMs: number
  /** Until everything that arrived before it is written. */
  answer: Answer | null
}

export interface SnapshotParts {
  /** Calls back when everything that arrived from the peer before now is written. */
  barrier(passed: () => void): void
  /** A promotion or demotion is under way. */
  isMoving(): boolean
}

export class Snapshot {
  readonly #state: EngineState
  readonly #parts: SnapshotParts
  #taken: Taken | null = null
  #dropped: MirrorDetail['snapshot'] = null

  constructor(state: EngineState, parts: SnapshotParts) {
    this.#state = state
    this.#parts = parts
  }

  /** For what the peer writes. */
  get view(): SnapshotView | null {
    return this.#taken?.view ?? null
  }

  get export(): NbdExport | null {
    return this.#taken?.exported ?? null
  }

  get report(): MirrorDetail['snapshot'] {
    const taken = this.#taken
    return taken === null ? this.#dropped : reportOf(taken, { dropped: false })
  }

  /** Why none can be taken now; null when one can. */
  refusal(): Message | null {
    const { role, phase, keeper, settings, known, bound } = this.#state
    const { mirror } = settings
    if (this.#taken !== null) return say('mirrord-snapshot-exists', { mirror })
    if (role === 'primary' || this.#parts.isMoving()) {
      return say('mirrord-snapshot-active', { mirror })
    }
    const record = keeper.current
    const isWhole = known && bound && !record.failed && record.state === 'consistent'
    const isTarget = 'direction' in phase && phase.direction === 'target'
    return isWhole && !isTarget ? null : say('mirrord-snapshot-inconsistent', { mirror })
  }

  /** As the replica is now: with every write that arrived before, and none that comes later. */
  take(order: SnapshotOrder, answer: Answer): void {
    const refused = this.refusal()
    if (refused !== null) {
      order.ended()
      return answer(refused)
    }
    const { world, settings, ranges, keeper } = this.#state
    const { sizeBytes } = keeper.current
    const view = new SnapshotView({
      live: world.disk,
      ranges,
      space: order.space,
      sizeBytes,
      spaceBytes: order.spaceBytes,
      writable: order.writable,
      nowMs: () => world.nowMs(),
      dropped: (reason) => this.lose(reasonOf(reason, settings.mirror)),
    })
    const name = `${settings.mirror}-snapshot`
    const exported: NbdExport = {
      name,
      sizeBytes,
      readOnly: !order.writable,
      isOnlyByName: true,
      serves: () => !view.isGone && this.#taken?.answer === null,
      submit: (request, reply) => view.submit(request, reply),
    }
    const taken: Taken = { view, order, exported, takenMs: world.wallMs(), answer }
    this.#dropped = null
    this.#taken = taken
    this.#parts.barrier(() => {
      if (this.#taken !== taken) return
      taken.answer = null
      view.settle()
      if (this.#taken !== taken) return answer(say('mirrord-snapshot-lost-at-once', { name }))
      world.tell(say('mirrord-snapshot-taken', { mirror: settings.mirror, name }))
      answer(null)
      world.changed()
    })
  }

  stop(answer: Answer): void {
    const { world, settings } = this.#state
    const { mirror } = settings
    if (this.#taken === null && this.#dropped === null) {
      return answer(say('mirrord-snapshot-none', { mirror }))
    }
    if (this.#taken !== null) world.tell(say('mirrord-snapshot-ended', { mirror }))
    this.finish()
    this.#dropped = null
    answer(null)
    world.changed()
  }

  promoted(): void {
    const { mirror } = this.#state.settings
    this.lose(say('mirrord-snapshot-promoted', { mirror }))
  }

  tick(nowMs: number): void {
    this.#taken?.view.tick(nowMs)
  }

  /** It is gone although nobody asked for its end. */
  private lose(reason: Message): void {
    const taken = this.#taken
    if (taken === null) return
    this.#dropped = reportOf(taken, { dropped: true })
    this.#state.world.tell(reason)
    const { answer } = taken
    this.finish()
    answer?.(reason)
    this.#state.world.changed()
  }

  private finish(): void {
    const taken = this.#taken
    if (taken === null) return
    this.#taken = null
    taken.view.end()
    taken.order.ended()
  }
}

function reportOf(
  { view, order, exported, takenMs }: Taken,
  { dropped }: { readonly dropped: boolean },
): NonNullable<MirrorDetail['snapshot']> {
  const { spaceBytes, writable } = order
  const { usedBytes } = view
  return { exportName: exported.name, takenMs, writable, usedBytes, spaceBytes, dropped }
}

function reasonOf(reason: DropReason, mirror: string): Message {
  switch (reason.kind) {
    case 'full':
      return say('mirrord-snapshot-full', { mirror })
    case 'slow':
      return say('mirrord-snapshot-slow', { mirror })
    case 'failed':
      return say('mirrord-snapshot-failed', { mirror, error: reason.error })
  }
}
