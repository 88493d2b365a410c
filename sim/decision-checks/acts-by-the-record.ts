/**
 * What is done was permitted, by what is durable at that moment: a start by the claim, going on alone
 * by the exclusion or by the peer's mark for this very break.
 */
import type { Effect } from '../../src/core/effect.ts'
import { acknowledges } from '../../src/core/lease.ts'
import type { RegisterClaim } from '../../src/core/register.ts'
import type { MirrorReport } from '../../src/wire/mirror-control.ts'
import type { Machine } from '../machine.ts'
import { couldRun } from './who-excludes.ts'

export interface Deed {
  readonly effect: Effect
  readonly mirror: string
  readonly actor: Readonly<Machine>
  readonly actorName: string
  readonly peer: Readonly<Machine>
  readonly report: MirrorReport | null
  /** How long ago both replicas were in sync. */
  readonly inSyncAgoMs: number
}

/** A sync that ended a moment ago may not be known yet; a stop takes a while. */
const inSyncGoodForMs = 3000

/** What was not permitted; null: all is well. */
export function notPermitted(deed: Deed): string | null {
  const { effect } = deed
  switch (effect.kind) {
    case 'start-resource':
      return startWithoutClaim(deed, effect.group, effect.promotion !== null)
    case 'stop-resource': {
      const { afterStop } = deed.actor.state?.groups[effect.group] ?? {}
      return afterStop?.kind === 'release' && deed.inSyncAgoMs > inSyncGoodForMs
        ? `${deed.actorName} stops ${effect.group} to move it to a replica that is not in sync`
        : null
    }
    case 'command-mirror':
      return effect.command.command === 'permit-alone'
        ? aloneWithoutGrounds(deed, effect.command.grounds, effect.command.breakNumber)
        : null
    case 'ask-register':
      return effect.claim === null ? null : claimedUnrecorded(deed, effect.claim)
    case 'reset-server':
      return resetWithoutNeed(deed)
    default:
      return null
  }
}

function claimedUnrecorded(deed: Deed, claim: RegisterClaim): string | null {
  const { record, state } = deed.actor
  if (state !== null && acknowledges(state)) {
    return `${deed.actorName} acknowledges the peer that it excludes`
  }
  if (state !== null && !couldRun({ ...deed, after: state })) {
    return `${deed.actorName} excludes its peer and can run nothing`
  }
  const recorded = record?.register
  const isSame = recorded?.nonce === claim.nonce && recorded.version === claim.version
  return isSame ? null : `${deed.actorName} claims the register before that is durable`
}

/** The last resort: a stop that failed, or nothing that can be recorded any more. */
function resetWithoutNeed({ actor, actorName }: Deed): string | null {
  const { state } = actor
  const isStuck = Object.values(state?.groups ?? {}).some(({ phase }) => phase === 'stop-failed')
  const isMute = state !== null && state.record !== state.desired
  return isStuck || isMute ? null : `${actorName} resets itself where it could hand over`
}

function startWithoutClaim(deed: Deed, group: string, isPromotion: boolean): string | null {
  const { actor, actorName, mirror } = deed
  const durable = actor.record?.groups[group]
  if (durable?.active?.bootId !== actor.state?.settings.bootId || durable?.active == null) {
    return `${actorName} starts ${group} before its claim is durable`
  }
  const mustBeGuarded = actor.state?.settings.lease?.guard === true
  if (mustBeGuarded && actor.guardUntil === null) return `${actorName} starts ${group} unguarded`
  if (durable.term.server !== actorName) return `${actorName} starts ${group} in another one's term`
  if (isPromotion && actor.record?.outdated[mirror] !== undefined) {
    return `${actorName} promotes ${mirror} although its own record marks it outdated`
  }
  return null
}

/**
 * Of two starts the later one has the higher term, or the one that was left behind counts as the last
 * owner when both meet again. null: it has.
 */
export function startsInAnOldTerm({ effect, actor, actorName, peer }: Deed): string | null {
  if (effect.kind !== 'start-resource') return null
  const { group } = effect
  const mine = actor.record?.groups[group]?.term
  const theirs = peer.record?.groups[group]?.term
  if (mine === undefined || theirs === undefined) return null
  // By an operator's word there are two versions, and both are kept.
  if (actor.record?.forced != null || peer.record?.forced != null) return null
  const isAbove = theirs.server === actorName || theirs.number < mine.number
  return isAbove ? null : `${actorName} starts ${group} in a term that its peer has claimed as well`
}

function aloneWithoutGrounds(deed: Deed, grounds: string, breakNumber: number): string | null {
  const { actor, actorName, peer, mirror, report } = deed
  if (grounds === 'peer-excluded') {
    return actor.record?.exclusion == null
      ? `${actorName} goes on alone before the exclusion is durable`
      : null
  }
  const mark = peer.record?.outdated[mirror]
  const isOfThisBreak =
    mark !== undefined &&
    mark.asker === actorName &&
    mark.breakNumber === breakNumber &&
    mark.incarnation === report?.incarnation
  return isOfThisBreak ? null : `${actorName} goes on alone without a mark for this break`
}
