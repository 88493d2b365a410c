/** One stream for the events of all clusters: `kagami manager` puts together what their servers tell. */
import { readEvents } from './events.ts'
import type { Feed } from './live.ts'

const silentMs = 1200
const connectWithinMs = 1500
/** A cluster's servers are both tried meanwhile. */
const joinWithinMs = 5000

export interface Channel {
  /** The events of a cluster: as if they came in a stream of their own. */
  feed(cluster: string): Feed
  close(): void
}

interface Follower {
  hear(event: string, data: string): void
  end(status: number): void
}

export function openChannel(): Channel {
  const closed = new AbortController()
  const followers = new Map<string, Follower>()
  let id: Promise<string | null> | null = null
  const open = (): Promise<string | null> =>
    new Promise((resolve) => {
      const over = readEvents(
        { url: '/manager/channel', method: 'POST' },
        {
          ...{ signal: closed.signal, silentMs, connectWithinMs },
          hear({ event, data, cluster }) {
            if (event === 'channel') return resolve(data)
            if (event === 'end') return followers.get(cluster)?.end(0)
            return followers.get(cluster)?.hear(event, data)
          },
        },
      )
      void over.then(() => {
        id = null
        resolve(null)
        for (const follower of followers.values()) follower.end(0)
      })
    })
  return {
    feed:
      (cluster) =>
      async ({ session, signal, hear }) => {
        const channel = await (id ??= open())
        if (channel === null || signal.aborted) return 0
        return new Promise((resolve) => {
          const follower: Follower = {
            hear,
            end(status) {
              if (followers.get(cluster) === follower) followers.delete(cluster)
              resolve(status)
            },
          }
          followers.set(cluster, follower)
          signal.addEventListener('abort', () => follower.end(0), { once: true })
          void join(channel, cluster, session.pass).then((status) => {
            if (status !== 200) follower.end(status)
          })
        })
      },
    close: () => closed.abort(),
  }
}

/** The status of the answer, or 0. */
async function join(channel: string, cluster: string, pass: string): Promise<number> {
  try {
    const response = await fetch(`/manager/channel/${channel}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cluster, pass }),
      signal: AbortSignal.timeout(joinWithinMs),
    })
    return response.status
  } catch {
    return 0
  }
}
