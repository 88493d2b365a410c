/**
 * The control socket: orders from the control daemon, and reports to it. JSON, one object a line.
 *
 * Several connections are allowed; each gets every report. A line that is too long or is no order
 * ends its connection. Nothing here waits for anybody.
 */
import { z } from 'zod'
import { listenUnix, type Stream, type StreamEvents } from '../drivers/stream.ts'
import type { Message } from '../messages/catalogue.ts'
import type {
  MetadataDump,
  MirrorCommand,
  OperatorCommand,
  MirrorReply,
  MirrorReport,
  MirrorRequest,
} from '../wire/mirror-control.ts'

export interface ControlServer {
  /** The report may have changed: everybody gets it, a moment later, once. */
  changed(): void
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

const number = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
const term = z
  .number()
  .int()
  .positive()
  .max(2 ** 47)
const id = { id: number }
const schema = z.discriminatedUnion('command', [
  z.object({ ...id, command: z.literal('status') }),
  z.object({
    ...id,
    command: z.literal('promote'),
    term,
    grounds: z.enum(['in-sync', 'copy-source', 'alone-record', 'accept-behind']),
    peerExcluded: z.boolean(),
  }),
  z.object({ ...id, command: z.literal('demote') }),
  z.object({
    ...id,
    command: z.literal('permit-alone'),
    breakNumber: number,
    grounds: z.enum(['peer-outdated', 'peer-excluded', 'operator']),
  }),
  z.object({
    ...id,
    command: z.literal('mark-outdated'),
    asker: z.string().max(60),
    breakNumber: number,
  }),
  z.object({ ...id, command: z.literal('fail-io') }),
  z.object({ ...id, command: z.literal('flush') }),
  z.object({ ...id, command: z.literal('quit') }),
  z.object({ ...id, command: z.literal('recover') }),
  z.object({ ...id, command: z.literal('cancel') }),
  z.object({ ...id, command: z.literal('break') }),
  z.object({
    ...id,
    command: z.literal('force'),
    loser: z.string().max(60),
    loserGeneration: z.string().regex(/^(0|[0-9a-f]{16})$/),
  }),
  z.object({ ...id, command: z.literal('verify'), repair: z.boolean() }),
  z.object({ ...id, command: z.literal('dump') }),
  z.object({
    ...id,
    command: z.literal('snapshot-start'),
    spaceFile: z.string().min(1).max(4096),
    spaceBytes: number,
    writable: z.boolean(),
  }),
  z.object({ ...id, command: z.literal('snapshot-stop') }),
  z.object({ ...id, command: z.literal('extend') }),
])

export function parseRequest(line: string): MirrorRequest | null {
  try {
    const parsed = schema.safeParse(JSON.parse(line))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

export function startControlServer(options: ControlServerOptions): ControlServer {
  const streams = new Set<Stream>()
  let timer: NodeJS.Timeout | null = null

  function send(stream: Stream, value: MirrorReply | { report: MirrorReport }): void {
    if (streams.has(stream)) stream.write([Buffer.from(`${JSON.stringify(value)}\n`)])
  }

  function sendReports(): void {
    timer = null
    if (streams.size === 0) return
    const report = options.report()
    for (const stream of streams) send(stream, { report })
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
    send(stream, { report: options.report() })
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
  }
}
