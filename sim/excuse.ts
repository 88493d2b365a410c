/**
 * What no core can prevent, and so is no violation: with a weak arbiter and nobody to reset a
 * server from outside, two sides that cannot see each other may both run a group (safety.md,
 * "Strong arbiters"). The list is meant to stay this short:
 *
 * - a server stands still, or its daemon is dead, with resources running, and it cannot be reached:
 *   its peer goes on, and it has nobody to stop them;
 * - no traffic between the servers in at least one direction while both reach the arbiter (`split`,
 *   `from-…`; with `arbiter none` any cut between them);
 * - a server lost, and one of its stops hangs: its peer waits for the heartbeat time-out, not for
 *   the reset. (Its disk fails every request, so nothing is promised there any more.)
 *
 * The excuse lasts until both are able to act again, and for a moment more in which the one that
 * is out must stop. What the two sides then hold has diverged: that is excused until a commit.
 */
import type { Settings } from '../src/core/state.ts'
import { canTalk, servers, type Faults, type Machine, type Server } from './machine.ts'

/** Both able to act for so long: whoever is out has stopped. */
const stopWithinMs = 2500

export interface World {
  readonly machines: Readonly<Record<Server, Readonly<Machine>>>
  readonly faults: Faults
  readonly arbiter: Settings['arbiter']
}

export class Excuse {
  private reason: string | null = null
  private ableMs = 0

  /** Why two active sides are excused now; null when they are not. */
  get current(): string | null {
    return this.reason
  }

  clone(): Excuse {
    const copy = new Excuse()
    copy.reason = this.reason
    copy.ableMs = this.ableMs
    return copy
  }

  look(world: World, elapsedMs: number): void {
    const blind = blindness(world)
    this.ableMs = blind === null && bothAble(world) ? this.ableMs + elapsedMs : 0
    if (blind !== null) this.reason = blind
    else if (this.ableMs > stopWithinMs) this.reason = null
  }
}

function blindness({ machines, faults, arbiter }: World): string | null {
  // Who goes on has switched the other one off, or outlived its lease: there is nothing to excuse.
  if (arbiter !== 'ping' && arbiter !== 'none') return null
  if (!servers.every((server) => machines[server].power)) return null
  if (canTalk(faults)) return null
  const isSplit = ['split', 'from-SERVER1', 'from-SERVER2'].some((each) => faults.failing.has(each))
  if (isSplit) return 'the servers are cut off from each other alone'
  if (arbiter === 'none') return 'no arbiter decides'
  for (const server of servers) {
    const { frozen, daemon, running, state } = machines[server]
    if (running.size === 0) continue
    const isHanging = [...running].some((each) =>
      faults.failing.has(`${server}/${each.split('/')[1] ?? ''}/stop`),
    )
    if (isHanging && state?.membership.kind === 'lost') return `a stop hangs on ${server}`
    if (frozen) return `${server} stands still and cannot be reached`
    if (!daemon) return `the daemon of ${server} is dead and the server cannot be reached`
  }
  return null
}

function bothAble({ machines, faults }: World): boolean {
  const awake = servers.every((server) => {
    const { power, daemon, frozen } = machines[server]
    return !power || (daemon && !frozen)
  })
  return awake && canTalk(faults)
}
