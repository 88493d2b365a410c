/**
 * Whether a server is on, and the process that is its PID 1. The chassis writes `state.json`; a
 * reader believes it only if that process still belongs to the server's control group, because
 * process ids are used again, and the chassis may have been killed.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './names.ts'
import { readJson, writeJson } from './record.ts'

export type Power = 'off' | 'starting' | 'on' | 'crashed'

export interface MachineState {
  readonly power: Power
  /** PID 1 of the server, as the host counts; 0 when it is not on. */
  readonly pid: number
  readonly bootId: string
  readonly reason: string
  /** ISO 8601. */
  readonly at: string
}

export function writeState(
  machine: Machine,
  state: { power: Power; pid?: number; bootId?: string; reason: string },
): void {
  const whole: MachineState = { pid: 0, bootId: '', ...state, at: new Date().toISOString() }
  writeJson(join(machine.folder, 'state.json'), whole)
}

export function readState(machine: Machine): MachineState {
  const state = readJson(join(machine.folder, 'state.json')) as MachineState | null
  if (state === null) return { power: 'off', pid: 0, bootId: '', reason: 'never on', at: '' }
  if (state.power === 'on' && !belongsTo(machine, state.pid)) {
    return { ...state, power: 'crashed', pid: 0, reason: 'its PID 1 is gone' }
  }
  return state
}

/** The PID 1 of a server that is on; an error in words otherwise. */
export function pidOf(machine: Machine): number {
  const state = readState(machine)
  if (state.power === 'on') return state.pid
  const what = { off: 'is off', starting: 'is still starting', crashed: 'has crashed' }[state.power]
  throw new Error(`${machine.name} ${what} (${state.reason}).`)
}

function belongsTo(machine: Machine, pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8')
      .split('\n')
      .some(
        (line) => line.startsWith('0::') && line.endsWith(`/${machine.lab.id}/${machine.name}/os`),
      )
  } catch {
    return false
  }
}
