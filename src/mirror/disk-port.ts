/**
 * The local data partition as the engine sees it: requests with a callback, errors as values.
 *
 * The real one is the file driver, the fake one loses what was not flushed. No callback comes
 * before the call returns.
 */
import type { Done } from './record-keeper.ts'

export interface DiskPort {
  /** `data` is null when `error` is not. */
  read(
    offset: number,
    length: number,
    done: (error: string | null, data: Buffer | null) => void,
  ): void
  write(offset: number, data: Buffer, done: Done): void
  zero(offset: number, length: number, done: Done): void
  /** Everything written before this call is on stable storage when `done` comes without error. */
  flush(done: Done): void
}
