/**
 * Who takes the exclusion: only a server that has listened for the whole time-out itself, that has
 * the arbiter's yes, that could run something, and that, without having met its peer, went on alone
 * last time. Who gives it up has done so durably, and its peer has marked what it went alone on. Who
 * leaves a peer that goes on has marked its own replica.
 */
import type { RegisterValue } from '../../src/core/register.ts'
import type { State } from '../../src/core/state.ts'
import type { MirrorReport } from '../../src/wire/mirror-control.ts'
import type { Machine } from '../machine.ts'

export interface Change {
  readonly server: string
  readonly before: State
  readonly after: State
  readonly peer: Readonly<Machine>
  readonly actor: Readonly<Machine>
  readonly register: RegisterValue
  readonly report: MirrorReport | null
  readonly peerReport: MirrorReport | null
  /** Since when the server has been able to listen, and when the ping target last answered it. */
  readonly listeningSince: number
  readonly answeredAt: number
}

const slackMs = 200
/** A pause so short is not taken for an absence (awayMs in src/core/step.ts). */
const awaySlackMs = 600
const answerGoodForMs = 2500

/** What is wrong with it; null: nothing. */
export function wrongChange(change: Change): string | null {
  const { before, after } = change
  const [from, to] = [before.membership.kind, after.membership.kind]
  if (from === 'leaving' && to === 'leaving') return leftUnmarked(change)
  if (from === to) return null
  if (to === 'holding') return wronglyTaken(change)
  if (from === 'holding' && to === 'paired') return wronglyGivenUp(change)
  return null
}

function wronglyTaken(change: Change): string | null {
  const { server, before, after, peer, report, register, listeningSince, answeredAt } = change
  const { membership, settings, now } = after
  if (membership.kind !== 'holding') return null
  const isClaimed = register.holder === server && isNewest(after, register)
  // Also when an operator says that the peer is gone: it may live, and reach the arbiter.
  if (settings.lease !== null && membership.how === 'operator' && !isClaimed) {
    return `${server} excludes its peer by an operator's word, and the register says otherwise`
  }
  if (membership.how !== 'arbiter') return null
  // What a power device has confirmed is so, whoever was away meanwhile.
  const mayJudge =
    settings.arbiter === 'fence' ||
    settings.lease !== null ||
    now - listeningSince >= settings.timeoutMs - awaySlackMs
  if (!mayJudge) {
    return `${server} judges its peer right after it was away itself`
  }
  if (settings.arbiter === 'ping' && now - answeredAt > answerGoodForMs) {
    return `${server} excludes its peer without an answer of the arbiter`
  }
  if (settings.arbiter === 'fence' && peer.power && peer.state?.membership.kind !== 'waiting') {
    return `${server} excludes its peer, which is not switched off`
  }
  if (settings.lease !== null && !isClaimed) {
    return `${server} excludes its peer, and the register says otherwise`
  }
  const isProved = report?.alone === true || settings.lease !== null
  if (before.membership.kind === 'waiting' && !isProved) {
    return `${server} goes on without its peer, and was not alone before`
  }
  // By the time the answer is here, what was asked for may have changed.
  if (settings.arbiter === 'fence' || settings.lease !== null) return null
  return couldRun(change) ? null : `${server} excludes its peer and can run nothing`
}

function isNewest({ desired }: State, { instance, version }: RegisterValue): boolean {
  return desired.register?.instance === instance && desired.register.version === version
}

type Runner = Pick<Change, 'report' | 'actor'> & { readonly after: State }

/** Something runs there, or its replica may be promoted once the peer is excluded. */
export function couldRun({ after, report, actor }: Runner): boolean {
  if (Object.values(after.groups).some(({ phase }) => phase !== 'stopped')) return true
  if (actor.running.size > 0) return true
  const isUsable = report?.replica === 'consistent' && !report.outdated && !report.failed
  if (isUsable && after.settings.lease !== null) return true
  return isUsable && (report.inSync || report.alone || report.copy?.direction === 'source')
}

function wronglyGivenUp({ server, actor, report, peer, peerReport }: Change): string | null {
  if (actor.record?.exclusion != null) {
    return `${server} takes its peer back before that is durable`
  }
  const wentAlone = report?.alone === true && peerReport !== null
  if (!wentAlone || peerReport.outdated || peerReport.replica !== 'consistent') return null
  const isMarked = Object.keys(peer.record?.outdated ?? {}).length > 0
  // A copy from the holder's side is under way, or done.
  if (isMarked || peerReport.copy?.direction === 'target' || peerReport.inSync) return null
  return `${server} takes its peer back, whose replica is older and not marked`
}

/** It says goodbye to a peer that goes on, and may write from now on. */
function leftUnmarked({ server, before, after, actor, peer, report }: Change): string | null {
  const isDone = after.membership.kind === 'leaving' && after.membership.done
  const wasDone = before.membership.kind === 'leaving' && before.membership.done
  if (!isDone || wasDone || report?.outdated === true) return null
  const isHeard = after.now - (after.peer?.heardAt ?? -Infinity) < slackMs
  const goesOn = peer.power && peer.daemon && peer.running.size > 0
  if (!isHeard || !goesOn || !peerHears(after)) return null
  const isMarked = Object.keys(actor.record?.outdated ?? {}).length > 0
  return isMarked ? null : `${server} leaves without a mark on its replica`
}

function peerHears({ links, now }: State): boolean {
  const times = Object.values(links).map((link) => link.acknowledgedSentAt ?? -Infinity)
  return now - Math.max(...times) < slackMs
}
