/**
 * The control daemon, put together: definition, key and record in; heartbeats, mirrords, loop and
 * API running. Reading this tells what the process is made of.
 */
import { readFile } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { apiSocket, type Sample } from '../api.ts'
import type { Definition } from '../config/schema.ts'
import type { Afterwards } from '../core/effect.ts'
import type { DurableRecord } from '../core/record.ts'
import { acknowledges, guardUntil } from '../core/lease.ts'
import { gossipOf } from '../core/say-gossip.ts'
import { coreSettings } from '../core/settings.ts'
import type { State } from '../core/state.ts'
import { systemBlockDevices } from '../drivers/blockdev.ts'
import { bootClock } from '../drivers/clock.ts'
import { systemIp } from '../drivers/ip.ts'
import { fileJournal, type Journal } from '../drivers/journal.ts'
import { systemMount } from '../drivers/mount.ts'
import { run } from '../drivers/process.ts'
import { fileStore } from '../drivers/store.ts'
import type { Outcome } from '../core/event.ts'
import { say, type Message } from '../messages/catalogue.ts'
import { openAlertLog } from './alerts.ts'
import { noAccounts, openAccounts } from './api/accounts.ts'
import { refusalOf } from './api/mirror-orders.ts'
import type { ApiWorld } from './api/world.ts'
import { openAudit } from './audit.ts'
import { monitorTimes, newHistory, sampleEveryMs, sampleOf, type Totals } from './history.ts'
import { logClock, peerNews, type LogClock } from './log-clock.ts'
import type { LogPlace } from './merged-log.ts'
import { watchArmlog } from './armlog-inbox.ts'
import { watchCarriers } from './carriers.ts'
import type { FromWorker, ToWorker } from './heartbeat-worker.ts'
import { rightToRun, startGuard, type GuardPlace } from './guard.ts'
import { startLoop, type Fact, type Loop } from './loop.ts'
import { orderDesk, throttled } from './order-desk.ts'
import { mirrorNews } from './mirror-news.ts'
import { mirrordPool, type MirrordPool, type PoolEvents } from './mirrord-pool.ts'
import { makeParts } from './parts.ts'
import { perform, type PerformerParts } from './perform.ts'
import { addressOf, folders, heartbeatSettings, mirrorSettings } from './settings.ts'
import { clusterStatus, explanation } from './status.ts'

export interface Identity {
  readonly definition: Definition
  readonly self: string
  readonly peer: string
  readonly key: string
  readonly bootId: string
  /** The folder with `kagami`, `armlog` and `kagami-mirrord`. */
  readonly programs: string
}

const journalFile = `${folders.log}/journal.jsonl.gz`
const journalBytesMax = 16 * 1024 * 1024
const decisions = { bytesMax: journalBytesMax, isCompressed: true }
const guardFact = (armed: boolean): Fact => ({ kind: 'guard-reported', armed })

export async function runDaemon(identity: Identity, stored: DurableRecord | null): Promise<void> {
  const { definition, self, peer, bootId, programs } = identity
  const clock = logClock(Date.now)
  const alerts = await openAlertLog(logPlace(self, 'alerts', clock))
  const news = peerNews(clock)
  const ip = systemIp(run)
  const desk = orderDesk()
  const times = monitorTimes(bootClock.now)
  const listeners = new Set<() => void>()
  const told = mirrorNews(`${folders.run}/told.json`, (message, at) => alerts.add(message, at))
  const pool = poolOf(identity, (fact) => loop.happened(fact), told)
  const right = rightToRun(bootClock.now)
  const devices = systemBlockDevices(run, folders.run)
  const drivers = { run, ip, mount: systemMount(run), devices, pool, rightLeftMs: right.leftMs }
  const world: PerformerParts = {
    parts: makeParts(definition, self, programs, drivers),
    pool,
    ip,
    run,
    store: fileStore<DurableRecord>(`${folders.state}/record.json`),
    peerAddresses: definition.links.map(({ name }) => addressPair(definition, name, identity)),
    mirrors: definition.mirrors.map((mirror) => mirror.name),
    now: bootClock.now,
    tell: (message) => alerts.add(message),
    answer: (id, accepted, message) => desk.answered(id, { accepted, message }),
    exit: (afterwards) => {
      guard?.quit()
      return leave(definition, pool, afterwards)
    },
  }
  const heartbeat = startHeartbeat(identity, clock, (heard) => {
    if (heard.kind === 'heard') news.heard(heard.stamp)
    const fact = factOf(heard, loop.state())
    if (fact !== null) loop.happened(fact)
  })
  const settings = coreSettings(definition, self, peer, bootId)
  const guard =
    settings.lease?.guard === true
      ? startGuard(guardPlace(programs), (armed) => loop.happened(guardFact(armed)))
      : null
  const loop: Loop = startLoop(settings, stored, {
    clock: bootClock,
    openJournal: (checkpoint) => fileJournal(journalFile, { ...decisions, checkpoint }),
    perform: (effect) => times.measure(effect, () => perform(effect, world)),
    changed: (state) => {
      heartbeat(state)
      guard?.renew(right.renew(guardUntil(state)))
      for (const listener of listeners) listener()
    },
  })
  alerts.add(say('daemon-started', { server: self }))
  watchCarriers(definition, self, ip, (link, up) =>
    loop.happened({ kind: 'carrier-changed', link, up }),
  )
  await watchArmlog(`${folders.run}/armlog`, (message) => alerts.add(message))
  await serve(identity, clock, {
    status: () => clusterStatus(definition, loop.state(), new Date().toISOString()),
    why: (group) => explanation(loop.state(), group),
    core: () => loop.state(),
    definition,
    journal: [`${journalFile}.1`, journalFile],
    alerts,
    history: sampling(() => loop.state(), times.lastMs),
    onChange: throttled(listeners),
    onNews: throttled(news.listeners),
    order: (order) => desk.give(loop, order),
    orderMirror: async (_server, mirror, command) =>
      refusalOf(mirror, command, loop.state()) ?? (await obeyed(pool.command(mirror, command))),
  })
}

function poolOf(
  { definition, self, peer, bootId, programs }: Identity,
  happened: (fact: Fact) => void,
  told: PoolEvents['told'],
): MirrordPool {
  const all = mirrorSettings(definition, self, peer, bootId)
  const place = { program: `${programs}/kagami-mirrord`, folders }
  return mirrordPool(all, place, {
    reported: (mirror, report) => happened({ kind: 'mirror-reported', mirror, report }),
    lost: (mirror) => happened({ kind: 'mirrord-lost', mirror }),
    told,
  })
}

/** Samples from now on; what is kept of them after a time. */
function sampling(
  state: () => State,
  monitors: () => Sample['monitors'],
): (after: number) => readonly Sample[] {
  const history = newHistory()
  let before: Totals = {}
  setInterval(() => {
    const around = { at: Date.now(), before, monitors: monitors() }
    const { sample, totals } = sampleOf(state(), around)
    before = totals
    history.add(sample)
  }, sampleEveryMs)
  return history.after
}

async function obeyed(asked: Promise<Outcome>): Promise<Message | null> {
  const outcome = await asked
  return outcome.ok ? null : outcome.error
}

/** The API, last: everything else runs by then, and goes on whatever becomes of it. */
async function serve(
  { definition, self, peer, key }: Identity,
  clock: LogClock,
  world: Omit<ApiWorld, 'audit' | 'operations'>,
): Promise<void> {
  const { alerts } = world
  const audit = await openAudit(logPlace(self, 'audit', clock))
  const path = `${folders.state}/accounts.json`
  const opened = await openAccounts(fileStore(path))
  if ('reason' in opened) alerts.add(say('accounts-unreadable', { path, reason: opened.reason }))
  const accounts = 'accounts' in opened ? opened.accounts : await noAccounts(opened.reason)
  const place = {
    socket: apiSocket,
    port: definition.ports.manager,
    peerPort: definition.ports.peer,
    peer,
    peerAddresses: definition.links.map(({ name }) => addressOf(definition, name, peer)),
    authorityFile: `${folders.keys}/ca.pem`,
    certificateFile: `${folders.keys}/${self}.pem`,
    privateKeyFile: `${folders.keys}/${self}.key`,
    clusterKey: key,
    endedFile: `${folders.state}/ended-sessions.json`,
    ...managerPlace(definition),
  }
  // A library of its own size: it is not loaded before the server is watched over.
  const { serveApi } = await import('./api/serve.ts')
  const all = { ...world, operations: audit.operations, audit: audit.add }
  await serveApi(place, all, accounts)
}

function managerPlace({ manager }: Definition) {
  const { allowFrom, certificate: theirs } = manager
  if (theirs === undefined) return { allowFrom, theirs: null }
  const { certificateFile: certificate, privateKeyFile: privateKey } = theirs
  return { allowFrom, theirs: { certificate, privateKey } }
}

function addressPair(
  definition: Definition,
  link: string,
  { self, peer }: Identity,
): { local: string; remote: string } {
  return { local: addressOf(definition, link, self), remote: addressOf(definition, link, peer) }
}

function logPlace(server: string, name: string, clock: LogClock): LogPlace {
  const openJournal = (file: string): Journal =>
    fileJournal(file, { bytesMax: journalBytesMax, isCompressed: false })
  return { server, file: `${folders.log}/${name}.jsonl`, clock, openJournal }
}

/** What a packet of the peer means to the core; null: nothing. */
function factOf(heard: FromWorker, { peer }: State): Fact | null {
  if (heard.kind === 'acknowledged') return { kind: 'heartbeat-acknowledged' }
  const gossip = heard.gossip ?? peer?.gossip
  if (gossip === undefined) return heard.acknowledged ? { kind: 'heartbeat-acknowledged' } : null
  const { link, incarnation, acknowledged, acknowledgedSentAt, roundTripMs } = heard
  const heartbeat = { link, incarnation, acknowledged, acknowledgedSentAt, roundTripMs, gossip }
  return { kind: 'heartbeat-heard', ...heartbeat }
}

function guardPlace(programs: string): GuardPlace {
  return {
    socket: `${folders.run}/guard.sock`,
    program: `${programs}/kagami-guard`,
    logFile: `${folders.log}/guard.log`,
  }
}

function startHeartbeat(
  identity: Identity,
  clock: LogClock,
  heard: (message: FromWorker) => void,
): (state: State) => void {
  const { definition, self, peer, key } = identity
  const worker = new Worker(new URL('./heartbeat-worker.ts', import.meta.url), {
    workerData: heartbeatSettings(definition, self, peer, key),
  })
  worker.on('message', heard)
  // Without heartbeats this server would be taken for dead: better to be restarted.
  worker.on('error', (error) => {
    throw error
  })
  let told = ''
  return (state) => {
    const gossip = JSON.stringify(gossipOf(state))
    const acknowledge = acknowledges(state)
    const urgent = gossip !== told
    const message: ToWorker = { gossip, urgent, acknowledge, stamp: clock.latest() }
    told = gossip
    worker.postMessage(message)
  }
}

/** The last act of an orderly departure: the mirrords leave too, then this process. */
async function leave(
  definition: Definition,
  pool: MirrordPool,
  afterwards: Afterwards,
): Promise<void> {
  await Promise.all(
    definition.mirrors.map((mirror) => pool.command(mirror.name, { command: 'quit' })),
  )
  // The system's own orderly way down, which does not find this daemon any more.
  if (afterwards !== 'nothing') await run(afterwards, [], { timeoutMs: 10_000 })
  process.exit(0)
}

/** The record of an earlier life; an unreadable one is not "none". */
export async function readRecord(): Promise<
  { ok: true; value: DurableRecord | null } | { ok: false; path: string; reason: string }
> {
  const path = `${folders.state}/record.json`
  const found = await fileStore<DurableRecord>(path).read()
  return found.ok ? found : { ok: false, path, reason: found.reason }
}

/** Tells one boot of the kernel from the next. */
export async function readBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
