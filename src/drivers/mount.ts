/**
 * Mounting and unmounting a file system on a block device, and repairing it when the kernel
 * refuses to mount it. Errors are sentences, null means done.
 */
import { mkdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import type { Run } from './process.ts'

export interface Mount {
  /** What is mounted there: the device's name, or null. */
  mountedAt(mountPoint: string): Promise<string | null>
  mount(order: {
    device: string
    mountPoint: string
    fileSystem: string
    options: string
    timeoutMs: number
  }): Promise<string | null>
  /** Ends the programs that hold it busy, softly, then hard. */
  unmount(mountPoint: string, timeoutMs: number): Promise<string | null>
}

const busyPauseMs = 100

export function systemMount(run: Run): Mount {
  const mountedAt = async (mountPoint: string): Promise<string | null> => {
    const table = await readFile('/proc/self/mounts', 'utf8')
    const rows = table.split('\n').map((line) => line.split(' '))
    // The last one is on top.
    return rows.findLast((row) => row[1] === mountPoint)?.[0] ?? null
  }
  return {
    mountedAt,
    async mount({ device, mountPoint, fileSystem, options, timeoutMs }) {
      await mkdir(mountPoint, { recursive: true }).catch(() => undefined)
      const args = ['-t', fileSystem, '-o', options, device, mountPoint]
      const first = await run('mount', args, { timeoutMs })
      if (first.code === 0) return null
      if (fileSystem.startsWith('ext')) await run('e2fsck', ['-p', device], { timeoutMs })
      const second = await run('mount', args, { timeoutMs })
      return second.code === 0 ? null : `mount ${device}: ${(second.stderr || first.stderr).trim()}`
    },
    async unmount(mountPoint, timeoutMs) {
      const end = performance.now() + timeoutMs
      for (let round = 0; ; round += 1) {
        if ((await mountedAt(mountPoint)) === null) return null
        const left = end - performance.now()
        if (left <= 0) return `umount ${mountPoint}: time is over`
        const result = await run('umount', [mountPoint], { timeoutMs: left })
        if (result.code === 0) continue
        const signal = round < 3 ? '-TERM' : '-KILL'
        await run('fuser', ['-k', signal, '-m', mountPoint], { timeoutMs: Math.min(left, 5000) })
        await pause(busyPauseMs)
      }
    },
  }
}
