/**
 * A mirror disk of 1 TiB that holds almost nothing: how long kagami-mirrord takes from its start
 * until it answers on its control socket, and how much memory it has taken by then and a second
 * later. Its peer is away.
 */
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { MirrorSettings } from '../src/wire/mirror-control.ts'
import { reportOf } from './control.ts'
import { blankFile } from './engines.ts'
import { BenchFailure, type Stage, waitFor } from './stage.ts'
import { residentOf } from './usage.ts'

export interface SparseResult {
  readonly sizeBytes: number
  readonly openSeconds: readonly number[]
  readonly residentBytes: readonly number[]
}

const sizeBytes = 2 ** 40
/** The CLUSTER partition is 10 MB, whatever the disk's size. */
const clusterBytes = 10_000_000

export async function measureSparse(
  stage: Stage,
  kagami: string,
  rounds: number,
): Promise<SparseResult> {
  const program = join(dirname(kagami), 'kagami-mirrord')
  const settings = writeSettings(stage)
  await stage.run([program, 'create', settings.file, '--source'])
  const openSeconds: number[] = []
  const residentBytes: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now()
    const child = stage.serve([program, 'run', settings.file], 'sparse')
    child.stdout?.resume()
    const report = await waitFor(
      stage,
      'kagami-mirrord on 1 TiB',
      () => {
        if (child.exitCode !== null) {
          throw new BenchFailure(`kagami-mirrord ended: ${stage.complaints('sparse')}`)
        }
        return reportOf(settings.control, 60_000)
      },
      { everyMs: 5, timeoutMs: 60_000 },
    )
    openSeconds.push((performance.now() - startMs) / 1000)
    if (report.sizeBytes < sizeBytes - 2 ** 20) throw new BenchFailure('it is not of 1 TiB')
    await pause(1000)
    residentBytes.push(residentOf(report.pid).peakBytes)
    await stage.stop(child)
  }
  rmSync(settings.data)
  return { sizeBytes, openSeconds, residentBytes }
}

function writeSettings(stage: Stage): { file: string; control: string; data: string } {
  const [data, cluster] = [stage.path('sparse.img'), stage.path('sparse-cluster.img')]
  blankFile(data, sizeBytes)
  blankFile(cluster, clusterBytes)
  writeFileSync(stage.path('sparse-key'), randomBytes(32).toString('hex'), { mode: 0o600 })
  const settings: MirrorSettings = {
    mirror: 'sparse',
    server: 'a',
    peer: 'b',
    diskId: randomBytes(16).toString('hex'),
    dataPartition: data,
    clusterPartition: cluster,
    controlSocket: stage.path('sparse.control'),
    nbdSocket: stage.path('sparse.nbd'),
    paths: [
      { name: 'interconnect', local: '127.62.7.1', peer: '127.62.7.2', port, peerPort: port },
    ],
    keyFile: stage.path('sparse-key'),
    link: { security: 'off' },
    mode: 'sync',
    verifyEveryHours: 0,
    bootId: 'bench',
    pathTimeoutMs: 1000,
    peerTimeoutMs: 2000,
  }
  const file = stage.path('sparse.json')
  writeFileSync(file, JSON.stringify(settings))
  return { file, control: settings.controlSocket, data }
}

const port = 29_005
