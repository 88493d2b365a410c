/**
 * The reading half of a copy: goes over the disk once and sends every block, a few at a time.
 *
 * A piece holds its range from before it is read until it is sent, so a client's write to the same
 * blocks is either in what was read or sent after it. The target carries both out in the order
 * they were sent. Blocks of zeroes travel as their length only.
 */
import type { PeerMessage } from '../wire/peer-message.ts'
import type { DiskPort } from './disk-port.ts'
import type { RangeQueue } from './range-queue.ts'

export interface CopyHost {
  readonly disk: DiskPort
  readonly ranges: RangeQueue
  send(message: PeerMessage): number
  congested(): boolean
  failed(error: string): void
}

const pieceBytes = 512 * 1024
const piecesMax = 8
const zeroes = Buffer.alloc(pieceBytes)

export class CopySource {
  readonly bytesTotal: number
  readonly #host: CopyHost
  readonly #awaited = new Map<number, number>()
  #next = 0
  #reading = 0
  #bytesDone = 0
  #stopped = false

  constructor(host: CopyHost, bytesTotal: number) {
    this.#host = host
    this.bytesTotal = bytesTotal
  }

  get bytesDone(): number {
    return this.#bytesDone
  }

  get awaited(): number {
    return this.#awaited.size
  }

  get finished(): boolean {
    return this.#bytesDone === this.bytesTotal
  }

  /** Starts as many pieces as may be under way. */
  pump(): void {
    while (!this.#stopped && this.#next < this.bytesTotal) {
      if (this.#reading + this.#awaited.size >= piecesMax || this.#host.congested()) return
      const offset = this.#next
      const length = Math.min(pieceBytes, this.bytesTotal - offset)
      this.#next += length
      this.#reading += 1
      this.#host.ranges.acquire(offset, length, (release) => this.read(offset, length, release))
    }
  }

  /** The target has written the piece sent under this sequence; false when it is none of ours. */
  peerDone(sequence: number): boolean {
    const length = this.#awaited.get(sequence)
    if (length === undefined) return false
    this.#awaited.delete(sequence)
    this.#bytesDone += length
    this.pump()
    return true
  }

  stop(): void {
    this.#stopped = true
  }

  private read(offset: number, length: number, release: () => void): void {
    if (this.#stopped) return release()
    this.#host.disk.read(offset, length, (error, data) => {
      this.#reading -= 1
      if (!this.#stopped && data !== null) {
        const isZero = data.equals(zeroes.subarray(0, length))
        const sequence = this.#host.send(
          isZero ? { type: 'copy-zero', offset, length } : { type: 'copy', offset, data },
        )
        this.#awaited.set(sequence, length)
      }
      release()
      if (this.#stopped) return
      if (error !== null) this.#host.failed(error)
      else this.pump()
    })
  }
}
