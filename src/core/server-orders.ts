/**
 * Orders for a whole server: free it of groups and keep it free (over its reboots as well), use it
 * again, and end its wait for the peer at the start.
 *
 * A server on standby runs nothing and excludes nobody, even when its peer dies: whoever works on it
 * must not be surprised. Its replicas go on being mirrored.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { groupOf, setMembership, tell, type Draft } from './draft.ts'
import type { ServerOrder } from './gossip.ts'
import { beginStop } from './group-stop.ts'
import { whyPeerCannotTake } from './replicas.ts'
import { isSuspended } from './suspension.ts'

export interface Verdict {
  readonly accepted: boolean
  readonly message: Message
}

/** For this server; all of it or nothing. */
export function decideServerOrder(draft: Draft, order: ServerOrder): Verdict {
  switch (order.kind) {
    case 'standby':
      return decideStandby(draft)
    case 'online':
      return decideOnline(draft)
    case 'end-wait':
      return decideEndWait(draft)
  }
}

function decideStandby(draft: Draft): Verdict {
  const { self, peer } = draft.state.settings
  if (draft.record.standby) return accepted(say('server-standby-already', { server: self }))
  const running = draft.state.settings.groups.filter(
    ({ name }) => groupOf(draft, name).phase !== 'stopped',
  )
  for (const { name } of running) {
    if (isSuspended(draft, name)) return refused(say('group-suspended', { group: name }))
    if (groupOf(draft, name).phase !== 'running') {
      return refused(say('group-busy', { group: name, server: self }))
    }
    const blocked = whyPeerCannotTake(draft, name)
    if (blocked !== null) return refused(blocked)
  }
  const why = say('server-standby-ordered', { server: self, peer })
  draft.record = { ...draft.record, standby: true }
  if (running.length === 0) tell(draft, why)
  for (const { name } of running) {
    beginStop(draft, name, 'GROUPMOVE', { kind: 'release', to: peer }, why)
  }
  return accepted(why)
}

function decideOnline(draft: Draft): Verdict {
  const { self } = draft.state.settings
  if (!draft.record.standby) return accepted(say('server-online-already', { server: self }))
  draft.record = { ...draft.record, standby: false }
  const why = say('server-online-ordered', { server: self })
  tell(draft, why)
  return accepted(why)
}

function decideEndWait(draft: Draft): Verdict {
  const { membership, settings, now } = draft.state
  const { self, peer } = settings
  if (membership.kind !== 'waiting' || now >= membership.until) {
    return refused(say('server-not-waiting', { server: self }))
  }
  setMembership(draft, { ...membership, until: now })
  const why = say('server-wait-ended', { server: self, peer })
  tell(draft, why)
  return accepted(why)
}

function accepted(message: Message): Verdict {
  return { accepted: true, message }
}

function refused(message: Message): Verdict {
  return { accepted: false, message }
}
