/**
 * The attach through the kernel's own nbd driver. The machine's kernel has none, so a small real
 * kernel (user-mode-linux, an ordinary process) runs the very same driver code, on the same files.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const limitMs = 110_000
/**
 * On a processor with AMX the state of a program is larger than this kernel's buffer for it, and its
 * first program dies: nothing can be tested then, and that is said.
 */
const noUserSpace = 'ptrace set fp regs failed, errno = 14'

/** PID 1 of the guest: everything it writes goes to file systems in its own memory. */
const init = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc && mount -t sysfs sys /sys
for folder in /run /var/log /var/cache /dev
do
	mount -t tmpfs tmpfs $folder || halt -f
done
mkdir -p /run/kagami /var/log/kagami
for node in "null 1 3" "zero 1 5" "random 1 8" "urandom 1 9"
do
	set -- $node
	mknod -m 666 /dev/$1 c $2 $3
done
insmod "$(find /usr/lib/uml/modules -name nbd.ko | head -n 1)" nbds_max=2
for name in nbd0 nbd1
do
	mknod /dev/$name b $(tr : ' ' </sys/block/$name/dev)
done
ip link set lo up
${root}/node_modules/.bin/node ${root}/e2e/kernel-nbd-guest.ts
halt -f
`

function boot(folder: string): Promise<string> {
  writeFileSync(join(folder, 'init.sh'), init)
  chmodSync(join(folder, 'init.sh'), 0o755)
  mkdirSync(join(folder, 'memory'))
  const words = [
    ...['mem=1G', 'root=/dev/root', 'rootfstype=hostfs', 'hostfs=/', 'rw'],
    ...[`init=${join(folder, 'init.sh')}`, 'con=null', 'con0=fd:0,fd:1'],
  ]
  const child = spawn('linux.uml', words, {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: process.env['PATH'] ?? '', TMPDIR: join(folder, 'memory'), HOME: folder },
  })
  let text = ''
  const hear = (chunk: Buffer) => {
    text += chunk.toString()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const timer = setTimeout(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }, limitMs)
  return new Promise((done) => {
    const finish = () => {
      clearTimeout(timer)
      done(text)
    }
    child.on('error', finish)
    child.on('close', finish)
  })
}

test('a mirror disk through the kernel nbd driver: mounted, written, detached, attached again', async ({
  skip,
}) => {
  const folder = mkdtempSync(join(tmpdir(), 'kagami-kernel-'))
  try {
    const said = await boot(folder)
    if (said.includes(noUserSpace)) skip(`no program runs in this kernel here: ${noUserSpace}`)
    expect(said).toContain('first: kept on /dev/NMP1')
    expect(said).toContain('second: kept on /dev/NMP1')
    expect(said).toContain('fuse: false; demoted: true')
    expect(said).toContain('GUEST OK')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
