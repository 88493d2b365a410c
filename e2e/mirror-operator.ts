/**
 * An operator at a stand-alone pair: `kagami mirror --control …` as it is typed, and, for what no
 * command line gives, a line on the control socket itself.
 */
import net from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type {
  MirrorCommand,
  MirrorReply,
  MirrorReport,
  OperatorCommand,
} from '../src/wire/mirror-control.ts'
import { runProgram, type Side } from './mirrord-pair.ts'
import type { StandAlonePair } from './stand-alone-pair.ts'

const program = path.resolve(import.meta.dirname, '../bin/kagami')

export type Typed = Awaited<ReturnType<typeof runProgram>>

/** `kagami mirror` of one side, in English unless told otherwise. */
export function operate(
  pair: StandAlonePair,
  side: Side,
  words: readonly string[],
  language: 'en' | 'ja' = 'en',
): Promise<Typed> {
  const control = pair.file(`${side}/control.sock`)
  return runProgram(program, ['--lang', language, 'mirror', '--control', control, ...words])
}

/** One line, and its reply. */
export function order(
  pair: StandAlonePair,
  side: Side,
  command: MirrorCommand | OperatorCommand,
): Promise<MirrorReply> {
  return new Promise((done, failed) => {
    const socket = net.connect(pair.file(`${side}/control.sock`))
    socket.on('error', failed)
    socket.on('close', () => failed(new Error(`no reply to ${command.command}`)))
    createInterface({ input: socket })
      .on('error', () => undefined)
      .on('line', (line) => {
        const reply = JSON.parse(line) as MirrorReply
        if (reply.id !== 1) return
        done(reply)
        socket.destroy()
      })
    socket.write(`${JSON.stringify({ id: 1, ...command })}\n`)
  })
}

/** The report of a side, as soon as it is what is waited for. */
export async function reportWhen(
  pair: StandAlonePair,
  side: Side,
  what: (report: MirrorReport) => boolean,
): Promise<MirrorReport> {
  const end = performance.now() + 20_000
  for (;;) {
    const report = await pair.report(side)
    if (report !== null && what(report)) return report
    if (performance.now() > end) {
      throw new Error(`never so: ${JSON.stringify(report)}\n${pair.logs()}`)
    }
    await new Promise((done) => setTimeout(done, 10))
  }
}

/** Nobody starts, promotes or demotes anything while `work` goes on. */
export async function withoutControl(
  pair: StandAlonePair,
  work: () => Promise<void>,
): Promise<void> {
  const { pid } = pair.state()
  process.kill(pid, 'SIGSTOP')
  try {
    await work()
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

export function killSide(pair: StandAlonePair, side: Side, signal: NodeJS.Signals): void {
  const { pid } = pair.state()[side]
  if (pid !== null) process.kill(pid, signal)
}

/** Replica b is given up, so that everything is copied as soon as `recover` is ordered. */
export async function giveUpStandby(pair: StandAlonePair): Promise<void> {
  for (const [side, words] of [
    ['a', ['break']],
    ['b', ['force', '--loser', 'b', '--yes']],
  ] as const) {
    const { code, errors } = await operate(pair, side, words)
    if (code !== 0) throw new Error(errors)
  }
}
