/**
 * What the two daemons keep alike beside their heartbeats: the accounts, and the lines of their logs. Each
 * asks the other one now and then, and when there is news, over TLS with the cluster's certificates on both
 * sides (`ports.peer`); nobody else is let in.
 */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { z } from 'zod'
import type { RequestJson } from '../../drivers/http-json.ts'
import type { ActionResult, LogLine } from '../../api.ts'
import { isKnown, say, type Message } from '../../messages/catalogue.ts'
import { readList, type Accounts } from './accounts.ts'
import { endedList, type EndedSessions } from './ended.ts'
import { limitConnections } from './limits.ts'
import { carried } from './mirror-orders.ts'
import { actionResult, alert, operation, understood } from './shapes.ts'
import type { ApiWorld } from './world.ts'

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
  readonly world: Pick<
    ApiWorld,
    'alerts' | 'operations' | 'onNews' | 'status' | 'order' | 'orderMirror'
  >
}

const askEveryMs = 2000
/** Of the logs, besides what the heartbeats tell: an answer may have been lost. */
const logsEvery = 5
const answerWithinMs = 2000
const accountsPath = '/accounts'
const logsPath = '/logs'
const mirrorPath = '/mirror-order'
const leavePath = '/leave'
const orderBytesMax = 4096
/** As long as the lists and two hundred lines of each log may be. */
const answerBytesMax = 8 * 1024 * 1024
const orderWithinMs = 8000

const rememberedMax = 100

/** The answer of an order that comes again is the one that it got. */
function onlyOnce(): (id: string, obey: () => Promise<object | null>) => Promise<object | null> {
  const answers = new Map<string, Promise<object | null>>()
  return (id, obey) => {
    const known = answers.get(id)
    if (known !== undefined) return known
    const answer = obey()
    answers.set(id, answer)
    for (const [oldest] of answers) {
      if (answers.size <= rememberedMax) break
      answers.delete(oldest)
    }
    return answer
  }
}

/** Answers the peer. Rejects when the port cannot be had. */
export async function openDoor(
  { port, peer, addresses, tls }: DoorPlace,
  kept: Kept,
): Promise<void> {
  const answering = { ...kept, once: onlyOnce() }
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
    // None, when the connection has ended meanwhile.
    const shown: { subject?: { CN?: unknown } } | null = (
      request.socket as TLSSocket
    ).getPeerCertificate()
    const isPeer = shown?.subject?.CN === peer
    if (isPeer) held.keep(request.socket, response)
    void (isPeer ? answerTo(request, answering) : Promise.resolve(null))
      .catch(() => null)
      .then((answer) => {
        if (answer === null) return response.writeHead(isPeer ? 404 : 403).end()
        response.writeHead(200, { 'content-type': 'application/json' })
        return response.end(JSON.stringify(answer))
      })
  })
  // Nobody else may use up its places.
  const held = limitConnections(server, { connections: 16, perAddress: 8, from: addresses })
  await new Promise<void>((opened, failed) => {
    server.on('error', failed)
    server.listen(port, '0.0.0.0', opened)
  })
}

async function answerTo(
  request: IncomingMessage,
  kept: Kept & { readonly once: ReturnType<typeof onlyOnce> },
): Promise<object | null> {
  const { accounts, ended, world } = kept
  const url = new URL(request.url ?? '', 'https://door')
  if (request.method === 'POST') {
    const read = brought.safeParse(await bodyOf(request))
    if (!read.success) return null
    const { id, order } = read.data
    if (url.pathname === mirrorPath) return kept.once(id, () => obey(order, world))
    if (url.pathname !== leavePath) return null
    const wish = leaving.safeParse(order)
    if (!wish.success) return null
    const { afterwards } = wish.data
    return kept.once(id, () => world.order({ kind: 'leave', afterwards }))
  }
  if (request.method !== 'GET') return null
  if (url.pathname === accountsPath) return { accounts: accounts.list(), ended: ended.list() }
  if (url.pathname !== logsPath) return null
  const after = (name: string): number => Number(url.searchParams.get(name)) || 0
  return {
    alerts: world.alerts.own(after('alerts')),
    operations: world.operations.own(after('operations')),
  }
}

/** `id`: of this order, whichever way it comes, and however often. */
const brought = z.strictObject({ id: z.string().max(100), order: z.unknown() })

const leaving = z.strictObject({ afterwards: z.enum(['nothing', 'poweroff', 'reboot']) })

/** Rejects when it is too long, or no JSON. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += String(chunk)
    if (text.length > orderBytesMax) throw new Error('the order is too long')
  }
  return JSON.parse(text) as unknown
}

/** An operator's order that was given at the other server. */
async function obey(body: unknown, world: Kept['world']): Promise<object | null> {
  const read = carried.safeParse(body)
  if (!read.success) return null
  const { mirror, command } = read.data
  const { mirrors, reportedBy } = world.status()
  if (!mirrors.some(({ name }) => name === mirror)) return null
  return { refused: await world.orderMirror(reportedBy, mirror, command) }
}

const obeyed = z.object({ refused: z.object({ id: z.string() }).loose().nullable() })

type Bring = (order: object) => Promise<unknown>

/** Asks the peer on the first link that answers; null: on none. An answer may be lost, and the order not. */
function bringing({ port, addresses, tls }: DoorPlace, request: RequestJson, path: string): Bring {
  return async (order) => {
    const body = { id: randomUUID(), order }
    for (const address of addresses) {
      const url = `https://${address}:${port}${path}`
      const answer = await request({ method: 'POST', url, body, timeoutMs: orderWithinMs, tls })
      if (answer.ok && answer.status === 200) return answer.body
    }
    return null
  }
}

/** Brings an order for a replica of the peer's to it; null: it has obeyed. */
export async function bringOrder(
  place: DoorPlace,
  request: RequestJson,
  order: z.infer<typeof carried>,
): Promise<Message | null> {
  const read = obeyed.safeParse(await bringing(place, request, mirrorPath)(order))
  if (!read.success) return say('peer-not-asked', { server: place.peer })
  const { refused } = read.data
  if (refused === null) return null
  // A newer version may refuse with words that are not known here.
  return isKnown(refused)
    ? (refused as unknown as Message)
    : say('peer-not-asked', { server: place.peer })
}

/** Brings an operator's wish that it leaves to the peer. */
export async function bringLeave(
  place: DoorPlace,
  request: RequestJson,
  wish: z.infer<typeof leaving>,
): Promise<ActionResult> {
  const read = actionResult.safeParse(await bringing(place, request, leavePath)(wish))
  return read.success && isKnown(read.data.message)
    ? read.data
    : { accepted: false, message: say('peer-not-asked', { server: place.peer }) }
}

interface Hands {
  readonly request: RequestJson
  tell(message: Message): void
}

/** Asks the peer from now on. */
export function keepAlike(place: DoorPlace, kept: Kept, { request, tell }: Hands): void {
  const { port, addresses, tls, peer } = place
  const { accounts, ended, world } = kept
  let isTold = false
  // On the first link that answers.
  const ask = async (path: string): Promise<unknown> => {
    for (const address of addresses) {
      const url = `https://${address}:${port}${path}`
      const answer = await request({
        ...{ method: 'GET', url, timeoutMs: answerWithinMs, tls },
        answerBytesMax,
      })
      if (answer.ok && answer.status === 200) return answer.body
    }
    return null
  }
  const askAccounts = async (): Promise<void> => {
    const said = await ask(accountsPath)
    if (said === null) return
    const read = readAccounts(said)
    if (read === null) {
      if (!isTold) tell(say('peer-accounts-unreadable', { server: peer }))
      isTold = true
      return
    }
    for (const each of read.ended) ended.add(each)
    const problem = await accounts.learn(read.accounts)
    if (problem !== null && !isTold) tell(problem)
    isTold = problem !== null
  }
  const askLogs = once(() => learnLogs(ask, world, peer))
  let turn = 0
  const again = async (): Promise<void> => {
    try {
      await askAccounts()
      if (turn % logsEvery === 0) await askLogs()
      turn += 1
    } catch (error) {
      if (!isTold) tell(say('accounts-not-written', { reason: String(error) }))
      isTold = true
    }
    setTimeout(() => void again(), askEveryMs).unref()
  }
  world.onNews(() => void askLogs().catch(() => undefined))
  void again()
}

/** One at a time: whoever asks meanwhile gets one more after it. */
function once(act: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let isWanted = false
  const run = async (): Promise<void> => {
    do {
      isWanted = false
      await act()
    } while (isWanted)
  }
  return () => {
    if (running === null) running = run().finally(() => (running = null))
    else isWanted = true
    return running
  }
}

/** Everything that the peer has written and that is not known here. */
async function learnLogs(
  ask: (path: string) => Promise<unknown>,
  { alerts, operations }: Kept['world'],
  peer: string,
): Promise<void> {
  let after = { alerts: alerts.knownOf(peer), operations: operations.knownOf(peer) }
  for (;;) {
    const read = logsSchema.safeParse(
      await ask(`${logsPath}?alerts=${after.alerts}&operations=${after.operations}`),
    )
    if (!read.success) return
    const { data } = read
    // Lines of a newer version, with messages that are not known here, are left out.
    const isPeers = (line: LogLine | null): boolean => line?.server === peer
    const told = {
      alerts: data.alerts.lines.map((line) => understood(alert.safeParse(line))),
      operations: data.operations.lines.map((line) => understood(operation.safeParse(line))),
    }
    alerts.learn(told.alerts.filter((line) => line !== null).filter(isPeers))
    operations.learn(told.operations.filter((line) => line !== null).filter(isPeers))
    const next = {
      alerts: nextOf(data.alerts, after.alerts),
      operations: nextOf(data.operations, after.operations),
    }
    if (next.alerts === after.alerts && next.operations === after.operations) return
    after = next
  }
}

interface LogAnswer {
  readonly lines: readonly unknown[]
  readonly latest: number
}

/** Where to ask from next; a log that was begun anew counts from one again. */
function nextOf({ lines, latest }: LogAnswer, after: number): number {
  if (latest < after) return 0
  const last = lines.at(-1) as { readonly number?: unknown } | undefined
  return typeof last?.number === 'number' ? Math.max(after, last.number) : after
}

const logAnswer = z.object({ lines: z.array(z.unknown()).max(1000), latest: z.number() })
const logsSchema = z.object({ alerts: logAnswer, operations: logAnswer })

const answerSchema = z.object({
  accounts: z.unknown(),
  ended: endedList,
})

/** The peer's certificate vouches for it; another version of it may say something else: null. */
function readAccounts(body: unknown) {
  const read = answerSchema.safeParse(body)
  const accounts = read.success ? readList(read.data.accounts) : null
  return read.success && accounts !== null ? { accounts, ended: read.data.ended } : null
}
