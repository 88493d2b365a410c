/**
 * When are two situations the same? For the exhaustive search: what differs only in things that no
 * decision looks at has the same fingerprint.
 *
 * Left out: sentences, ids, what was said and done before. Counted from the highest of its kind: terms,
 * epochs, versions, stamps, breaks, lives. Times: how long ago or ahead, in steps that grow; between two
 * thresholds of the decision maker nothing depends on a millisecond, but a search that merges them may
 * miss a race that needs one. That is what the random stories are for, which have no such steps.
 */
import type { Snapshot } from './cluster.ts'
import { servers } from './machine.ts'

const ignored = new Set(
  [
    'why decided startedFor error message settings nextEffect id because answers desired now detail',
    'pid nbd sizeBytes roundTripMs bytesDone nonce terms daemonLife boot life heardMsAgo events',
    'waitLeftMs generation nextAt startedAt deadline restartedAt peerReadySince isGuardTelling',
    'evidence losses linkHealth monitors previousServer event factor copiedMs acknowledged peerTerm',
    'aimedAt lives resources askAt answeredAt recordAt restartAt commandAt refusals failures retryAt',
    'silence',
  ].flatMap((line) => line.split(' ')),
)

const times = new Set([
  ...['listeningSince', 'heardAt', 'acknowledgedSentAt', 'acknowledgedAt', 'since', 'until'],
  ...[
    'retryAt',
    'askAt',
    'answeredAt',
    'startedAt',
    'deadline',
    'recordAt',
    'restartAt',
    'commandAt',
  ],
  ...['waitingSince', 'nextAt', 'peerReadySince', 'restartedAt', 'guardUntil'],
  ...['interconnect', 'public'],
])

/** Counted from the highest one of that kind. */
const counters = new Set(['number', 'stamp', 'epoch', 'version', 'activationTerm', 'breakNumber'])
for (const each of ['peerBreakNumber', 'peerTerm', 'incarnation', 'aimedAt']) counters.add(each)

/** How far behind the highest makes no difference. */
const furthest = -1

/** More of it makes no difference. */
const cappedAt: Readonly<Record<string, number>> = {
  lives: 2,
  failures: 2,
  losses: 2,
  refusals: 2,
  failedStarts: 2,
  restarts: 2,
  recordFailures: 2,
  failuresInRow: 3,
}

const steps = [350, 1350, 2550, 3600, 10_500, 310_000]

/** Two numbers of 32 bits. */
export function fingerprint(world: Snapshot): readonly [number, number] {
  const walker = new Walker(world.now)
  walker.collect(world.machines)
  walker.collect(world.mirrors)
  walker.collect(world.register)
  for (const server of servers) {
    const { state, record, boot, ...machine } = world.machines[server]
    walker.bootId = `boot-${boot}`
    walker.walk(machine, '')
    walker.walk(record, '')
    walker.walk(state, '')
  }
  const { faults, mirrors, register, isExcused, agenda } = world
  walker.walk([...faults.failing].toSorted(), '')
  walker.walk([...faults.cut].toSorted(), '')
  walker.walk(faults.clientUp, '')
  for (const { replicas } of Object.values(mirrors)) walker.walk(replicas, '')
  walker.walk(register, '')
  walker.walk(isExcused, '')
  for (const { inMs, what } of agenda) {
    if (what.kind === 'tick' || what.kind === 'beat' || what.kind === 'hear') continue
    walker.mix(stepOf(inMs))
    walker.walk(what.kind === 'ends' ? [what.server, what.effect.kind, what.effect] : what, '')
  }
  return [walker.high, walker.low]
}

class Walker {
  high = 0x9747b28c
  low = 0x1b873593
  bootId = ''
  private readonly now: number
  private readonly highest = new Map<string, number>()

  constructor(now: number) {
    this.now = now
  }

  /** The highest of each counter, before anything is counted from it. */
  collect(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const entries = value as Readonly<Record<string, unknown>>
    for (const name in entries) {
      const { isIgnored, counter } = traitsOf(name)
      const entry = entries[name]
      if (isIgnored) continue
      if (counter === null || typeof entry === 'object') this.collect(entry)
      else this.highest.set(counter, Math.max(this.highest.get(counter) ?? 0, Number(entry ?? 0)))
    }
  }

  walk(value: unknown, key: string): void {
    switch (typeof value) {
      case 'string':
        return this.mix(this.ofString(value, key))
      case 'number':
        return this.mix(this.ofNumber(value, key))
      case 'boolean':
        return this.mix(value ? 3 : 5)
      case 'object':
        if (value === null) return this.mix(7)
        if (key === 'pending') return this.pending(value)
        if (value instanceof Set) return this.walk([...value].toSorted(), key)
        return this.entries(value)
      default:
        return this.mix(11)
    }
  }

  mix(value: number): void {
    this.high = Math.imul(this.high ^ value, 0x85ebca6b)
    this.high ^= this.high >>> 13
    this.low = Math.imul(this.low ^ value, 0xc2b2ae35)
    this.low ^= this.low >>> 16
  }

  private entries(value: object): void {
    const entries = value as Readonly<Record<string, unknown>>
    for (const name in entries) {
      const { isIgnored, hash } = traitsOf(name)
      if (isIgnored) continue
      this.mix(hash)
      this.walk(entries[name], name)
    }
  }

  /** What is under way, in any order and without its numbers. */
  private pending(value: object): void {
    const kinds = Object.values(value as Record<string, Record<string, unknown>>).map((each) =>
      [each['kind'], each['group'], each['resource'], each['mirror'], each['monitor']].join(' '),
    )
    for (const kind of kinds.toSorted()) this.mix(hashOf(kind))
  }

  private ofString(value: string, key: string): number {
    if (key === 'bootId') return value === this.bootId ? 13 : 17
    const { counter } = traitsOf(key)
    return counter === null ? hashOf(value) : this.counted(Number(value), counter)
  }

  private ofNumber(value: number, key: string): number {
    const { isTime, counter, cap } = traitsOf(key)
    if (isTime) return stepOf(value - this.now)
    if (counter !== null) return this.counted(value, counter)
    return cap === null ? Math.round(value) : Math.min(value, cap)
  }

  private counted(value: number, counter: string): number {
    return Math.max(furthest, value - (this.highest.get(counter) ?? 0))
  }
}

/** How a field of that name is looked at. */
interface Traits {
  readonly isIgnored: boolean
  readonly isTime: boolean
  /** What it is counted with; null: it is no counter. */
  readonly counter: string | null
  readonly cap: number | null
  readonly hash: number
}

const traits = new Map<string, Traits>()

function traitsOf(name: string): Traits {
  const known = traits.get(name)
  if (known !== undefined) return known
  const made = {
    isIgnored: ignored.has(name),
    isTime: times.has(name),
    counter: counters.has(name) ? kindOf(name) : null,
    cap: cappedAt[name] ?? null,
    hash: hashOf(name),
  }
  traits.set(name, made)
  return made
}

/** Counters that are compared with each other count from the same. */
function kindOf(key: string): string {
  if (key === 'peerBreakNumber') return 'breakNumber'
  if (key === 'peerTerm' || key === 'activationTerm') return 'number'
  return key === 'aimedAt' ? 'incarnation' : key
}

/** Ahead: positive. */
function stepOf(deltaMs: number): number {
  if (!Number.isFinite(deltaMs)) return 1000
  const size = Math.abs(deltaMs)
  const step = steps.findIndex((each) => size <= each)
  return (step === -1 ? steps.length : step) * (deltaMs < 0 ? -1 : 1)
}

const hashes = new Map<string, number>()

function hashOf(text: string): number {
  const known = hashes.get(text)
  if (known !== undefined) return known
  let hash = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  hashes.set(text, hash)
  return hash
}
