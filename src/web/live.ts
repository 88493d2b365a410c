/**
 * The cluster as it is now: a stream of events of one server, and of the other one as soon as the first falls
 * silent. The servers' addresses are in the status itself.
 */
import type { Alert, ClusterStatus } from '../api.ts'
import { readEvents } from './events.ts'
import { showSoon } from './moment.ts'
import { originsOf } from './origins.ts'
import { ask, renewed, type Session } from './session.ts'

export interface Picture {
  readonly status: ClusterStatus | null
  readonly alerts: readonly Alert[]
  /** When the latest word came; by this browser's clock. */
  readonly heardAt: number
  readonly isLive: boolean
  /** The page has gone on through another server than the one it came from. */
  readonly isElsewhere: boolean
}

const noPicture: Picture = {
  status: null,
  alerts: [],
  heardAt: 0,
  isLive: false,
  isElsewhere: false,
}

/** The server says something at least twice as often. */
const silentMs = 1200
const connectWithinMs = 1500
const pauseMs = 300
const alertsKept = 2000
/** A pass is renewed so long before its end. */
const renewBeforeMs = 120_000

export interface Following {
  readonly origin: string
  readonly session: Session
  readonly signal: AbortSignal
  hear(event: string, data: string): void
}

/** Where a cluster's events come from, until they end; then the status of the answer, or 0. */
export type Feed = (following: Following) => Promise<number>

export interface Live {
  picture(): Picture
  subscribe(listener: () => void): () => void
  session(): Session
  /** Where orders go: the server that the picture comes from. */
  origin(): string
  /** From now on the alert log is kept whole. */
  wantLog(): void
  stop(): void
}

/** `ended`: the session is over. */
export function openLive(first: Session, ended: () => void, feed: Feed = direct): Live {
  let session = first
  const { home } = first
  let origin = home
  const stopped = new AbortController()
  const drawn = newDrawing(() => origin !== home)
  let isLogWanted = false
  const loadLog = async (): Promise<void> => {
    const reply = await ask(origin, 'GET', '/alerts', { pass: session.pass })
    if (reply?.status !== 200) return
    drawn.addLines((reply.body as { readonly alerts: readonly Alert[] }).alerts)
  }
  const keepPass = async (): Promise<void> => {
    if (Date.parse(session.passUntil) - Date.now() > renewBeforeMs) return
    const next = await renewed(origin, session)
    if (next !== null) session = next
    else if (Date.parse(session.passUntil) <= Date.now()) ended()
  }
  const follow = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await keepPass()
      let isNew = true
      const over = await feed({
        ...{ origin, session, signal: stopped.signal },
        hear(event, data) {
          drawn.hear(event, data)
          // After the stream has begun: no line falls between the two.
          if (isNew && isLogWanted) void loadLog()
          isNew = false
        },
      })
      if (over === 401) return ended()
      drawn.lost()
      // A Manager on a workstation finds the other server by itself.
      if (home === '') origin = nextOrigin(origin, drawn.picture().status)
      await new Promise((next) => setTimeout(next, pauseMs))
    }
  }
  void follow()
  const timer = setInterval(() => void keepPass(), renewBeforeMs / 4)
  return {
    picture: drawn.picture,
    subscribe: drawn.subscribe,
    session: () => session,
    origin: () => origin,
    wantLog() {
      if (isLogWanted) return
      isLogWanted = true
      if (drawn.isLive()) void loadLog()
    },
    stop() {
      clearInterval(timer)
      stopped.abort()
    },
  }
}

/** What has come, and what is shown of it: of the status the latest alone is read, when it is shown. */
function newDrawing(isElsewhere: () => boolean) {
  let picture = noPicture
  const listeners = new Set<() => void>()
  const log = newLog()
  let latest: string | null = null
  let heardAt = 0
  let isLive = false
  const show = (): void => {
    const status = latest === null ? picture.status : (JSON.parse(latest) as ClusterStatus)
    latest = null
    picture = { status, heardAt, isLive, isElsewhere: isElsewhere(), alerts: log.lines() }
    for (const listener of listeners) listener()
  }
  return {
    picture: () => picture,
    isLive: () => isLive,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    hear(event: string, data: string): void {
      if (event === 'status') {
        latest = data
        heardAt = Date.now()
        isLive = true
      } else if (event === 'alert') {
        log.add([JSON.parse(data) as Alert])
      }
      showSoon(show)
    },
    addLines(lines: readonly Alert[]): void {
      log.add(lines)
      showSoon(show)
    },
    lost(): void {
      isLive = false
      showSoon(show)
    },
  }
}

/** A stream of its own from one server. */
const direct: Feed = ({ origin, session, signal, hear }) =>
  readEvents(
    { url: `${origin}/api/v1/events`, headers: { authorization: `Bearer ${session.pass}` } },
    { signal, silentMs, connectWithinMs, hear: ({ event, data }) => hear(event, data) },
  )

/** The alert log in the cluster's own order; both servers tell the lines of both. */
function newLog() {
  const known = new Set<string>()
  let lines: readonly Alert[] = []
  return {
    lines: () => lines,
    add(more: readonly Alert[]): void {
      const fresh = more.filter((alert) => {
        const name = `${alert.server}/${alert.number}/${alert.at}`
        if (known.has(name)) return false
        known.add(name)
        return true
      })
      if (fresh.length === 0) return
      lines = [...lines, ...fresh].toSorted((a, b) => a.stamp - b.stamp).slice(-alertsKept)
    },
  }
}

/** In turn: where the page came from, and every address of the servers on a public LAN. */
function nextOrigin(present: string, status: ClusterStatus | null): string {
  const others = originsOf(status ?? { links: [] }, (_, address) => address !== location.hostname)
  const all = ['', ...others]
  return all[(all.indexOf(present) + 1) % all.length] ?? ''
}
