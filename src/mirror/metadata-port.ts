/** The CLUSTER partition beyond the superblock, as the engine sees it. */
import type { Done } from './record-keeper.ts'

export interface MetadataPiece {
  readonly offset: number
  readonly data: Buffer
}

export interface MetadataPort {
  /**
   * Writes all pieces and flushes; `done` without error means that they are durable. Several calls
   * may be under way as long as their pieces do not overlap. The pieces are not changed meanwhile.
   */
  writeDurably(pieces: readonly MetadataPiece[], done: Done): void
}
