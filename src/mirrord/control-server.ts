/**
 * The control socket: orders from the control daemon, and reports to it. JSON, one object a line.
 *
 * Several connections are allowed; each gets every report. A line that is too long or is no order
 * ends its connection. Nothing here waits for anybody.
 */
import * as v from 'valibot'
import { listenUnix, type Stream, type StreamEvents } from '../drivers/stream.ts'
import type { Message } from '../messages/catalogue.ts'
import type {
  MetadataDump,
  MirrorCommand,
  OperatorCommand,
  MirrorReply,
  MirrorReport,
  MirrorNotice,
  MirrorRequest,
  ToldLine,
} from '../wire/mirror-control.ts'

export interface ControlServer {
  /** The report may have changed: everybody gets it, a moment later, once. */
  changed(): void
  /** Everybody is told at once; whoever comes later, too, as long as it is among the latest. */
  tell(message: Message): void
}

export interface ControlServerOptions {
  readonly socket: string
  report(): MirrorReport
  dump(): MetadataDump
  carryOut(
    command: MirrorCommand | OperatorCommand,
    answer: (refused: Message | null) => void,
  ): void
  failed(error: string): void
}

const lineBytesMax = 64 * 1024
const coalesceMs = 20
const reportEveryMs = 1000
const toldKept = 100

const number = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const term = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(2 ** 47))
const id = { id: number }
const schema = v.variant('command', [
  v.object({ ...id, command: v.literal('status') }),
  v.object({
    ...id,
    command: v.literal('promote'),
    term,
    grounds: v.picklist([
      'in-sync',
      'copy-source',
      'alone-record',
      'accept-behind',
      'register-claim',
    ]),
    peerExcluded: v.boolean(),
  }),
  v.object({ ...id, command: v.literal('demote') }),
  v.object({
    ...id,
    command: v.literal('permit-alone'),
    breakNumber: number,
    grounds: v.picklist(['peer-outdated', 'peer-excluded', 'operator']),
  }),
  v.object({
    ...id,
    command: v.literal('mark-outdated'),
    asker: v.pipe(v.string(), v.maxLength(60)),
    breakNumber: number,
    incarnation: v.pipe(v.string(), v.maxLength(60)),
  }),
  v.object({ ...id, command: v.literal('fail-io') }),
  v.object({ ...id, command: v.literal('flush') }),
  v.object({ ...id, command: v.literal('quit') }),
  v.object({ ...id, command: v.literal('recover') }),
  v.object({ ...id, command: v.literal('cancel') }),
  v.object({ ...id, command: v.literal('break') }),
  v.object({
    ...id,
    command: v.literal('force'),
    loser: v.pipe(v.string(), v.maxLength(60)),
    loserGeneration: v.pipe(v.string(), v.regex(/^(0|[0-9a-f]{16})$/)),
  }),
  v.object({ ...id, command: v.literal('verify'), repair: v.boolean() }),
  v.object({ ...id, command: v.literal('dump') }),
  v.object({
    ...id,
    command: v.literal('snapshot-start'),
    spaceFile: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)),
    spaceBytes: number,
    writable: v.boolean(),
  }),
  v.object({ ...id, command: v.literal('snapshot-stop') }),
  v.object({ ...id, command: v.literal('extend') }),
])

export function parseRequest(line: string): MirrorRequest | null {
  try {
    const parsed = v.safeParse(schema, JSON.parse(line))
    return parsed.success ? parsed.output : null
  } catch {
    return null
  }
}

export function startControlServer(options: ControlServerOptions): ControlServer {
  const streams = new Set<Stream>()
  let timer: NodeJS.Timeout | null = null
  const told: ToldLine[] = []
  let toldCount = 0
  const untold: ToldLine[] = []

  function send(stream: Stream, value: MirrorReply | MirrorNotice): void {
    if (streams.has(stream)) stream.write([Buffer.from(`${JSON.stringify(value)}\n`)])
  }

  function sendReports(): void {
    timer = null
    if (streams.size === 0) return
    const report = options.report()
    for (const stream of streams) send(stream, { report })
  }

  /** After the change that is told of is complete: the report is sent with it. */
  function sendTold(): void {
    const lines = untold.splice(0)
    const report = options.report()
    for (const stream of streams) send(stream, { report, told: lines })
  }

  function carryOut(stream: Stream, request: MirrorRequest): void {
    const { id, ...command } = request
    options.carryOut(command, (refused) => {
      const report = options.report()
      const dump = command.command === 'dump' ? { dump: options.dump() } : {}
      if (refused === null) send(stream, { id, ok: true, report, ...dump })
      else send(stream, { id, ok: false, error: refused, report })
    })
  }

  function accept(stream: Stream): StreamEvents {
    let rest = ''
    streams.add(stream)
    const end = (): void => {
      streams.delete(stream)
      stream.close()
    }
    send(stream, { report: options.report(), told })
    return {
      data(chunk) {
        const lines = (rest + chunk.toString('utf8')).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) {
          const request = line.length > lineBytesMax ? null : parseRequest(line)
          if (request === null) return end()
          carryOut(stream, request)
        }
        if (rest.length > lineBytesMax) end()
      },
      closed: () => streams.delete(stream),
    }
  }

  listenUnix(options.socket, accept, options.failed)
  setInterval(sendReports, reportEveryMs)
  return {
    changed() {
      timer ??= setTimeout(sendReports, coalesceMs)
    },
    tell(message) {
      toldCount += 1
      const line = { number: toldCount, atMs: Date.now(), message }
      told.push(line)
      if (told.length > toldKept) told.shift()
      if (untold.length === 0) setImmediate(sendTold)
      untold.push(line)
    },
  }
}
