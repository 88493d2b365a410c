/**
 * The local data partition as the engine sees it: requests with a callback, errors as values.
 *
 * The real one is the file driver, the fake one loses what was not flushed. A callback may come
 * before the call returns (the page cache answers at once) or later. The bytes handed to `write`
 * are the caller's again as soon as the call returns: an implementation that writes later copies
 * them first. The bytes handed to a reader are the reader's to keep.
 */
import type { Done } from './record-keeper.ts'

export interface DiskPort {
  /** `data` is null when `error` is not. */
  /** `into`, at least as long, may be used for the data; the reader owns it. */
  read(
    offset: number,
    length: number,
    done: (error: string | null, data: Buffer | null) => void,
    into?: Buffer,
  ): void
  write(offset: number, data: Buffer, done: Done): void
  /** The range reads as zeroes afterwards. */
  zero(offset: number, length: number, done: Done): void
  /** Gives the space back if the range then reads as zeroes (`zeroed`); else does nothing. */
  trim(offset: number, length: number, done: (error: string | null, zeroed: boolean) => void): void
  /** Everything written before this call is on stable storage when `done` comes without error. */
  flush(done: Done): void
}
