/**
 * The mirrord processes of this server: started when missing, found again when this daemon was
 * restarted, commanded over their control sockets. A mirrord never depends on us to be alive.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { localPeer } from '../drivers/local-peer.ts'
import { startDetached } from '../drivers/process.ts'
import type { Outcome } from '../core/event.ts'
import { say } from '../messages/catalogue.ts'
import type {
  MirrorCommand,
  OperatorCommand,
  MirrorNotice,
  MirrorReply,
  MirrorReport,
  MirrorSettings,
  ToldLine,
} from '../wire/mirror-control.ts'

export interface PoolEvents {
  reported(mirror: string, report: MirrorReport): void
  /** What has happened there, for the alert log; some of it perhaps once more, after a new start of ours. */
  told(mirror: string, incarnation: string, lines: readonly ToldLine[]): void
  lost(mirror: string): void
}

interface Member {
  readonly settings: MirrorSettings
  socket: Socket | null
  /** Of whoever listens at the other end; null: not known. */
  pid: number | null
  nextId: number
  heardAt: number
  report: MirrorReport | null
  readonly waiting: Map<number, (reply: MirrorReply | null) => void>
}

export interface PoolPlace {
  readonly program: string
  readonly folders: { readonly run: string; readonly log: string }
  readonly answerMs?: number
}

const connectPauseMs = 50
const startWithinMs = 8000
const answerWithinMs = 20_000
/** mirrord reports every second; one that is silent for so long hangs, and is ended. */
const silentMsMax = 5000
const watchMs = 1000

export interface MirrordPool {
  start(mirror: string): Promise<Outcome>
  command(mirror: string, command: MirrorCommand | OperatorCommand): Promise<Outcome>
  /** No process answers at its socket: nothing of it can be written any more. One that does answer is joined. */
  isGone(mirror: string): Promise<boolean>
  /** The latest report, and how old it is. */
  latest(mirror: string): { report: MirrorReport; ageMs: number } | null
  settings(mirror: string): MirrorSettings | null
}

/** `answerMs`: a mirrord that has not answered a command by then is treated as one that has died. */
export function mirrordPool(
  all: readonly MirrorSettings[],
  { program, folders, answerMs = answerWithinMs }: PoolPlace,
  events: PoolEvents,
): MirrordPool {
  const members = new Map<string, Member>(
    all.map((settings) => [
      settings.mirror,
      {
        ...{ settings, socket: null, pid: null, nextId: 1, heardAt: 0, report: null },
        waiting: new Map(),
      },
    ]),
  )
  const memberOf = (mirror: string): Member => {
    const member = members.get(mirror)
    if (member === undefined) throw new Error(`no mirror ${mirror}`)
    return member
  }
  watchSilence(members)
  return {
    async start(mirror) {
      const member = memberOf(mirror)
      if (member.socket !== null || (await join(member, events)) === 'joined') return { ok: true }
      const file = `${folders.run}/${mirror}.json`
      await mkdir(folders.run, { recursive: true })
      await mkdir(folders.log, { recursive: true })
      await writeFile(file, JSON.stringify(member.settings, null, 2))
      startDetached(program, ['run', file], `${folders.log}/${mirror}.log`)
      const end = performance.now() + startWithinMs
      while (performance.now() < end) {
        if ((await join(member, events)) === 'joined') return { ok: true }
        await new Promise((resolve) => setTimeout(resolve, connectPauseMs))
      }
      return {
        ok: false,
        error: say('mirrord-not-started', { mirror, log: `${folders.log}/${mirror}.log` }),
      }
    },
    async command(mirror, command) {
      const reply = await send(memberOf(mirror), command, answerMs)
      if (reply === null) return { ok: false, error: say('mirrord-not-reached', { mirror }) }
      events.reported(mirror, reply.report)
      return reply.ok ? { ok: true } : { ok: false, error: reply.error }
    },
    async isGone(mirror) {
      const member = memberOf(mirror)
      return member.socket === null && (await join(member, events)) === 'absent'
    },
    latest(mirror) {
      const member = members.get(mirror)
      if (member?.report === null || member?.report === undefined) return null
      return { report: member.report, ageMs: performance.now() - member.heardAt }
    },
    settings: (mirror) => members.get(mirror)?.settings ?? null,
  }
}

/** Ends a mirrord that hangs, unless it was we who were away and could not hear it. */
function watchSilence(members: ReadonlyMap<string, Member>): void {
  let lookedAt = performance.now()
  setInterval(() => {
    const now = performance.now()
    const wasAway = now - lookedAt > 2 * watchMs
    lookedAt = now
    for (const member of members.values()) {
      if (wasAway) member.heardAt = now
      const { socket, report } = member
      if (socket === null || now - member.heardAt < silentMsMax) continue
      const pid = report?.pid ?? member.pid
      if (pid !== null) end(pid)
      socket.destroy()
    }
  }, watchMs)
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

/** Connects to a mirrord that runs. `absent`: there is none; `unheard`: nobody knows. */
function join(member: Member, events: PoolEvents): Promise<'joined' | 'absent' | 'unheard'> {
  return new Promise((resolve) => {
    const socket = connect(member.settings.controlSocket)
    socket.on('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'unheard'),
    )
    socket.once('connect', () => {
      if (member.socket !== null) {
        // Somebody else was faster.
        socket.destroy()
        return resolve('joined')
      }
      member.socket = socket
      member.pid = localPeer(socket)?.pid ?? null
      member.heardAt = performance.now()
      const lines = createInterface({ input: socket })
      // It passes the socket's errors on; `close` follows and says what there is to say.
      lines.on('error', () => undefined)
      lines.on('line', (line) => heard(member, line, events))
      socket.once('close', () => left(member, events))
      resolve('joined')
    })
  })
}

function heard(member: Member, line: string, events: PoolEvents): void {
  const message = parse(line)
  if (message === null) return
  member.report = message.report
  member.heardAt = performance.now()
  if ('id' in message) {
    member.waiting.get(message.id)?.(message)
    member.waiting.delete(message.id)
    return
  }
  const { report, told = [] } = message
  if (told.length > 0) events.told(member.settings.mirror, report.incarnation, told)
  events.reported(member.settings.mirror, report)
}

function left(member: Member, events: PoolEvents): void {
  member.socket = null
  member.report = null
  for (const answer of member.waiting.values()) answer(null)
  member.waiting.clear()
  events.lost(member.settings.mirror)
}

function send(
  member: Member,
  command: MirrorCommand | OperatorCommand,
  withinMs: number,
): Promise<MirrorReply | null> {
  const { socket } = member
  if (socket === null) return Promise.resolve(null)
  const id = member.nextId
  member.nextId += 1
  return new Promise((resolve) => {
    // One that does not answer is treated as one that has died. A promotion must not come to its end when
    // nobody counts on it any more and the peer may have been promoted: then it does die.
    const timer = setTimeout(() => {
      if (command.command === 'promote' && member.report !== null) end(member.report.pid)
      socket.destroy()
    }, withinMs)
    member.waiting.set(id, (reply) => {
      clearTimeout(timer)
      resolve(reply)
    })
    socket.write(`${JSON.stringify({ id, ...command })}\n`)
  })
}

function parse(line: string): MirrorReply | MirrorNotice | null {
  try {
    return JSON.parse(line) as MirrorReply | MirrorNotice
  } catch {
    // A line cut short by the end of the process.
    return null
  }
}
