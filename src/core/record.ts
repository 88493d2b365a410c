/**
 * What this server's daemon keeps durably in its own store, besides what each mirror disk keeps in
 * its CLUSTER partition. Whatever the core does that must survive a crash waits until the record
 * that says so has been written.
 */

/** Rises each time ownership of a group changes. Compared by number, then by server name. */
export interface Term {
  readonly number: number
  readonly server: string
}

export interface GroupRecord {
  /** The highest term known for this group, and who claimed it. */
  readonly term: Term
  /** The claimant of `term` stopped the group completely and handed it to this server. */
  readonly releasedTo: string | null
  /** This server may be running it: set before the first resource starts, with the boot's id. */
  readonly active: ActiveRecord | null
  readonly wanted: Wanted
  /** Final actions that took this server down; forgotten after a long healthy time. */
  readonly finals: number
}

export interface ActiveRecord {
  readonly bootId: string
  readonly event: 'START' | 'FAILOVER'
  /** All of it was started; else it must be stopped before anything else. */
  readonly whole: boolean
}

/** What operators want; the higher stamp wins between the two servers. */
export interface Wanted {
  readonly value: 'run' | 'stop'
  readonly stamp: number
  /** Where it is to be started next, if an operator named a server; forgotten once it runs. */
  readonly on: string | null
  /** An operator moved it to this server: nothing moves it back by itself. Until it runs elsewhere. */
  readonly stays: string | null
}

export interface OutdatedMark {
  readonly asker: string
  readonly breakNumber: number
  readonly incarnation: string
}

/** What operators have suspended: `group`, or `group/monitor`; the higher stamp wins. */
export interface Suspended {
  readonly stamp: number
  readonly names: readonly string[]
}

/** From which version of which register this server may claim (safety.md 7). */
export interface RegisterRecord {
  readonly instance: string
  readonly version: number
  /** Arbiter, time-outs and lease, as the definition had them: with others it is another agreement. */
  readonly terms: string
  readonly leaseMs: number
  /** Our own lease is no longer than what the peer counts with, whichever of two terms it has. */
  readonly ownLeaseMs: number
  /** False: the peer has not recorded the same yet, or we left it; nothing is claimed from this. */
  readonly agreed: boolean
  /** Of our claim from this version; null: there was none. */
  readonly nonce: string | null
}

export interface DurableRecord {
  /** Rises with each pairing and each exclusion. */
  readonly epoch: number
  /** This server holds the exclusion of its peer (with the boot in which it was won). */
  readonly exclusion: { readonly bootId: string } | null
  /** null: no arbiter with a register, or the servers have not agreed on one yet. */
  readonly register: RegisterRecord | null
  readonly groups: Readonly<Record<string, GroupRecord>>
  /** Kept free of groups by an operator's order, until the opposite order. */
  readonly standby: boolean
  readonly suspended: Suspended
  /** The latest start by an operator's word alone, and the epoch in which it was ordered. */
  readonly forced: { readonly group: string; readonly epoch: number } | null
  /** Mirror disks of which this server said "mine is outdated", until a commit proves otherwise. */
  readonly outdated: Readonly<Record<string, OutdatedMark>>
}

/** -1, 0, 1: order of terms; numbers first, then names, so that no two claims are equal. */
export function compareTerms(a: Term, b: Term): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1
  if (a.server === b.server) return 0
  return a.server < b.server ? 1 : -1
}

/** The record of a server that has never run: nothing is permitted by it. */
export function blankRecord(groups: readonly string[]): DurableRecord {
  const blank: GroupRecord = {
    term: { number: 0, server: '' },
    releasedTo: null,
    active: null,
    wanted: { value: 'run', stamp: 0, on: null, stays: null },
    finals: 0,
  }
  return {
    epoch: 0,
    exclusion: null,
    register: null,
    standby: false,
    suspended: { stamp: 0, names: [] },
    forced: null,
    groups: Object.fromEntries(groups.map((name) => [name, blank])),
    outdated: {},
  }
}
