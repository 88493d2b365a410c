/**
 * A client of the active side: writes of many sizes that overlap and cross the borders of blocks
 * and extents, zeroes, trims, flushes, and reads that must not go back.
 */
import { blocksOf, sectorBytes, type Ticket } from './ledger.ts'
import type { Engine, MirrorWorld } from './mirror-world.ts'
import type { Server } from './fake-network.ts'

const extentBytes = 64 * 1024
/** With so many changes not answered it waits. */
const pendingMax = 100

export class MirrorClient {
  readonly #world: MirrorWorld
  /** Extents it is busy with: few of them makes writes overlap, many make the log full. */
  readonly #extents: readonly number[]
  /** It goes through the disk: the log moves on, and the map alone names what lies behind. */
  readonly #wanders: boolean
  #cursor = 0
  readonly #pauseMs: number
  readonly #burst: number
  /** Of so many moments one is the beginning of a rest; some clients hardly ever rest. */
  readonly #restsOneIn: number
  /** Of so many flushes and FUA writes one is made: without them much stays in memory. */
  readonly #flushesOneIn: number
  /** Of sectors read: the entry seen at the latest, in this service. */
  #seen = new Map<number, number>()
  #seenIn: object | null = null

  constructor(world: MirrorWorld) {
    this.#world = world
    const { chance } = world
    const count = chance.pick([1, 2, 3, 6, 12])
    this.#extents = Array.from({ length: count }, () => chance.below(world.sizeBytes / extentBytes))
    this.#wanders = chance.oneIn(2)
    this.#pauseMs = chance.pick(world.theme === 'disks' ? [30, 100, 300] : [3, 10, 30, 100])
    this.#burst = chance.pick([1, 4, 12])
    this.#restsOneIn = chance.pick([60, 300])
    this.#flushesOneIn = world.theme === 'everything' ? 1 : chance.pick([1, 10, 100])
  }

  step(): void {
    const world = this.#world
    const { chance } = world
    // Now and then nothing for a while: everything calms down.
    const rests = chance.oneIn(this.#restsOneIn) && !world.quiet
    const pause = rests ? chance.between(300, 3000) : chance.between(0, this.#pauseMs)
    world.after(pause, () => this.step())
    if (world.quiet && world.nowMs >= world.busyUntilMs) return
    for (const index of [0, 1] as const) this.#useServer(index)
  }

  #useServer(index: Server): void {
    const world = this.#world
    const { engine } = world.servers[index]
    // An old service that was not stopped still has its client.
    if (engine === null || !engine.serves) return
    for (let count = world.chance.below(this.#burst + 1); count >= 0; count -= 1) {
      if (engine.serves && engine.requests.pending < pendingMax) this.#ask(index, engine)
    }
  }

  #ask(index: Server, engine: Engine): void {
    const what = this.#world.chance.below(20)
    if (what < 11) return this.#change('write', index, engine)
    if (what === 11) return this.#change('zero', index, engine)
    if (what === 12) return this.#change('trim', index, engine)
    if (what < 15) {
      if (this.#world.chance.oneIn(this.#flushesOneIn)) this.#flush(index, engine)
      return
    }
    this.#read(index, engine)
  }

  #range(): { offset: number; length: number } {
    const { chance, sizeBytes } = this.#world
    if (this.#wanders && chance.oneIn(2)) return this.#nextRange()
    const base = chance.pick(this.#extents) * extentBytes
    // Many at the same few places, so that they meet.
    const at = chance.oneIn(3) ? chance.below(128) * sectorBytes : chance.below(4) * 4096
    const sectors = chance.pick([1, 2, 8, 8, 8, 8, 11, 16, 24, 128])
    const offset = base + (chance.oneIn(3) ? at + chance.below(8) * sectorBytes : at)
    const start = Math.min(offset, sizeBytes - sectorBytes)
    return { offset: start, length: Math.min(sectors * sectorBytes, sizeBytes - start) }
  }

  #nextRange(): { offset: number; length: number } {
    const { chance, sizeBytes } = this.#world
    const offset = this.#cursor
    const length = Math.min(chance.pick([1, 8, 8, 24, 128]) * sectorBytes, sizeBytes - offset)
    this.#cursor = (offset + length) % sizeBytes
    return { offset, length }
  }

  #change(kind: 'write' | 'zero' | 'trim', index: Server, engine: Engine): void {
    const world = this.#world
    const { offset, length } = this.#range()
    const fua = world.chance.oneIn(8 * this.#flushesOneIn)
    const { service } = world
    // With two services, each has a promise of its own.
    const ledger = world.diverged?.[index] ?? world.ledger
    const ticket = ledger.submit(kind, offset, length)
    const done = (error: number): void => {
      if (error === 0) this.#acknowledged(index, engine, { ticket, fua, service, ledger })
    }
    if (kind === 'write') {
      const data = blocksOf(ticket.number, length)
      engine.submit({ kind, offset, data, fua }, done)
      // The bytes are the client's again.
      data.fill(0xee)
    } else engine.submit({ kind, offset, length, fua }, done)
  }

  #acknowledged(
    index: Server,
    engine: Engine,
    write: { ticket: Ticket; fua: boolean; service: object; ledger: MirrorWorld['ledger'] },
  ): void {
    const world = this.#world
    if (world.servers[index].engine !== engine) return
    if (write.ledger !== (world.diverged?.[index] ?? world.ledger)) return
    if (write.service === world.service) world.serviceCounts()
    const lost = write.ledger.acknowledge(write.ticket, write.fua)
    if (lost !== null && world.diverged === null) world.fail('S2', lost)
    if (!engine.state.inSync && world.active === index) {
      world.complete.clear()
      world.complete.add(index)
    }
    world.step(index, 'answer')
  }

  #flush(index: Server, engine: Engine): void {
    const world = this.#world
    const ledger = world.diverged?.[index] ?? world.ledger
    const upTo = ledger.flushBegins()
    const { service } = world
    engine.submit({ kind: 'flush' }, (error) => {
      if (error !== 0 || world.servers[index].engine !== engine) return
      if (service === world.service) world.serviceCounts()
      ledger.flushed(upTo)
      world.step(index, 'answer flush')
    })
  }

  #read(index: Server, engine: Engine): void {
    const world = this.#world
    if (world.active !== index || world.activeEngine !== engine || world.diverged !== null) return
    const { service, ledger } = world
    if (this.#seenIn !== service) {
      this.#seen = new Map()
      this.#seenIn = service
    }
    const seen = this.#seen
    const { offset, length } = this.#range()
    const first = offset / sectorBytes
    const floors = ledger.readBegins(offset, length)
    floors.forEach((floor, sector) => {
      floors[sector] = Math.max(floor, seen.get(first + sector) ?? 0)
    })
    engine.submit({ kind: 'read', offset, length }, (error, data) => {
      if (error !== 0 || data === null || world.service !== service) return
      if (world.servers[index].engine !== engine || world.diverged !== null) return
      const shown = ledger.read(offset, data, floors)
      if (typeof shown === 'string') return world.fail('reads', shown)
      shown.forEach((number, sector) => {
        if (number > (seen.get(first + sector) ?? 0)) seen.set(first + sector, number)
      })
    })
  }
}
