/**
 * Bytes to and from an open file, all of them or an error: in the page cache at once while that is
 * quick (disk-pace.ts), else through the thread pool.
 *
 * Why the two ways may be mixed. A synchronous call is over when it returns, so it can overtake
 * only what is under way in the pool. (1) Where the ranges overlap, the caller never has both under
 * way (disk-port.ts: whoever touches blocks holds their range until `done`). (2) Where they do not,
 * order means nothing to the medium, and the kernel keeps neighbours in one page apart. (3) A flush
 * answers for writes whose `done` came before it, and those are complete whichever way they went.
 * (4) A write that is part synchronous, part pooled is one write with one `done`; its rest is copied
 * before the call returns.
 *
 * Errors are values and final. A short transfer is continued, which is not a retry: the kernel says
 * how much it did. EINTR and EAGAIN say that nothing was tried; such a call goes to the pool, and is
 * made again there. Everything longer than a piece goes piece by piece, so that no single call keeps
 * the process or a thread of the pool for long.
 */
import fs from 'node:fs'
import { createDiskPace, type DiskPace, readLimits, writeLimits } from './disk-pace.ts'
import { createRunDelay, type RunDelay } from './run-delay.ts'
import { SpareBuffers } from '../wire/spare-buffers.ts'

export type Done = (error: string | null) => void

/** What of `node:fs` is used here. */
export interface FileCalls {
  readonly readSync: SyncCall
  readonly writeSync: SyncCall
  readonly read: PoolCall
  readonly write: PoolCall
}

type SyncCall = (
  descriptor: number,
  data: Buffer,
  start: number,
  length: number,
  position: number,
) => number

type PoolCall = (
  descriptor: number,
  data: Buffer,
  start: number,
  length: number,
  position: number,
  done: (error: NodeJS.ErrnoException | null, count: number) => void,
) => void

export interface Transfer {
  /** Fills `data`, which belongs to the transfer until `done`. */
  read(offset: number, data: Buffer, done: Done): void
  /** Synchronous where it may be; what is left is copied before this returns. */
  write(offset: number, data: Buffer, done: Done): void
  /** Writes `data` as often as it takes to fill the range; nobody changes it until `done`. */
  repeat(range: Range, data: Buffer, done: Done): void
  /** When nothing is under way any more; the descriptor stays open. */
  close(): void
}

interface Range {
  readonly offset: number
  readonly length: number
}

/**
 * A longer write makes the kernel cache it in folios as long, and then each small write into one of
 * them walks over all its blocks: 13 µs instead of 4 for 4 KiB, measured on ext4 under Linux 6.18.
 */
const pieceBytes = { read: 1024 * 1024, write: 128 * 1024 } as const
const againMs = 1
const againCountMax = 1000

interface Job {
  readonly call: 'read' | 'write'
  readonly data: Buffer
  readonly offset: number
  /** The data is the caller's again when the call returns. */
  readonly isLent: boolean
  /** Of `data`; from here on is to be done. */
  position: number
  again: number
}

export function createTransfer(
  descriptor: number,
  how: { readonly synchronous: boolean; readonly calls?: FileCalls },
): Transfer {
  const calls: FileCalls = how.calls ?? fs
  const pace = { read: createDiskPace(readLimits), write: createDiskPace(writeLimits) }
  const delay = how.synchronous ? createRunDelay() : null
  const atOnce = delay === null ? () => false : synchronousWay({ descriptor, calls, pace, delay })

  function inPool(job: Job, done: Done): void {
    const { call, data, offset } = job
    if (job.position === data.length) return done(null)
    const length = Math.min(pieceBytes[call], data.length - job.position)
    const ticket = pace[call].sent(performance.now())
    calls[call](descriptor, data, job.position, length, offset + job.position, (error, count) => {
      pace[call].returned(ticket)
      if (error !== null) {
        if (!isPassing(error) || job.again >= againCountMax) return done(error.message)
        job.again += 1
        setTimeout(() => inPool(job, done), againMs)
        return
      }
      if (count === 0) return done(call === 'read' ? 'end of the partition' : 'nothing was written')
      job.again = 0
      job.position += count
      inPool(job, done)
    })
  }

  function start(job: Job, done: Done): void {
    if (job.data.length === 0 && !how.synchronous) {
      setImmediate(() => done(null))
      return
    }
    let complete = false
    try {
      complete = atOnce(job)
    } catch (error) {
      if (!isPassing(error)) return done(reasonOf(error))
    }
    if (complete) return done(null)
    if (!job.isLent) return inPool(job, done)
    const { own, memory } = withOwnData(job)
    inPool(own, (error) => {
      spare.giveBack(memory)
      done(error)
    })
  }

  function repeat(range: Range, data: Buffer, done: Done): void {
    const piece = Math.min(range.length, data.length)
    const { offset, length } = range
    const job = jobOf({ call: 'write', data: data.subarray(0, piece), offset, isLent: false })
    if (piece === length) return start(job, done)
    inPool(job, (error) => {
      if (error !== null) return done(error)
      repeat({ offset: offset + piece, length: length - piece }, data, done)
    })
  }

  return {
    read: (offset, data, done) => start(jobOf({ call: 'read', data, offset, isLent: false }), done),
    write: (offset, data, done) =>
      start(jobOf({ call: 'write', data, offset, isLent: true }), done),
    repeat,
    close: () => delay?.close(),
  }
}

/** Does of a job what it may do at once; `true` when that is all of it. An error is thrown. */
function synchronousWay(by: {
  readonly descriptor: number
  readonly calls: FileCalls
  readonly pace: Readonly<Record<Job['call'], DiskPace>>
  readonly delay: RunDelay
}): (job: Job) => boolean {
  const { descriptor, calls, pace, delay } = by
  return (job) => {
    const { call, data, offset } = job
    const { slowMs } = call === 'read' ? readLimits : writeLimits
    const began = performance.now()
    let now = began
    delay.mark(began)
    while (job.position < data.length) {
      const length = Math.min(pieceBytes[call], data.length - job.position)
      // A long transfer may use the time of one slow call, not more.
      if (now - began > slowMs || !pace[call].mayBlock(length, now)) return false
      const run = call === 'read' ? calls.readSync : calls.writeSync
      const count = run(descriptor, data, job.position, length, offset + job.position)
      const nowMs = performance.now()
      let durationMs = nowMs - now
      // A processor that was taken away says nothing about the disk.
      if (durationMs > slowMs / 4) durationMs = Math.max(0, durationMs - delay.waitedMs())
      pace[call].took({ bytes: length, durationMs, nowMs })
      if (count === 0) return false
      job.position += count
      now = nowMs
    }
    return true
  }
}

function jobOf(job: Pick<Job, 'call' | 'data' | 'offset' | 'isLent'>): Job {
  const { call, data, offset, isLent } = job
  return { call, data, offset, isLent, position: 0, again: 0 }
}

/**
 * For what waits in the pool: left to the collector, it would be most of the work, and more memory
 * than is ever in use at once. Enough for all that NBD clients may have under way (nbd-room.ts).
 */
const spare = new SpareBuffers(256 * 1024, 64)

/** What is left of it, with a copy of the bytes. */
function withOwnData({ call, data, offset, position }: Job): { own: Job; memory: Buffer } {
  const length = data.length - position
  const memory = spare.take(length)
  data.copy(memory, 0, position)
  const rest = memory.subarray(0, length)
  return { own: jobOf({ call, data: rest, offset: offset + position, isLent: false }), memory }
}

/** Says that the call was not even tried. */
function isPassing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'EINTR' || code === 'EAGAIN'
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
