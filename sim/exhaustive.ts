/**
 * All orders of a few things that can happen, from the normal state, as far as there is time: a worker's
 * part of a breadth-first search. A situation is known by the way to it, one letter a step, and found
 * again by walking there; as the ways come in order, most of each walk has been done for the last one.
 */
import { Cluster } from './cluster.ts'
import { obey } from './commands.ts'
import { fingerprint } from './fingerprint.ts'
import { howtoSettings } from './howto-settings.ts'
import { seenTable, type SeenTable } from './seen.ts'
import type { Settings } from '../src/core/state.ts'

export interface Alphabet {
  readonly arbiter: Settings['arbiter']
  readonly orders: boolean
}

/** One step, and what it is called in a scenario. */
interface Move {
  readonly commands: readonly string[]
  /** Whether it can be done now. */
  readonly when: (cluster: Cluster) => boolean
}

const soon = 'wait 0.1s'
const server = (name: 'SERVER1' | 'SERVER2') => ({
  off: {
    commands: [`off ${name}`, soon],
    when: (cluster: Cluster) => cluster.machine(name).power,
  },
  up: {
    commands: [`up ${name}`, soon],
    when: (cluster: Cluster) => !cluster.machine(name).power,
  },
})

const fault = (name: string) => ({
  on: {
    commands: [`fail ${name}`, soon],
    when: (cluster: Cluster) => !cluster.faults.failing.has(name),
  },
  off: {
    commands: [`heal ${name}`, soon],
    when: (cluster: Cluster) => cluster.faults.failing.has(name),
  },
})

const always = (): boolean => true
const order = (command: string): Move => ({
  commands: [command, soon],
  when: (cluster) => cluster.machine('SERVER1').state !== null,
})

/** The arbiter says yes, or no. */
function arbiterMoves(arbiter: Alphabet['arbiter']): readonly Move[] {
  switch (arbiter) {
    case 'witness':
    case 'etcd':
      return Object.values(fault('witness'))
    case 'fence':
      return Object.values(fault('fence'))
    case 'ping':
      return [
        { commands: ['client off', soon], when: ({ faults }) => faults.clientUp },
        { commands: ['client on', soon], when: ({ faults }) => !faults.clientUp },
      ]
    case 'none':
      return []
  }
}

/** In this order; a way is named by their places. `orders`: what operators order, too. */
function movesOf({ arbiter, orders }: Alphabet): readonly Move[] {
  return [
    // A time-out; the end of a copy, or of a lease; writes go on all the time.
    { commands: ['wait 1.5s'], when: always },
    { commands: ['wait 4s'], when: always },
    ...Object.values(server('SERVER1')),
    ...Object.values(server('SERVER2')),
    ...Object.values(fault('split')),
    ...arbiterMoves(arbiter),
    ...(orders ? ['stop Apache', 'start Apache', 'move Apache'].map(order) : []),
  ]
}

const normalState = ['up SERVER1', 'up SERVER2', 'wait 3s'] as const

export interface Task {
  readonly alphabet: Alphabet
  readonly seen: SharedArrayBuffer
  /** Ways of `length` letters each, one after the other. */
  readonly ways: Uint8Array
  readonly length: number
}

export interface Found {
  /** Ways to situations not seen before, each a letter longer. */
  readonly ways: Uint8Array
  readonly transitions: number
  readonly events: number
  /** The way to something that must not be, and what it is. */
  readonly violations: readonly { readonly way: readonly number[]; readonly what: string }[]
}

/** Every step from each of these situations. */
export function expand({ alphabet, seen, ways, length }: Task): Found {
  const walk = new Walk(alphabet)
  const table = seenTable(seen)
  const found: number[] = []
  const violations: { way: number[]; what: string }[] = []
  let transitions = 0
  let events = 0
  // At the beginning there is one way, and it has no letters.
  const count = length === 0 ? 1 : ways.length / length
  for (let index = 0; index < count; index += 1) {
    const way = ways.subarray(index * length, (index + 1) * length)
    const here = walk.to(way)
    for (const [place, move] of walk.moves.entries()) {
      if (!move.when(here)) continue
      transitions += 1
      const next = here.clone()
      const before = next.events
      const wrong = makeMove(next, move)
      events += next.events - before
      if (wrong !== null) violations.push({ way: [...way, place], what: wrong })
      else if (isNew(table, next)) found.push(...way, place)
    }
  }
  return { ways: Uint8Array.from(found), transitions, events, violations }
}

/** What is wrong afterwards, and no weak arbiter excuses; null: nothing. */
function makeMove(cluster: Cluster, { commands }: Move): string | null {
  try {
    for (const command of commands) obey(cluster, command)
  } catch (error) {
    return `exception: ${error instanceof Error ? error.message : String(error)}`
  }
  return cluster.violations.find(({ excuse }) => excuse === null)?.what ?? null
}

function isNew(table: SeenTable, cluster: Cluster): boolean {
  const [high, low] = fingerprint(cluster.snapshot())
  return table.add(high, low)
}

/** The worlds along the way that was walked last. */
class Walk {
  readonly moves: readonly Move[]
  private readonly worlds: Cluster[]
  private way: number[] = []

  constructor(alphabet: Alphabet) {
    this.moves = movesOf(alphabet)
    const first = new Cluster({ settings: (self) => howtoSettings(self, alphabet.arbiter) })
    for (const command of normalState) obey(first, command)
    this.worlds = [first]
  }

  to(way: Uint8Array): Cluster {
    let same = 0
    while (same < way.length && way[same] === this.way[same]) same += 1
    this.worlds.length = same + 1
    this.way = [...way]
    for (const place of way.subarray(same)) {
      const next = (this.worlds.at(-1) as Cluster).clone()
      makeMove(next, this.moves[place] as Move)
      this.worlds.push(next)
    }
    return this.worlds.at(-1) as Cluster
  }
}

/** As a scenario file begins. */
export function scriptOf(alphabet: Alphabet, way: readonly number[]): string[] {
  const { arbiter } = alphabet
  const moves = movesOf(alphabet)
  const commands = way.flatMap((place) => moves[place]?.commands ?? [])
  return [...(arbiter === 'ping' ? [] : [`arbiter ${arbiter}`]), ...normalState, ...commands]
}

/** What was said on that way. */
export function logOf(alphabet: Alphabet, way: readonly number[]): readonly string[] {
  const cluster = new Cluster({ settings: (self) => howtoSettings(self, alphabet.arbiter) })
  for (const command of scriptOf(alphabet, way)) {
    if (!command.startsWith('arbiter ')) obey(cluster, command)
  }
  return cluster.log
}
