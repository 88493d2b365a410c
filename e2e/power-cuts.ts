/**
 * One round of a power cut under a checking writer. The cut comes at a random moment; afterwards
 * everything promised must be there, and no round starts before both replicas are in sync again.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { CheckingWriter, hotBytes, type Promised } from './checking-writer.ts'
import { NbdClient } from './nbd-client.ts'
import { StandAlonePair } from './stand-alone-pair.ts'

const diskBytes = 32 * 1024 * 1024

/** Quick to notice a death, quick to come back. */
const quick = [
  ...['--size', '32M', '--disk', 'volatile', '--link-security', 'off'],
  ...['--alone-after', '100', '--path-timeout', '300', '--restart-after', '50'],
]

export type Round = 'standby' | 'active' | 'active-twice' | 'both'

export class CutPair {
  readonly pair: StandAlonePair
  readonly writer: CheckingWriter
  readonly #random: () => number
  #client: NbdClient | null = null

  constructor(random: () => number, words: readonly string[], root?: string) {
    this.#random = random
    this.writer = new CheckingWriter(diskBytes, random)
    this.pair = new StandAlonePair([...quick, ...words], root === undefined ? {} : { root })
  }

  async start(): Promise<void> {
    await this.pair.ready()
    this.#client = await this.reach()
  }

  /** Returns what is missing. */
  async round(kind: Round): Promise<string[]> {
    if (this.#client === null || this.#client.ended) this.#client = await this.reach()
    this.writer.start(this.#client)
    await pause(this.milliseconds(30, 400))
    const { active } = this.pair.state()
    const standby = active === 'a' ? 'b' : 'a'
    switch (kind) {
      case 'standby':
        return this.standbyRound(standby)
      case 'active':
        await this.pair.cut(active, this.milliseconds(0, 150))
        return this.check('acknowledged')
      case 'active-twice': {
        await this.pair.cut(active, this.milliseconds(0, 150))
        // At once: only promotion may have flushed. What was read was served, and must not go again.
        const missing = await this.checkUnsettled('acknowledged', hotBytes)
        await this.pair.cut(this.pair.state().active, this.milliseconds(0, 150))
        return [...missing, ...(await this.check('flushed'))]
      }
      case 'both':
        await this.pair.cut('both', this.milliseconds(0, 150))
        return this.check('flushed')
    }
  }

  /** Nobody writes, all is flushed and in sync: whether both replicas hold the same bytes. */
  async isEqual(): Promise<boolean> {
    await this.writer.pause()
    await this.pair.untilSettled()
    await this.writer.flush()
    return this.pair.equal()
  }

  async end(): Promise<void> {
    await this.writer.pause()
    this.#client?.close()
    await this.pair.end()
  }

  close(): void {
    this.#client?.close()
    this.#client = null
  }

  /** The writer goes on meanwhile: held back, alone, and into the copy. */
  private async standbyRound(standby: 'a' | 'b'): Promise<string[]> {
    await this.pair.cut(standby, this.milliseconds(0, 300))
    if (this.#random() < 0.25) {
      await pause(this.milliseconds(0, 600))
      await this.pair.cut(standby, this.milliseconds(0, 150))
    }
    await this.untilCopied()
    await pause(this.milliseconds(0, 150))
    await this.writer.pause()
    await this.pair.untilSettled()
    const client = this.#client
    return client === null ? ['no client'] : this.writer.verify(client, 'acknowledged')
  }

  /** A copy is under way, or over already. */
  private async untilCopied(): Promise<void> {
    const { active } = this.pair.state()
    const end = performance.now() + 20_000
    while (performance.now() < end) {
      const report = await this.pair.report(active)
      if (report !== null && report.link.state === 'connected') return
      await pause(10)
    }
  }

  private async check(promised: Promised): Promise<string[]> {
    const missing = await this.checkUnsettled(promised)
    await this.pair.untilSettled()
    return missing
  }

  private async checkUnsettled(promised: Promised, lastByte?: number): Promise<string[]> {
    await this.writer.pause()
    this.#client = await this.reach()
    return this.writer.verify(this.#client, promised, lastByte)
  }

  private async reach(): Promise<NbdClient> {
    const end = performance.now() + 20_000
    while (performance.now() < end) {
      const client = await NbdClient.connect(this.pair.socket, 'md1')
      if (client !== null) return client
      await pause(10)
    }
    throw new Error(`nobody serves\n${this.pair.logs()}`)
  }

  private milliseconds(least: number, most: number): number {
    return Math.round(least + this.#random() * (most - least))
  }
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
