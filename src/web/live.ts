/**
 * The cluster as it is now: a stream of events of one server, and of the other one as soon as the first falls
 * silent. The servers' addresses are in the status itself.
 */
import type { Alert, ClusterStatus } from '../api.ts'
import { renewed, type Session } from './session.ts'

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

export interface Live {
  picture(): Picture
  subscribe(listener: () => void): () => void
  session(): Session
  /** Where orders go: the server that the picture comes from. */
  origin(): string
  stop(): void
}

/** `ended`: the session is over. */
export function openLive(first: Session, ended: () => void): Live {
  let picture = noPicture
  let session = first
  const { home } = first
  let origin = home
  const stopped = new AbortController()
  const listeners = new Set<() => void>()
  let isDue = false
  const show = (change: Partial<Picture>): void => {
    picture = { ...picture, ...change }
    if (isDue) return
    isDue = true
    // What arrived together is shown together.
    queueMicrotask(() => {
      isDue = false
      for (const listener of listeners) listener()
    })
  }
  const known = new Set<string>()
  const hear = (event: string, data: string): void => {
    if (event === 'status') {
      const status = JSON.parse(data) as ClusterStatus
      show({ status, heardAt: Date.now(), isLive: true, isElsewhere: origin !== home })
    } else if (event === 'alert') {
      const alert = JSON.parse(data) as Alert
      // Both servers tell the lines of both.
      const name = `${alert.server}/${alert.number}/${alert.at}`
      if (known.has(name)) return
      known.add(name)
      show({ alerts: withAlert(picture.alerts, alert) })
    }
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
      const status = await stream({ origin, session, signal: stopped.signal, hear })
      if (status === 401) return ended()
      show({ isLive: false })
      // A Manager on a workstation finds the other server by itself.
      if (home === '') origin = nextOrigin(origin, picture.status)
      await new Promise((next) => setTimeout(next, pauseMs))
    }
  }
  void follow()
  const timer = setInterval(() => void keepPass(), renewBeforeMs / 4)
  return {
    picture: () => picture,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    session: () => session,
    origin: () => origin,
    stop() {
      clearInterval(timer)
      stopped.abort()
    },
  }
}

/** In the cluster's own order. */
function withAlert(alerts: readonly Alert[], alert: Alert): readonly Alert[] {
  const before = alerts.findLastIndex(({ stamp }) => stamp <= alert.stamp) + 1
  return [...alerts.slice(0, before), alert, ...alerts.slice(before)].slice(-alertsKept)
}

interface Wanted {
  readonly origin: string
  readonly session: Session
  readonly signal: AbortSignal
  hear(event: string, data: string): void
}

/** Until it ends or falls silent; then the status of the answer, or 0. */
async function stream({ origin, session, signal, hear }: Wanted): Promise<number> {
  const quiet = new AbortController()
  let timer = setTimeout(() => quiet.abort(), connectWithinMs)
  try {
    const response = await fetch(`${origin}/api/v1/events`, {
      headers: { authorization: `Bearer ${session.pass}`, 'last-event-id': '0' },
      signal: AbortSignal.any([signal, quiet.signal]),
      credentials: 'same-origin',
    })
    if (response.status !== 200 || response.body === null) return response.status
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let rest = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return 0
      clearTimeout(timer)
      timer = setTimeout(() => quiet.abort(), silentMs)
      const blocks = (rest + value).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = /^event: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (event !== undefined && data !== undefined) hear(event, data)
      }
    }
  } catch {
    return 0
  } finally {
    clearTimeout(timer)
  }
}

/** In turn: where the page came from, and every address of the servers on a public LAN. */
function nextOrigin(present: string, status: ClusterStatus | null): string {
  const { port } = location
  const links = (status?.links ?? []).toSorted((a) => (a.kind === 'public' ? -1 : 1))
  const others = links
    .flatMap(({ addresses }) => Object.values(addresses))
    .filter((address) => address !== location.hostname)
    .map((address) => `https://${address}${port === '' ? '' : `:${port}`}`)
  const all = ['', ...others]
  return all[(all.indexOf(present) + 1) % all.length] ?? ''
}
