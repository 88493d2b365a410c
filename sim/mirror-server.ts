/** One server of a simulated pair: its disks, which outlive it, and a mirrord that comes and goes. */
import { createHash } from 'node:crypto'
import { crc32c } from '@node-rs/crc32'
import { blankMetadata, writeDurably } from '../src/drivers/metadata-store.ts'
import { type SuperblockStore, superblockStore } from '../src/drivers/superblock-store.ts'
import type { Message } from '../src/messages/catalogue.ts'
import { MirrorEngine } from '../src/mirror/engine.ts'
import { PeerLink } from '../src/mirror/peer-link.ts'
import { emptyRecord, firstSource } from '../src/mirror/record.ts'
import { decodeLogSector, logSectorOffset } from '../src/wire/activity-log.ts'
import { decodeMapBlock, mapBlockOffset } from '../src/wire/difference-map.ts'
import { logSectorsOf, mapBlocksOf, mapOffset, sectorBytes } from '../src/wire/metadata-layout.ts'
import type { MirrorCommand, OperatorCommand } from '../src/wire/mirror-control.ts'
import { decodeSuperblock, encodeSlot, type ReplicaRecord } from '../src/wire/superblock.ts'
import { createFakeDisk, type FakeDisk } from './fake-disk.ts'
import type { FakeNetwork, Server } from './fake-network.ts'
import type { Chance } from './random.ts'
import type { Timeline } from './timeline.ts'

const pathTimeoutMs = 200
const peerTimeoutMs = 400
const tickMs = 20
const diskId = 'd15c'.repeat(8)
/** Small, so that the log is often full and the ring as well. */
const layout = { granuleBytes: 4096, extentBytes: 64 * 1024, logSlots: 4 }
const clusterBytes = mapOffset + 4096
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
  trace(line: string): void
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
  /** Until then the process does not run, as under SIGSTOP. */
  stoppedUntilMs = 0
  readonly #world: SimWorld
  readonly #server: Server
  #life = {}
  #held: (() => void)[] = []

  constructor(world: SimWorld, server: Server) {
    this.#world = world
    this.#server = server
    this.name = server === 0 ? 'A' : 'B'
    this.data = createFakeDisk(world.sizeBytes, { ...world, delayMsMax: 3 })
    this.cluster = createFakeDisk(clusterBytes, { ...world, delayMsMax: 1 })
    this.data.answersAtOnce = world.chance.pick([0, 0.5, 0.9])
    const partition = { sizeBytes: world.sizeBytes, identity: '' }
    const { sizeBytes } = world
    const blank = emptyRecord({
      diskId,
      sizeBytes,
      dataPartition: partition,
      state: 'never-built',
      layout,
    })
    const first = server === 0 ? firstSource(blank, '1'.padStart(16, 'a')) : blank
    const slot = encodeSlot(first, 1, checksum)
    for (const offset of [0, 4096]) this.cluster.preload(offset, slot)
    for (const piece of blankMetadata(layout, sizeBytes, checksum)) {
      this.cluster.preload(piece.offset, piece.data)
    }
  }

  get isUp(): boolean {
    return this.engine !== null
  }

  /** Starts mirrord; false when the superblock cannot be read. */
  start(): boolean {
    const { content } = this.cluster
    const slots = [content.subarray(0, 4096), content.subarray(4096, 8192)] as [Buffer, Buffer]
    const reading = decodeSuperblock(slots, checksum)
    if (reading.kind !== 'record') return false
    const { record, behind } = reading
    const life = {}
    this.#life = life
    const store = superblockStore(this.cluster, checksum, reading)
    if (behind === null) this.startWith(record, store)
    else store.write(record, () => this.run(life, () => this.startWith(record, store)))
    return true
  }

  private startWith(record: ReplicaRecord, store: SuperblockStore): void {
    const { timeline, chance, network, pathCount } = this.#world
    const life = this.#life
    const soon = (action: () => void): void => timeline.after(0, () => this.run(life, action))
    const peer = this.#server === 0 ? 'B' : 'A'
    const events = this.networkEvents(life)
    const incarnation = chance.bytes(8).toString('hex')
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
        random: (bytes) => chance.bytes(bytes),
        soon,
        dial: (path) => network.dial(this.#server, path, events),
        write: (connection, parts) => network.write(connection, parts),
        close: (connection) => network.close(connection),
        finish: (connection) => network.close(connection),
      },
      {
        sessionBegan: () => this.engine?.sessionBegan(),
        sessionEnded: () => this.engine?.sessionEnded(),
        received: (message, frame) => this.engine?.received(message, frame),
        roomAgain: () => this.engine?.roomAgain(),
        pathChanged: (path) => this.trace(`path ${path}`),
        fault: (fault) => this.trace(`fault ${fault}`),
      },
    )
    this.link = link
    this.engine = new MirrorEngine(
      {
        mirror: 'm',
        server: this.name,
        peer,
        bootId: `${this.name}${this.boot}`,
        pathTimeoutMs,
        mode: this.#world.isAsynchronous === true ? 'async' : 'sync',
        acceptsLoss: this.#world.isAsynchronous === true,
        verify: { everyHours: this.#world.verifyEveryHours ?? 0, firstShare: chance.next() },
      },
      {
        disk: this.guarded(life),
        metadata: {
          writeDurably: (pieces, done) =>
            writeDurably(this.cluster, pieces, (error) => this.run(life, () => done(error))),
        },
        checksum,
        digest: (data) => createHash('sha256').update(data).digest(),
        soon,
        after: (delayMs, action) => timeline.after(delayMs, () => this.run(life, action)),
        partitionBytes: () => this.data.sizeBytes,
        storeRecord: (next, done) =>
          store.write(next, (error) => this.run(life, () => done(error))),
        link,
        nowMs: () => timeline.nowMs,
        wallMs: () => timeline.nowMs,
        newGeneration: () => chance.bytes(8).toString('hex'),
        tell: (message: Message) => this.trace(`${message.id} ${JSON.stringify(message.args)}`),
        changed: () => undefined,
      },
      { record, known: true, bound: true, layout, mapBlocksMax: 8, ...this.readMetadata() },
    )
    network.attach(this.#server, events)
    this.tickOn(life)
    this.trace(`started ${record.state} ${record.generation} alone=${record.alone}`)
  }

  private readMetadata() {
    const { content } = this.cluster
    const { sizeBytes } = this.#world
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

  private guarded(life: object) {
    const { data } = this
    return {
      read: ((offset, length, done) =>
        data.read(offset, length, (error, read) =>
          this.run(life, () => done(error, read)),
        )) as FakeDisk['read'],
      write: ((offset, bytes, done) =>
        data.write(offset, bytes, (error) =>
          this.run(life, () => done(error)),
        )) as FakeDisk['write'],
      zero: ((offset, length, done) =>
        data.zero(offset, length, (error) =>
          this.run(life, () => done(error)),
        )) as FakeDisk['zero'],
      trim: ((offset, length, done) =>
        data.trim(offset, length, (error, zeroed) =>
          this.run(life, () => done(error, zeroed)),
        )) as FakeDisk['trim'],
      flush: ((done) =>
        data.flush((error) => this.run(life, () => done(error)))) as FakeDisk['flush'],
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
