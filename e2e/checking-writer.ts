/**
 * A writer that knows what it was promised.
 *
 * Every block it writes carries a number, higher each time, and its own place. For each block it
 * remembers which numbers were sent since the last one that is promised, which were acknowledged,
 * and which a completed flush covers (those acknowledged before the flush was *sent*, or written
 * with FUA). After a power cut a block must hold the last promised number or a later one that was
 * sent; anything else is an older version, another block, or two versions mixed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { NbdClient } from './nbd-client.ts'

/** `acknowledged`: one side lost power. `flushed`: both did. */
export type Promised = 'acknowledged' | 'flushed'

interface Version {
  readonly number: number
  /** How many writes were acknowledged before, and with, this one; Infinity: it was not. */
  acknowledgedAs: number
  durable: boolean
}

const blockBytes = 4096
const depth = 16
const runMax = 8
const readBytes = 256 * 1024
/** Half of the writes hit the beginning of the disk again and again. */
export const hotBytes = 1024 * 1024
/** Of each of the writers at once: recovery needs the processors too. */
const restMs = 4

export class CheckingWriter {
  readonly #versions: Version[][]
  readonly #busy = new Set<number>()
  readonly #random: () => number
  #client: NbdClient | null = null
  #sent = 0
  #acknowledged = 0
  #flushed = 0
  #running = false
  #workers: Promise<void>[] = []
  /** How often a flush comes instead of a write. */
  flushChance = 0.01
  /** How often a write is one with FUA. */
  fuaChance = 0.02
  readonly counts = { writes: 0, flushes: 0 }

  constructor(sizeBytes: number, random: () => number) {
    this.#random = random
    this.#versions = Array.from({ length: sizeBytes / blockBytes }, () => [
      { number: 0, acknowledgedAs: 0, durable: true },
    ])
  }

  /** Writes until `pause`, or until the server goes away. */
  start(client: NbdClient): void {
    this.#client = client
    this.#running = true
    this.#workers = Array.from({ length: depth }, () => this.work(client))
  }

  /** Resolves when nothing is in flight. */
  async pause(): Promise<void> {
    this.#running = false
    await Promise.all(this.#workers)
  }

  async flush(): Promise<void> {
    if (this.#client !== null) await this.flushOn(this.#client)
  }

  /**
   * Reads everything (or the first bytes); gives what is missing (at most a few lines). What was found is from now on
   * what counts: it was served after a recovery, so it must not vanish again.
   */
  async verify(client: NbdClient, promised: Promised, lastByte?: number): Promise<string[]> {
    const missing: string[] = []
    const perRead = readBytes / blockBytes
    const end = lastByte === undefined ? this.#versions.length : lastByte / blockBytes
    for (let first = 0; first < end; first += perRead * 4) {
      const starts = [0, 1, 2, 3].map((index) => first + index * perRead)
      await Promise.all(
        starts.map(async (start) => {
          const data = await client.read(start * blockBytes, readBytes)
          if (data === null) {
            missing.push(`blocks from ${start} could not be read`)
            return
          }
          for (let index = 0; index < perRead; index += 1) {
            const found = data.subarray(index * blockBytes, (index + 1) * blockBytes)
            const wrong = this.judge(start + index, found, promised)
            if (wrong !== null) missing.push(wrong)
          }
        }),
      )
    }
    return missing.slice(0, 8)
  }

  private async work(client: NbdClient): Promise<void> {
    while (this.#running && !client.ended) {
      if (this.#random() < this.flushChance) await this.flushOn(client)
      else await this.writeOn(client)
      await pause(restMs)
    }
  }

  private async writeOn(client: NbdClient): Promise<void> {
    const range = this.#random() < 0.5 ? hotBytes / blockBytes : this.#versions.length
    const first = Math.floor(this.#random() * (range - runMax))
    const count = 1 + Math.floor(this.#random() * runMax)
    const blocks = Array.from({ length: count }, (_, index) => first + index)
    if (blocks.some((block) => this.#busy.has(block))) return
    const fua = this.#random() < this.fuaChance
    const versions: Version[] = []
    const data = Buffer.allocUnsafe(count * blockBytes)
    for (const [index, block] of blocks.entries()) {
      this.#busy.add(block)
      this.#sent += 1
      const version = {
        number: this.#sent,
        acknowledgedAs: Number.POSITIVE_INFINITY,
        durable: false,
      }
      versions.push(version)
      this.remember(block, version)
      fill(data.subarray(index * blockBytes, (index + 1) * blockBytes), block, version.number)
    }
    const outcome = await client.write(first * blockBytes, data, fua)
    for (const block of blocks) this.#busy.delete(block)
    if (outcome !== 'done') return
    this.counts.writes += 1
    this.#acknowledged += 1
    for (const version of versions) {
      version.acknowledgedAs = this.#acknowledged
      version.durable = fua
    }
  }

  private async flushOn(client: NbdClient): Promise<void> {
    const covered = this.#acknowledged
    if ((await client.flush()) !== 'done') return
    this.counts.flushes += 1
    this.#flushed = Math.max(this.#flushed, covered)
  }

  private remember(block: number, version: Version): void {
    const versions = this.#versions[block] ?? []
    versions.push(version)
    if (versions.length > 6) versions.splice(0, this.promisedIndex(versions, 'flushed'))
  }

  /** Where in the list the last version is that must not be missing. */
  private promisedIndex(versions: readonly Version[], promised: Promised): number {
    return versions.findLastIndex(({ acknowledgedAs, durable }) =>
      promised === 'flushed'
        ? durable || acknowledgedAs <= this.#flushed
        : acknowledgedAs < Number.POSITIVE_INFINITY,
    )
  }

  private judge(block: number, found: Buffer, promised: Promised): string | null {
    const versions = this.#versions[block] ?? []
    const first = this.promisedIndex(versions, promised)
    const allowed = versions.slice(first)
    const number = Number(found.readBigUInt64BE(0))
    const expected = fill(Buffer.allocUnsafe(blockBytes), block, number)
    const isWhole = found.equals(expected)
    if (isWhole && allowed.some((version) => version.number === number)) {
      this.#versions[block] = [{ number, acknowledgedAs: 0, durable: true }]
      return null
    }
    const sent = versions.map((version) => version.number).join(' ')
    const what = isWhole ? `holds ${number}` : `is mixed (${number} at its start)`
    const least = versions[first]?.number
    return `block ${block} ${what}; ${promised} was ${least} (sent: ${sent})`
  }
}

/** Number and place, again and again; a block never written is zero. */
function fill(into: Buffer, block: number, number: number): Buffer {
  if (number === 0) return into.fill(0)
  const mark = Buffer.alloc(16)
  mark.writeBigUInt64BE(BigInt(number), 0)
  mark.writeBigUInt64BE(BigInt(block), 8)
  return into.fill(mark)
}
