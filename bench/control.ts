/** The control socket of a kagami-mirrord, as far as a measurement needs it: what it reports. */
import { connect, type Socket } from 'node:net'
import type { MirrorNotice, MirrorReport } from '../src/wire/mirror-control.ts'

export class ControlSocket {
  readonly #socket: Socket
  readonly #heard: (report: MirrorReport) => void
  #rest = ''
  #lastId = 0

  private constructor(socket: Socket, heard: (report: MirrorReport) => void) {
    this.#socket = socket
    this.#heard = heard
    socket.setEncoding('utf8').on('data', (chunk: string) => this.#take(chunk))
    socket.on('error', () => undefined)
  }

  /** Null when nobody listens there. `heard` gets every report, asked for or not. */
  static open(path: string, heard: (report: MirrorReport) => void): Promise<ControlSocket | null> {
    return new Promise((done) => {
      const socket = connect({ path })
      socket.once('error', () => done(null))
      socket.once('connect', () => done(new ControlSocket(socket, heard)))
    })
  }

  ask(): void {
    this.#lastId += 1
    this.#socket.write(`${JSON.stringify({ id: this.#lastId, command: 'status' })}\n`)
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(chunk: string): void {
    const lines = `${this.#rest}${chunk}`.split('\n')
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#heard((JSON.parse(line) as MirrorNotice).report)
  }
}

/** One report; null when none comes. */
export async function reportOf(path: string, timeoutMs = 5000): Promise<MirrorReport | null> {
  return new Promise((done) => {
    let socket: ControlSocket | null = null
    const finish = (report: MirrorReport | null): void => {
      clearTimeout(timer)
      socket?.close()
      done(report)
    }
    const timer = setTimeout(() => finish(null), timeoutMs)
    void ControlSocket.open(path, finish).then((opened) => {
      if (opened === null) return finish(null)
      socket = opened
      opened.ask()
    })
  })
}
