/**
 * Stories that chance alone seldom tells: what must come at the right moment to show a fault. Times and
 * servers vary; the trouble of a random story may follow.
 *
 * `must-run`: from the one failure before it the cluster recovers by itself, now and not only after a
 * mending.
 */
import { peerOf, servers, type Server } from './machine.ts'
import type { Chance } from './random.ts'

export const mustRun = 'must-run'

const healthy = ['up SERVER1', 'up SERVER2', 'wait 15s']

/** `arbiters`: those with which the story may be told. */
interface Rehearsed {
  readonly arbiters: readonly Arbiter[]
  commands(chance: Chance, active: Server): string[]
}

type Arbiter = 'ping' | 'none' | 'fence' | 'witness'

const all: readonly Arbiter[] = ['ping', 'none', 'fence', 'witness', 'witness']

/** One in five. */
export function rehearsedStory(
  seed: number,
  chance: Chance,
): { readonly arbiter: Arbiter; readonly commands: readonly string[] } | null {
  if (seed % 5 !== 0) return null
  const active = chance.pick(servers)
  const { arbiters, commands } = chance.pick(rehearsed)
  const begin = active === 'SERVER1' ? healthy : [...healthy, 'move Apache SERVER2', 'wait 9s']
  return { arbiter: chance.pick(arbiters), commands: [...begin, ...commands(chance, active)] }
}

const wait = (chance: Chance, low: number, high: number): string =>
  `wait ${chance.between(low, high).toFixed(2)}s`

const cut = (server: Server): string[] => [`cut ${server} interconnect`, `cut ${server} public`]
const mend = (server: Server): string[] => [`mend ${server} interconnect`, `mend ${server} public`]

const rehearsed: readonly Rehearsed[] = [
  {
    // The one failure that the cluster is there for.
    arbiters: all,
    commands: (chance, active) => [
      `off ${chance.pick(servers)}`,
      'wait 60s',
      mustRun,
      `up ${active}`,
    ],
  },
  {
    // An old trouble is over, and forgotten: the next failure is as good as the first. (A fence device
    // leaves one of them off; without an arbiter both may have gone on alone.)
    arbiters: ['witness', 'witness', 'ping'],
    commands: (chance, active) => {
      const trouble = chance.pick([
        ['fail witness-reply', 'fail split'],
        ['fail witness', `kill-daemon ${peerOf(active)}`],
        ['fail split', 'client off'],
        [`fail from-${active}`],
      ])
      const over = ['heal split', 'heal witness-reply', 'heal witness', `heal from-${active}`]
      return [
        ...[...trouble, wait(chance, 0.2, 2.4), ...over, 'client on'],
        ...[`start-daemon ${peerOf(active)}`, 'wait 60s', `off ${active}`, 'wait 60s'],
        mustRun,
      ]
    },
  },
  {
    // A server stands still, its peer goes on alone and dies; what it had heard is old.
    arbiters: all,
    commands: (chance, active) => {
      const still = peerOf(active)
      return [
        ...[`freeze ${still}`, ...cut(still), wait(chance, 2, 9), `off ${active}`, ...mend(still)],
        ...[wait(chance, 0, 0.5), `thaw ${still}`, 'wait 9s'],
      ]
    },
  },
  {
    // A goodbye that its peer heard and whose answer it never got.
    arbiters: ['witness', 'witness', 'ping', 'fence'],
    commands: (chance, active) => {
      const leaver = peerOf(active)
      return [
        ...[`fail from-${active}`, wait(chance, 0.1, 1.2), `leave ${leaver}`, wait(chance, 1, 3)],
        ...[`off ${leaver}`, 'fail split', `heal from-${active}`, wait(chance, 0.2, 2)],
        ...[`up ${leaver}`, wait(chance, 3, 9), `off ${active}`, 'wait 4s'],
        ...[`end-wait ${leaver} @${leaver}`, 'wait 12s'],
      ]
    },
  },
  {
    // The daemon of the active server starts anew, and reaches nobody.
    arbiters: ['witness'],
    commands: (chance, active) => [
      ...[`kill-daemon ${active}`, wait(chance, 0.05, 1), ...cut(active), `fail ${active}/witness`],
      ...[`start-daemon ${active}`, 'wait 20s'],
    ],
  },
  {
    // It stands still; its peer's daemon starts anew while the lease runs out.
    arbiters: ['witness'],
    commands: (chance, active) => {
      const peer = peerOf(active)
      return [
        ...[`freeze ${active}`, ...cut(active), wait(chance, 1.7, 2.3), `kill-daemon ${peer}`],
        ...[wait(chance, 0.02, 0.2), `start-daemon ${peer}`, 'wait 9s'],
      ]
    },
  },
  {
    // A daemon ends while its group starts.
    arbiters: all,
    commands: (chance, active) => {
      const to = peerOf(active)
      return [
        ...[`move Apache ${to} @${active}`, 'wait 9s', `move Apache ${active} @${active}`],
        ...[wait(chance, 0.2, 0.6), `kill-daemon ${active}`, wait(chance, 0.05, 0.3)],
        ...[`start-daemon ${active}`, ...cut(active), 'wait 20s'],
      ]
    },
  },
  {
    // Everything was shut down: who was active last can start first, and alone.
    arbiters: all,
    commands: (chance, active) => [
      ...[`shutdown-cluster @${chance.pick(servers)}`, 'wait 30s', 'off SERVER1', 'off SERVER2'],
      ...[wait(chance, 1, 5), `up ${active}`, 'wait 3s', `end-wait ${active} @${active}`],
      ...['wait 60s', mustRun],
    ],
  },
  {
    // Who had the newest data is gone; an operator has the other one start with what it has, and both
    // versions are kept when the first one comes back, also where one of them is cut off.
    arbiters: all,
    commands: (chance, active) => {
      const left = peerOf(active)
      const back = [`up ${active}`, wait(chance, 3, 9), `end-wait ${active} @${active}`, 'wait 9s']
      return [
        ...[
          ...cut(left),
          wait(chance, 4, 9),
          'fail mirror-port',
          ...mend(left),
          `up ${left}`,
          'wait 9s',
        ],
        ...[`off ${active}`, wait(chance, 0.1, 9), `end-wait ${left} @${left}`, 'wait 4s'],
        ...[`force Apache shown @${left}`, 'wait 30s', mustRun],
        ...(chance.oneIn(2)
          ? ['fail split', ...back, 'heal split']
          : [...back, ...cut(left), wait(chance, 2, 9), ...mend(left)]),
        ...['heal mirror-port', 'wait 30s', mustRun],
      ]
    },
  },
  {
    // The group starts while its replicas do not see each other: nobody goes on alone before the other
    // one is marked, however soon the active server dies.
    arbiters: all,
    commands: (chance, active) => [
      ...['stop Apache', 'wait 3s', 'fail mirror-port', wait(chance, 0.1, 2)],
      ...[`start Apache ${active} @${active}`, wait(chance, 0.1, 0.5), `off ${active}`, 'wait 20s'],
      'heal mirror-port',
    ],
  },
]
