/**
 * The lab itself: if it is not a fair picture of two servers, no other end-to-end test means
 * anything. Above all, a power cut must lose what was not flushed and keep what was.
 */
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually, newLab, type TestLab } from './lab.ts'

const run = (command: string, ...words: string[]): string =>
  execFileSync(command, words, { encoding: 'utf8' })

/** Everything of a lab that could be left behind on the host. */
function traces(lab: TestLab, id: string): string[] {
  const matching = (text: string, pattern: string) =>
    text.split('\n').filter((line) => line.includes(pattern))
  const group = cgroupOf(id)
  return [
    ...matching(run('ip', 'netns', 'list'), id),
    ...matching(run('losetup', '-a'), lab.dir),
    ...matching(readFileSync('/proc/self/mounts', 'utf8'), lab.dir),
    ...(existsSync(group) ? [group] : []),
    ...claimsOf(lab),
    ...(existsSync(join(lab.dir, 'lab.json')) ? readdirSync(lab.dir) : []),
  ]
}

function claimsOf(lab: TestLab): string[] {
  const claims = '/run/kagami-lab/loops'
  if (!existsSync(claims)) return []
  return readdirSync(claims)
    .map((name) => join(claims, name))
    .filter((path) => readFileSync(path, 'utf8').trim() === lab.dir)
}

function cgroupOf(id: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n')
  const where = mounts.map((line) => line.split(' ')).find(([, , type]) => type === 'cgroup2')?.[1]
  return `${where}/${id}`
}

/** All at once: the end of one process may be that of the next. */
function killAll(group: string): void {
  writeFileSync(join(group, 'cgroup.kill'), '1')
}

describe('a blank lab', () => {
  const lab = newLab()
  let id = ''

  beforeAll(async () => {
    await lab.up('--blank')
    ;({ id } = await lab.status())
  })
  afterAll(() => lab.down())

  test('has two servers and a client that reach each other and nothing else', async () => {
    expect(await lab.sh('SERVER1', 'hostname')).toBe('SERVER1')
    for (const address of ['10.1.1.2', '192.168.4.22', '192.168.4.100']) {
      await lab.sh('SERVER1', `ping -c1 -W2 ${address}`)
    }
    await lab.sh('client', 'ping -c1 -W2 192.168.4.22')
    expect((await lab.exec('SERVER1', 'ping', '-c1', '-W1', '192.0.2.1')).status).not.toBe(0)
    expect(await lab.sh('SERVER1', 'ip route')).not.toContain('default')
    expect(run('ip', '-4', 'addr')).not.toMatch(/inet (10\.1\.1|192\.168\.4)\./)
  })

  test('passes exit code and output of a command through', async () => {
    const outcome = await lab.exec('SERVER2', 'sh', '-c', 'echo out; echo err >&2; pwd; exit 7')
    expect(outcome).toEqual({ status: 7, stdout: 'out\n/root\n', stderr: 'err\n' })
    expect((await lab.exec('SERVER3', 'true')).stderr).toContain('SERVER1 and SERVER2')
  })

  test('keeps its hands off the host', async () => {
    expect((await lab.exec('SERVER1', 'date', '-s', '2001-01-01')).status).not.toBe(0)
    for (const path of ['/dev/watchdog', '/dev/loop-control', '/dev/kvm', '/dev/mem']) {
      expect((await lab.exec('SERVER1', 'test', '-e', path)).status).not.toBe(0)
    }
    expect(
      (await lab.exec('SERVER1', 'sh', '-c', 'echo x >/boot/kagami-was-here')).status,
    ).not.toBe(0)
    expect(
      (await lab.exec('SERVER1', 'sh', '-c', 'echo 1 >/proc/sys/kernel/panic')).status,
    ).not.toBe(0)
    await lab.sh('SERVER1', 'echo x | tee /etc/mine /var/mine /usr/mine /root/mine /tmp/mine')
    for (const folder of ['/etc', '/var', '/usr', '/root', '/tmp']) {
      expect(existsSync(`${folder}/mine`)).toBe(false)
      expect((await lab.exec('SERVER2', 'test', '-e', `${folder}/mine`)).status).not.toBe(0)
    }
  })

  test('gives each power-on a boot id of its own and keeps the system disk', async () => {
    const bootId = () => lab.sh('SERVER1', 'cat /proc/sys/kernel/random/boot_id')
    const first = await bootId()
    expect(await lab.sh('SERVER2', 'cat /proc/sys/kernel/random/boot_id')).not.toBe(first)
    await lab.sh('SERVER1', 'echo here >/etc/stays; ip addr add 192.168.4.15/24 dev eth0')
    await lab.powerOff('SERVER1')
    await lab.powerOn('SERVER1')
    expect(await bootId()).not.toBe(first)
    expect(await lab.sh('SERVER1', 'cat /etc/stays')).toBe('here')
    expect(await lab.sh('SERVER1', 'ip addr')).not.toContain('192.168.4.15')
  })

  test('a power cut loses what was not flushed and keeps what was', async () => {
    await lab.sh(
      'SERVER1',
      `dd if=/dev/urandom of=/dev/hdb1 bs=4k count=2 conv=fsync,notrunc
       dd if=/dev/hdb1 bs=4k count=2 | md5sum >/etc/flushed
       dd if=/dev/zero of=/dev/hdb1 bs=4k seek=1 count=1 oflag=direct conv=notrunc
       mkfs.ext3 -q /dev/hdb2; mkdir -p /mnt/disk; mount /dev/hdb2 /mnt/disk
       echo kept >/mnt/disk/kept; sync /mnt/disk/kept; echo lost >/mnt/disk/lost`,
    )
    await lab.powerOff('SERVER1')
    expect((await lab.exec('SERVER1', 'true')).stderr).toContain('is off')
    await lab.powerOn('SERVER1')
    expect(await lab.sh('SERVER1', 'dd if=/dev/hdb1 bs=4k count=2 | md5sum')).toBe(
      await lab.sh('SERVER1', 'cat /etc/flushed'),
    )
    expect(await lab.sh('SERVER1', 'mount /dev/hdb2 /mnt/disk; ls /mnt/disk')).toBe(
      'kept\nlost+found',
    )
    expect(await lab.sh('SERVER1', 'cat /mnt/disk/kept; umount /mnt/disk')).toBe('kept')
  })

  test('in a power cut nobody lives to see a disk fail', async () => {
    const writer = lab.exec(
      'SERVER1',
      'sh',
      '-c',
      `while dd if=/dev/zero of=/dev/hdb2 bs=4k count=1 conv=fsync,notrunc 2>/dev/null; do :; done
       echo 'it has failed'`,
    )
    await lab.sh('SERVER1', 'sleep 0.5')
    await lab.powerOff('SERVER1')
    expect((await writer).stdout).toBe('')
    await lab.powerOn('SERVER1')
  })

  test('an orderly shutdown keeps everything; reboot -f is a power cut', async () => {
    await lab.sh(
      'SERVER1',
      'mkfs.ext3 -q -F /dev/hdb2; mount /dev/hdb2 /mnt/disk; echo 1 >/mnt/disk/1',
    )
    await lab.shutdown('SERVER1')
    expect((await lab.status()).servers[0]).toMatchObject({ power: 'off', reason: 'shut down' })
    await lab.powerOn('SERVER1')
    await lab.sh('SERVER1', 'mount /dev/hdb2 /mnt/disk; cat /mnt/disk/1; echo 2 >/mnt/disk/2')
    await lab.reboot('SERVER1')
    await lab.sh('SERVER1', 'mount /dev/hdb2 /mnt/disk; cat /mnt/disk/2; echo 3 >/mnt/disk/3')
    const before = (await lab.status()).servers[0]?.bootId
    await lab.exec('SERVER1', 'reboot', '-f')
    await eventually('SERVER1 is on again', async () => {
      const server = (await lab.status()).servers[0]
      return server?.power === 'on' && server.bootId !== before
    })
    expect(await lab.sh('SERVER1', 'mount /dev/hdb2 /mnt/disk; ls /mnt/disk')).toBe(
      '1\n2\nlost+found',
    )
    await lab.sh('SERVER1', 'umount /mnt/disk')
  })

  test('a command on its way to a server does not keep it from booting', async () => {
    const before = (await lab.status()).servers[0]?.bootId
    const asks = async (): Promise<void> => {
      for (let count = 0; count < 12; count += 1) await lab.exec('SERVER1', 'true')
    }
    const askers = [asks(), asks(), asks(), asks()]
    await lab.exec('SERVER1', 'reboot', '-f')
    await eventually('SERVER1 is on again', async () => {
      const server = (await lab.status()).servers[0]
      return server?.power === 'on' && server.bootId !== before
    })
    await Promise.all(askers)
  })

  test('zeroes read back as zeroes, whatever way they were asked for', async () => {
    await lab.sh('SERVER1', 'dd if=/dev/urandom of=/dev/hdb2 bs=1M count=8 conv=fsync')
    await lab.sh('SERVER1', 'blkdiscard -z /dev/hdb2 && cmp -n 8388608 /dev/hdb2 /dev/zero')
    await lab.sh('SERVER1', 'mkfs.ext3 -q -F /dev/hdb2; mkfs.ext3 -q -F /dev/hdb2')
    expect((await lab.exec('SERVER1', 'e2fsck', '-fn', '/dev/hdb2')).status).toBe(0)
  })

  test('a server can make a block device of a file system in user space', async () => {
    await lab.sh(
      'SERVER2',
      `mkdir /tmp/nbd; nbdkit -U /tmp/socket file /dev/hdb1
       nbdfuse /tmp/nbd --unix /tmp/socket >/dev/null 2>&1 &
       until [ -s /tmp/nbd/nbd ]; do sleep 0.05; done
       loop=$(losetup --direct-io=on -f --show /tmp/nbd/nbd)
       mknod /dev/NMP1 b 7 "\${loop#/dev/loop}"
       mkfs.ext3 -q /dev/NMP1; mkdir -p /mnt/disk; mount /dev/NMP1 /mnt/disk; df | grep /dev/NMP1`,
    )
    await lab.powerOff('SERVER2')
    expect(run('losetup', '-a')).not.toContain(join(lab.dir, 'SERVER2'))
    await lab.powerOn('SERVER2')
  })

  test('freezes and thaws a server', async () => {
    await lab.freeze('SERVER1')
    expect((await lab.status()).servers[0]?.frozen).toBe(true)
    const answer = lab.sh('SERVER1', 'echo awake')
    const early = await Promise.race([
      answer,
      new Promise((done) => setTimeout(done, 500, 'silent')),
    ])
    expect(early).toBe('silent')
    await lab.thaw('SERVER1')
    expect(await answer).toBe('awake')
  })

  test('cuts and mends cables, in both directions or in one', async () => {
    const reaches = async (from: string, address: string) =>
      (await lab.exec(from, 'ping', '-c1', '-W1', address)).status === 0
    await lab.cut('SERVER1', 'public')
    expect(await lab.sh('SERVER1', 'cat /sys/class/net/eth0/carrier')).toBe('0')
    expect(await reaches('client', '192.168.4.21')).toBe(false)
    expect(await reaches('SERVER2', '10.1.1.1')).toBe(true)
    await lab.powerOff('SERVER1')
    await lab.powerOn('SERVER1')
    expect((await lab.status()).servers[0]?.links.public).toBe('cut')
    expect(await reaches('client', '192.168.4.21')).toBe(false)
    await lab.mend('SERVER1', 'public')
    expect(await reaches('client', '192.168.4.21')).toBe(true)

    // The switch says things of its own now and then: only what SERVER1 has sent counts.
    const heard = async () =>
      Number(
        await lab.sh(
          'SERVER2',
          `awk '/^Icmp:/ { n += 1; if (n == 2) print $at; for (i = 1; i <= NF; i += 1) if ($i == "InEchos") at = i }' /proc/net/snmp`,
        ),
      )
    for (const [direction, arrives] of [
      ['--in', true],
      ['--out', false],
    ] as const) {
      expect(await reaches('SERVER1', '10.1.1.2')).toBe(true)
      await lab.cut('SERVER1', 'interconnect', direction)
      expect(await lab.sh('SERVER1', 'cat /sys/class/net/eth1/carrier')).toBe('1')
      const before = await heard()
      expect(await reaches('SERVER1', '10.1.1.2')).toBe(false)
      expect((await heard()) > before).toBe(arrives)
      await lab.mend('SERVER1', 'interconnect')
      expect(await reaches('SERVER1', '10.1.1.2')).toBe(true)
    }
    expect((await lab.command('cut', 'client', 'interconnect')).stderr).toContain('public')
  })

  test('has a floppy drive', async () => {
    const folder = mkdtempSync('/tmp/kagami-floppy-')
    const image = join(folder, 'image')
    writeFileSync(image, '')
    truncateSync(image, 1_474_560)
    await lab.insert('SERVER1', image)
    await lab.sh(
      'SERVER1',
      'mkfs.ext2 -q /dev/fd0; mkdir -p /mnt/fd; mount /dev/fd0 /mnt/fd; echo info >/mnt/fd/x',
    )
    expect((await lab.command('eject', 'SERVER1')).stderr).toContain('mounted')
    await lab.reboot('SERVER1')
    expect(await lab.sh('SERVER1', 'mount /dev/fd0 /mnt/fd; cat /mnt/fd/x; umount /mnt/fd')).toBe(
      'info',
    )
    await lab.eject('SERVER1')
    expect((await lab.exec('SERVER1', 'mount', '/dev/fd0', '/mnt/fd')).status).not.toBe(0)
    rmSync(folder, { recursive: true })
  })

  test('has an Apache whose outage the probe sees', async () => {
    await lab.sh('SERVER2', '! /etc/init.d/httpd status; /etc/init.d/httpd start')
    expect(
      await lab.sh('client', 'curl -s -o /dev/null -w "%{http_code}" http://192.168.4.22/'),
    ).toMatch(/^40[34]$/)
    await lab.sh('SERVER2', 'mkdir -p /mnt/mirror/www/html; echo page >/var/www/html/index.html')
    const probe = lab.probe('http://192.168.4.22/')
    await lab.sh('client', 'until curl -s http://192.168.4.22/; do :; done; sleep 0.5')
    await lab.sh('SERVER2', '/etc/init.d/httpd stop; sleep 0.3; /etc/init.d/httpd start; sleep 0.3')
    const { requests, failed, outages } = await probe.stop()
    expect(outages).toHaveLength(1)
    expect(outages[0]?.ended).toBe(true)
    expect(outages[0]?.lengthMs).toBeGreaterThanOrEqual(280)
    expect(failed).toBeGreaterThan(0)
    expect(failed).toBeLessThan(requests)
    await lab.sh('SERVER2', '/etc/init.d/httpd stop; ! pgrep apache2')
  })

  test('PID 1 collects orphans', async () => {
    await lab.sh('SERVER1', '(sleep 0.1 & exec sleep 0.05) & sleep 0.5')
    expect(await lab.sh('SERVER1', 'ps -eo stat')).not.toContain('Z')
  })

  test('lives beside another lab, even in a folder that its servers see as their own', async () => {
    mkdirSync('/var/tmp', { recursive: true })
    const other = newLab(mkdtempSync('/var/tmp/kagami-lab-'))
    await other.up('--blank')
    const otherId = (await other.status()).id
    expect(otherId).not.toBe(id)
    await other.sh('SERVER1', 'echo other >/var/whose; ping -c1 -W1 192.168.4.22')
    await other.powerOff('SERVER1')
    await lab.sh('SERVER1', 'test ! -e /var/whose; ping -c1 -W1 192.168.4.22')
    await other.powerOn('SERVER1')
    expect(await other.sh('SERVER1', 'cat /var/whose')).toBe('other')
    await other.down()
    expect(traces(other, otherId)).toEqual([])
    await lab.sh('SERVER1', 'ping -c1 -W1 192.168.4.22')
  })
})

describe('after a crash', () => {
  test('down and up clean what was left, and down twice is once', async () => {
    const lab = newLab()
    await lab.up('--blank')
    const { id } = await lab.status()
    await lab.sh('SERVER1', 'mkfs.ext3 -q /dev/hdb2; mount /dev/hdb2 /mnt; echo x >/mnt/x')
    for (const part of ['SERVER1/chassis', 'SERVER2/disks', 'SERVER2/os']) {
      killAll(join(cgroupOf(id), part))
    }
    await eventually(
      'SERVER2 is off',
      async () => (await lab.status()).servers[1]?.power === 'crashed',
    )
    expect((await lab.status()).servers[0]?.chassis).toBe(false)
    await lab.powerOff('SERVER1')
    await lab.powerOn('SERVER1')
    killAll(join(cgroupOf(id), 'SERVER1/chassis'))

    await lab.up('--blank')
    const { servers } = await lab.status()
    expect(servers.map((server) => server.power)).toEqual(['on', 'on'])

    // The folder with all records is gone, and everything still runs.
    rmSync(lab.dir, { recursive: true, force: true })
    expect(traces(lab, id)).not.toEqual([])
    await lab.down()
    expect(traces(lab, id)).toEqual([])
    await lab.down()
  })

  test('a folder that is no lab is left alone', async () => {
    const lab = newLab()
    writeFileSync(join(lab.dir, 'letter'), 'dear')
    const outcome = await lab.command('up', '--blank')
    expect(outcome.status).toBe(1)
    expect(outcome.stderr).toContain('not a lab')
    await lab.command('down')
    expect(readFileSync(join(lab.dir, 'letter'), 'utf8')).toBe('dear')
    rmSync(lab.dir, { recursive: true })
  })
})
