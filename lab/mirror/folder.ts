/**
 * The folder of a stand-alone pair: what lies where in it, and the small record that outlives the
 * processes. `pair.json` says what was created and must not be guessed again; `state.json` says what
 * runs now, for whoever looks from outside.
 *
 *   pair.json  state.json  lab.sock  key
 *   a/data.img  a/meta.img  a/settings.json  a/control.sock  a/nbd.sock  a/log    (and b/)
 */
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

export type Side = 'a' | 'b'
export const sides: readonly Side[] = ['a', 'b']
export const otherSide = (side: Side): Side => (side === 'a' ? 'b' : 'a')

/** Of a unix socket's path, with its end; sun_path of unix(7). */
const socketPathMax = 107

export interface PairRecord {
  readonly version: 1
  readonly sizeBytes: number
  readonly diskId: string
  /** Sides whose replica was created. */
  readonly created: readonly Side[]
  /** The side that serves, or is to serve. */
  readonly active: Side
  /** Power cuts so far: a replica must know that what it had not flushed may be gone. */
  readonly powerCuts: Readonly<Record<Side, number>>
}

export interface PairState {
  /** Of the foreground process. */
  readonly pid: number
  readonly disk: 'plain' | 'volatile'
  readonly active: Side
  readonly lab: string
  readonly a: SideState
  readonly b: SideState
}

export interface SideState {
  /** What kagami-mirrord opens. */
  readonly data: string
  readonly meta: string
  readonly pid: number | null
  readonly control: string
  readonly nbd: string
  /** The files below, which keep what was flushed. */
  readonly images: { readonly data: string; readonly meta: string }
  /** The processes that stand for its disks (`--disk volatile`). */
  readonly diskPids: readonly number[]
}

export interface PairFolder {
  readonly dir: string
  file(name: string): string
  of(side: Side, name: string): string
  readRecord(): PairRecord | null
  writeRecord(record: PairRecord): void
  readState(): PairState | null
  writeState(state: PairState): void
  forgetState(): void
}

export function pairFolder(dir: string): PairFolder {
  const file = (name: string): string => join(dir, name)
  const write = (name: string, value: object): void => {
    const scratch = file(`${name}.new`)
    writeFileSync(scratch, `${JSON.stringify(value, null, 2)}\n`)
    renameSync(scratch, file(name))
  }
  return {
    dir,
    file,
    of: (side, name) => join(dir, side, name),
    readRecord: () => readJson(file('pair.json')) as PairRecord | null,
    writeRecord: (record) => write('pair.json', record),
    readState: () => readJson(file('state.json')) as PairState | null,
    writeState: (state) => write('state.json', state),
    forgetState: () => rmSync(file('state.json'), { force: true }),
  }
}

/** Opens the pair in this folder, or starts the record of a new one. Refuses what is not a pair. */
export function openPair(folder: PairFolder, sizeBytes: number): PairRecord {
  const longest = folder.of('a', 'control.sock')
  if (Buffer.byteLength(longest) > socketPathMax) {
    throw new Error(`The folder's path is too long for a unix socket: ${longest}`)
  }
  mkdirSync(folder.dir, { recursive: true })
  const known = folder.readRecord()
  if (known !== null) {
    if (known.version === 1 && known.sizeBytes === sizeBytes) return known
    throw new Error(
      `${folder.dir} holds a pair of ${known.sizeBytes} bytes, not of ${sizeBytes}. ` +
        'Use that size, or another folder.',
    )
  }
  const found = readdirSync(folder.dir)
  if (found.length > 0) {
    throw new Error(`${folder.dir} is not empty and holds no pair (${found[0]} is there).`)
  }
  for (const side of sides) mkdirSync(join(folder.dir, side))
  writeFileSync(folder.file('key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  const record: PairRecord = {
    version: 1,
    sizeBytes,
    diskId: randomBytes(16).toString('hex'),
    created: [],
    active: 'a',
    powerCuts: { a: 0, b: 0 },
  }
  folder.writeRecord(record)
  return record
}

/** Null when there is none. */
function readJson(path: string): unknown {
  if (!existsSync(path)) return null
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}
