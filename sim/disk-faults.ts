/** What makes operations of a fake disk fail: by order, or by chance. */
import type { Chance } from './random.ts'

export type FaultyOperation = 'read' | 'write' | 'flush'

export interface Fault {
  /** Zeroing and trimming are writes. */
  readonly on: readonly FaultyOperation[]
  /** Where, in bytes; without it everywhere. */
  readonly range?: { readonly offset: number; readonly length: number }
  /** How many operations; without it all from now on. */
  readonly times?: number
  readonly error?: string
}

export interface Faults {
  /** Call the answer to lift the fault. */
  add(fault: Fault): () => void
  /** One operation in so many fails, each kind by itself; 0 = none. */
  readonly oneIn: Record<FaultyOperation, number>
  clear(): void
  /** Whether an operation fails now; that counts as one of the times. */
  strike(operation: FaultyOperation, offset: number, length: number): string | null
}

export function createFaults(chance: Chance): Faults {
  const orders = new Set<{ readonly fault: Fault; left: number }>()
  const oneIn = { read: 0, write: 0, flush: 0 }
  return {
    oneIn,
    add(fault) {
      const order = { fault, left: fault.times ?? Number.POSITIVE_INFINITY }
      orders.add(order)
      return () => orders.delete(order)
    },
    clear() {
      orders.clear()
      oneIn.read = oneIn.write = oneIn.flush = 0
    },
    strike(operation, offset, length) {
      if (oneIn[operation] > 0 && chance.oneIn(oneIn[operation])) return 'failed by chance'
      for (const order of orders) {
        const { on, range, error = 'failed by order' } = order.fault
        if (!on.includes(operation) || !meets(range, offset, length)) continue
        order.left -= 1
        if (order.left <= 0) orders.delete(order)
        return error
      }
      return null
    },
  }
}

function meets(range: Fault['range'], offset: number, length: number): boolean {
  if (range === undefined) return true
  return offset < range.offset + range.length && range.offset < offset + length
}
