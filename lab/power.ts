/**
 * Power on, power off. Both act from outside on the server's control group and never ask the
 * server. A power cut is ordered so that it is honest: first everything stands still
 * (nobody sees a disk fail, and records it on another one that has some milliseconds left), then the
 * links go (nothing more is said), then the disks (nothing more becomes durable), then what ran.
 */
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import {
  freezeGroup,
  hasProcesses,
  joinAndBecome,
  killGroup,
  makeGroup,
  standStill,
  waitUntilDead,
} from './cgroup.ts'
import { detach } from './loops.ts'
import type { Machine } from './names.ts'
import { dropLinks, removePorts } from './network.ts'
import { type LabRecord, readRecord } from './record.ts'
import { sleepMs, systemPath } from './run.ts'
import { readState, writeState } from './state.ts'

export const chassisGroup = (machine: Machine): string => join(machine.cgroup, 'chassis')

/** Everything the server consists of stops at one instant; returns when all of it is dead. */
export function cutPower(machine: Machine, record: LabRecord): void {
  const os = join(machine.cgroup, 'os')
  const disks = join(machine.cgroup, 'disks')
  standStill(os)
  dropLinks(machine, record)
  killGroup(disks)
  killGroup(os)
  waitUntilDead(disks)
  waitUntilDead(os)
  if (existsSync(os)) freezeGroup(os, false)
  removeTraces(machine, record)
}

/** What the kernel still holds of a server whose processes have all ended. */
export function removeTraces(machine: Machine, record: LabRecord): void {
  removePorts(machine, record)
  const loops = record.loops[machine.name]
  if (loops !== undefined) detach([...loops.free, ...Object.values(loops.disks)])
}

export function powerOff(machine: Machine): void {
  // The chassis first, lest it take the cut for a crash; it is no part of the server. Its end is that
  // of the disks' files as well, which lie in its mount namespace.
  standStill(join(machine.cgroup, 'os'))
  killGroup(chassisGroup(machine))
  waitUntilDead(chassisGroup(machine))
  cutPower(machine, readRecord(machine.lab))
  writeState(machine, { power: 'off', reason: 'power cut' })
}

/** Starts the chassis, which boots the server. `hold`: boot, but do not start the cluster yet. */
export function pressPowerButton(machine: Machine, options: { hold: boolean }): void {
  if (hasProcesses(machine.cgroup)) throw new Error(`${machine.name} is on already.`)
  removeTraces(machine, readRecord(machine.lab))
  for (const part of ['os', 'disks', 'chassis']) makeGroup(join(machine.cgroup, part))
  mkdirSync(machine.folder, { recursive: true })
  writeState(machine, { power: 'starting', reason: 'power on' })
  const log = openSync(join(machine.folder, 'chassis.log'), 'a')
  const chassis = join(import.meta.dirname, 'chassis.ts')
  const words = ['unshare', '--mount', '--propagation', 'private', process.execPath, chassis]
  const hold = options.hold ? ['--hold'] : []
  spawn(
    'sh',
    [...joinAndBecome, chassisGroup(machine), ...words, machine.lab.dir, machine.name, ...hold],
    {
      detached: true,
      stdio: ['ignore', log, log],
      env: { PATH: systemPath, LANG: 'C.UTF-8' },
    },
  ).unref()
  closeSync(log)
}

/** Waits until the server has started; `previousBootId` tells a restart from the time before it. */
export function waitUntilOn(
  machine: Machine,
  options: { timeoutMs: number; previousBootId?: string },
): void {
  const endMs = performance.now() + options.timeoutMs
  for (;;) {
    const state = readState(machine)
    if (state.power === 'on' && state.bootId !== options.previousBootId) return
    const stillComing = hasProcesses(chassisGroup(machine)) || state.power === 'starting'
    const isLate = performance.now() > endMs
    if (isLate || (state.power === 'crashed' && !hasProcesses(chassisGroup(machine)))) {
      throw new Error(
        `${machine.name} did not start (${state.reason}); see ${machine.folder}/*.log`,
      )
    }
    if (!stillComing) throw new Error(`${machine.name} is ${state.power} (${state.reason}).`)
    sleepMs(4)
  }
}

export function waitUntilOff(machine: Machine, timeoutMs: number): void {
  const endMs = performance.now() + timeoutMs
  while (hasProcesses(machine.cgroup)) {
    if (performance.now() > endMs) throw new Error(`${machine.name} did not shut down in time.`)
    sleepMs(4)
  }
}
