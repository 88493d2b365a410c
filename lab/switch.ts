/**
 * The power commands as an operator gives them, by the name of the server.
 */
import { join } from 'node:path'
import { freezeGroup, isFrozen } from './cgroup.ts'
import { runInside } from './exec.ts'
import type { Lab, Machine } from './names.ts'
import { powerOff, pressPowerButton, waitUntilOff, waitUntilOn } from './power.ts'
import { serverOf } from './record.ts'
import { pidOf, readState } from './state.ts'

const startTimeoutMs = 20_000
const shutdownTimeoutMs = 200_000

export function cut(lab: Lab, server: string): void {
  powerOff(serverOf(lab, server))
}

export function start(lab: Lab, server: string): void {
  const machine = serverOf(lab, server)
  pressPowerButton(machine, { hold: false })
  waitUntilOn(machine, { timeoutMs: startTimeoutMs })
}

export function restart(lab: Lab, server: string): void {
  const machine = serverOf(lab, server)
  const { bootId } = readState(machine)
  tell(machine, ['shutdown', '-r', 'now'])
  waitUntilOn(machine, { timeoutMs: shutdownTimeoutMs, previousBootId: bootId })
}

export function shutDown(lab: Lab, server: string): void {
  const machine = serverOf(lab, server)
  tell(machine, ['shutdown', '-h', 'now'])
  waitUntilOff(machine, shutdownTimeoutMs)
}

export function freeze(lab: Lab, server: string, frozen: boolean): void {
  const machine = serverOf(lab, server)
  pidOf(machine)
  freezeGroup(join(machine.cgroup, 'os'), frozen)
}

/** The command itself may be ended by the shutdown it asked for; that is no failure. */
function tell(machine: Machine, command: readonly string[]): void {
  if (isFrozen(join(machine.cgroup, 'os'))) {
    throw new Error(`${machine.name} is frozen and hears nothing; thaw it first.`)
  }
  runInside(machine, command)
}
