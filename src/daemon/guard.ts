/**
 * The daemon's side of kagami-guard: starts it where none runs, tells it the newest deadline, and
 * reports whether it has one. A guard that ends is started again; one that runs is found again.
 */
import { mkdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import { startDetached } from '../drivers/process.ts'
import { parseGuardAnswer } from '../wire/guard.ts'

export interface Guard {
  /** When the guard is to reset the server; null: never; `keep`: as it was told last. */
  renew(until: Until): void
  /** It is not needed any more. */
  quit(): void
}

export interface GuardPlace {
  readonly socket: string
  readonly program: string
  readonly logFile: string
}

type Until = number | null | 'keep'

/** How long this server may run what it runs; `Infinity`: nothing runs, or the right is no lease. */
export function rightToRun(now: () => number): {
  renew(until: Until): Until
  leftMs(): number
} {
  let known: number | null = null
  return {
    renew(until) {
      if (until !== 'keep') known = until
      return until
    },
    leftMs: () => (known === null ? Infinity : known - now()),
  }
}

/** Deadlines that differ by less are the same. */
const sameMs = 20
const lookEveryMs = 100
const pauseMaxMs = 8000

export function startGuard(place: GuardPlace, reported: (armed: boolean) => void): Guard {
  const line = new Line(place, reported)
  setInterval(() => line.look(), lookEveryMs)
  return {
    renew: (until) => line.want(until),
    quit: () => line.quit(),
  }
}

/** The connection to the guard, made again whenever it ends. */
class Line {
  private readonly place: GuardPlace
  private readonly reported: (armed: boolean) => void
  private socket: Socket | null = null
  private isJoining = false
  private wanted: Until = 'keep'
  private told: Until = 'keep'
  private armed = false
  private failures = 0
  private startAt = 0

  constructor(place: GuardPlace, reported: (armed: boolean) => void) {
    this.place = place
    this.reported = reported
  }

  want(until: Until): void {
    this.wanted = until
    this.tell()
  }

  quit(): void {
    this.socket?.write(`${JSON.stringify({ until: null, quit: true })}\n`)
  }

  look(): void {
    if (this.socket !== null) return this.tell()
    if (this.isJoining) return
    this.join()
    const now = performance.now()
    // One that was started a moment ago is on its way.
    if (now < this.startAt) return
    mkdirSync(dirname(this.place.logFile), { recursive: true })
    startDetached(this.place.program, [this.place.socket], this.place.logFile)
    this.startAt = now + Math.min(1000 * 2 ** this.failures, pauseMaxMs)
    this.failures += 1
  }

  private join(): void {
    this.isJoining = true
    const tried = connect(this.place.socket)
    tried.on('error', () => undefined)
    tried.once('connect', () => {
      this.socket = tried
      this.failures = 0
      this.told = 'keep'
      const lines = createInterface({ input: tried })
      lines.on('error', () => undefined)
      lines.on('line', (line) => {
        const answer = parseGuardAnswer(line)
        if (answer !== null) this.report(answer.until !== null)
      })
      this.tell()
    })
    tried.once('close', () => {
      this.isJoining = false
      this.socket = null
      this.report(false)
    })
  }

  private tell(): void {
    const { socket, wanted, told } = this
    if (socket === null || wanted === 'keep' || wanted === told || isSame(wanted, told)) return
    this.told = wanted
    socket.write(`${JSON.stringify({ until: wanted })}\n`)
  }

  private report(armed: boolean): void {
    if (this.armed === armed) return
    this.armed = armed
    this.reported(armed)
  }
}

function isSame(one: number | null, other: Until): boolean {
  return typeof one === 'number' && typeof other === 'number' && Math.abs(one - other) < sameMs
}
