/**
 * What a client asks of a block device, and what a device that can be asked looks like: the border
 * between the NBD server and whatever carries requests out (the engine, a snapshot).
 *
 * The bytes of a write belong to the caller: they are valid during the `submit` call and not after
 * it. Who writes later copies them first. The bytes handed to a `Reply` are the asker's to keep.
 */

export type BlockRequest =
  | { readonly kind: 'read'; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'write'
      readonly offset: number
      readonly data: Buffer
      readonly fua: boolean
    }
  | {
      /** The range reads as zeroes afterwards. */
      readonly kind: 'zero'
      readonly offset: number
      readonly length: number
      readonly fua: boolean
      /** The range stays allocated: no hole may be made of it. */
      readonly noHole?: boolean
    }
  | {
      /** What the range holds is not needed any more: advice. */
      readonly kind: 'trim'
      readonly offset: number
      readonly length: number
      readonly fua: boolean
    }
  | { readonly kind: 'flush' }

/** Called once, during `submit` or later; `data` is that of a read that went well. */
export type Reply = (error: number, data: Buffer | null) => void

/** No read or write handed to `submit` is longer. */
export const blockBytesMax = 1024 * 1024

export interface BlockRun {
  readonly offset: number
  readonly length: number
  readonly hole: boolean
}

export interface NbdExport {
  readonly name: string
  /** Asked for each request: it may grow. */
  readonly sizeBytes: number
  readonly readOnly: boolean
  /** Whoever names no export does not get this one. */
  readonly isOnlyByName?: boolean
  submit(request: BlockRequest, reply: Reply): void
  /** Whether a client may come in, and be served. */
  serves(): boolean
  /**
   * What is known about holes of a range without reading it, in ascending order; null when nothing
   * is. A hole is not allocated and reads as zeroes.
   */
  holes?(offset: number, length: number): readonly BlockRun[] | null
}
