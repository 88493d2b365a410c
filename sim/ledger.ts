/**
 * What a client was promised, sector by sector.
 *
 * Every write fills its sectors with its number, zeroes write 0, a trim writes 0 or nothing. A
 * sector keeps the list of what was written to it since the last value that is safe for good: it
 * may show the latest promised entry or any later one, and nothing else. An acknowledgement is a
 * promise; where every replica that had it lost its power, only what a completed flush covered
 * stays one (S2). When a service has acknowledged something, what it showed at its beginning is what
 * there is: of the other entries, which were never promised, none may come up any more.
 */

export const sectorBytes = 512

interface Entry {
  readonly number: number
  readonly value: number
  /** Its place in the order of acknowledgements; 0 = none (any more). */
  acknowledgedAt: number
  /** Durable by itself, as with FUA. */
  durable: boolean
}

export interface Ticket {
  readonly number: number
  readonly first: number
  readonly last: number
  /** A trim promises nothing. */
  readonly binds: boolean
}

export type Promise = 'acknowledged' | 'flushed'

const keptMax = 12

export class Ledger {
  readonly #sectors: Entry[][]
  /** Sectors with more in them than their first value. */
  readonly #touched = new Set<number>()
  #lastNumber = 0
  #acknowledged = 0
  #flushedUpTo = 0

  constructor(sizeBytes: number, sectors: Entry[][] | null = null) {
    const first = (): Entry[] => [{ number: 0, value: 0, acknowledgedAt: 0, durable: true }]
    this.#sectors = sectors ?? Array.from({ length: sizeBytes / sectorBytes }, first)
  }

  /** A ledger of its own that begins with the same promises. */
  clone(): Ledger {
    const own = this.#sectors.map((entries) => entries.map((entry) => ({ ...entry })))
    const ledger = new Ledger(0, own)
    ledger.#lastNumber = this.#lastNumber
    ledger.#acknowledged = this.#acknowledged
    ledger.#flushedUpTo = this.#flushedUpTo
    for (const sector of this.#touched) ledger.#touched.add(sector)
    return ledger
  }

  get acknowledgements(): number {
    return this.#acknowledged
  }

  submit(kind: 'write' | 'zero' | 'trim', offset: number, length: number): Ticket {
    this.#lastNumber += 1
    const number = this.#lastNumber
    const first = offset / sectorBytes
    const last = first + length / sectorBytes - 1
    const value = kind === 'write' ? number : 0
    for (let sector = first; sector <= last; sector += 1) {
      const entries = this.#sectors[sector] as Entry[]
      if (entries.length > keptMax) this.#forget(entries)
      entries.push({ number, value, acknowledgedAt: 0, durable: false })
      this.#touched.add(sector)
    }
    return { number, first, last, binds: kind !== 'trim' }
  }

  /** Says what is wrong with it: it was overtaken by a service that does not have it. */
  acknowledge(ticket: Ticket, durable: boolean): string | null {
    this.#acknowledged += 1
    if (!ticket.binds) return null
    for (let sector = ticket.first; sector <= ticket.last; sector += 1) {
      const entries = this.#sectors[sector] as Entry[]
      const entry = entries.findLast(({ number }) => number === ticket.number)
      if (entry !== undefined) {
        entry.acknowledgedAt = this.#acknowledged
        entry.durable ||= durable
      } else if ((entries[0] as Entry).number < ticket.number) {
        return `write ${ticket.number} is acknowledged, and the service that came after lacks it`
      }
    }
    return null
  }

  /** What a flush that begins now will cover. */
  flushBegins(): number {
    return this.#acknowledged
  }

  flushed(upTo: number): void {
    this.#flushedUpTo = Math.max(this.#flushedUpTo, upTo)
  }

  /** Every complete replica has lost its power: what was not flushed may be gone. */
  weaken(): void {
    for (const sector of this.#touched) {
      for (const entry of this.#sectors[sector] as Entry[]) {
        if (!this.#isPromised(entry, 'flushed')) entry.acknowledgedAt = 0
      }
    }
  }

  /** What a replica shows, which was flushed: the entry of each sector. */
  shownBy(content: Buffer): ReadonlyMap<number, number> {
    const shown = new Map<number, number>()
    for (const sector of this.#touched) {
      const value = content.readUInt32LE(sector * sectorBytes)
      const entries = this.#sectors[sector] as Entry[]
      const entry = entries.findLast((candidate) => candidate.value === value)
      shown.set(sector, entry?.number ?? 0)
    }
    return shown
  }

  /** A service has begun with this: of older entries that it did not show none may come up. */
  settleOn(shown: ReadonlyMap<number, number>, before: number): void {
    for (const sector of this.#touched) {
      const entries = this.#sectors[sector] as Entry[]
      const number = shown.get(sector) ?? 0
      const kept = entries.filter((entry) => entry.number === number || entry.number > before)
      const first = kept.find((entry) => entry.number === number)
      if (first !== undefined) first.durable = true
      this.#sectors[sector] = kept
    }
  }

  /** By an operator's order this is what there is; only what was never promised may still come. */
  replaceBy(content: Buffer): void {
    for (const sector of this.#touched) {
      const value = content.readUInt32LE(sector * sectorBytes)
      const open = (this.#sectors[sector] as Entry[]).filter(
        (entry) => entry.acknowledgedAt === 0 && !entry.durable,
      )
      this.#sectors[sector] = [{ number: 0, value, acknowledgedAt: 0, durable: true }, ...open]
    }
  }

  get lastNumber(): number {
    return this.#lastNumber
  }

  /** The first promise that a replica breaks; null when it keeps all. */
  broken(content: Buffer, level: Promise): string | null {
    for (const sector of this.#touched) {
      const floor = this.#floor(sector, level)
      const shown = shownBy(content, sector * sectorBytes)
      if (this.#shows(sector, floor, shown)) continue
      return `sector ${sector} shows ${shown}, ${level} ${this.#describe(sector, floor)}`
    }
    return null
  }

  /** The oldest entries that a read which begins now may show. */
  readBegins(offset: number, length: number): Uint32Array {
    const first = offset / sectorBytes
    const floors = new Uint32Array(length / sectorBytes)
    for (let index = 0; index < floors.length; index += 1) {
      floors[index] = this.#numberAt(first + index, this.#floor(first + index, 'acknowledged'))
    }
    return floors
  }

  /** What a read showed: the entry of each sector that was seen at the latest; or the fault. */
  read(offset: number, data: Buffer, floors: Uint32Array): Uint32Array | string {
    const seen = new Uint32Array(floors.length)
    for (let index = 0; index < floors.length; index += 1) {
      const sector = offset / sectorBytes + index
      const entries = this.#sectors[sector] as Entry[]
      const shown = shownBy(data, index * sectorBytes)
      const least = floors[index] as number
      const entry = entries.find(({ number, value }) => number >= least && value === shown)
      if (entry === undefined) return `sector ${sector} reads ${shown}, not ${least} or later`
      seen[index] = entry.number
    }
    return seen
  }

  #isPromised(entry: Entry, level: Promise): boolean {
    if (entry.durable) return true
    if (entry.acknowledgedAt === 0) return false
    return level === 'acknowledged' || entry.acknowledgedAt <= this.#flushedUpTo
  }

  #floor(sector: number, level: Promise): number {
    const entries = this.#sectors[sector] as Entry[]
    for (let index = entries.length - 1; index > 0; index -= 1) {
      if (this.#isPromised(entries[index] as Entry, level)) return index
    }
    return 0
  }

  #numberAt(sector: number, index: number): number {
    return (this.#sectors[sector] as Entry[])[index]?.number ?? 0
  }

  #shows(sector: number, floor: number, shown: number | 'a torn sector'): boolean {
    const entries = this.#sectors[sector] as Entry[]
    for (let index = floor; index < entries.length; index += 1) {
      if ((entries[index] as Entry).value === shown) return true
    }
    return false
  }

  #forget(entries: Entry[]): void {
    const safe = entries.findLastIndex((entry) => this.#isPromised(entry, 'flushed'))
    if (safe > 0) entries.splice(0, safe)
  }

  #describe(sector: number, floor: number): string {
    const entries = (this.#sectors[sector] as Entry[]).slice(floor)
    return entries.map(({ number, value }) => (value === 0 ? `zero(${number})` : number)).join(' ')
  }
}

/** What a sector holds: both ends must say the same. */
function shownBy(content: Buffer, at: number): number | 'a torn sector' {
  const shown = content.readUInt32LE(at)
  return shown === content.readUInt32LE(at + sectorBytes - 4) ? shown : 'a torn sector'
}

/** Blocks full of their write's number. */
export function blocksOf(number: number, length: number): Buffer {
  const data = Buffer.allocUnsafeSlow(length)
  new Uint32Array(data.buffer, data.byteOffset, length / 4).fill(number)
  return data
}

/** One block of 4 KiB. */
export function blockOf(number: number): Buffer {
  return blocksOf(number, 4096)
}
