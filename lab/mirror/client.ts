/**
 * One control socket of a kagami-mirrord, for as long as that process lives: orders with their
 * answers, and the latest report. Nothing is thrown: who does not answer gives null.
 */
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type {
  MirrorCommand,
  MirrorNotice,
  MirrorReply,
  MirrorReport,
} from '../../src/wire/mirror-control.ts'

export class MirrordClient {
  readonly #path: string
  readonly #changed: () => void
  readonly #waiting = new Map<number, (reply: MirrorReply | null) => void>()
  #socket: Socket | null = null
  #connecting = false
  #nextId = 1
  report: MirrorReport | null = null
  heardMs = 0

  constructor(path: string, changed: () => void) {
    this.#path = path
    this.#changed = changed
  }

  /** Tries once, unless there is a connection already; called again and again while it is missing. */
  join(): void {
    if (this.#socket !== null || this.#connecting) return
    this.#connecting = true
    const socket = connect(this.#path)
    socket.on('error', () => undefined)
    socket.once('connect', () => {
      this.#socket = socket
      this.heardMs = performance.now()
      const lines = createInterface({ input: socket })
      lines.on('error', () => undefined)
      lines.on('line', (line) => this.heard(line))
    })
    socket.once('close', () => {
      this.#connecting = false
      if (this.#socket === socket) this.leave()
    })
  }

  /** The process is gone: what it said last counts no more. */
  leave(): void {
    this.#socket?.destroy()
    this.#socket = null
    this.#connecting = false
    this.report = null
    for (const answer of this.#waiting.values()) answer(null)
    this.#waiting.clear()
    this.#changed()
  }

  order(command: MirrorCommand, timeoutMs: number): Promise<MirrorReply | null> {
    const socket = this.#socket
    if (socket === null) return Promise.resolve(null)
    const id = this.#nextId
    this.#nextId += 1
    return new Promise((done) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id)
        done(null)
      }, timeoutMs)
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer)
        done(reply)
      })
      socket.write(`${JSON.stringify({ id, ...command })}\n`)
    })
  }

  private heard(line: string): void {
    let message: MirrorReply | MirrorNotice
    try {
      message = JSON.parse(line)
    } catch {
      return // A line cut short by the end of the process.
    }
    this.report = message.report
    this.heardMs = performance.now()
    if ('id' in message) {
      this.#waiting.get(message.id)?.(message)
      this.#waiting.delete(message.id)
    }
    this.#changed()
  }
}
