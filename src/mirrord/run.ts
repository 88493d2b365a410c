/**
 * What a running kagami-mirrord is made of: the engine and the link, which decide, and the disks,
 * sockets and clock around them.
 */
import { createHmac, hash, randomBytes } from 'node:crypto'
import { writeDurably } from '../drivers/metadata-store.ts'
import { answersOnUnix } from '../drivers/stream.ts'
import type { HandshakeFault } from '../drivers/tls-stream.ts'
import { entryOf, type Message, say } from '../messages/catalogue.ts'
import { dumpOf } from '../mirror/dump.ts'
import { MirrorEngine } from '../mirror/engine.ts'
import type { LinkFault } from '../mirror/link-world.ts'
import { PeerLink } from '../mirror/peer-link.ts'
import { reportOf } from '../mirror/report.ts'
import type { MirrorCommand, MirrorSettings, OperatorCommand } from '../wire/mirror-control.ts'
import { type ControlServer, startControlServer } from './control-server.ts'
import { readLinkSecurity, watchValidity } from './link-security.ts'
import { tellOnStderr } from './log.ts'
import { diskExport } from './nbd-disk.ts'
import { type NbdServer, startNbdServer } from './nbd-server.ts'
import { createPeerNetwork, type LinkSecurityTools } from './peer-network.ts'
import { openSpace } from './snapshot-space.ts'
import { checksum, openReplica, type Replica } from './replica.ts'
import { createWakefulness } from './wakefulness.ts'

/** Refuses with an exit status, or runs on and gives null. */
export async function run(settings: MirrorSettings, key: Buffer): Promise<number | null> {
  const security = readLinkSecurity(settings)
  if (!security.ok) {
    tellOnStderr(security.error)
    return 1
  }
  const { controlSocket } = settings
  if (await new Promise<boolean>((done) => answersOnUnix(controlSocket, done))) {
    tellOnStderr(say('mirrord-already-running', { socket: controlSocket }))
    return 1
  }
  const opened = await openReplica(settings)
  if (!opened.ok) {
    tellOnStderr(opened.error)
    return 1
  }
  const { identity } = security
  const tools =
    identity === null ? null : { identity, ...(await import('../drivers/tls-stream.ts')) }
  const mirrord = new Mirrord(settings, { key, security: tools }, opened.replica)
  mirrord.start()
  watchValidity(settings, security.identity, (message) => mirrord.tell(message))
  return null
}

const shortBytes = 16 * 1024
/** The same words again in the alert log. */
const againMs = 600_000
/** For what the peer has not got yet. */
const sendBytesMax = 8 * 1024 * 1024

class Mirrord {
  readonly #settings: MirrorSettings
  readonly #incarnation = randomBytes(8).toString('hex')
  readonly #engine: MirrorEngine
  readonly #link: PeerLink
  readonly #network: ReturnType<typeof createPeerNetwork>
  #nbd: NbdServer | null = null
  #control: ControlServer | null = null
  readonly #wakefulness = createWakefulness()
  /** When these words were told last. */
  readonly #lastTold = new Map<string, number>()
  #faults = { count: 0, toldMs: 0 }
  #turnedAway: { readonly message: Message; readonly atMs: number } | null = null

  constructor(
    settings: MirrorSettings,
    secrets: { readonly key: Buffer; readonly security: LinkSecurityTools | null },
    replica: Replica,
  ) {
    this.#settings = settings
    this.#network = createPeerNetwork({
      settings,
      security: secrets.security,
      linkOf: () => this.#link,
      refused: (fault, path) => this.handshakeFault(fault, path),
    })
    this.#link = this.createLink(secrets.key)
    this.#engine = this.createEngine(replica)
  }

  start(): void {
    const { mirror, server, controlSocket, nbdSocket, pathTimeoutMs } = this.#settings
    const { state } = this.#engine
    const cannotListen = (path: string) => (error: string) => {
      tellOnStderr(say('mirrord-partition-unusable', { path, error }))
      process.exit(1)
    }
    const disk = diskExport(mirror, this.#engine, () => state.keeper.current.sizeBytes)
    this.#nbd = startNbdServer({
      socket: nbdSocket,
      exports: () => {
        const view = this.#engine.snapshot.export
        return view === null ? [disk] : [disk, view]
      },
      changed: () => this.#control?.changed(),
      failed: cannotListen(nbdSocket),
    })
    this.#control = startControlServer({
      socket: controlSocket,
      report: () => this.report(),
      dump: () => dumpOf(this.#engine.state),
      carryOut: (command, answer) => this.carryOut(command, answer),
      failed: cannotListen(controlSocket),
    })
    this.#network.listen(this.#link)
    setInterval(() => this.tick(), Math.min(100, Math.max(10, pathTimeoutMs / 10)))
    process.on('SIGTERM', () => this.terminate())
    process.on('SIGINT', () => this.terminate())
    const replica = state.known ? state.keeper.current.state : 'unknown'
    this.tell(say('mirrord-started', { mirror, server, replica }))
  }

  private createLink(key: Buffer): PeerLink {
    const { mirror, diskId, server, peer, paths, pathTimeoutMs, peerTimeoutMs } = this.#settings
    return new PeerLink(
      {
        self: { mirror, diskId, server, peer, incarnation: this.#incarnation },
        pathCount: paths.length,
        pathTimeoutMs,
        peerTimeoutMs,
        sendBytesMax,
      },
      {
        ...this.#network,
        checksum,
        nowMs: monotonicMs,
        random: randomBytes,
        soon: process.nextTick,
        mac(parts) {
          const hmac = createHmac('sha256', key)
          for (const part of parts) hmac.update(part)
          return hmac.digest()
        },
      },
      {
        sessionBegan: () => this.#engine.sessionBegan(),
        sessionEnded: () => this.#engine.sessionEnded(),
        received: (message, frame) => {
          // Where much is on its way, it is the processors that are short, not the waking up.
          const isShort = !('data' in message) || (message.data?.length ?? 0) <= shortBytes
          if (isShort && this.#link.keptBytes <= shortBytes * 8) this.#wakefulness.stir()
          this.#engine.received(message, frame)
        },
        roomAgain: () => this.#engine.roomAgain(),
        pathChanged: (path) => this.pathChanged(path),
        fault: (fault, path) => this.linkFault(fault, path),
      },
    )
  }

  private createEngine(replica: Replica): MirrorEngine {
    const { mirror, server, peer, bootId, pathTimeoutMs, mode, verifyEveryHours } = this.#settings
    const acceptsLoss = mode === 'async' && this.#settings.acceptLoss === true
    const verify = { everyHours: verifyEveryHours, firstShare: Math.random() }
    return new MirrorEngine(
      { mirror, server, peer, bootId, pathTimeoutMs, mode, acceptsLoss, verify },
      {
        disk: replica.data,
        metadata: {
          writeDurably: (pieces, done) => writeDurably(replica.cluster, pieces, done),
        },
        checksum,
        digest: (data) => hash('sha256', data, 'buffer'),
        soon: process.nextTick,
        after: (delayMs, action) => void setTimeout(action, delayMs),
        partitionBytes: () => replica.data.measure(),
        storeRecord: (record, done) => replica.store.write(record, done),
        link: this.#link,
        nowMs: monotonicMs,
        wallMs: () => Date.now(),
        newGeneration: () => randomBytes(8).toString('hex'),
        tell: (message) => this.tell(message),
        changed: () => this.#control?.changed(),
      },
      replica,
    )
  }

  private tick(): void {
    this.#link.tick()
    this.#engine.tick()
  }

  private carryOut(
    command: MirrorCommand | OperatorCommand,
    answer: (refused: Message | null) => void,
  ): void {
    if (command.command === 'snapshot-start') return this.takeSnapshot(command, answer)
    const { mirror } = this.#settings
    const clients = this.#nbd?.clients(mirror) ?? 0
    this.#engine.command(command, clients, (refused) => {
      if (this.#engine.state.role === 'secondary') this.#nbd?.closeAll(mirror)
      answer(refused)
      if (command.command === 'quit' && refused === null) this.leave()
    })
  }

  private takeSnapshot(
    { spaceFile, spaceBytes, writable }: Extract<OperatorCommand, { command: 'snapshot-start' }>,
    answer: (refused: Message | null) => void,
  ): void {
    const { snapshot } = this.#engine
    const refused = snapshot.refusal()
    if (refused !== null) return answer(refused)
    const opened = openSpace(spaceFile, spaceBytes, this.#settings)
    if (!opened.ok) return answer(opened.error)
    const { space } = opened
    const ended = (): void => {
      this.#nbd?.closeAll(`${this.#settings.mirror}-snapshot`)
      space.remove()
    }
    snapshot.take({ space, spaceBytes, writable, ended }, answer)
  }

  /** An active side with clients goes on: the control daemon decides when it ends. */
  private terminate(): void {
    const leave = (): void => this.carryOut({ command: 'quit' }, () => undefined)
    if (this.#engine.state.role === 'secondary') return leave()
    this.carryOut({ command: 'demote' }, (refused) => {
      if (refused === null) leave()
      else this.tell(refused)
    })
  }

  private leave(): void {
    this.tell(say('mirrord-stopped', { mirror: this.#settings.mirror }))
    this.#engine.snapshot.stop(() => undefined)
    this.#link.stop()
    // What was written to the sockets (the answer, the goodbye) leaves first.
    setTimeout(() => process.exit(0), 50)
  }

  private pathChanged(index: number | null): void {
    const { mirror, peer } = this.#settings
    if (index !== null) {
      const path = this.#settings.paths[index]?.name ?? String(index)
      this.#lastPath = path
      this.#turnedAway = null
      this.tell(say('mirrord-path', { mirror, peer, path }))
    } else this.tell(say('mirrord-path-lost', { mirror, peer, path: this.#lastPath }))
    this.#control?.changed()
  }

  #lastPath = ''

  private handshakeFault(fault: HandshakeFault, index: number): void {
    const { mirror, peer, paths } = this.#settings
    const path = paths[index]?.name ?? String(index)
    this.turnedAway((count) => say('mirrord-link-unproved', { mirror, peer, path, fault, count }))
  }

  private linkFault(fault: LinkFault, index: number): void {
    const { mirror, paths } = this.#settings
    const path = paths[index]?.name ?? String(index)
    this.turnedAway((count) =>
      fault === 'other-disk'
        ? say('mirrord-link-other-disk', { mirror })
        : say('mirrord-link-fault', { mirror, path, fault, count }),
    )
  }

  /** Counted; told at most every ten seconds, so that a stranger cannot fill the log. */
  private turnedAway(messageOf: (count: number) => Message): void {
    const now = monotonicMs()
    this.#faults.count += 1
    const message = messageOf(this.#faults.count)
    this.#turnedAway = { message, atMs: now }
    if (this.#faults.count > 1 && now - this.#faults.toldMs < 10_000) return
    this.#faults.toldMs = now
    // The alert log hears of the first one: strangers must not fill it.
    if (this.#faults.count === 1) this.tell(message)
    else tellOnStderr(message)
  }

  /** For the log of this process and, through the daemon, the alert log. */
  tell(message: Message): void {
    tellOnStderr(message)
    if (this.isNews(message)) this.#control?.tell(message)
  }

  /** A path that comes and goes, or the same trouble at each meeting, must not fill the alert log. */
  private isNews(message: Message): boolean {
    if (entryOf(message).severity !== 'error' && !message.id.startsWith('mirrord-path')) return true
    const words = JSON.stringify(message)
    const now = monotonicMs()
    const isOld = now - (this.#lastTold.get(words) ?? -Infinity) >= againMs
    if (this.#lastTold.size > 100) this.#lastTold.clear()
    if (isOld) this.#lastTold.set(words, now)
    return isOld
  }

  private report() {
    const turnedAway = this.#turnedAway
    const isRecent = turnedAway !== null && monotonicMs() - turnedAway.atMs < 10_000
    return reportOf(this.#engine.state, this.#engine.requests, {
      pid: process.pid,
      incarnation: this.#incarnation,
      nbdSocket: this.#settings.nbdSocket,
      nbdClients: this.#nbd?.clients(this.#settings.mirror) ?? 0,
      nbdFaults: this.#nbd?.faults ?? 0,
      pathNames: this.#settings.paths.map((path) => path.name),
      linkSecurity: this.#settings.link.security,
      heardMs: this.#link.heardMs,
      linkFaults: this.#faults.count,
      verify: this.#engine.verify.report,
      snapshot: this.#engine.snapshot.report,
      turnedAway: isRecent ? turnedAway.message : null,
    })
  }
}

/** Never jumps, whatever is done to the wall clock. */
function monotonicMs(): number {
  return performance.now()
}
