/**
 * A partition, or a file that stands for one: opened for this process alone, read, written and
 * flushed without keeping the event loop. Errors are values; nothing is retried into success.
 *
 * - `done` may come before the call returns where the disk was opened `synchronous`; where not, that
 *   of `trim` and `holes` still may. Which way a transfer goes, and why the ways may be mixed, is told in disk-transfer.ts.
 * - One flush runs at a time, and those asked for meanwhile share the next one: the kernel reports
 *   an error of writing back once, and of two flushes at the same time one would not hear of it.
 * - A failed write or flush stays visible: from then on every flush fails with the first error, for
 *   no later success says anything about what was lost. Only opening anew ends that.
 * - Closing waits for what is under way in the thread pool; a descriptor closed too early could be
 *   another file's by the time that the pool gets to it.
 */
import fs from 'node:fs'
import { createHoles, type Holes, type Run, sysFolderOf } from './disk-holes.ts'
import { createTransfer, type Done, type FileCalls, reasonOf } from './disk-transfer.ts'
import { type LinuxCalls, linuxCalls } from './linux-calls.ts'

export interface Disk {
  readonly path: string
  /** As it was when the disk was opened, or measured last. */
  readonly sizeBytes: number
  /** `data` is null when `error` is not; it lies in `into` when that is given. */
  read(
    offset: number,
    length: number,
    done: (error: string | null, data: Buffer | null) => void,
    into?: Buffer,
  ): void
  /** The bytes are the caller's again when this returns. */
  write(offset: number, data: Buffer, done: Done): void
  /** The range reads as zeroes afterwards; a long one becomes a hole where that is possible. */
  zero(offset: number, length: number, done: Done): void
  /** Gives the space back if the range then reads as zeroes (`zeroed`); else does nothing. */
  trim(offset: number, length: number, done: (error: string | null, zeroed: boolean) => void): void
  /**
   * Data and holes from `offset` on, without gaps, to the end of the range or as far as one answer
   * goes (at least one run); null where that cannot be known. A hole reads as zeroes.
   */
  holes(
    offset: number,
    length: number,
    done: (error: string | null, runs: Run[] | null) => void,
  ): void
  /** Everything whose `done` came before this call is on stable storage when this one's comes. */
  flush(done: Done): void
  /** The size now: a partition can be extended while it is open. */
  measure(): number
  close(): void
}

export type OpenedDisk =
  | { readonly ok: true; readonly disk: Disk }
  | { readonly ok: false; readonly error: string }

export interface DiskOptions {
  /** Whether `done` may come before the call returns. */
  readonly synchronous?: boolean
  /** The system's, if not given. */
  readonly calls?: FileCalls & { readonly fdatasync: FlushCall }
  /** Null: there are none here. The system's, if not given. */
  readonly linux?: LinuxCalls | null
}

type FlushCall = (descriptor: number, done: (error: Error | null) => void) => void

const zeroes = Buffer.alloc(1024 * 1024)
const blockBytes = 4096

/**
 * Opens a block device exclusively (`O_EXCL`: no mount, no second opener), or a regular file under
 * its lock, which goes with the process. A file that cannot be locked is not opened.
 */
export function openDisk(path: string, options: DiskOptions = {}): OpenedDisk {
  let descriptor: number | null = null
  try {
    const isDevice = fs.statSync(path).isBlockDevice()
    const { O_RDWR, O_EXCL } = fs.constants
    descriptor = fs.openSync(path, isDevice ? O_RDWR | O_EXCL : O_RDWR)
    const opened = { path, descriptor, isDevice }
    if (!isDevice) lock(opened)
    // Whoever uses the disk reads ahead by himself. Read ahead, it would be cached in long folios,
    // which make small writes slow (disk-transfer.ts); one look at the front by somebody who reads
    // ahead is enough to make the kernel go on with it.
    linuxCalls()?.adviseRandom(descriptor)
    return { ok: true, disk: diskOf(opened, sizeOf(opened), options) }
  } catch (error) {
    if (descriptor !== null) fs.closeSync(descriptor)
    return { ok: false, error: reasonOf(error) }
  }
}

interface Opened {
  readonly path: string
  readonly descriptor: number
  readonly isDevice: boolean
}

function lock({ path, descriptor }: Opened): void {
  const linux = linuxCalls()
  if (linux === null) throw new Error(`a file cannot be locked here, '${path}'`)
  if (!linux.tryLock(descriptor))
    throw new Error(`EBUSY: in use by another process, open '${path}'`)
}

function diskOf(opened: Opened, sizeAtOpening: number, options: DiskOptions): Disk {
  const { descriptor } = opened
  const calls = options.calls ?? fs
  const transfer = createTransfer(descriptor, { synchronous: options.synchronous === true, calls })
  const holes = createHoles(opened, () =>
    options.linux === undefined ? linuxCalls() : options.linux,
  )
  let sizeBytes = sizeAtOpening
  const life = createLife([transfer.close, () => fs.closeSync(descriptor)])
  const flush = createFlush((done) => calls.fdatasync(descriptor, done), life)

  /** An operation that changes the range: counted until it is done, its error kept. */
  function change(offset: number, length: number, done: Done): Done {
    if (offset < 0 || length < 0 || offset + length > sizeBytes) {
      throw new Error('outside of the disk')
    }
    const ended = life.begin()
    return (error) => {
      if (error !== null) life.failure ??= error
      ended()
      done(error)
    }
  }

  return {
    path: opened.path,
    get sizeBytes() {
      return sizeBytes
    },
    read(offset, length, done, into) {
      const ended = life.begin()
      const data = into === undefined ? Buffer.allocUnsafe(length) : into.subarray(0, length)
      transfer.read(offset, data, (error) => {
        ended()
        done(error, error === null ? data : null)
      })
    },
    write: (offset, data, done) => transfer.write(offset, data, change(offset, data.length, done)),
    zero(offset, length, done) {
      const finish = change(offset, length, done)
      if (length < zeroes.length) return transfer.repeat({ offset, length }, zeroes, finish)
      zeroByHole({ transfer, holes }, { offset, length }, (error, made) => {
        if (error !== null || made) return finish(error)
        transfer.repeat({ offset, length }, zeroes, finish)
      })
    },
    trim(offset, length, done) {
      let zeroed = false
      const finish = change(offset, length, (error) => done(error, error === null && zeroed))
      zeroByHole({ transfer, holes }, { offset, length }, (error, made) => {
        zeroed = made
        finish(error)
      })
    },
    holes(offset, length, done) {
      const ended = life.begin()
      holes.find({ offset, length }, (error, runs) => {
        ended()
        done(error, runs)
      })
    },
    flush,
    measure() {
      try {
        sizeBytes = sizeOf(opened)
      } catch {
        // The device went away: reads and writes will tell.
      }
      return sizeBytes
    },
    close: () => life.close(),
  }
}

/** How many operations are under way, whether the disk is closed, and what failed first. */
interface Life {
  failure: string | null
  /** Call the answer once when the operation is done. */
  begin(): () => void
  close(): void
}

function createLife(closers: readonly (() => void)[]): Life {
  let underWay = 0
  let isClosed = false
  function closeNow(): void {
    for (const close of closers) close()
  }
  function ended(): void {
    underWay -= 1
    if (isClosed && underWay === 0) closeNow()
  }
  return {
    failure: null,
    begin() {
      if (isClosed) throw new Error('the disk is closed')
      underWay += 1
      return ended
    },
    close() {
      if (isClosed) return
      isClosed = true
      if (underWay === 0) closeNow()
    },
  }
}

function createFlush(sync: (done: (error: Error | null) => void) => void, life: Life) {
  let isRunning = false
  let waiting: Done[] = []

  function run(): void {
    const served = waiting
    waiting = []
    isRunning = true
    sync((error) => {
      isRunning = false
      if (error !== null) life.failure ??= reasonOf(error)
      // What they answer is settled before the first of them can do anything.
      const { failure } = life
      if (waiting.length > 0) run()
      for (const done of served) done(failure)
    })
  }

  return (done: Done): void => {
    const ended = life.begin()
    waiting.push((error) => {
      ended()
      done(error)
    })
    if (!isRunning) run()
  }
}

interface Parts {
  readonly transfer: ReturnType<typeof createTransfer>
  readonly holes: Holes
}

interface Range {
  readonly offset: number
  readonly length: number
}

/** A hole over the whole blocks of the range, zeroes at its edges; `made` false = untouched. */
function zeroByHole(
  { transfer, holes }: Parts,
  { offset, length }: Range,
  done: (error: string | null, made: boolean) => void,
): void {
  const start = Math.ceil(offset / blockBytes) * blockBytes
  const end = Math.floor((offset + length) / blockBytes) * blockBytes
  if (start >= end) return done(null, false)
  const finish = (error: string | null): void => done(error, error === null)
  const hole = { offset: start, length: end - start }
  holes.punch(hole, (error, made) => {
    if (error !== null || !made) return done(error, false)
    readsAsZeroes(transfer, hole, (unread, isZero) => {
      if (unread !== null) return finish(unread)
      if (!isZero) {
        holes.distrust()
        return transfer.repeat({ offset, length }, zeroes, finish)
      }
      transfer.repeat({ offset, length: start - offset }, zeroes, (failed) => {
        if (failed !== null) return finish(failed)
        transfer.repeat({ offset: end, length: offset + length - end }, zeroes, finish)
      })
    })
  })
}

/** Looks at the first and the last block. */
function readsAsZeroes(
  transfer: Parts['transfer'],
  { offset, length }: Range,
  done: (error: string | null, isZero: boolean) => void,
): void {
  const blocks = Buffer.allocUnsafe(2 * blockBytes)
  transfer.read(offset, blocks.subarray(0, blockBytes), (error) => {
    if (error !== null) return done(error, false)
    transfer.read(offset + length - blockBytes, blocks.subarray(blockBytes), (failed) =>
      done(failed, failed === null && blocks.equals(zeroes.subarray(0, blocks.length))),
    )
  })
}

/** A device's as the kernel shows it, in sectors of 512 bytes whatever the device's own are. */
function sizeOf({ path, descriptor, isDevice }: Opened): number {
  const status = fs.fstatSync(descriptor)
  if (!isDevice) return status.size
  const sectors = Number(fs.readFileSync(`${sysFolderOf(status.rdev)}/size`, 'utf8'))
  if (!Number.isSafeInteger(sectors)) throw new Error(`the size of ${path} is unknown`)
  return sectors * 512
}
