/**
 * The mirrored disk as an NBD export: what the engine offers, in the shape the server asks for.
 */
import type { BlockRequest, NbdExport, Reply } from '../mirror/block-request.ts'
import type { BlockRequest as EngineRequest } from '../mirror/nbd-conversation.ts'
import { NBD_OK } from '../wire/nbd.ts'

export interface MirroredDisk {
  readonly serves: boolean
  submit(request: EngineRequest, reply: Reply): void
}

export function diskExport(name: string, disk: MirroredDisk, sizeBytes: () => number): NbdExport {
  return {
    name,
    get sizeBytes() {
      return sizeBytes()
    },
    readOnly: false,
    serves: () => disk.serves,
    submit: (request, reply) => submitToEngine(disk, request, reply),
  }
}

/** The one place where a client's request meets the engine. */
function submitToEngine(disk: MirroredDisk, request: BlockRequest, reply: Reply): void {
  switch (request.kind) {
    case 'trim':
      // Advice, and nothing on both replicas is a way to take it: the engine has no trim yet.
      return reply(NBD_OK, null)
    case 'write':
      // The bytes are the caller's again after this call, and the engine writes later.
      return disk.submit({ ...request, data: Buffer.from(request.data) }, reply)
    case 'read':
    case 'zero':
    case 'flush':
      return disk.submit(request, reply)
  }
}
