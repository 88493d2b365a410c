/**
 * The power of a pair on volatile disks, over a unix socket: one line in, one line out.
 *
 *     cut a|b|both [MILLISECONDS]     ->  {"ok":true}  |  {"ok":false,"error":"…"}
 *
 * The answer comes when every process of that side, and its disks, are dead. The foreground process
 * brings them back after the given time (500 ms).
 */
import { connect, createServer, type Server } from 'node:net'
import { createInterface } from 'node:readline'
import { type PairFolder, pairFolder, type Side, sides } from './folder.ts'
import type { Pair } from './pair.ts'

const backAfterMsDefault = 500

export interface PowerCut {
  readonly sides: readonly Side[]
  readonly backAfterMs: number
}

/** Null when the line is no order. */
export function parseCut(line: string): PowerCut | null {
  const match = /^cut (a|b|both)(?: (\d{1,8}))?$/.exec(line)
  if (match === null) return null
  const chosen = sides.filter((side) => match[1] === 'both' || match[1] === side)
  return { sides: chosen, backAfterMs: Number(match[2] ?? backAfterMsDefault) }
}

export async function servePower(
  folder: PairFolder,
  pair: Pair,
  disk: 'plain' | 'volatile',
): Promise<Server> {
  const answer = async (line: string): Promise<object> => {
    const cut = parseCut(line)
    if (cut === null) return { ok: false, error: `${JSON.stringify(line)} is no order.` }
    if (disk === 'plain') {
      return { ok: false, error: 'These disks lose nothing: run the pair with --disk volatile.' }
    }
    await pair.cutPower(cut.sides, cut.backAfterMs)
    return { ok: true }
  }
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    const lines = createInterface({ input: socket })
    lines.on('error', () => undefined)
    lines.on('line', (line) => {
      void answer(line)
        .catch((error: Error) => ({ ok: false, error: error.message }))
        .then((value) => socket.writable && socket.write(`${JSON.stringify(value)}\n`))
    })
  })
  await new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(folder.file('lab.sock'), done)
  })
  return server
}

/** `kagami lab mirror-power`: asks the foreground process of the pair in this folder. */
export function askForCut(dir: string, cut: string, backAfterMs: number): Promise<void> {
  return new Promise((done, failed) => {
    const socket = connect(pairFolder(dir).file('lab.sock'))
    socket.once('error', () => failed(new Error(`No pair is running in ${dir}.`)))
    const lines = createInterface({ input: socket })
    lines.on('error', () => undefined)
    lines.once('line', (line) => {
      socket.destroy()
      const answer = JSON.parse(line) as { ok: boolean; error?: string }
      if (answer.ok) done()
      else failed(new Error(answer.error))
    })
    socket.write(`cut ${cut} ${backAfterMs}\n`)
  })
}
