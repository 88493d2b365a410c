/**
 * `kagami lab mirror`: two kagami-mirrord on this machine, and the one who plays the control daemon
 * for them, in the foreground until SIGTERM or Ctrl-C.
 */
import { rmSync } from 'node:fs'
import { removeGroup } from '../cgroup.ts'
import { labAt } from '../names.ts'
import { neededByDisks, requirePrograms } from '../programs.ts'
import { makeImages, plainDisks, type SideDisks } from './disks.ts'
import { openPair, pairFolder, type PairFolder, type PairRecord, sides } from './folder.ts'
import { isRunning, removeLeftovers, sideDisks } from './leftovers.ts'
import { Pair, type PairTimes } from './pair.ts'
import { servePower } from './power.ts'
import { makeIdentities } from './link-security.ts'
import { exportUri, type PairChoices, writeSettings } from './settings.ts'
import { PairSide } from './side.ts'

export interface MirrorOptions {
  readonly dir: string
  readonly sizeBytes: number
  readonly choices: PairChoices
  readonly times: PairTimes
}

const tell = (text: string): void => void process.stderr.write(`${text}\n`)

export async function runMirror(options: MirrorOptions): Promise<void> {
  if (options.choices.disk === 'volatile') requirePrograms(neededByDisks)
  const folder = pairFolder(options.dir)
  if (await isRunning(folder)) throw new Error(`The pair in ${folder.dir} is running already.`)
  const opened = openPair(folder, options.sizeBytes)
  const asked = untilAskedToStop()
  const record = removeLeftovers(folder, opened)
  await makeIdentities(folder, options.choices.linkSecurity)
  const pair = makePair(folder, record, options)
  const power = await servePower(folder, pair, options.choices.disk)
  try {
    await createReplicas(folder, record, pair)
    const started = pair.start()
    started.then(
      () => process.stdout.write(`${JSON.stringify(describe(folder, pair))}\n`),
      () => undefined,
    )
    // A start that fails ends this; one that succeeds leaves it waiting for the signal.
    await Promise.race([asked, started.then(() => asked)])
    await pair.stop()
  } catch (error) {
    await pair.abandon()
    throw error
  } finally {
    power.close()
    rmSync(folder.file('lab.sock'), { force: true })
    if (options.choices.disk === 'volatile') removeGroup(labAt(folder.dir).cgroup)
  }
}

function makePair(folder: PairFolder, record: PairRecord, options: MirrorOptions): Pair {
  const { choices, times } = options
  const disks: Record<'a' | 'b', SideDisks> = {
    a: choices.disk === 'plain' ? plainDisks(folder, 'a') : sideDisks(folder, 'a'),
    b: choices.disk === 'plain' ? plainDisks(folder, 'b') : sideDisks(folder, 'b'),
  }
  const write = (side: 'a' | 'b', current: PairRecord): void =>
    void writeSettings(folder, side, {
      record: current,
      choices,
      partitions: disks[side].partitions,
    })
  for (const side of sides) write(side, record)
  return new Pair(folder, {
    record,
    sides: (changed) => ({
      a: new PairSide(folder, 'a', disks.a, changed),
      b: new PairSide(folder, 'b', disks.b, changed),
    }),
    times,
    hooks: { tell, writeSettings: write },
  })
}

/** `a` is the source of the first copy. A creation that was cut short is begun again. */
async function createReplicas(folder: PairFolder, record: PairRecord, pair: Pair): Promise<void> {
  let { created } = record
  for (const side of sides) {
    if (created.includes(side)) continue
    makeImages(folder, side, record.sizeBytes)
    await pair.side(side).startDisks()
    pair.side(side).create(side === 'a' ? 'source' : 'standby')
    created = [...created, side]
    pair.recordCreated(created)
  }
}

function describe(folder: PairFolder, pair: Pair): object {
  const part = (side: 'a' | 'b'): object => {
    const { data, meta, pid, control } = pair.side(side).state()
    return { data, meta, pid, control }
  }
  return {
    socket: folder.of(pair.active, 'nbd.sock'),
    uri: exportUri(folder, pair.active),
    a: part('a'),
    b: part('b'),
  }
}

function untilAskedToStop(): Promise<void> {
  return new Promise((done) => {
    process.on('SIGTERM', () => done())
    process.on('SIGINT', () => done())
    process.stdout.on('error', () => undefined)
  })
}
