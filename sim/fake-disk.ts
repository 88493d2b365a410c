/**
 * A disk that keeps its promises and not one more.
 *
 * What was written is seen at once after it is done, and survives the death of the process. A power
 * cut keeps what was flushed; of what was written since, each sector is kept or lost by chance.
 * Writes that are under way finish in any order, and may or may not have happened when the process
 * dies. It can be told to fail.
 */
import type { Disk } from '../src/drivers/disk.ts'
import type { Chance } from './random.ts'
import type { Timeline } from './timeline.ts'

const sectorBytes = 512

interface Write {
  readonly offset: number
  readonly data: Buffer
}

export interface FakeDisk extends Disk {
  /** What a reader sees now. */
  readonly content: Buffer
  /** Every operation from now on fails. */
  broken: boolean
  /** Puts bytes there durably, before anything runs. */
  preload(offset: number, data: Buffer): void
  /** Stops answering this process; what is under way may still happen. */
  processDied(): void
  powerCut(): void
}

export function createFakeDisk(
  sizeBytes: number,
  world: { readonly timeline: Timeline; readonly chance: Chance; readonly delayMsMax: number },
): FakeDisk {
  const { timeline, chance, delayMsMax } = world
  const content = Buffer.alloc(sizeBytes)
  const durable = Buffer.alloc(sizeBytes)
  let unflushed: Write[] = []
  /** How many writes have left `unflushed`. */
  let gone = 0
  const underWay = new Set<Write>()
  let life = {}

  function land(write: Write): void {
    write.data.copy(content, write.offset)
    unflushed.push(write)
  }

  function later(action: () => void): void {
    const mine = life
    timeline.after(chance.between(0, delayMsMax), () => {
      if (mine === life) action()
    })
  }

  function write(offset: number, data: Buffer, done: (error: string | null) => void): void {
    if (offset < 0 || offset + data.length > sizeBytes) throw new Error('outside of the disk')
    const entry = { offset, data: Buffer.from(data) }
    underWay.add(entry)
    later(() => {
      underWay.delete(entry)
      if (disk.broken) return done('broken')
      land(entry)
      done(null)
    })
  }

  const disk: FakeDisk = {
    path: 'fake',
    sizeBytes,
    content,
    broken: false,
    read(offset, length, done) {
      later(() => {
        if (disk.broken) done('broken', null)
        else done(null, Buffer.from(content.subarray(offset, offset + length)))
      })
    },
    write,
    zero: (offset, length, done) => write(offset, Buffer.alloc(length), done),
    flush(done) {
      // Only what was there when the flush began.
      const covered = gone + unflushed.length
      later(() => {
        if (disk.broken) return done('broken')
        const count = Math.max(0, covered - gone)
        for (const entry of unflushed.slice(0, count)) entry.data.copy(durable, entry.offset)
        unflushed = unflushed.slice(count)
        gone += count
        done(null)
      })
    },
    close: () => undefined,
    preload(offset, data) {
      data.copy(content, offset)
      data.copy(durable, offset)
    },
    processDied() {
      life = {}
      for (const entry of underWay) if (chance.oneIn(2)) land(entry)
      underWay.clear()
    },
    powerCut() {
      disk.processDied()
      for (const entry of unflushed) keepSomeSectors(entry)
      gone += unflushed.length
      unflushed = []
      durable.copy(content)
    },
  }

  function keepSomeSectors(entry: Write): void {
    if (chance.oneIn(3)) return
    const whole = chance.oneIn(2)
    for (let at = 0; at < entry.data.length; at += sectorBytes) {
      if (whole || chance.oneIn(2)) {
        entry.data.copy(durable, entry.offset + at, at, at + sectorBytes)
      }
    }
  }

  return disk
}
