/**
 * The way to a cluster: a request, and its answer, through whichever of its servers answers. What a server says
 * is believed only with a certificate of the authority that was accepted for its cluster.
 */
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { firstServer } from './first-server.ts'
import type { Registered } from './registry.ts'

export interface Asking {
  readonly method: string
  readonly path: string
  readonly headers: OutgoingHttpHeaders
  readonly body?: Buffer | null
  /** Nobody waits for it any more. */
  readonly signal: AbortSignal
}

/** null: no server of the cluster has answered. */
export type Way = (cluster: Registered, asking: Asking) => Promise<IncomingMessage | null>

/** A stream of events is never silent for so long. */
const silentMsMax = 30_000

/** `port`: where the servers answer. An answer that does not come, or goes on, for `silentMs` is given up. */
export function wayTo(port: number, silentMs = silentMsMax): Way {
  // The one that answered last time is asked first.
  const best = new Map<string, string>()
  return async ({ id, addresses, authority }, asking) => {
    const first = best.get(id)
    const reached = await firstServer(
      addresses.toSorted((a, b) => Number(b === first) - Number(a === first)),
      { port, ca: authority.pem },
    )
    if (reached === null) return null
    const { address: host, socket } = reached
    const answer = await new Promise<IncomingMessage | null>((resolve) => {
      const { method, path, headers, body = null, signal } = asking
      const asked = httpRequest(
        {
          ...{ host, path, method, signal, createConnection: () => socket },
          headers: { ...headers, ...(body === null ? {} : { 'content-length': body.length }) },
        },
        (response) => {
          clearTimeout(timer)
          response.setTimeout(silentMs, () => response.destroy())
          resolve(response)
        },
      )
      const timer = setTimeout(() => asked.destroy(), silentMs)
      asked.on('error', () => {
        clearTimeout(timer)
        socket.destroy()
        resolve(null)
      })
      asked.end(body ?? undefined)
    })
    if (answer !== null) best.set(id, host)
    return answer
  }
}
