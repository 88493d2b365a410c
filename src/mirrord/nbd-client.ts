/**
 * One connection of an NBD client: its stream on one side, its conversation on the other.
 *
 * Answers of one turn leave together. A client that asks faster than it is served, or does not
 * read its answers, is not read from until it has caught up.
 */
import type { Stream, StreamEvents } from '../drivers/stream.ts'
import type { NbdExport } from '../mirror/block-request.ts'
import { NbdConversation } from '../mirror/nbd-conversation.ts'
import type { NbdFault } from '../mirror/nbd-negotiation.ts'
import type { NbdRoom, NbdShare } from '../mirror/nbd-room.ts'

export interface NbdClientHost {
  readonly room: NbdRoom
  exports(): readonly NbdExport[]
  /** Whether one more client of this export is taken. */
  admits(exported: NbdExport): boolean
  lend(): Buffer
  giveBack(memory: Buffer): void
  entered(client: NbdClient): void
  gone(client: NbdClient): void
  fault(fault: NbdFault): void
}

export class NbdClient implements StreamEvents {
  /** The export it entered. */
  exported: NbdExport | null = null
  readonly #stream: Stream
  readonly #host: NbdClientHost
  readonly #share: NbdShare
  readonly #conversation: NbdConversation
  #isGone = false
  #isLeaving = false
  #isPaused = false
  #willFlush = false
  /** Answered, and not known to have left. */
  #unsent = { writes: 0, requests: 0, bytes: 0 }

  constructor(stream: Stream, host: NbdClientHost) {
    this.#stream = stream
    this.#host = host
    this.#share = host.room.open(() => this.resume())
    this.#conversation = new NbdConversation({
      exports: () => host.exports(),
      admits: (exported) => host.admits(exported),
      admit: (requests, bytes) => this.#share.admit(requests, bytes),
      release: (bytes) => this.#share.release(0, bytes),
      lend: () => host.lend(),
      giveBack: (memory) => host.giveBack(memory),
      nowMs: () => performance.now(),
      answered: () => this.flushSoon(),
      entered: (exported) => {
        this.exported = exported
        host.entered(this)
      },
      ended: (fault) => this.ended(fault),
    })
  }

  place(): Buffer | null {
    return this.#conversation.place()
  }

  data(chunk: Buffer): void {
    this.#conversation.push(chunk)
    this.regulate()
  }

  closed(): void {
    this.leave()
  }

  /** At once, whatever is under way. */
  close(): void {
    this.leave()
    this.#stream.close()
  }

  private resume(): void {
    this.#conversation.resume()
    this.regulate()
  }

  private regulate(): void {
    const isFull = this.#conversation.isStalled
    if (isFull === this.#isPaused || this.#isGone) return
    this.#isPaused = isFull
    if (isFull) this.#stream.pause()
    else this.#stream.resume()
  }

  private ended(fault: NbdFault | null): void {
    this.#isLeaving = true
    if (fault === null) return this.flushSoon()
    this.#host.fault(fault)
    this.close()
  }

  private flushSoon(): void {
    if (this.#willFlush) return
    this.#willFlush = true
    process.nextTick(() => this.flush())
  }

  private flush(): void {
    this.#willFlush = false
    const { parts, requests, bytes } = this.#conversation.takeAnswers()
    if (this.#isGone) return this.#share.release(requests, bytes)
    if (parts.length > 0) {
      this.#unsent.writes += 1
      this.#unsent.requests += requests
      this.#unsent.bytes += bytes
      this.#stream.write(parts, () => this.sent(requests, bytes))
    }
    this.finishWhenSent()
  }

  private sent(requests: number, bytes: number): void {
    // What had not left when the client went was released then.
    if (this.#isGone) return
    this.#unsent.writes -= 1
    this.#unsent.requests -= requests
    this.#unsent.bytes -= bytes
    this.#share.release(requests, bytes)
    this.finishWhenSent()
  }

  /** A client that said goodbye stays, and counts, until it has all its answers. */
  private finishWhenSent(): void {
    const isDone = this.#conversation.inFlight === 0 && this.#unsent.writes === 0
    if (!this.#isLeaving || !isDone || this.#willFlush) return
    this.leave()
    this.#stream.finish()
  }

  private leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#conversation.stop()
    this.#share.release(this.#unsent.requests, this.#unsent.bytes)
    this.#share.leave()
    this.#host.gone(this)
  }
}
