/**
 * The engines that are compared, each as something with an NBD export and server processes.
 *
 * All of them keep their data in files of the same folder and write through the page cache: a
 * write is acknowledged when it is in the memory of whoever holds it, and a flush makes it durable
 * (fdatasync). That is what kagami-mirrord does, so QEMU gets `cache.direct=off` and the `aio` that
 * goes with it, `threads`; nbdkit's `file` does so by itself.
 */
import { rmSync, truncateSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { BenchFailure, type Stage, waitFor } from './stage.ts'

export const engineNames = ['kagami', 'kagami-secure', 'qemu', 'qemu-unix', 'nbdkit'] as const
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
  const { pid, end } = await serving(stage, { name: what.name, command, at: { path: socket } })
  return { uri: `nbd+unix:///?socket=${socket}`, pid, end }
}

/**
 * The nearest peer: `quorum` writes to its local file and to a remote export, and acknowledges when
 * both have it (`vote-threshold=2`: two successes are needed). Reads are local, as ours are
 * (`read-pattern=fifo`: the first child alone).
 *
 * The remote one is another process, over TCP as ours is (`qemu`). An NBD server of QEMU before 8.1
 * leaves small replies to Nagle's algorithm: with more than one request in flight some wait 40 ms
 * for a delayed acknowledgement. `qemu-unix` is the same pair over a unix socket, where that does
 * not happen: the harder opponent.
 */
export async function startQemu(plan: EnginePlan, name: 'qemu' | 'qemu-unix'): Promise<Engine> {
  const { stage } = plan
  const [local, remote] = [stage.path(`${name}-local.img`), stage.path(`${name}-remote.img`)]
  blankFile(local, plan.sizeBytes)
  blankFile(remote, plan.sizeBytes)
  const link: ConnectOptions =
    name === 'qemu'
      ? { host: '127.0.0.1', port: await freePort() }
      : { path: stage.path(`${name}-link.sock`) }
  const socket = { path: stage.path(`${name}.sock`) }
  const cache = 'cache.direct=off,aio=threads'
  const mirror = 'driver=quorum,node-name=mirror,vote-threshold=2,read-pattern=fifo'
  const far = await serving(stage, {
    name: `${name}-remote`,
    command: [
      'qemu-storage-daemon',
      ...['--blockdev', `driver=file,node-name=disk,filename=${remote},${cache}`],
      ...['--nbd-server', qemuAddress('addr', link)],
      ...['--export', 'type=nbd,id=export,node-name=disk,name=disk,writable=on'],
    ],
    at: link,
  })
  const near = await serving(stage, {
    name: `${name}-local`,
    command: [
      'qemu-storage-daemon',
      ...['--blockdev', `driver=file,node-name=local,filename=${local},${cache}`],
      ...['--blockdev', `driver=nbd,node-name=far,export=disk,${qemuAddress('server', link)}`],
      ...['--blockdev', `${mirror},children.0=local,children.1=far`],
      ...['--nbd-server', qemuAddress('addr', socket)],
      ...['--export', 'type=nbd,id=export,node-name=mirror,name=,writable=on'],
    ],
    at: socket,
  })
  const uri = `nbd+unix:///?socket=${socket.path}`
  return { name, uri, pids: [near.pid, far.pid], check: async () => undefined }
}

function qemuAddress(key: string, at: ConnectOptions): string {
  return 'path' in at
    ? `${key}.type=unix,${key}.path=${at.path}`
    : `${key}.type=inet,${key}.host=${at.host},${key}.port=${at.port}`
}

type ConnectOptions = { readonly path: string } | { readonly host: string; readonly port: number }

/** Starts a server and waits until it can be connected to. */
async function serving(
  stage: Stage,
  what: {
    readonly name: string
    readonly command: readonly string[]
    readonly at: ConnectOptions
  },
): Promise<{ readonly pid: number; readonly end: () => Promise<void> }> {
  const { name, at } = what
  const child = stage.serve(what.command, name)
  child.stdout?.resume()
  const ask = async (): Promise<true | null> => {
    if (child.exitCode !== null || child.pid === undefined) {
      throw new BenchFailure(`${name} ended: ${stage.complaints(name)}`)
    }
    return answers(at)
  }
  await waitFor(stage, name, ask, { everyMs: 20, timeoutMs: 10_000 })
  const end = async (): Promise<void> => {
    await stage.stop(child)
    if ('path' in at) rmSync(at.path, { force: true })
  }
  return { pid: child.pid ?? 0, end }
}

/** True when somebody listens there. */
function answers(at: ConnectOptions): Promise<true | null> {
  return new Promise((done) => {
    const socket = connect(at)
    socket.once('error', () => done(null))
    socket.once('connect', () => {
      socket.destroy()
      done(true)
    })
  })
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
