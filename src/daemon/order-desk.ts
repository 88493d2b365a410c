/** Between the API's callers and the loop: orders given once and answered once, changes told. */
import type { ActionResult } from '../api.ts'
import type { AnyOrder } from '../core/gossip.ts'
import type { Message } from '../messages/catalogue.ts'
import type { Loop } from './loop.ts'

export interface OrderDesk {
  give(loop: Loop, order: AnyOrder): Promise<ActionResult>
  answered(id: string, result: { accepted: boolean; message: Message }): void
}

/** Every order gets an id of its own, also across restarts of the daemon. */
export function orderDesk(): OrderDesk {
  const waiting = new Map<string, (result: ActionResult) => void>()
  let next = 1
  return {
    give(loop, order) {
      const id = `${loop.state().settings.self}-${process.pid}-${Date.now()}-${next}`
      next += 1
      return new Promise((resolve) => {
        waiting.set(id, resolve)
        loop.happened({ kind: 'operator-asked', id, order })
      })
    },
    answered(id, result) {
      waiting.get(id)?.(result)
      waiting.delete(id)
    },
  }
}

const everyMs = 50

/** Listeners hear of a change at once, but at most twenty times a second, and always of the last one. */
export function throttled(listeners: Set<() => void>): (listener: () => void) => () => void {
  return (listener) => {
    let timer: NodeJS.Timeout | null = null
    let lastAt = 0
    const soon = () => {
      timer ??= setTimeout(
        () => {
          timer = null
          lastAt = performance.now()
          listener()
        },
        Math.max(0, lastAt + everyMs - performance.now()),
      )
    }
    listeners.add(soon)
    return () => {
      listeners.delete(soon)
      if (timer !== null) clearTimeout(timer)
    }
  }
}
