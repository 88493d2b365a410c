/**
 * What the two daemons keep alike beside their heartbeats: the accounts. Each asks the other one now and
 * then, over TLS with the cluster's certificates on both sides (`ports.peer`); nobody else is let in.
 */
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { z } from 'zod'
import type { RequestJson } from '../../drivers/http-json.ts'
import { say, type Message } from '../../messages/catalogue.ts'
import { readList, type Accounts } from './accounts.ts'
import type { EndedSessions } from './ended.ts'
import { limitConnections } from './limits.ts'

export interface DoorPlace {
  readonly port: number
  /** The peer's name, as its certificate has it, and its address on each link. */
  readonly peer: string
  readonly addresses: readonly string[]
  /** PEM texts. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string }
}

interface Kept {
  readonly accounts: Accounts
  readonly ended: EndedSessions
}

const askEveryMs = 2000
const answerWithinMs = 2000
const path = '/accounts'

/** Answers the peer. Rejects when the port cannot be had. */
export async function openDoor(
  { port, peer, addresses, tls }: DoorPlace,
  { accounts, ended }: Kept,
): Promise<void> {
  const options = {
    ...tls,
    ...{ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' as const },
    ...{
      headersTimeout: 5000,
      requestTimeout: 5000,
      keepAliveTimeout: 1000,
      handshakeTimeout: 2000,
    },
  }
  const server = createServer(options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate()
    const isPeer = subject?.CN === peer
    if (!isPeer || request.method !== 'GET' || request.url !== path) {
      response.writeHead(isPeer ? 404 : 403).end()
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ accounts: accounts.list(), ended: ended.list() }))
  })
  // Nobody else may use up its places.
  limitConnections(server, { connections: 16, perAddress: 8, from: addresses })
  await new Promise<void>((opened, failed) => {
    server.on('error', failed)
    server.listen(port, '0.0.0.0', opened)
  })
}

/** Asks the peer from now on, on the first link that answers. */
export function keepAlike(
  { port, addresses, tls }: DoorPlace,
  { accounts, ended }: Kept,
  { request, tell }: { readonly request: RequestJson; tell(message: Message): void },
): void {
  let isTold = false
  const askOnce = async (): Promise<void> => {
    for (const address of addresses) {
      const url = `https://${address}:${port}${path}`
      const answer = await request({ method: 'GET', url, timeoutMs: answerWithinMs, tls })
      const read = answer.ok && answer.status === 200 ? readAnswer(answer.body) : null
      if (read === null) continue
      for (const [session, until] of read.ended) ended.add(session, until)
      const problem = await accounts.learn(read.accounts)
      if (problem !== null && !isTold) tell(problem)
      isTold = problem !== null
      return
    }
  }
  const again = async (): Promise<void> => {
    try {
      await askOnce()
    } catch (error) {
      if (!isTold) tell(say('accounts-not-written', { reason: String(error) }))
      isTold = true
    }
    setTimeout(() => void again(), askEveryMs).unref()
  }
  void again()
}

const answerSchema = z.object({
  accounts: z.unknown(),
  ended: z.array(z.tuple([z.string().max(100), z.number()])).max(10_000),
})

/** The peer's certificate vouches for it; another version of it may say something else: null. */
function readAnswer(body: unknown) {
  const read = answerSchema.safeParse(body)
  const accounts = read.success ? readList(read.data.accounts) : null
  return read.success && accounts !== null ? { accounts, ended: read.data.ended } : null
}
