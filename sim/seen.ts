/** A set of fingerprints of 64 bits in memory that threads share: nothing is ever taken out. */

export interface SeenTable {
  /** False: it was there already. */
  add(high: number, low: number): boolean
}

/** `capacity`: a power of two, well above what will be in it. */
export function newSeen(capacity: number): SharedArrayBuffer {
  return new SharedArrayBuffer(capacity * BigUint64Array.BYTES_PER_ELEMENT)
}

export function seenTable(buffer: SharedArrayBuffer): SeenTable {
  const places = new BigUint64Array(buffer)
  const mask = places.length - 1
  return {
    add(high, low) {
      // Zero stands for an empty place.
      const value = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0) | 1n
      let place = (low ^ (high << 7)) & mask
      for (;;) {
        const before = Atomics.compareExchange(places, place, 0n, value)
        if (before === 0n) return true
        if (before === value) return false
        place = (place + 1) & mask
      }
    },
  }
}
