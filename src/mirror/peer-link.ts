/**
 * The link to the peer's mirrord: connections over several paths, and one session over them.
 *
 * The server whose name sorts first dials, the other one accepts, so there are never two sessions.
 * Connections introduce themselves (`greeting.ts`); the latest one that proves itself carries the
 * session from then on, which is how a path is changed. A path is dead when it fails or when
 * nothing is heard on it for a while (both sides keep talking); the session is lost when no path
 * is found in time, when the peer has a new life, or when it is closed.
 */
import {
  createFrameReader,
  encodeFrame,
  type Frame,
  frameHeaderBytes,
  type FrameReader,
  framePayloadBytesMax,
  writeFrameHeader,
} from '../wire/peer-frame.ts'
import type { Proof } from '../wire/peer-greeting.ts'
import {
  decodeMessage,
  encodeMessage,
  messageType,
  type PeerMessage,
} from '../wire/peer-message.ts'
import { Greeting, type GreetingStep } from './greeting.ts'
import type { LinkFault, LinkListener, LinkSettings, LinkWorld } from './link-world.ts'
import { PathChoice } from './path-choice.ts'
import { SendRing } from './send-ring.ts'
import { Session } from './session.ts'

interface Connection {
  readonly id: number
  readonly path: number
  readonly greeting: Greeting
  readonly reader: FrameReader
  readonly sinceMs: number
  state: 'connecting' | 'greeting' | 'may-prove' | 'proving' | 'attached'
  heardMs: number
  sentMs: number
}

const strangersMax = 8
const sessionIdMax = 2 ** 48 - 1
const acknowledgeFrames = 64
const acknowledgeBytes = 512 * 1024
/** So much gathered leaves at once instead of at the end of the turn. */
const hurryBytes = 128 * 1024
/** For what must always be said. */
const reservedBytes = 256 * 1024

export class PeerLink {
  /** Put into every frame: the highest activation term this side knows. */
  term = 0
  readonly #settings: LinkSettings
  readonly #world: LinkWorld
  readonly #listener: LinkListener
  readonly #dials: boolean
  readonly #paths: PathChoice
  readonly #connections = new Map<number, Connection>()
  #attached: Connection | null = null
  #session: Session | null = null
  #pathLostMs = 0
  #heardMs: number | null = null
  #lastTickMs: number
  #owed = { frames: 0, bytes: 0 }
  #stopped = false
  #held = false
  #flushing = false
  #roomWanted = false
  /** One at a time, reused by the next session: what it held is of no use then. */
  #ring: SendRing

  constructor(settings: LinkSettings, world: LinkWorld, listener: LinkListener) {
    this.#settings = settings
    this.#world = world
    this.#listener = listener
    this.#dials = settings.self.server < settings.self.peer
    this.#paths = new PathChoice(settings.pathCount)
    this.#lastTickMs = world.nowMs()
    this.#ring = new SendRing(settings.sendBytesMax)
  }

  /** Whether this side dials; the other one listens. */
  get dials(): boolean {
    return this.#dials
  }

  get peerIncarnation(): string | null {
    return this.#session?.peerIncarnation ?? null
  }

  get path(): number | null {
    return this.#attached?.path ?? null
  }

  get heardMs(): number | null {
    return this.#heardMs
  }

  /** Bytes sent that the peer is not known to have received. */
  get keptBytes(): number {
    return this.#session?.ring.used ?? 0
  }

  /** Whether a message with so many bytes of blocks can be sent now. */
  room(bytes: number): boolean {
    const session = this.#session
    if (session === null) return false
    const hasRoom = session.ring.room(bytes + reservedBytes)
    if (!hasRoom) this.#roomWanted = true
    return hasRoom
  }

  // --- what the engine says

  /** Sends in the session, now or when a path is there again; the sequence it got. */
  send(message: PeerMessage): number {
    const { type, flags, parts } = encodeMessage(message)
    let length = 0
    for (const part of parts) length += part.length
    const session = this.#session
    if (session === null) throw new Error(`no session to send ${message.type} in`)
    if (!session.ring.room(frameHeaderBytes + length)) {
      // The peer takes nothing any more, not even what is kept room for.
      this.#world.soon(() => this.closeSession())
      return 0
    }
    const at = session.ring.append(frameHeaderBytes + length)
    let to = at + frameHeaderBytes
    for (const part of parts) to += part.copy(session.ring.bytes, to)
    return this.appended(session, at, { type, flags, length })
  }

  /** As `send` of a write or a piece of a copy, without making an object of it. */
  sendBlocks(type: 'write' | 'copy', offset: number, data: Buffer, fua: boolean): number {
    const session = this.#session as Session
    const length = 8 + data.length
    const at = session.ring.append(frameHeaderBytes + length)
    const { bytes } = session.ring
    bytes.writeUInt32BE(Math.floor(offset / 0x1_0000_0000), at + frameHeaderBytes)
    bytes.writeUInt32BE(offset >>> 0, at + frameHeaderBytes + 4)
    data.copy(bytes, at + frameHeaderBytes + 8)
    return this.appended(session, at, { type: messageType[type], flags: fua ? 1 : 0, length })
  }

  private appended(
    session: Session,
    at: number,
    frame: { readonly type: number; readonly flags: number; readonly length: number },
  ): number {
    const { ring, id, received } = session
    const { type, flags, length } = frame
    const from = at + frameHeaderBytes
    const checksum =
      length === 0 ? 0 : this.#world.checksum(ring.bytes.subarray(from, from + length))
    const sequence = ring.lastSequence
    const header = { type, flags, session: id, term: this.term, sequence, ack: received }
    writeFrameHeader(ring.bytes, at, header, { length, checksum })
    this.#owed.frames = 0
    this.#owed.bytes = 0
    // A frame on its own is waited for by somebody; of many, those of one turn leave together.
    const isOnly = ring.used === frameHeaderBytes + length
    if (isOnly || ring.unsent >= hurryBytes) this.flush()
    else this.flushSoon()
    return sequence
  }

  private flushSoon(): void {
    if (this.#flushing) return
    this.#flushing = true
    this.#world.soon(() => {
      this.#flushing = false
      this.flush()
    })
  }

  private flush(): void {
    const attached = this.#attached
    const session = this.#session
    if (attached === null || session === null || session.ring.unsent === 0) return
    attached.sentMs = this.#world.nowMs()
    this.#world.write(attached.id, session.ring.takeUnsent())
  }

  /** Ends the session; a new one begins as soon as a path allows. */
  closeSession(): void {
    if (this.#session === null) return
    const attached = this.#attached
    if (attached !== null) this.drop(attached)
    this.endSession()
  }

  /** Says goodbye and ends it all. */
  stop(): void {
    if (this.#session !== null && this.#attached !== null) {
      this.send({ type: 'goodbye' })
      this.flush()
    }
    this.#stopped = true
    this.#session = null
    for (const connection of this.#connections.values()) this.#world.finish(connection.id)
    this.#connections.clear()
    this.#attached = null
  }

  /** Stays apart from the peer until released. */
  hold(held: boolean): void {
    this.#held = held
    if (!held) return
    this.closeSession()
    for (const connection of [...this.#connections.values()]) this.drop(connection)
  }

  /** Trust the path no longer: after having been stopped ourselves, ask before going on. */
  distrustPath(): void {
    if (this.#attached !== null) this.drop(this.#attached)
  }

  // --- what happens in the world

  accepted(id: number, path: number): void {
    if (this.#dials || this.#stopped || this.#held) return this.#world.close(id)
    const strangers = [...this.#connections.values()].filter((c) => c.state !== 'attached')
    const oldest = strangers[0]
    if (strangers.length >= strangersMax && oldest !== undefined) this.drop(oldest)
    this.open(id, path).state = 'greeting'
  }

  opened(id: number): void {
    const connection = this.#connections.get(id)
    if (connection === undefined) return
    connection.state = 'greeting'
    const { type, payload } = connection.greeting.hello
    this.sendGreeting(connection, type, payload)
  }

  closed(id: number): void {
    const connection = this.#connections.get(id)
    if (connection !== undefined) this.forget(connection)
  }

  /** As in lent-bytes.ts. */
  place(id: number): Buffer | null {
    return this.#connections.get(id)?.reader.place() ?? null
  }

  data(id: number, chunk: Buffer): void {
    const connection = this.#connections.get(id)
    if (connection === undefined) return
    connection.reader.push(chunk)
    while (this.#connections.get(id) === connection) {
      const frame = connection.reader.next()
      if (frame === null) return
      if (typeof frame === 'string') return this.fault(connection, frame)
      if (connection.state === 'attached') this.receive(connection, frame)
      else this.greet(connection, connection.greeting.receive(frame))
    }
  }

  tick(): void {
    const now = this.#world.nowMs()
    const awayMs = now - this.#lastTickMs
    this.#lastTickMs = now
    if (awayMs > this.#settings.pathTimeoutMs) this.distrustPath()
    for (const connection of [...this.#connections.values()]) this.watch(connection, now)
    if (this.#session !== null && this.#attached === null) {
      if (now - this.#pathLostMs > this.#settings.peerTimeoutMs) this.endSession()
    }
    this.dialDue(now)
  }

  // --- connections

  private open(id: number, path: number): Connection {
    const now = this.#world.nowMs()
    const connection: Connection = {
      id,
      path,
      greeting: new Greeting({
        self: this.#settings.self,
        role: this.#dials ? 'dialer' : 'acceptor',
        mac: this.#world.mac,
        nonce: this.#world.random(16),
      }),
      reader: createFrameReader(this.#world.checksum),
      sinceMs: now,
      state: 'connecting',
      heardMs: now,
      sentMs: now,
    }
    this.#connections.set(id, connection)
    return connection
  }

  private dialDue(now: number): void {
    if (!this.#dials || this.#stopped || this.#held) return
    const busy = new Set([...this.#connections.values()].map((connection) => connection.path))
    for (const path of this.#paths.due(now)) {
      if (!busy.has(path)) this.open(this.#world.dial(path), path)
    }
  }

  private watch(connection: Connection, now: number): void {
    const { pathTimeoutMs } = this.#settings
    if (connection.state !== 'attached') {
      if (now - connection.sinceMs > pathTimeoutMs) this.drop(connection)
      return
    }
    if (now - connection.heardMs > pathTimeoutMs) return this.drop(connection)
    if (this.#owed.frames > 0 || now - connection.sentMs >= pathTimeoutMs / 4) {
      this.keepAlive(connection)
    }
  }

  private drop(connection: Connection): void {
    this.#world.close(connection.id)
    this.forget(connection)
  }

  private forget(connection: Connection): void {
    this.#connections.delete(connection.id)
    if (this.#attached === connection) {
      const now = this.#world.nowMs()
      this.#attached = null
      this.#pathLostMs = now
      this.#paths.lost(now)
      this.#listener.pathChanged(null)
      this.dialDue(now)
      return
    }
    if (connection.state === 'proving') this.proveNext()
  }

  private fault(connection: Connection, fault: LinkFault): void {
    this.#listener.fault(fault, connection.path)
    this.drop(connection)
  }

  // --- greeting

  private sendGreeting(connection: Connection, type: number, payload: Buffer): void {
    const frame = { type, flags: 0, session: 0, term: 0, sequence: 0, ack: 0 }
    connection.sentMs = this.#world.nowMs()
    this.#world.write(connection.id, [encodeFrame(frame, payload, this.#world.checksum)])
  }

  private greet(connection: Connection, step: GreetingStep): void {
    switch (step.kind) {
      case 'send':
        return this.sendGreeting(connection, step.type, step.payload)
      case 'may-prove':
        connection.state = 'may-prove'
        return this.proveNext()
      case 'proved':
        return this.answer(connection, step.proof, step.peer.incarnation)
      case 'answered':
        return this.answered(connection, step.answer, step.peer.incarnation)
      case 'fault':
        return this.fault(connection, step.fault)
    }
  }

  /** One proof at a time: two at once could begin two sessions, the second ending the first. */
  private proveNext(): void {
    const connections = [...this.#connections.values()]
    if (connections.some((connection) => connection.state === 'proving')) return
    const next = connections.find((connection) => connection.state === 'may-prove')
    if (next === undefined) return
    next.state = 'proving'
    const { type, payload } = next.greeting.prove({
      session: this.#session === null ? null : hexOf(this.#session.id),
      received: this.#session?.received ?? 0,
    })
    this.sendGreeting(next, type, payload)
  }

  private answer(connection: Connection, proof: Proof, incarnation: string): void {
    const session = this.#session
    const resumed =
      session !== null &&
      proof.session === hexOf(session.id) &&
      incarnation === session.peerIncarnation &&
      proof.received <= session.ring.lastSequence
    const id = resumed ? session.id : this.#world.random(6).readUIntBE(0, 6)
    const received = resumed ? session.received : 0
    const answer = { resumed, session: hexOf(id), received }
    const { type, payload } = connection.greeting.answer(answer)
    this.sendGreeting(connection, type, payload)
    if (resumed) this.resume(connection, proof.received)
    else this.begin(connection, id, incarnation)
  }

  private answered(
    connection: Connection,
    answer: { resumed: boolean; session: string; received: number },
    incarnation: string,
  ): void {
    const id = Number.parseInt(answer.session, 16)
    if (id > sessionIdMax) return this.fault(connection, 'bad-session')
    if (!answer.resumed) return this.begin(connection, id, incarnation)
    const session = this.#session
    const ours =
      session !== null &&
      hexOf(session.id) === answer.session &&
      incarnation === session.peerIncarnation &&
      answer.received <= session.ring.lastSequence
    if (!ours) return this.fault(connection, 'bad-session')
    this.resume(connection, answer.received)
  }

  private begin(connection: Connection, id: number, peerIncarnation: string): void {
    if (this.#session !== null) this.endSession()
    if (!this.#connections.has(connection.id)) return
    this.#ring = this.#ring.emptied()
    this.#session = new Session({ id, peerIncarnation, ring: this.#ring })
    this.attach(connection)
    this.#listener.sessionBegan()
  }

  private resume(connection: Connection, received: number): void {
    const session = this.#session as Session
    session.ring.acknowledged(received)
    session.ring.rewind()
    this.attach(connection)
    this.flush()
  }

  private attach(connection: Connection): void {
    const now = this.#world.nowMs()
    connection.state = 'attached'
    connection.heardMs = now
    connection.reader.payloadBytesMax = framePayloadBytesMax
    this.#attached = connection
    this.#heardMs = now
    this.#paths.attached(connection.path, now)
    for (const other of [...this.#connections.values()]) {
      if (other !== connection) this.drop(other)
    }
    this.#listener.pathChanged(connection.path)
  }

  // --- session

  private keepAlive(connection: Connection): void {
    const { id, received } = this.#session as Session
    const type = messageType.keepAlive
    const frame = { type, flags: 0, session: id, term: this.term, sequence: 0, ack: received }
    this.#owed = { frames: 0, bytes: 0 }
    this.flush()
    connection.sentMs = this.#world.nowMs()
    this.#world.write(connection.id, [encodeFrame(frame, nothing, this.#world.checksum)])
  }

  private receive(connection: Connection, frame: Frame): void {
    const session = this.#session as Session
    const now = this.#world.nowMs()
    connection.heardMs = now
    this.#heardMs = now
    if (frame.session !== session.id) return this.fault(connection, 'bad-session')
    if (!session.ring.acknowledged(frame.ack)) return this.fault(connection, 'bad-sequence')
    if (this.#roomWanted && session.ring.used * 2 <= session.ring.capacity) {
      this.#roomWanted = false
      this.#listener.roomAgain()
      if (this.#session !== session || this.#attached !== connection) return
    }
    if (frame.sequence === 0) {
      if (frame.type !== messageType.keepAlive) this.fault(connection, 'bad-message')
      return
    }
    const message = decodeMessage(frame.type, frame.flags, frame.payload)
    if (message === null) {
      // It arrived whole, so sending it again would not help.
      this.#listener.fault('bad-message', connection.path)
      return this.closeSession()
    }
    const arrival = session.arrived(frame.sequence)
    if (arrival === 'gap') return this.fault(connection, 'bad-sequence')
    if (arrival === 'repeat') return
    this.#owed.frames += 1
    this.#owed.bytes += frame.payload.length
    if (message.type === 'goodbye') return this.closeSession()
    this.#listener.received(message, frame)
    const owed = this.#owed.frames >= acknowledgeFrames || this.#owed.bytes >= acknowledgeBytes
    if (owed && this.#attached === connection) this.keepAlive(connection)
  }

  private endSession(): void {
    this.#session = null
    this.#owed = { frames: 0, bytes: 0 }
    this.#listener.sessionEnded()
  }
}

const nothing = Buffer.alloc(0)

function hexOf(id: number): string {
  return id.toString(16).padStart(16, '0')
}
