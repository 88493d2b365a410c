/**
 * A small NBD client for tests: many requests in flight, each with an answer of its own, and no
 * opinion on what to do when the server goes away: what was under way ends as `lost`.
 *
 * Fixed newstyle, NBD_OPT_GO, simple replies (the NBD protocol's proto.md).
 */
import net from 'node:net'

const optionMagic = 0x49484156454f5054n
const optionReplyMagic = 0x3e889045565a9n
const requestMagic = 0x25609513
const replyMagic = 0x67446698
const commands = { read: 0, write: 1, disconnect: 2, flush: 3 } as const
const flagFua = 1
const optionGo = 7
const replyAck = 1

export type Outcome = 'done' | 'failed' | 'lost'

interface Waiting {
  readonly readInto: Buffer | null
  readonly done: (outcome: Outcome) => void
}

export class NbdClient {
  readonly #socket: net.Socket
  readonly #waiting = new Map<bigint, Waiting>()
  #next = 1n
  #pieces: Buffer[] = []
  #length = 0
  #wake: (() => void) | null = null
  #ended = false

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.on('data', (piece) => {
      this.#pieces.push(piece)
      this.#length += piece.length
      this.#wake?.()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.end())
  }

  /** Null when there is nobody, or nobody who serves. */
  static async connect(path: string, exportName: string): Promise<NbdClient | null> {
    const socket = net.connect({ path })
    const client = new NbdClient(socket)
    const greeted = await client.greet(exportName).catch(() => false)
    if (!greeted) {
      socket.destroy()
      return null
    }
    void client.receive().catch(() => socket.destroy())
    return client
  }

  get ended(): boolean {
    return this.#ended
  }

  get inFlight(): number {
    return this.#waiting.size
  }

  write(offset: number, data: Buffer, fua = false): Promise<Outcome> {
    const header = { command: commands.write, flags: fua ? flagFua : 0, offset }
    return this.request(header, data.length, { payload: data, readInto: null })
  }

  flush(): Promise<Outcome> {
    const header = { command: commands.flush, flags: 0, offset: 0 }
    return this.request(header, 0, { payload: null, readInto: null })
  }

  async read(offset: number, length: number): Promise<Buffer | null> {
    const readInto = Buffer.alloc(length)
    const header = { command: commands.read, flags: 0, offset }
    const outcome = await this.request(header, length, { payload: null, readInto })
    return outcome === 'done' ? readInto : null
  }

  close(): void {
    if (!this.#ended) this.#socket.end(requestOf(commands.disconnect, 0, 0n, 0, 0))
  }

  private request(
    header: { readonly command: number; readonly flags: number; readonly offset: number },
    length: number,
    data: { readonly payload: Buffer | null; readonly readInto: Buffer | null },
  ): Promise<Outcome> {
    if (this.#ended) return Promise.resolve('lost')
    const handle = this.#next
    this.#next += 1n
    const { command, flags, offset } = header
    return new Promise((done) => {
      this.#waiting.set(handle, { readInto: data.readInto, done })
      this.#socket.write(requestOf(command, flags, handle, offset, length))
      if (data.payload !== null) this.#socket.write(data.payload)
    })
  }

  private async greet(exportName: string): Promise<boolean> {
    await this.take(18)
    const name = Buffer.from(exportName)
    const go = Buffer.alloc(4 + 16 + 4 + name.length + 2)
    go.writeUInt32BE(3, 0) // Fixed newstyle, no zeroes.
    go.writeBigUInt64BE(optionMagic, 4)
    go.writeUInt32BE(optionGo, 12)
    go.writeUInt32BE(4 + name.length + 2, 16)
    go.writeUInt32BE(name.length, 20)
    name.copy(go, 24)
    this.#socket.write(go)
    for (;;) {
      const reply = await this.take(20)
      if (reply.readBigUInt64BE(0) !== optionReplyMagic) return false
      await this.take(reply.readUInt32BE(16))
      const type = reply.readUInt32BE(12)
      if (type === replyAck) return true
      if (type >= 2 ** 31) return false
    }
  }

  private async receive(): Promise<void> {
    for (;;) {
      const header = await this.take(16)
      const handle = header.readBigUInt64BE(8)
      const waiting = this.#waiting.get(handle)
      if (header.readUInt32BE(0) !== replyMagic || waiting === undefined) {
        throw new Error('an answer that nobody asked for')
      }
      const isOk = header.readUInt32BE(4) === 0
      if (isOk && waiting.readInto !== null) {
        ;(await this.take(waiting.readInto.length)).copy(waiting.readInto)
      }
      this.#waiting.delete(handle)
      waiting.done(isOk ? 'done' : 'failed')
    }
  }

  /** Exactly so many bytes. */
  private async take(length: number): Promise<Buffer> {
    while (this.#length < length) {
      if (this.#ended) throw new Error('the connection has ended')
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
    const all = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    const whole = all ?? Buffer.alloc(0)
    this.#pieces = whole.length === length ? [] : [whole.subarray(length)]
    this.#length -= length
    return whole.subarray(0, length)
  }

  private end(): void {
    this.#ended = true
    this.#wake?.()
    for (const { done } of this.#waiting.values()) done('lost')
    this.#waiting.clear()
  }
}

function requestOf(
  command: number,
  flags: number,
  handle: bigint,
  offset: number,
  length: number,
): Buffer {
  const header = Buffer.alloc(28)
  header.writeUInt32BE(requestMagic, 0)
  header.writeUInt16BE(flags, 4)
  header.writeUInt16BE(command, 6)
  header.writeBigUInt64BE(handle, 8)
  header.writeBigUInt64BE(BigInt(offset), 16)
  header.writeUInt32BE(length, 24)
  return header
}
