/**
 * The two partitions of one side: files (`plain`), or files behind a cache that dies with its
 * process (`volatile`), as lab/disks.ts has it for a server:
 *
 *   image file <- nbdkit (cache=writeback) <- nbdfuse (a file, which kagami-mirrord opens)
 *
 * Everything of a side on volatile disks lives in one control group, so that a power cut takes the
 * disks and kagami-mirrord in one instant: whoever survived the other would tell about it.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync, truncateSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { joinAndBecome, killGroup, makeGroup, waitUntilDead } from '../cgroup.ts'
import { abortFuse, fuseConnectionsUnder, processesIn } from '../fuse.ts'
import { attempt, systemPath } from '../run.ts'
import type { PairFolder, Side } from './folder.ts'
import type { Partitions } from './settings.ts'

/** Holds the metadata of a disk of any size. */
const metaBytes = 10 * 1024 * 1024
const startMsMax = 10_000

export interface SideDisks {
  readonly partitions: Partitions
  /** The control group of everything that a power cut takes; null on plain disks. */
  readonly group: string | null
  start(): Promise<void>
  /** In order: what was written reaches the images. */
  stop(): void
  /** At one instant, with every process in the group. */
  cut(): void
  pids(): number[]
}

export function imagesOf(folder: PairFolder, side: Side): Partitions {
  return { data: folder.of(side, 'data.img'), meta: folder.of(side, 'meta.img') }
}

/** Blank, sparse. */
export function makeImages(folder: PairFolder, side: Side, sizeBytes: number): void {
  const { data, meta } = imagesOf(folder, side)
  for (const [image, bytes] of [
    [data, sizeBytes],
    [meta, metaBytes],
  ] as const) {
    rmSync(image, { force: true })
    closeSync(openSync(image, 'wx'))
    truncateSync(image, bytes)
  }
}

export function plainDisks(folder: PairFolder, side: Side): SideDisks {
  const nothing = (): void => undefined
  return {
    partitions: imagesOf(folder, side),
    group: null,
    start: async () => undefined,
    stop: nothing,
    cut: nothing,
    pids: () => [],
  }
}

export function volatileDisks(folder: PairFolder, side: Side, group: string): SideDisks {
  const images = imagesOf(folder, side)
  const folders = { data: folder.of(side, 'data'), meta: folder.of(side, 'meta') }
  const names = ['data', 'meta'] as const
  const partitions = { data: `${folders.data}/nbd`, meta: `${folders.meta}/nbd` }
  const log = folder.of(side, 'disks.log')
  const clear = (): void => {
    const served = fuseConnectionsUnder(Object.values(folders))
    abortFuse(served)
    for (const name of names) attempt('umount', ['--lazy', folders[name]])
  }
  const stopAll = (): void => {
    killGroup(group)
    clear()
    waitUntilDead(group)
  }
  return {
    partitions,
    group,
    async start() {
      stopAll() // What an earlier run may have left.
      makeGroup(group)
      for (const name of names) {
        mkdirSync(folders[name], { recursive: true })
        startDisk(group, { image: images[name], folder: folders[name], log })
      }
      const end = performance.now() + startMsMax
      while (!names.every((name) => existsSync(partitions[name]))) {
        if (performance.now() > end) throw new Error(`A disk did not start; see ${log}.`)
        await pause(5)
      }
    },
    stop() {
      for (const name of names) attempt('sync', [partitions[name]], { timeoutMs: 60_000 })
      stopAll()
    },
    cut: stopAll,
    pids: () => (existsSync(group) ? processesIn(group) : []),
  }
}

function startDisk(
  group: string,
  disk: { readonly image: string; readonly folder: string; readonly log: string },
): void {
  const log = openSync(disk.log, 'a')
  const nbdkit = ['nbdkit', '-s', '--filter=cache', '--filter=partition', 'partitioning']
  const what = [`file=${disk.image}`, 'partition=1', 'cache=writeback']
  const nbdfuse = ['nbdfuse', disk.folder, '--command', ...nbdkit, ...what]
  spawn('sh', [...joinAndBecome, group, ...nbdfuse], {
    stdio: ['ignore', log, log],
    env: { PATH: systemPath, TMPDIR: '/tmp' },
    detached: true,
  }).unref()
  closeSync(log)
}
