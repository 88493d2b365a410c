/**
 * The lab's power device: a switched socket for each server, reached over a network of its own. A
 * server's chassis hears the request of its fence agent (files/fence_lab) and carries it out on the
 * other server, from outside, as a device does. `lab unplug-device SERVER`: its socket does not
 * answer any more.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasProcesses } from './cgroup.ts'
import { machineOf, type Machine } from './names.ts'
import { powerOff } from './power.ts'
import { readRecord } from './record.ts'

/** Where the answers for a server's agents appear; seen there as /dev/lab-device. */
export const answersFolder = (machine: Machine): string => join(machine.folder, 'run/device')

export function setSocket(machine: Machine, answers: boolean): void {
  const mark = deadMark(machine)
  mkdirSync(machine.folder, { recursive: true })
  if (answers) rmSync(mark, { force: true })
  else writeFileSync(mark, '')
}

/** `words`: action, socket, and a number for the answer. Nothing happens to who asks. */
export function askDevice(asker: Machine, words: readonly string[]): void {
  const [action = '', socket = '', id = ''] = words
  if (!/^\d+$/.test(id)) return
  const answer = answerOf(asker, action, socket)
  if (answer === null) return
  const path = join(answersFolder(asker), id)
  writeFileSync(`${path}.new`, `${answer}\n`)
  renameSync(`${path}.new`, path)
}

/** Null: silence. */
function answerOf(asker: Machine, action: string, socket: string): string | null {
  const { servers } = readRecord(asker.lab)
  const isKnown = servers.includes(socket) && socket !== asker.name
  if (!isKnown) return `there is no socket ${socket}`
  const machine = machineOf(asker.lab, socket)
  if (existsSync(deadMark(machine))) return null
  if (action === 'off' && hasProcesses(machine.cgroup)) powerOff(machine)
  if (action === 'off' || action === 'status') return hasProcesses(machine.cgroup) ? 'on' : 'off'
  return `this device cannot switch ${action}`
}

function deadMark(machine: Machine): string {
  return join(machine.folder, 'power-device-dead')
}
