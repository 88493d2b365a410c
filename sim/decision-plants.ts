/**
 * Faults to be planted into the decision maker: each takes out one rule of safety.md by a change of
 * at most five lines. Random stories must find each of them.
 */
import type { Plant } from './planting.ts'

const ownership = 'src/core/ownership.ts'
const membership = 'src/core/membership.ts'

export const plants: readonly Plant[] = [
  {
    rule: '1',
    what: 'a claim does not wait for the record of the peer',
    file: ownership,
    from: "if (record.releasedTo === self || (recorded && theirs.phase === 'stopped')) {",
    to: 'if (recorded !== null) {',
    seed: 160,
  },
  {
    rule: '1',
    what: 'a group that runs at the peer is claimed',
    file: ownership,
    from: "  if (theirs.phase !== 'stopped') {\n    return stay",
    to: "  if (theirs.phase === 'claiming') {\n    return stay",
    seed: 3,
  },
  {
    rule: '3',
    what: 'what could not be stopped counts as stopped',
    file: 'src/core/group-run.ts',
    from: "      if (outcome.ok)\n        return changeResource(draft, group, resource, { state: 'stopped', error: null })",
    to: "      if (outcome !== null)\n        return changeResource(draft, group, resource, { state: 'stopped', error: null })",
    seed: 156,
  },
  {
    rule: '4',
    what: 'of two that both went on neither stops',
    file: membership,
    from: '  if (self > peer) lose(',
    to: '  if (self === peer) lose(',
    seed: 68,
  },
  {
    rule: '6',
    what: 'a living kernel does not contradict the silence',
    file: membership,
    from: "  if (evidence.kernelAnswers || evidence.mirrorAlive) {\n    const sign = evidence.kernelAnswers ? 'kernel' : 'mirror'",
    to: "  if (evidence.startedAt < 0) {\n    const sign = evidence.kernelAnswers ? 'kernel' : 'mirror'",
    seed: 45,
  },
  {
    rule: '11',
    what: 'the loser does not stop its groups',
    file: 'src/core/step.ts',
    from: "  if (membership.kind === 'lost' && mustGo) {",
    to: "  if (membership.kind === 'leaving' && mustGo) {",
    seed: 319,
  },
  {
    rule: '9',
    what: 'the takeover does not wait for the power device',
    file: 'src/core/fencing.ts',
    from: "  order(draft, { kind: 'exclude-peer' }, why, settings.fenceWithinMs)",
    to: "  order(draft, { kind: 'exclude-peer' }, why, settings.fenceWithinMs)\n  state.fencing = { ...state.fencing, confirmed: true }",
    seed: 70,
  },
]
