/**
 * What a lab writes down about itself, in `DIR/lab.json`, before it makes anything: which servers,
 * links and loop devices there are to be. Written whole or not at all.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Lab, type Machine, machineOf } from './names.ts'

export interface LabLink {
  readonly name: string
  readonly kind: 'interconnect' | 'public'
  /** The interface of the servers, `eth0` for the first public link. */
  readonly device: string
  /** Server name: its address with prefix length. */
  readonly addresses: Readonly<Record<string, string>>
}

/** Numbers of loop devices that belong to one server of one lab. */
export interface MachineLoops {
  readonly disks: Readonly<Record<string, number>>
  readonly floppy: number
  /** Nodes that the server sees as its own free loop devices. */
  readonly free: readonly number[]
}

export interface LabRecord {
  readonly version: 1
  readonly id: string
  readonly servers: readonly string[]
  readonly links: readonly LabLink[]
  readonly client: { readonly link: string; readonly address: string }
  readonly floatingAddresses: readonly string[]
  readonly blank: boolean
  readonly diskBytes: Readonly<Record<string, number>>
  readonly loops: Readonly<Record<string, MachineLoops>>
}

export function writeJson(path: string, value: unknown): void {
  const draft = `${path}.new-${process.pid}`
  writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`)
  renameSync(draft, path)
}

/** The value in a JSON file of the lab's own; null when there is no such file. */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function recordPath(lab: Lab): string {
  return join(lab.dir, 'lab.json')
}

export function hasRecord(lab: Lab): boolean {
  return existsSync(recordPath(lab))
}

export function writeRecord(lab: Lab, record: LabRecord): void {
  writeJson(recordPath(lab), record)
}

export function readRecord(lab: Lab): LabRecord {
  const record = readJson(recordPath(lab)) as LabRecord | null
  if (record === null) {
    throw new Error(`There is no lab in ${lab.dir}. Make one with: kagami lab up --dir ${lab.dir}`)
  }
  return record
}

/** The server called `name`, or an error that says which ones there are. */
export function serverOf(lab: Lab, name: string): Machine {
  const { servers } = readRecord(lab)
  if (!servers.includes(name)) {
    throw new Error(`${name} is no server of this lab; its servers are ${servers.join(' and ')}.`)
  }
  return machineOf(lab, name)
}

export function loopsOf(record: LabRecord, server: string): MachineLoops {
  const loops = record.loops[server]
  if (loops === undefined) throw new Error(`lab.json names no loop devices for ${server}.`)
  return loops
}
