import { expect, test } from 'vitest'
import type { State } from '../../core/state.ts'
import type { MirrorReport } from '../../wire/mirror-control.ts'
import { refusalOf } from './mirror-orders.ts'

const reportOf = (role: MirrorReport['role']) => ({ role }) as MirrorReport

/** SERVER1 looks; SERVER2 was heard so long ago. */
function state(roles: { readonly mine: string; readonly theirs: string }, heardAgoMs = 100): State {
  const [mine, theirs] = [roles.mine, roles.theirs].map((role) => ({
    report: reportOf(role as MirrorReport['role']),
  }))
  return {
    ...{
      now: 10_000,
      listeningSince: 0,
      settings: { self: 'SERVER1', peer: 'SERVER2', timeoutMs: 1300 },
    },
    mirrors: { NMP1: mine },
    peer: { heardAt: 10_000 - heardAgoMs, gossip: { disks: { NMP1: theirs } } },
  } as unknown as State
}

const force = (loser: string) =>
  ({ command: 'force', loser, loserGeneration: '0123456789abcdef' }) as const

test('a replica that is in use is not given up, whoever is asked', () => {
  const here = state({ mine: 'primary', theirs: 'secondary' })
  const there = state({ mine: 'secondary', theirs: 'primary' })
  expect(refusalOf('NMP1', force('SERVER1'), here)?.id).toBe('mirrord-force-active')
  expect(refusalOf('NMP1', force('SERVER2'), there)?.id).toBe('mirrord-force-active')
  expect(refusalOf('NMP1', force('SERVER2'), here)).toBeNull()
  expect(refusalOf('NMP1', force('SERVER1'), there)).toBeNull()
  expect(refusalOf('NMP1', { command: 'break' }, here)).toBeNull()
})

test('one of which nothing is heard any more can be', () => {
  const silent = state({ mine: 'secondary', theirs: 'primary' }, 60_000)
  expect(refusalOf('NMP1', force('SERVER2'), silent)).toBeNull()
})
