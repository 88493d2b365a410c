/**
 * The lab's network: a namespace that is the switch, with one bridge a link, and the client. It
 * has no uplink and the root namespace has none of its addresses, so no packet can leave.
 *
 * A server's own end (eth0, eth1, …) is made at each power-on and dies with the server; the
 * switch-side end is its port (`s1-eth0`), where cables are pulled and packets dropped.
 */
import { attempt, run } from './run.ts'
import { withLock } from './lock.ts'
import type { Lab, Machine } from './names.ts'
import { type LabLink, type LabRecord, readJson, readRecord, writeJson } from './record.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** How a cable is damaged: no carrier, or packets to (`in`) or from (`out`) the server lost. */
export type Cut = 'whole' | 'in' | 'out'

type Cuts = Readonly<Record<string, readonly Cut[]>>

export const clientName = 'client'

function bridgeName(record: LabRecord, link: LabLink): string {
  return `lan${record.links.indexOf(link)}`
}

function portName(record: LabRecord, owner: string, link: LabLink): string {
  return owner === clientName
    ? 'client-eth0'
    : `s${record.servers.indexOf(owner) + 1}-${link.device}`
}

/** The same at each power-on, as on a real card: neighbours remember it. */
function hardwareAddress(record: LabRecord, server: string, link: LabLink): string {
  const parts = [0x02, 0, 0, 0, record.servers.indexOf(server) + 1, record.links.indexOf(link)]
  return parts.map((part) => part.toString(16).padStart(2, '0')).join(':')
}

/** Links in which the client or a server takes part. */
export function linksOf(record: LabRecord, owner: string): readonly LabLink[] {
  if (owner === clientName) return record.links.filter((link) => link.name === record.client.link)
  return record.links.filter((link) => owner in link.addresses)
}

export function makeSwitchAndClient(lab: Lab, record: LabRecord): void {
  run('ip', ['netns', 'add', lab.switchNetns])
  run('ip', ['netns', 'add', lab.clientNetns])
  const bridges = record.links.map((link) => bridgeName(record, link))
  batch(lab.switchNetns, [
    'link set lo up',
    ...bridges.map((bridge) => `link add ${bridge} type bridge forward_delay 0 mcast_snooping 0`),
    ...bridges.map((bridge) => `link set ${bridge} up`),
  ])
  const [link] = linksOf(record, clientName)
  if (link === undefined) return
  const port = portName(record, clientName, link)
  batch(lab.clientNetns, [
    'link set lo up',
    `link add eth0 type veth peer name ${port} netns ${lab.switchNetns}`,
    `addr add ${record.client.address} dev eth0`,
    'link set eth0 up',
  ])
  batch(lab.switchNetns, [
    `link set ${port} master ${bridgeName(record, link)}`,
    `link set ${port} up`,
  ])
}

export function removeSwitchAndClient(lab: Lab): void {
  for (const netns of [lab.clientNetns, lab.switchNetns]) {
    if (existsSync(`/run/netns/${netns}`)) run('ip', ['netns', 'del', netns])
  }
}

/** Shell commands that, run inside a server's fresh network namespace, plug its cables in. */
export function plugScript(machine: Machine, record: LabRecord): string {
  const { switchNetns } = machine.lab
  const inside = ['link set lo up']
  const outside: string[] = []
  for (const link of linksOf(record, machine.name)) {
    const port = portName(record, machine.name, link)
    inside.push(
      `link add ${link.device} address ${hardwareAddress(record, machine.name, link)} type veth peer name ${port} netns ${switchNetns}`,
      `addr add ${link.addresses[machine.name]} brd + dev ${link.device}`,
      `link set ${link.device} up`,
    )
    outside.push(`link set ${port} master ${bridgeName(record, link)}`)
  }
  const heredoc = (command: string, lines: readonly string[]) =>
    `${command} <<'END'\n${lines.join('\n')}\nEND\n`
  const damage = damageOf(machine.lab, record, machine.name)
  return [
    'set -e\n',
    heredoc('ip -batch -', inside),
    heredoc(`ip -n ${switchNetns} -batch -`, [...outside, ...damage.ip]),
    heredoc(`nsenter --net=/run/netns/${switchNetns} nft -f -`, damage.nft),
  ].join('')
}

/** All cables of a server out at once: the first moment of a power cut. */
export function dropLinks(machine: Machine, record: LabRecord): void {
  const ports = linksOf(record, machine.name).map((link) => portName(record, machine.name, link))
  quietBatch(
    machine.lab.switchNetns,
    ports.map((port) => `link set ${port} down`),
  )
}

export function removePorts(machine: Machine, record: LabRecord): void {
  const ports = linksOf(record, machine.name).map((link) => portName(record, machine.name, link))
  quietBatch(
    machine.lab.switchNetns,
    ports.map((port) => `link del ${port}`),
  )
}

function cutsPath(lab: Lab): string {
  return join(lab.dir, 'cuts.json')
}

function readCuts(lab: Lab): Cuts {
  return (readJson(cutsPath(lab)) as Cuts | null) ?? {}
}

/** The damage to one cable; empty when it is whole. */
export function cutsOf(lab: Lab, owner: string, link: string): readonly Cut[] {
  return readCuts(lab)[`${owner} ${link}`] ?? []
}

/** Changes the damage to one cable, now and for the next power-on. */
export function setCuts(
  lab: Lab,
  owner: string,
  linkName: string,
  change: (cuts: readonly Cut[]) => readonly Cut[],
): void {
  const record = readRecord(lab)
  const links = linksOf(record, owner)
  if (!links.some((link) => link.name === linkName)) {
    const names = links.map((link) => link.name).join(', ')
    throw new Error(`${owner} has no link ${linkName}; it has: ${names || 'none'}.`)
  }
  withLock(lab, 'cuts', () => {
    const cuts = readCuts(lab)
    const key = `${owner} ${linkName}`
    writeJson(cutsPath(lab), { ...cuts, [key]: [...new Set(change(cuts[key] ?? []))] })
    const { ip, nft } = damageOf(lab, record, owner)
    quietBatch(lab.switchNetns, ip)
    run('nsenter', [`--net=/run/netns/${lab.switchNetns}`, 'nft', '-f', '-'], {
      input: nft.join('\n'),
    })
  })
}

/** What makes the ports of a server or the client be as recorded, from whatever they are now. */
function damageOf(lab: Lab, record: LabRecord, owner: string): { ip: string[]; nft: string[] } {
  const ip: string[] = []
  const nft: string[] = []
  for (const link of linksOf(record, owner)) {
    const port = portName(record, owner, link)
    const cuts = cutsOf(lab, owner, link.name)
    ip.push(`link set ${port} ${cuts.includes('whole') ? 'down' : 'up'}`)
    nft.push(`add table netdev ${port}`, `delete table netdev ${port}`)
    for (const [cut, hook] of [
      ['in', 'egress'],
      ['out', 'ingress'],
    ] as const) {
      if (!cuts.includes(cut)) continue
      nft.push(`add table netdev ${port}`)
      nft.push(
        `add chain netdev ${port} ${cut} { type filter hook ${hook} device ${port} priority 0; policy drop; }`,
      )
    }
  }
  return { ip, nft }
}

function batch(netns: string, lines: readonly string[]): void {
  run('ip', ['-n', netns, '-batch', '-'], { input: lines.join('\n') })
}

/** For ports that may not exist, because their server is off. */
function quietBatch(netns: string, lines: readonly string[]): void {
  attempt('ip', ['-n', netns, '-force', '-batch', '-'], { input: lines.join('\n') })
}
