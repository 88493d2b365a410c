/** One server of the fake world, and what of the world can be broken around it. */
import type { DurableRecord } from '../src/core/record.ts'
import type { State } from '../src/core/state.ts'

export type Server = 'SERVER1' | 'SERVER2'
/** As the definition calls it. */
export type LinkName = string

export const servers = ['SERVER1', 'SERVER2'] as const

export interface Machine {
  power: boolean
  /** All its processes stand still; its kernel still answers. */
  frozen: boolean
  daemon: boolean
  boot: number
  daemonLife: number
  /** null while the daemon does not run. */
  state: State | null
  record: DurableRecord | null
  /** Heartbeats: when our latest that the peer received was sent, per link. */
  acknowledged: Record<string, number | null>
  /** When its guard resets it; null: never. */
  guardUntil: number | null
  /** Its next word to the daemon is on the way. */
  isGuardTelling: boolean
  /** Resources that run, as `group/resource`, whatever the daemon believes. */
  running: Set<string>
}

export interface Faults {
  /** All links between the servers; clients, ping targets and the witness are on the last one. */
  readonly links: readonly LinkName[]
  /**
   * `SERVER1/httpd/start` fails, `…/stop` hangs until its time is over, `…/run`: its monitor finds
   * it dead. `SERVER1/store`: records cannot be written. `SERVER1/mirrord`: none can be started.
   * `fence`, `SERVER1/fence`: the power device does not answer, or not to this server.
   * `witness`, `SERVER1/witness`: the witness is not reached, by anybody or by this server;
   * `witness-reply`: it hears and does, and its answers are lost. `SERVER1/guard`: it cannot be armed.
   * `mirror-port`: no mirror traffic. `from-SERVER1`: nothing that this server sends arrives.
   * `split`: no traffic between the servers, while everybody else reaches both.
   */
  readonly failing: Set<string>
  readonly cut: Set<`${Server}/${LinkName}`>
  /** The ping target. */
  clientUp: boolean
  /** How long a mirrord takes to start. */
  mirrordStartMs: number
}

export const usualMirrordStartMs = 300

export function peerOf(server: Server): Server {
  return server === 'SERVER1' ? 'SERVER2' : 'SERVER1'
}

export function newMachine(): Machine {
  return {
    power: false,
    frozen: false,
    daemon: false,
    boot: 0,
    daemonLife: 0,
    state: null,
    record: null,
    acknowledged: {},
    guardUntil: null,
    isGuardTelling: false,
    running: new Set(),
  }
}

export function noFaults(links: readonly LinkName[]): Faults {
  return {
    links,
    failing: new Set(),
    cut: new Set(),
    clientUp: true,
    mirrordStartMs: usualMirrordStartMs,
  }
}

/** Packets of this server arrive at the other one over this link. */
export function flows(faults: Faults, from: Server, link: LinkName): boolean {
  const { failing, cut } = faults
  if (failing.has('split') || failing.has(`from-${from}`)) return false
  return servers.every((server) => !cut.has(`${server}/${link}`))
}

/** What clients come over. */
export function publicLink({ links }: Faults): LinkName {
  return links.at(-1) ?? ''
}

/** Is the server cut off from the LAN that clients come over? */
export function isOffPublicLan(faults: Faults, server: Server): boolean {
  return faults.cut.has(`${server}/${publicLink(faults)}`)
}

/** Something of the group runs there. */
export function runsGroup({ running }: Readonly<Machine>, group: string): boolean {
  for (const each of running) if (each.startsWith(`${group}/`)) return true
  return false
}

/** Packets go both ways over some link. */
export function canTalk(faults: Faults): boolean {
  return faults.links.some((link) => servers.every((server) => flows(faults, server, link)))
}

export function copyOf(machine: Readonly<Machine>): Machine {
  const { acknowledged, running } = machine
  return { ...machine, acknowledged: { ...acknowledged }, running: new Set(running) }
}

export function copyOfFaults(faults: Faults): Faults {
  return { ...faults, failing: new Set(faults.failing), cut: new Set(faults.cut) }
}
