/** The mirrored disk as an NBD export: what the engine offers, in the shape the server asks for. */
import type { BlockRequest, NbdExport, Reply } from '../mirror/block-request.ts'

export interface MirroredDisk {
  readonly serves: boolean
  submit(request: BlockRequest, reply: Reply): void
}

export function diskExport(name: string, disk: MirroredDisk, sizeBytes: () => number): NbdExport {
  return {
    name,
    get sizeBytes() {
      return sizeBytes()
    },
    readOnly: false,
    serves: () => disk.serves,
    submit: (request, reply) => disk.submit(request, reply),
  }
}
