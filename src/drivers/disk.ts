/**
 * A partition, or a file that stands for one: opened for this process alone, read, written and
 * flushed without blocking the event loop. Errors are values; nothing is retried into success.
 */
import fs from 'node:fs'

export interface Disk {
  readonly path: string
  readonly sizeBytes: number
  /** `data` is null when `error` is not. */
  read(
    offset: number,
    length: number,
    done: (error: string | null, data: Buffer | null) => void,
  ): void
  write(offset: number, data: Buffer, done: (error: string | null) => void): void
  zero(offset: number, length: number, done: (error: string | null) => void): void
  flush(done: (error: string | null) => void): void
  close(): void
}

export type OpenedDisk =
  | { readonly ok: true; readonly disk: Disk }
  | { readonly ok: false; readonly error: string }

const zeroes = Buffer.alloc(1024 * 1024)

/** Opens a block device exclusively (`O_EXCL`: no mount, no second opener), or a regular file. */
export function openDisk(path: string): OpenedDisk {
  try {
    const isDevice = fs.statSync(path).isBlockDevice()
    const { O_RDWR, O_EXCL } = fs.constants
    const descriptor = fs.openSync(path, isDevice ? O_RDWR | O_EXCL : O_RDWR)
    const sizeBytes = isDevice ? deviceSize(path) : fs.fstatSync(descriptor).size
    return { ok: true, disk: diskOf(path, descriptor, sizeBytes) }
  } catch (error) {
    return { ok: false, error: reasonOf(error) }
  }
}

function diskOf(path: string, descriptor: number, sizeBytes: number): Disk {
  return {
    path,
    sizeBytes,
    read(offset, length, done) {
      const data = Buffer.allocUnsafe(length)
      readAll(descriptor, data, { offset, filled: 0 }, (error) =>
        done(error, error === null ? data : null),
      )
    },
    write(offset, data, done) {
      writeAll(descriptor, data, { offset, written: 0 }, done)
    },
    zero(offset, length, done) {
      zeroAll(descriptor, { offset, length }, done)
    },
    flush(done) {
      fs.fdatasync(descriptor, (error) => done(error === null ? null : reasonOf(error)))
    },
    close() {
      fs.closeSync(descriptor)
    },
  }
}

function readAll(
  descriptor: number,
  data: Buffer,
  at: { readonly offset: number; readonly filled: number },
  done: (error: string | null) => void,
): void {
  const { offset, filled } = at
  fs.read(descriptor, data, filled, data.length - filled, offset + filled, (error, count) => {
    if (error !== null) return done(reasonOf(error))
    if (count === 0) return done('end of the partition')
    if (filled + count === data.length) return done(null)
    readAll(descriptor, data, { offset, filled: filled + count }, done)
  })
}

function writeAll(
  descriptor: number,
  data: Buffer,
  at: { readonly offset: number; readonly written: number },
  done: (error: string | null) => void,
): void {
  const { offset, written } = at
  const left = data.length - written
  fs.write(descriptor, data, written, left, offset + written, (error, count) => {
    if (error !== null) return done(reasonOf(error))
    if (count === left) return done(null)
    if (count === 0) return done('nothing was written')
    writeAll(descriptor, data, { offset, written: written + count }, done)
  })
}

function zeroAll(
  descriptor: number,
  range: { readonly offset: number; readonly length: number },
  done: (error: string | null) => void,
): void {
  const piece = Math.min(range.length, zeroes.length)
  const at = { offset: range.offset, written: 0 }
  writeAll(descriptor, zeroes.subarray(0, piece), at, (error) => {
    if (error !== null || piece === range.length) return done(error)
    const rest = { offset: range.offset + piece, length: range.length - piece }
    zeroAll(descriptor, rest, done)
  })
}

/** Of a block device, bytes, as the kernel shows it. */
function deviceSize(path: string): number {
  const { rdev } = fs.statSync(path)
  const major = ((rdev >> 8) & 0xfff) | ((rdev / 2 ** 32) & ~0xfff)
  const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00)
  const sectors = fs.readFileSync(`/sys/dev/block/${major}:${minor}/size`, 'utf8')
  return Number(sectors) * 512
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
