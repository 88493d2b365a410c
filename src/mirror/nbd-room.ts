/**
 * How much NBD clients may have under way: each of them, and all together.
 *
 * A client without room stands still until something of its own, or of others, has been answered.
 * Who waits for the common room gets it in the order of waiting, so that a long read is not
 * overtaken for ever by short ones. A client that has nothing under way is always let in with
 * something short, from a reserve: clients that do not take their answers cannot keep it out. A
 * read longer than the common room is let in next to what lies in the reserve alone.
 */

import { requestBytesMax } from '../wire/nbd.ts'

export const roomOfOne = { requests: 256, bytes: 8 * 1024 * 1024 } as const
const roomOfAll = { requests: 8192, bytes: 24 * 1024 * 1024 } as const
/** The part of the common room that is kept for clients with nothing under way, and how short. */
const reserve = { bytes: 8 * 1024 * 1024, shortBytes: 256 * 1024 } as const
/** The most there ever is, the longest request included. */
export const roomBytesMax = reserve.bytes + requestBytesMax

export class NbdRoom {
  bytes = 0
  requests = 0
  readonly #waiting = new Set<NbdShare>()
  #isWaking = false

  /** `resume` is called when there may be room for a client that was refused. */
  open(resume: () => void): NbdShare {
    return new NbdShare(this, resume)
  }

  /** For a share alone. */
  admits(share: NbdShare, requests: number, bytes: number): boolean {
    const hasRoom = this.requests + requests <= roomOfAll.requests && this.fits(share, bytes)
    if (hasRoom) this.#waiting.delete(share)
    else this.#waiting.add(share)
    return hasRoom
  }

  /** For a share alone: wakes whoever waits, as long as the first one goes on. */
  wake(): void {
    if (this.#isWaking) return
    this.#isWaking = true
    for (;;) {
      const [first] = this.#waiting
      if (first === undefined) break
      first.resume()
      const [next] = this.#waiting
      if (next === first) break
    }
    this.#isWaking = false
  }

  leave(share: NbdShare): void {
    this.#waiting.delete(share)
  }

  private fits(share: NbdShare, bytes: number): boolean {
    if (bytes === 0) return true
    const all = this.bytes + bytes
    const isShort = share.bytes === 0 && bytes <= reserve.shortBytes
    if (isShort) return all <= roomBytesMax
    const [first] = this.#waiting
    const isNext = first === undefined || first === share
    return isNext && (all <= roomOfAll.bytes - reserve.bytes || this.bytes <= reserve.bytes)
  }
}

/** What one client has under way. */
export class NbdShare {
  bytes = 0
  requests = 0
  readonly #room: NbdRoom
  readonly #resume: () => void

  constructor(room: NbdRoom, resume: () => void) {
    this.#room = room
    this.#resume = resume
  }

  /** Takes room; false when there is none until `resume`. */
  admit(requests: number, bytes: number): boolean {
    const isOwn =
      this.requests + requests <= roomOfOne.requests &&
      (this.bytes === 0 || this.bytes + bytes <= roomOfOne.bytes)
    if (!isOwn || !this.#room.admits(this, requests, bytes)) return false
    this.requests += requests
    this.bytes += bytes
    this.#room.requests += requests
    this.#room.bytes += bytes
    return true
  }

  release(requests: number, bytes: number): void {
    this.requests -= requests
    this.bytes -= bytes
    this.#room.requests -= requests
    this.#room.bytes -= bytes
    this.#resume()
    this.#room.wake()
  }

  /** The client is gone and waits no more; what it has under way counts until it is released. */
  leave(): void {
    this.#room.leave(this)
    this.#room.wake()
  }

  resume(): void {
    this.#resume()
  }
}
