/**
 * The writing half of a stream: gathers what one turn of the event loop writes and hands it to the
 * socket at the turn's end, in as few calls as possible.
 *
 * A call into the socket costs more than copying a few kilobytes, so small parts are copied next
 * to each other into a slab, and large parts go by reference. While the socket still works on the
 * previous batch, gathering goes on: a slow receiver makes larger batches, not a longer queue of
 * small ones. Slabs are taken from a small stock and go back when their bytes have left.
 *
 * Of a TLS socket every batch is copied, and again as it is encrypted: there a batch has a limit.
 */
import type net from 'node:net'

export interface Outgoing {
  write(parts: readonly Buffer[], sent?: () => void): void
  /** What is gathered leaves now, unless the previous batch still does. */
  flush(): void
  /** Everything is handed to the socket, whatever it is doing. */
  flushAll(): void
  /** Forgets what is gathered. */
  drop(): void
}

const copiedBytesMax = 16 * 1024
const slabBytes = 128 * 1024
const stockMax = 8
const stock: Buffer[] = []
const nothing = Buffer.alloc(0)

/** `batchBytesMax`: so much is handed to the socket at a time. */
export function createOutgoing(
  socket: net.Socket,
  batchBytesMax = Number.POSITIVE_INFINITY,
): Outgoing {
  let parts: Buffer[] = []
  let sents: { readonly parts: number; readonly tell: () => void }[] = []
  let scheduled = false
  let underway = false

  function atEndOfTurn(): void {
    scheduled = false
    flush()
  }

  function flush(): void {
    if (!underway && parts.length > 0) handOver()
  }

  function handOver(bytesMax = batchBytesMax): void {
    const batch = takeBatch(parts, bytesMax)
    parts = batch.left
    const { chunks, slabs } = joined(batch.taken)
    let told = sents
    if (parts.length === 0) sents = []
    else {
      told = sents.filter(({ parts: written }) => written <= batch.whole)
      const later = sents.slice(told.length)
      sents = later.map((sent) => ({ ...sent, parts: sent.parts - batch.whole }))
    }
    underway = true
    const done = (error?: Error | null): void => {
      underway = false
      if (error) return
      giveBack(slabs)
      for (const { tell } of told) tell()
      // What was written meanwhile, by these calls too, leaves at the end of this turn.
      schedule()
    }
    const last = chunks.length - 1
    if (last > 0) socket.cork()
    for (let index = 0; index < last; index += 1) socket.write(chunks[index] as Buffer)
    socket.write(chunks[last] as Buffer, done)
    if (last > 0) socket.uncork()
  }

  function schedule(): void {
    if (scheduled || underway || parts.length === 0) return
    scheduled = true
    process.nextTick(atEndOfTurn)
  }

  return {
    write(added, sent) {
      if (added.length === 0) parts.push(nothing)
      for (const part of added) parts.push(part)
      if (sent !== undefined) sents.push({ parts: parts.length, tell: sent })
      schedule()
    },
    flush,
    flushAll() {
      if (parts.length > 0) handOver(Number.POSITIVE_INFINITY)
    },
    drop() {
      parts = []
      sents = []
    },
  }
}

/** The first parts, up to so many bytes, and what is left; `whole`: so many parts went entirely. */
function takeBatch(parts: Buffer[], bytesMax: number) {
  let bytes = 0
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index] as Buffer
    const room = bytesMax - bytes
    bytes += part.length
    if (bytes <= bytesMax) continue
    const beginning = room > 0 ? [part.subarray(0, room)] : []
    const taken = [...parts.slice(0, index), ...beginning]
    return { taken, left: [part.subarray(room), ...parts.slice(index + 1)], whole: index }
  }
  return { taken: parts, left: [], whole: parts.length }
}

/** The same bytes in fewer pieces: small neighbours are copied into one, large parts stay. */
function joined(parts: readonly Buffer[]): { chunks: Buffer[]; slabs: Buffer[] } {
  const chunks: Buffer[] = []
  const slabs: Buffer[] = []
  if (parts.length === 1) return { chunks: [parts[0] as Buffer], slabs }
  let slab: Buffer | null = null
  let from = 0
  let end = 0
  const closeChunk = (): void => {
    if (slab !== null && end > from) chunks.push(slab.subarray(from, end))
    from = end
  }
  for (const part of parts) {
    if (part.length >= copiedBytesMax) {
      closeChunk()
      chunks.push(part)
      continue
    }
    if (slab === null || end + part.length > slabBytes) {
      closeChunk()
      slab = stock.pop() ?? Buffer.allocUnsafeSlow(slabBytes)
      slabs.push(slab)
      from = 0
      end = 0
    }
    slab.set(part, end)
    end += part.length
  }
  closeChunk()
  if (chunks.length === 0) chunks.push(nothing)
  return { chunks, slabs }
}

function giveBack(slabs: readonly Buffer[]): void {
  for (const slab of slabs) if (stock.length < stockMax) stock.push(slab)
}
