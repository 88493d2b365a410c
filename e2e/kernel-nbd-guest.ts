/**
 * Runs as a process of a real kernel that has the nbd driver (see kernel-nbd.test.ts): a mirror
 * disk attached through that driver, a file system written, detached and attached again.
 */
import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { systemBlockDevices } from '../src/drivers/blockdev.ts'
import { systemMount } from '../src/drivers/mount.ts'
import { run } from '../src/drivers/process.ts'
import type { MirrorCommand, MirrorReply } from '../src/wire/mirror-control.ts'

const folder = '/run/kagami'
const program = new URL('../bin/kagami-mirrord', import.meta.url).pathname
const device = '/dev/NMP1'
const mountPoint = '/run/mirror'
const minute = 60_000

function must(error: string | null): void {
  if (error !== null) throw new Error(error)
}

async function mustRun(...words: string[]): Promise<void> {
  const [name = '', ...args] = words
  const result = await run(name, args, { timeoutMs: minute })
  if (result.code !== 0) throw new Error(`${words.join(' ')}: ${result.stdout}${result.stderr}`)
}

function ask(socket: string, command: MirrorCommand): Promise<MirrorReply> {
  return new Promise((done, failed) => {
    const connection = connect(socket, () => {
      connection.write(`${JSON.stringify({ id: 1, ...command })}\n`)
    })
    connection.on('error', failed)
    const lines = createInterface({ input: connection })
    lines.on('error', failed)
    lines.on('line', (line) => {
      const message = JSON.parse(line) as MirrorReply
      if (!('id' in message)) return
      connection.destroy()
      done(message)
    })
  })
}

async function main(): Promise<void> {
  const settings = {
    mirror: 'NMP1',
    server: 'SERVER1',
    peer: 'SERVER2',
    diskId: '0123456789abcdef0123456789abcdef',
    dataPartition: `${folder}/data`,
    clusterPartition: `${folder}/meta`,
    controlSocket: `${folder}/control`,
    nbdSocket: `${folder}/nbd`,
    paths: [
      { name: 'interconnect', local: '127.0.0.1', peer: '127.0.0.2', port: 29005, peerPort: 29005 },
    ],
    keyFile: `${folder}/key`,
    link: { security: 'off' },
    mode: 'sync',
    bootId: 'guest',
    pathTimeoutMs: 600,
    peerTimeoutMs: 2000,
  }
  writeFileSync(`${folder}/key`, '11'.repeat(32))
  writeFileSync(`${folder}/settings.json`, JSON.stringify(settings))
  await mustRun('truncate', '-s', '32M', settings.dataPartition)
  await mustRun('truncate', '-s', '10M', settings.clusterPartition)
  await mustRun(program, 'create', `${folder}/settings.json`, '--source', '--mkfs', 'ext3')
  const mirrord = spawn(program, ['run', `${folder}/settings.json`], { stdio: 'inherit' })
  let promoted: MirrorReply | null = null
  for (let round = 0; round < 100 && promoted === null; round += 1) {
    await new Promise((done) => setTimeout(done, 100))
    promoted = await ask(settings.controlSocket, {
      command: 'promote',
      term: 1,
      grounds: 'alone-record',
      peerExcluded: true,
    }).catch(() => null)
  }
  if (promoted?.ok !== true) throw new Error(`not promoted: ${JSON.stringify(promoted)}`)

  const devices = systemBlockDevices(run, folder)
  const mount = systemMount(run)
  const { nbdSocket: socket } = settings
  for (const round of ['first', 'second']) {
    must(await devices.attach({ device, socket, exportName: 'NMP1', timeoutMs: minute }))
    must(
      await mount.mount({
        device,
        mountPoint,
        fileSystem: 'ext3',
        options: 'defaults',
        timeoutMs: minute,
      }),
    )
    if (round === 'first') {
      writeFileSync(`${mountPoint}/page`, 'kept')
      await mustRun('sync', `${mountPoint}/page`)
    }
    const shown = readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .find((line) => line.includes(mountPoint))
    console.log(
      `${round}: ${readFileSync(`${mountPoint}/page`, 'utf8')} on ${shown?.split(' ')[0]}`,
    )
    must(await mount.unmount(mountPoint, minute))
    must(await devices.detach(device, minute))
  }
  const demoted = await ask(settings.controlSocket, { command: 'demote' })
  console.log(
    `fuse: ${readFileSync('/proc/filesystems', 'utf8').includes('fuse')}; demoted: ${demoted.ok}`,
  )
  mirrord.kill('SIGTERM')
  console.log('GUEST OK')
}

main().catch((error: unknown) => console.log(`GUEST FAILED ${String(error)}`))
