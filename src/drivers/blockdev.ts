/**
 * A block device `/dev/NMP1` from an NBD server on a unix socket.
 *
 * Through the kernel's nbd driver where it exists; else nbdfuse shows the export as a file and a
 * loop device makes it a block device. Either way `/dev/NMP1` is a device node of its own (made
 * with mknod), so that `df` shows the name the user knows. What was attached is found again by
 * that node, so a restarted daemon can detach what an earlier one attached.
 */
import { access, mkdir, readFile, readdir, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { startDetached, type Run } from './process.ts'

export interface BlockDevices {
  /** Null when done, else what went wrong. `socket`: the NBD server; `exportName` on it. */
  attach(order: {
    device: string
    socket: string
    exportName: string
    timeoutMs: number
  }): Promise<string | null>
  detach(device: string, timeoutMs: number): Promise<string | null>
}

const loopMajor = 7
const pollMs = 10
const logFile = '/var/log/kagami/blockdev.log'

export function systemBlockDevices(run: Run, runFolder: string): BlockDevices {
  const folderOf = (device: string) => `${runFolder}/fuse/${device.replaceAll('/', '_')}`
  return {
    async attach(order) {
      const left = await detach(run, order.device, folderOf(order.device), order.timeoutMs)
      if (left !== null) return left
      if (await hasKernelNbd(run)) return attachKernel(run, order)
      return attachFuse(run, order, folderOf(order.device))
    },
    detach: (device, timeoutMs) => detach(run, device, folderOf(device), timeoutMs),
  }
}

async function hasKernelNbd(run: Run): Promise<boolean> {
  if (await exists('/sys/module/nbd')) return exists('/dev/nbd0')
  await run('modprobe', ['-q', 'nbd'], { timeoutMs: 5000 })
  return (await exists('/sys/module/nbd')) && exists('/dev/nbd0')
}

async function attachKernel(
  run: Run,
  order: { device: string; socket: string; exportName: string; timeoutMs: number },
): Promise<string | null> {
  const names = (await readdir('/sys/block')).filter((name) => /^nbd\d+$/.test(name)).sort()
  for (const name of names) {
    if (await exists(`/sys/block/${name}/pid`)) continue
    const args = [
      '-unix',
      order.socket,
      `/dev/${name}`,
      '-name',
      order.exportName,
      '-block-size',
      '512',
    ]
    const result = await run('nbd-client', args, { timeoutMs: order.timeoutMs })
    if (result.code !== 0) return `nbd-client: ${result.stderr.trim()}`
    return makeNode(run, order.device, (await readFile(`/sys/block/${name}/dev`, 'utf8')).trim())
  }
  return 'no free /dev/nbd device'
}

async function attachFuse(
  run: Run,
  order: { device: string; socket: string; exportName: string; timeoutMs: number },
  folder: string,
): Promise<string | null> {
  await mkdir(folder, { recursive: true })
  const uri = `nbd+unix:///${order.exportName}?socket=${order.socket}`
  if (startDetached('nbdfuse', [`${folder}/disk`, uri], logFile) === null) {
    return 'nbdfuse could not be started (Debian package libnbd-bin)'
  }
  const end = performance.now() + order.timeoutMs
  while (!(await exists(`${folder}/disk`))) {
    if (performance.now() > end)
      return `nbdfuse did not show ${order.socket} in time; see ${logFile}`
    await pause(pollMs)
  }
  const args = ['--find', '--show', '--direct-io=on', `${folder}/disk`]
  const result = await run('losetup', args, { timeoutMs: order.timeoutMs })
  const loop = /^\/dev\/loop(\d+)$/.exec(result.stdout.trim())
  if (result.code !== 0 || loop === null) return `losetup: ${result.stderr.trim()}`
  return makeNode(run, order.device, `${loopMajor}:${loop[1]}`)
}

async function makeNode(run: Run, device: string, numbers: string): Promise<string | null> {
  const [major, minor] = numbers.split(':')
  const args = ['-m', '0660', device, 'b', String(major), String(minor)]
  const result = await run('mknod', args, { timeoutMs: 5000 })
  return result.code === 0 ? null : `mknod ${device}: ${result.stderr.trim()}`
}

async function detach(
  run: Run,
  device: string,
  folder: string,
  timeoutMs: number,
): Promise<string | null> {
  const node = await stat(device).catch(() => null)
  if (node?.isBlockDevice() === true) {
    const major = Math.floor(node.rdev / 256)
    const minor = node.rdev % 256
    const error =
      major === loopMajor
        ? await freeLoop(run, minor, timeoutMs)
        : await freeNbd(run, `${major}:${minor}`, timeoutMs)
    if (error !== null) return error
  }
  if (await isMounted(folder)) {
    const result = await run('umount', [folder], { timeoutMs })
    if (result.code !== 0) await run('umount', ['-l', folder], { timeoutMs })
  }
  await rm(device, { force: true })
  return null
}

async function freeLoop(run: Run, minor: number, timeoutMs: number): Promise<string | null> {
  const loop = `/dev/loop${minor}`
  const end = performance.now() + timeoutMs
  // A detach is only asked for; the device is free once the kernel has let go of the file.
  while (await exists(`/sys/block/loop${minor}/loop/backing_file`)) {
    await run('losetup', ['--detach', loop], { timeoutMs })
    if (performance.now() > end) return `${loop} is still in use`
    await pause(pollMs)
  }
  return null
}

async function freeNbd(run: Run, numbers: string, timeoutMs: number): Promise<string | null> {
  for (const name of await readdir('/sys/block')) {
    const found = await readFile(`/sys/block/${name}/dev`, 'utf8').catch(() => '')
    if (found.trim() !== numbers || !name.startsWith('nbd')) continue
    const result = await run('nbd-client', ['-d', `/dev/${name}`], { timeoutMs })
    return result.code === 0 ? null : `nbd-client -d: ${result.stderr.trim()}`
  }
  return null
}

async function isMounted(folder: string): Promise<boolean> {
  const mounts = await readFile('/proc/self/mounts', 'utf8')
  return mounts.split('\n').some((line) => line.split(' ')[1] === folder)
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
