/** One server of a simulated pair: its disks, which outlive it, and a mirrord that comes and goes. */
import { createHash } from 'node:crypto'
import { crc32c } from '@node-rs/crc32'
import { blankMetadata, writeDurably } from '../src/drivers/metadata-store.ts'
import {
  reopenSuperblock,
  type SuperblockStore,
  superblockStore,
} from '../src/drivers/superblock-store.ts'
import type { Message } from '../src/messages/catalogue.ts'
import { MirrorEngine } from '../src/mirror/engine.ts'
import type { LinkPort } from '../src/mirror/engine-state.ts'
import { PeerLink } from '../src/mirror/peer-link.ts'
import { emptyRecord, firstSource } from '../src/mirror/record.ts'
import { decodeLogSector, logSectorOffset } from '../src/wire/activity-log.ts'
import { decodeMapBlock, mapBlockOffset } from '../src/wire/difference-map.ts'
import { logSectorsOf, mapBlocksOf, mapOffset, sectorBytes } from '../src/wire/metadata-layout.ts'
import type { MirrorCommand, MirrorMode, OperatorCommand } from '../src/wire/mirror-control.ts'
import {
  decodeSuperblock,
  encodeSlot,
  type ReplicaRecord,
  slotBytes,
  slotOffsets,
  type SuperblockReading,
} from '../src/wire/superblock.ts'
import { createFakeDisk, type FakeDisk } from './fake-disk.ts'
import type { FakeNetwork, Server } from './fake-network.ts'
import type { Chance } from './random.ts'
import type { Timeline } from './timeline.ts'

const pathTimeoutMs = 200
const peerTimeoutMs = 400
const tickMs = 20
const diskId = 'd15c'.repeat(8)
/** Small, so that the log is often full and the ring as well. */
export const layout = { granuleBytes: 4096, extentBytes: 64 * 1024, logSlots: 4 }
export const clusterBytes = mapOffset + 4096
const sendBytesMax = 1024 * 1024

export interface SimWorld {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly network: FakeNetwork
  readonly pathCount: number
  readonly sizeBytes: number
  /** Comparisons in the background; none when left out. */
  readonly verifyEveryHours?: number
  /** Asynchronous, under a policy that accepts the loss; synchronous when left out. */
  readonly isAsynchronous?: boolean
  /** How long a read of a data partition takes at most; as long as a write when left out. */
  readonly readDelayMsMax?: number
  /** The same of an operation of each server's CLUSTER partition; 1 when left out. */
  readonly clusterDelaysMsMax?: readonly [number, number]
  /** Synchronous when left out. */
  readonly mode?: MirrorMode
  /** Asynchronous: a takeover may lose what was acknowledged early. */
  readonly acceptsLoss?: boolean
  trace(line: string): void
  /** A server does something to the world: an operation of a disk, a message, an answer. */
  step?(server: Server, kind: string): void
}

const checksum = (data: Buffer, start = 0): number => crc32c(data, start)

/** Stands for HMAC-SHA256: a checksum of the key and the parts, repeated to its length. */
function mac(parts: readonly Buffer[]): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32c(Buffer.concat([Buffer.from('key'), ...parts])))
  return Buffer.concat(Array.from({ length: 8 }, () => sum))
}

export class MirrorServer {
  readonly name: string
  readonly data: FakeDisk
  readonly cluster: FakeDisk
  engine: MirrorEngine | null = null
  link: PeerLink | null = null
  boot = 1
  /** Of the life of mirrord that runs, or ran last. */
  incarnation = ''
  /** Until then the process does not run, as under SIGSTOP. */
  stoppedUntilMs = 0
  /** Another partition than that of the superblock is in the data partition's place. */
  exchanged = false
  readonly #world: SimWorld
  readonly #server: Server
  #life = {}
  #held: (() => void)[] = []

  constructor(world: SimWorld, server: Server) {
    this.#world = world
    this.#server = server
    this.name = server === 0 ? 'A' : 'B'
    this.data = createFakeDisk(world.sizeBytes, { ...world, delayMsMax: 3 })
    this.cluster = createFakeDisk(clusterBytes, {
      timeline: world.timeline,
      chance: world.chance,
      delayMsMax: world.clusterDelaysMsMax?.[server] ?? 1,
    })
    this.data.answersAtOnce = world.chance.pick([0, 0.5, 0.9])
    this.data.stragglers = world.chance.pick([0, 0.02])
    this.cluster.stragglers = world.chance.pick([0, 0.05])
    this.create(server === 0 ? 'source' : 'standby')
  }

  /** A fresh superblock, log and map; what lies on the data partition stays. */
  create(as: 'source' | 'standby'): void {
    const { sizeBytes } = this.#world
    const blank = emptyRecord({
      diskId,
      sizeBytes,
      dataPartition: { sizeBytes, identity: '' },
      state: 'never-built',
      layout,
    })
    const first = as === 'source' ? firstSource(blank, '1'.padStart(16, 'a')) : blank
    const slot = encodeSlot(first, 1, checksum)
    for (const offset of slotOffsets) this.cluster.preload(offset, slot)
    for (const piece of blankMetadata(layout, sizeBytes, checksum)) {
      this.cluster.preload(piece.offset, piece.data)
    }
  }

  get isUp(): boolean {
    return this.engine !== null
  }

  /** Starts mirrord, as `openReplica` does. */
  start(unreadable: () => void = () => undefined): void {
    const life = {}
    this.#life = life
    this.#held = []
    const disk = this.stepping(this.cluster, life, 'slot')
    // It ends, and is started again.
    const failed = (): void =>
      this.#world.timeline.after(200, () => {
        if (life !== this.#life) return
        this.cluster.processDied()
        this.start(unreadable)
      })
    reopenSuperblock(disk, checksum, (unflushed, reading) => {
      if (unflushed !== null) return failed()
      if (reading.kind !== 'record') return unreadable()
      const { record, behind } = reading
      const store = superblockStore(disk, checksum, reading)
      if (behind === null) return this.startWith(record, store)
      store.write(record, (error) =>
        this.run(life, () => (error === null ? this.startWith(record, store) : failed())),
      )
    })
  }

  private startWith(record: ReplicaRecord, store: SuperblockStore): void {
    const { timeline, chance, network, pathCount } = this.#world
    const life = this.#life
    const soon = (action: () => void): void => timeline.after(0, () => this.run(life, action))
    const peer = this.#server === 0 ? 'B' : 'A'
    const events = this.networkEvents(life)
    const incarnation = randomBytes(chance, 8).toString('hex')
    this.incarnation = incarnation
    const link: PeerLink = new PeerLink(
      {
        self: { mirror: 'm', diskId, server: this.name, peer, incarnation },
        pathCount,
        pathTimeoutMs,
        peerTimeoutMs,
        sendBytesMax,
      },
      {
        checksum,
        mac,
        nowMs: () => timeline.nowMs,
        random: (bytes) => randomBytes(chance, bytes),
        soon,
        dial: (path) => (life === this.#life ? network.dial(this.#server, path, events) : 0),
        write: (connection, parts) => network.write(connection, parts),
        close: (connection) => network.close(connection),
        finish: (connection) => network.close(connection),
      },
      {
        sessionBegan: () => engine.sessionBegan(),
        sessionEnded: () => engine.sessionEnded(),
        received: (message, frame) => engine.received(message, frame),
        roomAgain: () => engine.roomAgain(),
        pathChanged: (path) => this.trace(`path ${path}`),
        fault: (fault) => this.trace(`fault ${fault}`),
      },
    )
    const cluster = this.stepping(this.cluster, life, 'meta')
    const engine: MirrorEngine = new MirrorEngine(
      {
        mirror: 'm',
        server: this.name,
        peer,
        bootId: `${this.name}${this.boot}`,
        pathTimeoutMs,
        mode: this.#world.mode ?? (this.#world.isAsynchronous === true ? 'async' : 'sync'),
        acceptsLoss: this.#world.acceptsLoss ?? this.#world.isAsynchronous === true,
        verify: { everyHours: this.#world.verifyEveryHours ?? 0, firstShare: chance.next() },
      },
      {
        disk: this.stepping(this.data, life, 'data'),
        metadata: { writeDurably: (pieces, done) => writeDurably(cluster, pieces, done) },
        checksum,
        digest: (data) => createHash('sha256').update(data).digest(),
        soon,
        after: (delayMs, action) => timeline.after(delayMs, () => this.run(life, action)),
        partitionBytes: () => this.data.sizeBytes,
        storeRecord: (next, done) => store.write(next, done),
        link: this.steppingLink(link, life),
        nowMs: () => timeline.nowMs,
        wallMs: () => timeline.nowMs,
        newGeneration: () => randomBytes(chance, 8).toString('hex'),
        tell: (message: Message) => {
          if (life !== this.#life) return
          this.trace(`${message.id} ${JSON.stringify(message.args)}`)
          this.#world.step?.(this.#server, message.id)
        },
        changed: () => undefined,
      },
      {
        record,
        known: true,
        bound: !this.exchanged,
        layout,
        mapBlocksMax: 8,
        ...metadataOf(this.cluster.content, this.#world.sizeBytes),
      },
    )
    // It may have died of its first steps.
    if (life !== this.#life) return
    this.link = link
    this.engine = engine
    network.attach(this.#server, events)
    this.tickOn(life)
    this.trace(`started ${record.state} ${record.generation} alone=${record.alone}`)
  }

  /** kill -9, or the loss of power. */
  die(how: 'killed' | 'power'): void {
    this.#life = {}
    this.#held = []
    this.stoppedUntilMs = 0
    this.engine = null
    this.link = null
    this.#world.network.detach(this.#server, how === 'killed')
    if (how === 'killed') {
      this.data.processDied()
      this.cluster.processDied()
    } else {
      this.data.powerCut()
      this.cluster.powerCut()
      this.boot += 1
    }
    this.trace(how)
  }

  /** A kernel that hangs, or SIGSTOP. */
  stop(forMs: number): void {
    this.stoppedUntilMs = this.#world.timeline.nowMs + forMs
    this.trace('stopped for a while')
  }

  command(
    command: MirrorCommand | OperatorCommand,
    answer: (refused: Message | null) => void = () => undefined,
  ): void {
    const life = this.#life
    this.run(life, () => {
      this.engine?.command(command, 0, (refused) => {
        const result = refused === null ? 'ok' : refused.id
        this.trace(`${JSON.stringify(command)}: ${result}`)
        answer(refused)
      })
    })
  }

  trace(line: string): void {
    this.#world.trace(`${this.name} ${line}`)
  }

  private networkEvents(life: object) {
    return {
      accepted: (id: number, path: number) => this.run(life, () => this.link?.accepted(id, path)),
      opened: (id: number) => this.run(life, () => this.link?.opened(id)),
      data: (id: number, chunk: Buffer) => this.run(life, () => this.link?.data(id, chunk)),
      closed: (id: number) => this.run(life, () => this.link?.closed(id)),
    }
  }

  /** The disk of one life: each call is a step, and after its end nothing is done or answered. */
  private stepping(disk: FakeDisk, life: object, name: string): FakeDisk {
    const isOver = (kind: string): boolean => {
      if (life !== this.#life) return true
      this.#world.step?.(this.#server, `${name} ${kind}`)
      return life !== this.#life
    }
    const after = (kind: string): void => {
      if (life === this.#life) this.#world.step?.(this.#server, `${name} ${kind} sent`)
    }
    const answered =
      (kind: string, done: (error: string | null) => void) =>
      (error: string | null): void =>
        this.run(life, () => {
          this.#world.step?.(this.#server, `${name} ${kind} done`)
          if (life === this.#life) done(error)
        })
    return {
      ...disk,
      read: (offset, length, done) => {
        if (isOver('read')) return
        disk.read(offset, length, (error, data) => this.run(life, () => done(error, data)))
      },
      write: (offset, bytes, done) => {
        if (isOver('write')) return
        disk.write(offset, bytes, answered('write', done))
        after('write')
      },
      zero: (offset, length, done) => {
        if (isOver('write')) return
        disk.zero(offset, length, answered('write', done))
        after('write')
      },
      trim: (offset, length, done) => {
        if (isOver('write')) return
        disk.trim(offset, length, (error, zeroed) => this.run(life, () => done(error, zeroed)))
        after('write')
      },
      flush: (done) => {
        if (isOver('flush')) return
        disk.flush(answered('flush', done))
        after('flush')
      },
    }
  }

  private steppingLink(link: PeerLink, life: object): LinkPort {
    const step = (type: string): void => {
      if (life === this.#life) this.#world.step?.(this.#server, `send ${type}`)
    }
    return {
      get term() {
        return link.term
      },
      set term(term) {
        link.term = term
      },
      get path() {
        return link.path
      },
      get peerIncarnation() {
        return link.peerIncarnation
      },
      get keptBytes() {
        return link.keptBytes
      },
      get heardMs() {
        return link.heardMs
      },
      send(message) {
        const sequence = link.send(message)
        step(message.type)
        return sequence
      },
      sendBlocks(type, offset, data, fua) {
        const sequence = link.sendBlocks(type, offset, data, fua)
        step(type)
        return sequence
      },
      room: (bytes) => link.room(bytes),
      hold: (held) => link.hold(held),
      closeSession: () => link.closeSession(),
    }
  }

  /** Something happens to the process: now, or when it goes on, or never if it is another one. */
  private run(life: object, action: () => void): void {
    if (life !== this.#life) return
    if (this.#world.timeline.nowMs < this.stoppedUntilMs || this.#held.length > 0) {
      this.#held.push(action)
      if (this.#held.length === 1) {
        this.#world.timeline.after(this.stoppedUntilMs - this.#world.timeline.nowMs, () =>
          this.goOn(life),
        )
      }
      return
    }
    action()
  }

  private goOn(life: object): void {
    if (life !== this.#life) return
    const held = this.#held
    this.#held = []
    for (const action of held) if (life === this.#life) action()
  }

  private tickOn(life: object): void {
    this.#world.timeline.after(tickMs, () => {
      if (life !== this.#life) return
      this.run(life, () => {
        this.link?.tick()
        this.engine?.tick()
      })
      if (this.#world.timeline.nowMs >= this.stoppedUntilMs) this.tickOn(life)
      else {
        const left = this.stoppedUntilMs - this.#world.timeline.nowMs
        this.#world.timeline.after(left, () => this.tickOn(life))
      }
    })
  }
}

/** The superblock on a CLUSTER partition as it is. */
export function superblockOf(content: Buffer): SuperblockReading {
  const slots = slotOffsets.map((offset) => content.subarray(offset, offset + slotBytes))
  return decodeSuperblock(slots as [Buffer, Buffer], checksum)
}

/** Log and map on a CLUSTER partition as they are. */
export function metadataOf(content: Buffer, sizeBytes: number) {
  const { granuleBytes, extentBytes } = layout
  const sector = (offset: number): Buffer => content.subarray(offset, offset + sectorBytes)
  const log = Array.from({ length: logSectorsOf(layout) }, (_, index) =>
    decodeLogSector(sector(logSectorOffset(index)), { index, extentBytes }, checksum),
  )
  const map = Array.from({ length: mapBlocksOf(sizeBytes, layout) }, (_, index) =>
    decodeMapBlock(sector(mapBlockOffset(index)), { index, granuleBytes }, checksum),
  )
  return { log, map }
}

function randomBytes(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)))
}
