/** The clusters of a Manager on a workstation: each as it was registered and, after a login, as it is now. */
import { openChannel } from './channel.ts'
import { openLive, type Live } from './live.ts'
import type { Known } from './manage.ts'
import type { Session } from './session.ts'

export interface Entry {
  readonly known: Known
  /** null: nobody has logged in to it. */
  readonly live: Live | null
  /** Something has been heard of it. */
  readonly isKnown: boolean
}

export interface Fleet {
  entries(): readonly Entry[]
  /** Calls back when a cluster comes, goes, is entered or left; not when something changes within it. */
  subscribe(listener: () => void): () => void
  setKnown(known: readonly Known[]): void
  enter(id: string, session: Session): void
  leave(id: string): void
  stop(): void
}

export function openFleet(): Fleet {
  const channel = openChannel()
  const listeners = new Set<() => void>()
  let entries: readonly Entry[] = []
  const set = (next: readonly Entry[]): void => {
    entries = next
    for (const listener of listeners) listener()
  }
  const change = (id: string, part: Partial<Entry>): void =>
    set(entries.map((entry) => (entry.known.id === id ? { ...entry, ...part } : entry)))
  const leave = (id: string): void => {
    entries.find(({ known }) => known.id === id)?.live?.stop()
    change(id, { live: null, isKnown: false })
  }
  return {
    entries: () => entries,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setKnown(all) {
      for (const { known, live } of entries) {
        if (!all.some(({ id }) => id === known.id)) live?.stop()
      }
      set(
        all.map((known) => {
          const before = entries.find((entry) => entry.known.id === known.id)
          return { live: null, isKnown: false, ...before, known }
        }),
      )
    },
    enter(id, session) {
      leave(id)
      const live = openLive(session, () => leave(id), channel.feed(id))
      const first = live.subscribe(() => {
        if (live.picture().status === null) return
        first()
        change(id, { isKnown: true })
      })
      change(id, { live })
    },
    leave,
    stop() {
      for (const { live } of entries) live?.stop()
      channel.close()
    },
  }
}
