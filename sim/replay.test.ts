/** What was written down leads to the same decisions again. */
import { expect, test } from 'vitest'
import { JournalWriter, type JournalLine } from '../src/core/journal.ts'
import { gossipOf } from '../src/core/say-gossip.ts'
import { start } from '../src/core/start.ts'
import type { Event } from '../src/core/event.ts'
import { step } from '../src/core/step.ts'
import { howtoSettings } from './howto-settings.ts'
import { replay } from './replay.ts'

/** A server that hears its peer for a while, and then does not; from `checkpointAt` on in a new file. */
function journal(checkpointAt: number): JournalLine[] {
  const settings = howtoSettings('SERVER1')
  const peer = start(howtoSettings('SERVER2'), null, 0).state
  let { state } = start(settings, null, 0)
  const writer = new JournalWriter()
  let lines: JournalLine[] = [{ began: { settings, record: null, at: 0 } }]
  const happened = (event: Event): void => {
    const next = step(state, event)
    state = next.state
    lines.push(...writer.linesOf(event, next.effects))
    for (const { id, kind } of next.effects) {
      if (kind === 'write-record') {
        happened({ kind: 'effect-finished', id, outcome: { ok: true }, at: state.now })
      }
    }
  }
  for (let at = 50; at < 6000; at += 50) {
    if (at === checkpointAt) {
      writer.begin()
      lines = [{ known: state }]
    }
    const heard = { acknowledged: true, acknowledgedSentAt: at - 1, roundTripMs: 1 }
    const gossip = gossipOf({ ...peer, now: at })
    const about = { link: 'public', incarnation: 'a', gossip, ...heard }
    if (at < 3000) happened({ kind: 'heartbeat-heard', ...about, at })
    happened({ kind: 'ticked', at })
  }
  // As it comes from a file.
  return JSON.parse(JSON.stringify(lines)) as JournalLine[]
}

test.each([0, 1000, 3500])('from the beginning, or from a checkpoint: %i', (checkpointAt) => {
  const { difference, decisions, events } = replay(journal(checkpointAt))
  expect(difference).toBe(null)
  expect(events).toBeGreaterThan(40)
  expect(decisions).toBeGreaterThan(0)
})

test('another decision is told', () => {
  const lines = journal(0)
  const changed = lines.findIndex((line) => typeof line === 'object' && 'effects' in line)
  expect(replay(lines.toSpliced(changed, 1)).difference).toMatch(/recorded nothing; now/)
})
