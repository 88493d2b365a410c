/**
 * `lab status`: what is on, frozen and cut, as seen from outside the servers.
 */
import { join } from 'node:path'
import { hasProcesses, isFrozen } from './cgroup.ts'
import { mediumOf } from './medium.ts'
import { type Lab, type Machine, machineOf } from './names.ts'
import { clientName, cutsOf, linksOf } from './network.ts'
import { chassisGroup } from './power.ts'
import { type LabRecord, readRecord } from './record.ts'
import { attempt } from './run.ts'
import { type Power, readState } from './state.ts'

export interface LabStatus {
  readonly dir: string
  readonly id: string
  readonly servers: readonly ServerState[]
  readonly client: { readonly address: string; readonly links: Readonly<Record<string, string>> }
}

interface ServerState {
  readonly name: string
  readonly power: Power
  readonly reason: string
  readonly frozen: boolean
  /** PID 1 as the host counts; 0 when off. */
  readonly pid: number
  readonly bootId: string
  /** False when the process that stands for its power supply was killed. */
  readonly chassis: boolean
  /** Link name: `up`, or what is cut of it, such as `cut` or `cut-in cut-out`. */
  readonly links: Readonly<Record<string, string>>
  readonly medium: string | null
  readonly floatingAddresses: readonly string[]
}

export function statusOf(lab: Lab): LabStatus {
  const record = readRecord(lab)
  return {
    dir: lab.dir,
    id: lab.id,
    servers: record.servers.map((name) => serverState(machineOf(lab, name), record)),
    client: { address: record.client.address, links: linkStates(lab, record, clientName) },
  }
}

function serverState(machine: Machine, record: LabRecord): ServerState {
  const { power, reason, pid, bootId } = readState(machine)
  return {
    name: machine.name,
    power,
    reason,
    frozen: isFrozen(join(machine.cgroup, 'os')),
    pid,
    bootId,
    chassis: hasProcesses(chassisGroup(machine)),
    links: linkStates(machine.lab, record, machine.name),
    medium: mediumOf(machine),
    floatingAddresses: power === 'on' ? held(pid, record.floatingAddresses) : [],
  }
}

function linkStates(lab: Lab, record: LabRecord, owner: string): Record<string, string> {
  const names = { whole: 'cut', in: 'cut-in', out: 'cut-out' } as const
  return Object.fromEntries(
    linksOf(record, owner).map((link) => {
      const cuts = cutsOf(lab, owner, link.name).map((cut) => names[cut])
      return [link.name, cuts.join(' ') || 'up']
    }),
  )
}

function held(pid: number, addresses: readonly string[]): string[] {
  const shown = attempt('nsenter', ['-t', String(pid), '-n', 'ip', '-o', '-4', 'addr']).stdout
  return addresses.filter((address) => shown.includes(` ${address}/`))
}

function renderLinks(states: Readonly<Record<string, string>>): string {
  return Object.entries(states)
    .map(([name, state]) => `${name} ${state}`)
    .join(', ')
}

export function renderStatus(status: LabStatus): string {
  const servers = status.servers.map((server) => {
    const extras = [
      server.frozen ? 'frozen' : '',
      server.power === 'on' && !server.chassis ? 'no chassis' : '',
      server.medium === null ? '' : `/dev/fd0 ${server.medium}`,
      ...server.floatingAddresses.map((address) => `holds ${address}`),
    ].filter((extra) => extra !== '')
    const power =
      server.power === 'on' ? `on (pid ${server.pid})` : `${server.power} (${server.reason})`
    return [`${server.name.padEnd(10)} ${power}`, renderLinks(server.links), ...extras].join('; ')
  })
  const client = `${clientName.padEnd(10)} ${status.client.address}; ${renderLinks(status.client.links)}`
  return [`lab ${status.id} in ${status.dir}`, ...servers, client].join('\n')
}
