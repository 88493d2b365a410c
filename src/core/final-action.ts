/**
 * The last step of a group that has failed on both servers. With brakes: a server goes down for it only
 * while its peer is well, and not again and again.
 */
import { say, type Message } from '../messages/catalogue.ts'
import { changeGroupRecord, recordOf, settingsOf, tell, type Draft } from './draft.ts'
import { beginStop } from './group-stop.ts'
import { beginLeaving } from './leave.ts'
import { peerGroup } from './peer.ts'
import { whyPeerCannotTake } from './replicas.ts'
import { want } from './wishes.ts'

/** Until it has run well for long. */
const finalsMax = 2

/** False: it is tried again here, after a pause. */
export function takeFinalAction(draft: Draft, group: string, error: Message): boolean {
  const { finalAction } = settingsOf(draft, group)
  const { self: server, peer } = draft.state.settings
  const failuresThere = peerGroup(draft.state, group)?.failures ?? 0
  if (finalAction === 'retry' || failuresThere === 0) return false
  if (finalAction === 'stop') {
    const why = say('final-stop', { group, server, peer })
    tell(draft, error)
    want(draft, group, { value: 'stop', on: null, stays: null })
    beginStop(draft, group, 'GROUPSTOP', { kind: 'stay' }, why)
    return true
  }
  const { finals } = recordOf(draft, group)
  const blocked = whyPeerCannotTake(draft, group)
  if (blocked !== null || finals >= finalsMax) {
    tell(draft, blocked ?? say('final-no-more', { group, server, times: finals }))
    return false
  }
  tell(draft, error)
  changeGroupRecord(draft, group, { finals: finals + 1 })
  const afterwards = finalAction === 'reboot' ? 'reboot' : 'poweroff'
  const why = say('final-down', { group, server, peer })
  beginLeaving(draft, { afterwards, mayHandOver: true }, why)
  return true
}
