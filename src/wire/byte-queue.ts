/**
 * Bytes as they arrive from a stream, taken off in the sizes a format asks for.
 *
 * A socket hands over chunks whose borders mean nothing. Parsers push each chunk and take exact
 * lengths; a piece that lies inside one chunk is a view of it, and only a piece that spans chunks
 * is copied, once.
 */

export interface ByteQueue {
  /** Bytes waiting. */
  readonly length: number
  push(chunk: Buffer): void
  /** The next `length` bytes, removed; null when fewer are there. */
  take(length: number): Buffer | null
  clear(): void
}

export function createByteQueue(): ByteQueue {
  let chunks: Buffer[] = []
  let waiting = 0

  function gather(length: number): Buffer {
    const whole = Buffer.allocUnsafe(length)
    let filled = 0
    let used = 0
    while (filled < length) {
      const chunk = chunks[used] as Buffer
      const part = Math.min(chunk.length, length - filled)
      chunk.copy(whole, filled, 0, part)
      filled += part
      if (part === chunk.length) used += 1
      else chunks[used] = chunk.subarray(part)
    }
    chunks.splice(0, used)
    return whole
  }

  return {
    get length() {
      return waiting
    },
    push(chunk) {
      if (chunk.length === 0) return
      chunks.push(chunk)
      waiting += chunk.length
    },
    take(length) {
      if (length > waiting) return null
      if (length === 0) return Buffer.alloc(0)
      waiting -= length
      const first = chunks[0] as Buffer
      if (first.length < length) return gather(length)
      if (first.length === length) chunks.shift()
      else chunks[0] = first.subarray(length)
      return first.subarray(0, length)
    },
    clear() {
      chunks = []
      waiting = 0
    },
  }
}
