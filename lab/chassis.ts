/**
 * The chassis of one server: a process outside it that stands for power supply and disks. It
 * boots the server, waits for the end of its PID 1 and does what the machine would do next:
 *
 *   PID 1 ended with 10   it was shut down: flush and stop the disks, stay off
 *   PID 1 ended with 11   it was rebooted: flush and stop the disks, boot again
 *   "reset" on the wire   `reboot -f`: cut the power at once, boot again
 *   "off" on the wire     `poweroff -f`: cut the power at once, stay off
 *   "fence …" on the wire its fence agent asks the power device (power-device.ts)
 *   anything else         it crashed: cut the power, stay off
 *
 * Arguments: the lab's folder, the server's name, and `--hold` to boot without the cluster once.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import {
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { joinAndBecome, killGroup, waitUntilDead } from './cgroup.ts'
import { startDisks, stopDisks } from './disks.ts'
import { checkout, labAt, machineOf } from './names.ts'
import { plugScript } from './network.ts'
import { answersFolder, askDevice } from './power-device.ts'
import { cutPower, removeTraces } from './power.ts'
import { loopsOf, readRecord } from './record.ts'
import { run, systemPath } from './run.ts'
import { type Power, writeState } from './state.ts'

const [dir = '', name = '', flag] = process.argv.slice(2)
const machine = machineOf(labAt(dir), name)
const record = readRecord(machine.lab)
const loops = loopsOf(record, name)
const osGroup = join(machine.cgroup, 'os')
const runFolder = join(machine.folder, 'run')
const wire = join(runFolder, 'power')

let server: ChildProcess | null = null
let bootId = ''

function boot(hold: boolean): void {
  bootId = randomUUID()
  writeState(machine, { power: 'starting', bootId, reason: 'booting' })
  startDisks(machine, loops.disks)
  rmSync(join(runFolder, 'pid'), { force: true })
  writeFileSync(join(runFolder, 'boot-id'), `${bootId}\n`)
  writeFileSync(join(runFolder, 'network.sh'), plugScript(machine, record))
  const console = openSync(join(machine.folder, 'console.log'), 'a')
  const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup', '--fork']
  const script = join(import.meta.dirname, 'boot.sh')
  server = spawn('sh', [...joinAndBecome, osGroup, 'unshare', ...namespaces, 'bash', script], {
    stdio: ['ignore', console, console],
    env: {
      PATH: systemPath,
      LAB_FOLDER: machine.folder,
      LAB_NAME: name,
      LAB_CHECKOUT: checkout,
      LAB_DEFINITION: record.blank ? '' : join(machine.lab.dir, 'definition'),
      LAB_CERTIFICATES: record.blank ? '' : join(machine.lab.dir, 'certificates', name),
      LAB_HOSTS: hostsLines(),
      LAB_DISKS: Object.entries(loops.disks)
        .map(([disk, loop]) => `${disk}:${loop}`)
        .join(' '),
      LAB_FLOPPY: String(loops.floppy),
      LAB_LOOPS: loops.free.join(' '),
      LAB_HOLD: hold ? 'hold' : '',
    },
  })
  const mine = server
  server.on('exit', (code) => {
    if (server === mine) ended(code)
  })
}

function hostsLines(): string {
  const lines = record.links.flatMap((link) =>
    Object.entries(link.addresses).map(([server, address]) => {
      const host = link.kind === 'public' ? server : `${server}-${link.name}`
      return `${address.split('/')[0]} ${host}`
    }),
  )
  return ['127.0.0.1 localhost', ...lines].join('\n')
}

function ended(code: number | null): void {
  const isOrderly = code === 10 || code === 11
  if (!isOrderly) {
    cutPower(machine, record)
    return stayOff('crashed', `its PID 1 ended with ${code}`)
  }
  killGroup(osGroup)
  waitUntilDead(osGroup)
  stopDisks(machine, loops.disks)
  removeTraces(machine, record)
  if (code === 10) return stayOff('off', 'shut down')
  boot(false)
}

function heard(word: string): void {
  if (word === 'up') {
    const pid = Number(readFileSync(join(runFolder, 'pid'), 'utf8'))
    return writeState(machine, { power: 'on', pid, bootId, reason: 'running' })
  }
  const [request, ...rest] = word.split(' ')
  if (request === 'fence') return askDevice(machine, rest)
  if (word !== 'reset' && word !== 'off') return
  server = null // What is killed now has not ended by itself.
  cutPower(machine, record)
  if (word === 'off') return stayOff('off', 'powered off without shutdown')
  boot(false)
}

function stayOff(power: Power, reason: string): void {
  writeState(machine, { power, reason })
  process.exit(0)
}

rmSync(answersFolder(machine), { recursive: true, force: true })
mkdirSync(answersFolder(machine), { recursive: true })
if (!existsSync(wire)) run('mkfifo', [wire])
const fd = openSync(wire, constants.O_RDWR | constants.O_NONBLOCK)
const listener = new Socket({ fd, readable: true, writable: false })
listener.setEncoding('utf8')
listener.on('data', (text: string) => text.split('\n').forEach(heard))
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`)
  try {
    cutPower(machine, record)
  } finally {
    stayOff('crashed', error.message)
  }
})
boot(flag === '--hold')
