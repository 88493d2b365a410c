/**
 * Watches the fake world, and keeps what must not be: two active sides, what a rule of the decision
 * maker forbids, what the mirror disks complain of. Some of it is excused (excuse.ts).
 */
import type { Effect } from '../src/core/effect.ts'
import { acknowledges } from '../src/core/lease.ts'
import type { Gossip } from '../src/core/gossip.ts'
import type { Settings, State } from '../src/core/state.ts'
import type { MirrorReport } from '../src/wire/mirror-control.ts'
import { notPermitted, startsInAnOldTerm } from './decision-checks/acts-by-the-record.ts'
import { claimedAfterBoot } from './decision-checks/after-a-boot.ts'
import { startsUnrecorded } from './decision-checks/claim-is-recorded.ts'
import { marksTheNewest } from './decision-checks/marks-what-is-older.ts'
import { toldTooEarly } from './decision-checks/told-is-durable.ts'
import { wrongChange } from './decision-checks/who-excludes.ts'
import { Excuse } from './excuse.ts'
import type { FakeMirror } from './fake-mirror.ts'
import type { FakeRegister } from './fake-register.ts'
import {
  isOffPublicLan,
  peerOf,
  runsGroup,
  servers,
  type Faults,
  type Machine,
  type Server,
} from './machine.ts'

export interface Violation {
  readonly atMs: number
  readonly what: string
  /** Why no core could have prevented it (excuse.ts); null: it is the core's fault. */
  readonly excuse: string | null
}

/** What it looks at. */
export interface Sight {
  readonly machines: Readonly<Record<Server, Readonly<Machine>>>
  readonly faults: Faults
  readonly mirrors: Readonly<Record<string, FakeMirror>>
  readonly register: FakeRegister
  readonly settings: Settings
  now(): number
}

export class Referee {
  readonly violations: Violation[]
  private readonly sight: Sight
  private readonly excuse: Excuse
  /** Both sides went on, excused: what follows of it is excused until the replicas are equal. */
  private diverged: string | null
  private inSyncAt: number
  private readonly senses: Record<Server, { listeningSince: number; answeredAt: number }>

  /** `of`: goes on as that one would, in a world of its own. */
  constructor(sight: Sight, of: Referee | null = null) {
    this.sight = sight
    this.violations = [...(of?.violations ?? [])]
    this.excuse = of?.excuse.clone() ?? new Excuse()
    this.diverged = of?.diverged ?? null
    this.inSyncAt = of?.inSyncAt ?? -Infinity
    this.senses = {
      SERVER1: { listeningSince: 0, answeredAt: 0, ...of?.senses.SERVER1 },
      SERVER2: { listeningSince: 0, answeredAt: 0, ...of?.senses.SERVER2 },
    }
  }

  get isExcused(): boolean {
    return this.excuse.current !== null || this.diverged !== null
  }

  /** A server that runs already is in sync, and has been heard by everybody. */
  believe(server: Server): void {
    this.senses[server] = { listeningSince: 0, answeredAt: this.sight.now() }
    this.inSyncAt = this.sight.now()
  }

  /** Before anything moves: is there an excuse for what is to come? */
  lookForExcuse(elapsedMs: number): void {
    const { machines, faults, settings } = this.sight
    this.excuse.look({ machines, faults, arbiter: settings.arbiter }, elapsedMs)
  }

  /** After everything has moved. */
  look(): void {
    const { machines, mirrors, settings } = this.sight
    for (const { name } of settings.groups) {
      if (servers.every((server) => runsGroup(machines[server], name))) {
        this.violated('the group is active on both servers')
      }
    }
    const equal = Object.values(mirrors).every(({ replicas }) =>
      Object.values(replicas).every(({ report }) => report.inSync),
    )
    if (equal) this.inSyncAt = this.sight.now()
    if (equal && this.excuse.current === null) this.diverged = null
  }

  /** What the server can know of the world at this moment. */
  sense(server: Server): void {
    const { machines, faults } = this.sight
    const { frozen, daemon } = machines[server]
    const now = this.sight.now()
    if (frozen || !daemon) this.senses[server].listeningSince = now
    if (faults.clientUp && !isOffPublicLan(faults, server)) this.senses[server].answeredAt = now
  }

  checkBoot(server: Server, state: State): void {
    this.broken(claimedAfterBoot(server, state))
  }

  checkWord(server: Server, state: State, gossip: Gossip): void {
    if (acknowledges(state) && isClaiming(state)) {
      this.broken(`${server} acknowledges the peer that it excludes`)
    }
    const early = toldTooEarly(gossip, this.sight.machines[server].record)
    this.broken(early === null ? null : `${early}, by ${server}`)
  }

  checkChange(server: Server, before: State, after: State): void {
    this.sense(server)
    const { machines, register } = this.sight
    const peer = machines[peerOf(server)]
    this.broken(startsUnrecorded(server, before, after, peer))
    const change = {
      server,
      before,
      after,
      actor: machines[server],
      peer,
      register: register.value,
      report: this.reportOf(server),
      peerReport: this.reportOf(peerOf(server)),
      ...this.senses[server],
    }
    this.broken(wrongChange(change))
    this.broken(marksTheNewest(change))
  }

  checkDeed(server: Server, effect: Effect): void {
    const { machines, settings } = this.sight
    const deed = {
      effect,
      mirror: settings.mirrors[0] ?? '',
      actor: machines[server],
      actorName: server,
      peer: machines[peerOf(server)],
      report: this.reportOf(server),
      inSyncAgoMs: this.sight.now() - this.inSyncAt,
    }
    this.broken(notPermitted(deed))
    const old = startsInAnOldTerm(deed)
    if (old !== null) this.violated(old)
  }

  /** Something happened that must not, unless there is an excuse. */
  violated(what: string): void {
    const excuse = this.excuse.current ?? this.diverged
    if (excuse !== null) this.diverged = excuse
    const last = this.violations.findLast((each) => each.what === what)
    if (last !== undefined && last.excuse === excuse) return
    this.violations.push({ atMs: this.sight.now(), what, excuse })
  }

  /** A rule of the decision maker itself was broken: nothing excuses that. */
  private broken(what: string | null): void {
    if (what === null || this.violations.some((each) => each.what === what)) return
    this.violations.push({ atMs: this.sight.now(), what, excuse: null })
  }

  private reportOf(server: Server): MirrorReport | null {
    return Object.values(this.sight.mirrors)[0]?.replicas[server]?.report ?? null
  }
}

function isClaiming({ pending }: State): boolean {
  return Object.values(pending).some((each) => each.kind === 'ask-register' && each.claim !== null)
}
