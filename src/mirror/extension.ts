/**
 * The disk grows while it is used: both data partitions were made larger first, then both records
 * take the new size, the standby's before the active one's.
 *
 * What lies in the new part differs until it was copied, so the replicas part and meet again. If
 * anything goes wrong in between, the next meeting finds two sizes of which the smaller side's
 * partition has room for the larger, and takes that one.
 */
import { say } from '../messages/catalogue.ts'
import { mapBlocksOf } from '../wire/metadata-layout.ts'
import type { Answer } from './activation.ts'
import { type EngineState, endProof } from './engine-state.ts'

const blockBytes = 4096

export class Extension {
  readonly #state: EngineState
  #waiting: { readonly sequence: number; readonly done: (ok: boolean) => void } | null = null

  constructor(state: EngineState) {
    this.#state = state
  }

  extend(answer: Answer): void {
    const state = this.#state
    const { world, settings, keeper, phase, role } = state
    const { mirror, peer } = settings
    const here = world.partitionBytes()
    const sizeBytes = here - (here % blockBytes)
    if (role !== 'primary' || phase.name !== 'in-sync' || this.#waiting !== null) {
      return answer(say('mirrord-extend-not-now', { mirror }))
    }
    if (sizeBytes <= keeper.current.sizeBytes) {
      return answer(say('mirrord-extend-not-grown', { mirror, size: here }))
    }
    if (!fits(state, sizeBytes)) return answer(say('mirrord-extend-map', { mirror }))
    const sequence = world.link.send({ type: 'extend', sizeBytes })
    const done = (ok: boolean): void => {
      if (!ok) return answer(say('mirrord-extend-refused', { mirror, peer, size: sizeBytes }))
      growDisk(state, sizeBytes, (error) => {
        if (error !== null) return answer(say('mirrord-metadata-failed', { error }))
        world.tell(say('mirrord-extended', { mirror, size: sizeBytes }))
        world.link.closeSession()
        answer(null)
        world.changed()
      })
    }
    this.#waiting = { sequence, done }
  }

  /** The active side has grown: this one follows if its partition has. */
  asked(sizeBytes: number, sequence: number): void {
    const state = this.#state
    const { world, keeper, session, role } = state
    const isLarger = sizeBytes > keeper.current.sizeBytes && sizeBytes % blockBytes === 0
    const hasRoom = sizeBytes <= world.partitionBytes() && fits(state, sizeBytes)
    const answer = (ok: boolean): void => {
      const runs = [{ first: sequence, last: sequence }]
      if (state.session === session) world.link.send({ type: 'done', runs, ok })
    }
    if (role === 'primary' || !isLarger || !hasRoom) return answer(false)
    growDisk(state, sizeBytes, (error) => answer(error === null))
  }

  peerDone(sequence: number, ok: boolean): boolean {
    if (this.#waiting?.sequence !== sequence) return false
    const { done } = this.#waiting
    this.#waiting = null
    done(ok)
    return true
  }

  sessionEnded(): void {
    const waiting = this.#waiting
    this.#waiting = null
    waiting?.done(false)
  }
}

/** Takes a size that the partition has: the new part differs until it was copied. */
export function growDisk(
  state: EngineState,
  sizeBytes: number,
  done: (error: string | null) => void,
): void {
  const { keeper, differences, unflushed } = state
  const from = keeper.current.sizeBytes
  endProof(state)
  differences.set.grow(sizeBytes)
  unflushed.grow(sizeBytes)
  differences.set.add(from, sizeBytes - from)
  differences.persist((error) => {
    if (error !== null) return done(error)
    const dataPartition = {
      ...keeper.current.dataPartition,
      sizeBytes: state.world.partitionBytes(),
    }
    keeper.change((record) => ({ ...record, sizeBytes, dataPartition }), done)
  })
}

/** Whether the map of a disk of this size still has room on the CLUSTER partition. */
function fits(state: EngineState, sizeBytes: number): boolean {
  const { layout } = state.keeper.current
  return layout !== null && mapBlocksOf(sizeBytes, layout) <= state.mapBlocksMax
}
