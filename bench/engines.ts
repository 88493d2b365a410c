/**
 * The engines that are compared, each as something with an NBD export and server processes.
 *
 * All of them keep their data in files of the same folder and write through the page cache: a
 * write is acknowledged when it is in the memory of whoever holds it, and a flush makes it durable
 * (fdatasync). That is what kagami-mirrord does, so QEMU gets `cache.direct=off` and the `aio` that
 * goes with it, `threads`; nbdkit's `file` does so by itself.
 */
import { createServer, type AddressInfo } from 'node:net'
import { existsSync, truncateSync, writeFileSync } from 'node:fs'
import { BenchFailure, type Stage, waitFor } from './stage.ts'

export const engineNames = ['kagami', 'kagami-secure', 'qemu', 'nbdkit'] as const
export type EngineName = (typeof engineNames)[number]

export interface Engine {
  readonly name: EngineName
  readonly uri: string
  /** The server processes: whose processor time counts. */
  readonly pids: readonly number[]
  /** Throws when the engine does not do what it is measured for. */
  readonly check: () => Promise<void>
}

/** What an engine is made with. */
export interface EnginePlan {
  readonly stage: Stage
  readonly sizeBytes: number
}

/** A file of this size, without any data. */
export function blankFile(path: string, sizeBytes: number): void {
  writeFileSync(path, '')
  truncateSync(path, sizeBytes)
}

/** The ceiling: an NBD server in C without a mirror. */
export async function startNbdkit(plan: EnginePlan): Promise<Engine> {
  const file = plan.stage.path('nbdkit.img')
  blankFile(file, plan.sizeBytes)
  const served = await serveFile(plan.stage, { name: 'nbdkit', file, readOnly: false })
  return { name: 'nbdkit', uri: served.uri, pids: [served.pid], check: async () => undefined }
}

/** One file as an NBD export of nbdkit. */
export async function serveFile(
  stage: Stage,
  what: { readonly name: string; readonly file: string; readonly readOnly: boolean },
): Promise<{ readonly uri: string; readonly pid: number; readonly end: () => Promise<void> }> {
  const socket = stage.path(`${what.name}.sock`)
  const options = what.readOnly ? ['--readonly'] : []
  const command = ['nbdkit', '--foreground', ...options, '--unix', socket, 'file', what.file]
  const { pid, end } = await serving(stage, { name: what.name, command, socket })
  return { uri: `nbd+unix:///?socket=${socket}`, pid, end }
}

/**
 * The nearest peer: `quorum` writes to its local file and to a remote export, and acknowledges when
 * both have it (`vote-threshold=2`: two successes are needed). Reads are local, as ours are
 * (`read-pattern=fifo`: the first child alone). The remote one is another process, over TCP.
 */
export async function startQemu(plan: EnginePlan): Promise<Engine> {
  const { stage } = plan
  const [local, remote] = [stage.path('qemu-local.img'), stage.path('qemu-remote.img')]
  blankFile(local, plan.sizeBytes)
  blankFile(remote, plan.sizeBytes)
  const port = await freePort()
  const cache = 'cache.direct=off,aio=threads'
  const daemon = 'qemu-storage-daemon'
  const far = await serving(stage, {
    name: 'qemu-remote',
    command: [
      daemon,
      ...['--blockdev', `driver=file,node-name=disk,filename=${remote},${cache}`],
      ...['--nbd-server', `addr.type=inet,addr.host=127.0.0.1,addr.port=${port}`],
      ...['--export', 'type=nbd,id=export,node-name=disk,name=disk,writable=on'],
    ],
    socket: null,
  })
  const tcp = `server.type=inet,server.host=127.0.0.1,server.port=${port}`
  await waitFor(stage, 'qemu-storage-daemon, remote', () => probe(stage, port), start)
  const socket = stage.path('qemu.sock')
  const near = await serving(stage, {
    name: 'qemu-local',
    command: [
      daemon,
      ...['--blockdev', `driver=file,node-name=local,filename=${local},${cache}`],
      ...['--blockdev', `driver=nbd,node-name=remote,export=disk,${tcp}`],
      '--blockdev',
      'driver=quorum,node-name=mirror,vote-threshold=2,read-pattern=fifo,children.0=local,children.1=remote',
      ...['--nbd-server', `addr.type=unix,addr.path=${socket}`],
      ...['--export', 'type=nbd,id=export,node-name=mirror,name=,writable=on'],
    ],
    socket,
  })
  const pids = [near.pid, far.pid]
  return { name: 'qemu', uri: `nbd+unix:///?socket=${socket}`, pids, check: async () => undefined }
}

const start = { everyMs: 20, timeoutMs: 10_000 }

/** Starts a server and waits until its socket is there. */
async function serving(
  stage: Stage,
  what: {
    readonly name: string
    readonly command: readonly string[]
    readonly socket: string | null
  },
): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
  const child = stage.serve(what.command, what.name)
  child.stdout?.resume()
  await waitFor(
    stage,
    what.name,
    () => {
      if (child.exitCode !== null || child.pid === undefined) {
        throw new BenchFailure(`${what.name} ended: ${stage.complaints(what.name)}`)
      }
      return what.socket === null || existsSync(what.socket) ? true : null
    },
    start,
  )
  return { pid: child.pid ?? 0, end: () => stage.stop(child) }
}

/** True when a server answers there. */
async function probe(stage: Stage, port: number): Promise<true | null> {
  try {
    await stage.run(['nbdinfo', '--size', `nbd://127.0.0.1:${port}/disk`])
    return true
  } catch {
    return null
  }
}

function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => done(port))
    })
  })
}
