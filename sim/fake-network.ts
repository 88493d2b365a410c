/**
 * A network of paths between two servers: connections that deliver bytes in order, late, in any
 * pieces, and not at all while a path is cut in their direction.
 *
 * A connection whose path is cut just falls silent. The end of a process is seen by the other end;
 * the loss of a server's power is not.
 */
import type { Chance } from './random.ts'
import type { Timeline } from './timeline.ts'

export interface NetworkEvents {
  accepted(connection: number, path: number): void
  opened(connection: number): void
  data(connection: number, chunk: Buffer): void
  closed(connection: number): void
}

export type Server = 0 | 1

interface End {
  readonly server: Server
  readonly id: number
  events: NetworkEvents | null
  /** Not delivered yet; null is the end of the stream. */
  queue: (Buffer | null)[]
  other: End | null
  moving: boolean
}

/** Of a frame's header, where a bit that turns over is not noticed by what stands there. */
const headerBytes = [5, 5, 5, 7, 23, 23, 31, 31, 39, 39, 43]

export class FakeNetwork {
  readonly #timeline: Timeline
  readonly #chance: Chance
  readonly #listening: [NetworkEvents | null, NetworkEvents | null] = [null, null]
  readonly #up: boolean[][]
  #ends = new Map<number, { readonly end: End; readonly path: number }>()
  #lastId = 0
  /** By how much everything takes longer. */
  slowness = 1
  /** One piece in so many arrives with a bit turned over; 0 = none. */
  corruptsOneIn = 0

  constructor(timeline: Timeline, chance: Chance, pathCount: number) {
    this.#timeline = timeline
    this.#chance = chance
    this.#up = Array.from({ length: pathCount }, () => [true, true])
  }

  /** A process comes to life on a server. */
  attach(server: Server, events: NetworkEvents): void {
    this.#listening[server] = events
  }

  /** The process is gone; whether the other end is told depends on how. */
  detach(server: Server, told: boolean): void {
    this.#listening[server] = null
    for (const { end } of [...this.#ends.values()]) {
      if (end.server !== server || end.events === null) continue
      if (told) this.close(end.id)
      end.events = null
      this.#ends.delete(end.id)
    }
  }

  /** Cuts or mends a path for what `from` sends. */
  set(path: number, from: Server, up: boolean): void {
    const state = this.#up[path] as boolean[]
    state[from] = up
    if (!up) return
    for (const { end } of this.#ends.values()) this.move(end)
  }

  dial(from: Server, path: number, events: NetworkEvents): number {
    const end = this.add(from, path, events)
    const to: Server = from === 0 ? 1 : 0
    this.#timeline.after(this.#chance.between(0.1, 2), () => {
      const listener = this.#listening[to]
      const up = this.#up[path] as boolean[]
      if (end.events === null || !up[from] || !up[to]) return
      if (listener === null) {
        end.events = null
        this.#ends.delete(end.id)
        return events.closed(end.id)
      }
      const other = this.add(to, path, listener)
      other.other = end
      end.other = other
      listener.accepted(other.id, path)
      events.opened(end.id)
    })
    return end.id
  }

  /** Every connection on a path ends, for both, after a part of what was on its way. */
  reset(path: number): void {
    for (const found of [...this.#ends.values()]) {
      const { end } = found
      if (found.path !== path || end.other === null || !this.#ends.has(end.id)) continue
      const pieces = end.queue.splice(0)
      const first = pieces[0]
      const { other } = end
      if (first instanceof Buffer && other.events !== null && this.#up[path]?.[end.server]) {
        const cut = this.#chance.below(first.length)
        if (cut > 0) other.events.data(other.id, first.subarray(0, cut))
      }
      const { events } = end
      end.events = null
      this.#ends.delete(end.id)
      events?.closed(end.id)
    }
  }

  write(id: number, parts: readonly Buffer[]): void {
    const end = this.#ends.get(id)?.end
    if (end === undefined) return
    end.queue.push(Buffer.concat(parts))
    this.move(end)
  }

  close(id: number): void {
    const end = this.#ends.get(id)?.end
    if (end === undefined) return
    end.events = null
    end.queue.push(null)
    this.move(end)
  }

  private add(server: Server, path: number, events: NetworkEvents): End {
    this.#lastId += 1
    const id = this.#lastId
    const end: End = { server, id, events, queue: [], other: null, moving: false }
    this.#ends.set(id, { end, path })
    return end
  }

  /** Takes the first piece on its way, if its direction is open. */
  private move(end: End): void {
    if (end.moving || end.queue.length === 0 || end.other === null) return
    const path = this.#ends.get(end.id)?.path
    if (path === undefined || !this.#up[path]?.[end.server]) return
    end.moving = true
    this.#timeline.after(this.#chance.between(0.02, 0.3) * this.slowness, () => {
      end.moving = false
      if (!this.#up[path]?.[end.server]) return
      this.deliver(end)
      this.move(end)
    })
  }

  private deliver(end: End): void {
    const piece = end.queue.shift()
    const other = end.other as End
    if (piece === undefined) return
    if (piece === null) {
      this.#ends.delete(end.id)
      const { events } = other
      other.events = null
      this.#ends.delete(other.id)
      return events?.closed(other.id)
    }
    if (other.events === null) return
    if (this.corruptsOneIn > 0 && this.#chance.oneIn(this.corruptsOneIn)) {
      // Often at the front, where the header is: type, flags, and the numbers.
      const isFront = this.#chance.oneIn(2) && piece.length >= 40
      const at = isFront ? this.#chance.pick(headerBytes) : this.#chance.below(piece.length)
      piece[at] = (piece[at] as number) ^ (1 << this.#chance.below(8))
    }
    const cut = this.#chance.oneIn(4) ? this.#chance.below(piece.length) : piece.length
    if (cut > 0) other.events.data(other.id, piece.subarray(0, cut))
    if (cut < piece.length && other.events !== null) {
      other.events.data(other.id, piece.subarray(cut))
    }
  }
}
