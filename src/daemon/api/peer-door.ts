/**
 * What the two daemons keep alike beside their heartbeats: the accounts. Each asks the other one now and
 * then, over TLS with the cluster's certificates on both sides (`ports.peer`); nobody else is let in.
 */
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { RequestJson } from '../../drivers/http-json.ts'
import type { AccountList, Accounts } from './accounts.ts'

export interface DoorPlace {
  readonly port: number
  /** The peer's name, as its certificate has it, and its address on each link. */
  readonly peer: string
  readonly addresses: readonly string[]
  /** PEM texts. */
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string }
}

const askEveryMs = 2000
const answerWithinMs = 2000
const path = '/accounts'

/** Answers the peer. Rejects when the port cannot be had. */
export async function openDoor({ port, peer, tls }: DoorPlace, accounts: Accounts): Promise<void> {
  const options = {
    ...tls,
    ...{ requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' as const },
    ...{ headersTimeout: 5000, requestTimeout: 5000, keepAliveTimeout: 1000 },
  }
  const server = createServer(options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate()
    const isPeer = subject?.CN === peer
    if (!isPeer || request.method !== 'GET' || request.url !== path) {
      response.writeHead(isPeer ? 404 : 403).end()
      return
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(accounts.list()))
  })
  server.maxConnections = 16
  await new Promise<void>((opened, failed) => {
    server.once('error', failed)
    server.listen(port, '0.0.0.0', opened)
  })
}

/** Asks the peer from now on, on the first link that answers. */
export function keepAlike(
  { port, addresses, tls }: DoorPlace,
  accounts: Accounts,
  request: RequestJson,
): void {
  const askOnce = async (): Promise<void> => {
    for (const address of addresses) {
      const url = `https://${address}:${port}${path}`
      const answer = await request({ method: 'GET', url, timeoutMs: answerWithinMs, tls })
      if (!answer.ok || answer.status !== 200 || !isList(answer.body)) continue
      return accounts.learn(answer.body)
    }
  }
  const again = async (): Promise<void> => {
    await askOnce()
    setTimeout(() => void again(), askEveryMs).unref()
  }
  void again()
}

/** The peer's certificate vouches for what is in it; an older or newer version may send something else. */
function isList(body: unknown): body is AccountList {
  if (typeof body !== 'object' || body === null) return false
  const { stamp, users, tokens } = body as Partial<AccountList>
  return typeof stamp === 'number' && Array.isArray(users) && Array.isArray(tokens)
}
