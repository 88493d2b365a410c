/**
 * Runs effects. Each ends in exactly one outcome: nothing thrown below gets past here, and what is
 * still under way at the deadline is the core's to judge.
 */
import type { Afterwards, Effect } from '../core/effect.ts'
import type { Outcome } from '../core/event.ts'
import type { DurableRecord } from '../core/record.ts'
import type { RegisterClaim } from '../core/register.ts'
import type { Ip } from '../drivers/ip.ts'
import type { Run } from '../drivers/process.ts'
import type { Store } from '../drivers/store.ts'
import { say, type Message } from '../messages/catalogue.ts'
import type { MirrordPool } from './mirrord-pool.ts'
import type { Parts } from './parts.ts'

export interface PerformerParts {
  readonly parts: Parts
  readonly pool: MirrordPool
  readonly ip: Ip
  readonly run: Run
  readonly store: Store<DurableRecord>
  /** The peer's addresses on all links, with ours to send from. */
  readonly peerAddresses: readonly { readonly local: string; readonly remote: string }[]
  readonly mirrors: readonly string[]
  readonly now: () => number
  tell(message: Message): void
  answer(order: string, accepted: boolean, message: Message): void
  exit(afterwards: Afterwards): Promise<void>
}

const pingMs = 150
/** Younger than this, a frame from the peer's mirrord contradicts the silence of its daemon. */
const mirrorFreshMs = 700

/** The outcome, or null for effects of which nothing comes back. */
export async function perform(effect: Effect, world: PerformerParts): Promise<Outcome | null> {
  try {
    return await performOne(effect, world)
  } catch (error) {
    return {
      ok: false,
      error: say('effect-crashed', { effect: effect.kind, reason: String(error) }),
    }
  }
}

async function performOne(effect: Effect, world: PerformerParts): Promise<Outcome | null> {
  const timeoutMs = Math.max(1, effect.deadline - world.now())
  switch (effect.kind) {
    case 'write-record': {
      const written = await world.store.write(effect.record)
      if (written.ok) return { ok: true }
      return {
        ok: false,
        error: say('effect-crashed', { effect: effect.kind, reason: written.reason }),
      }
    }
    case 'start-resource': {
      const { event, previousServer, promotion } = effect
      const resource = world.parts.resource(effect.group, effect.resource)
      return inTurn(effect, () => resource.start({ event, previousServer, promotion, timeoutMs }))
    }
    case 'stop-resource': {
      const { event, factor } = effect
      const resource = world.parts.resource(effect.group, effect.resource)
      return inTurn(effect, () => resource.stop({ event, factor, timeoutMs }))
    }
    case 'observe-resource':
      return world.parts.resource(effect.group, effect.resource).observe()
    case 'run-monitor': {
      const limit = Math.max(1, timeoutMs - 1000)
      const error = await world.parts.monitor(effect.group, effect.monitor).check(limit)
      return error === null ? { ok: true } : { ok: false, error }
    }
    case 'command-mirror':
      return world.pool.command(effect.mirror, effect.command)
    case 'start-mirrord':
      return world.pool.start(effect.mirror)
    case 'examine-peer':
      return examine(world)
    case 'exclude-peer': {
      const { exclude } = world.parts.arbiter
      if (exclude === undefined) throw new Error('this arbiter excludes nobody')
      return exclude(timeoutMs)
    }
    case 'ask-register':
      return askRegister(world, effect.claim, timeoutMs)
    case 'reset-server':
      // Without a sync: it would wait for the very disk that is frozen.
      await world.run('reboot', ['-f', '-n'], { timeoutMs: 5000 })
      return null
    case 'exit-daemon':
      await world.exit(effect.afterwards)
      return { ok: true }
    case 'tell':
      world.tell(effect.message)
      return null
    case 'answer-operator':
      world.answer(effect.order, effect.accepted, effect.message)
      return null
  }
}

async function askRegister(
  { parts }: PerformerParts,
  claim: RegisterClaim | null,
  timeoutMs: number,
): Promise<Outcome> {
  const { register } = parts.arbiter
  if (register === undefined) throw new Error('this arbiter keeps no register')
  const asked = claim === null ? register.read(timeoutMs) : register.claim(claim, timeoutMs)
  const answer = await asked
  if (!answer.ok) return answer
  return { ok: true, detail: { kind: 'register-answered', value: answer.value } }
}

const turns = new Map<string, Promise<unknown>>()

/** One thing at a time with each resource: a stop waits for a start that is still under way. */
function inTurn(
  { group, resource }: { readonly group: string; readonly resource: string },
  work: () => Promise<Outcome>,
): Promise<Outcome> {
  const key = `${group}/${resource}`
  const mine = (turns.get(key) ?? Promise.resolve()).then(work, work)
  turns.set(key, mine)
  return mine
}

async function examine(world: PerformerParts): Promise<Outcome> {
  const pings = world.peerAddresses.map(({ local, remote }) => world.ip.ping(remote, local, pingMs))
  const [answers, arbiter] = await Promise.all([
    Promise.all(pings),
    world.parts.arbiter.ask(pingMs),
  ])
  const mirrorAlive = world.mirrors.some((mirror) => {
    const latest = world.pool.latest(mirror)
    const heard = latest?.report.link.heardMsAgo
    return heard !== null && heard !== undefined && heard + (latest?.ageMs ?? 0) < mirrorFreshMs
  })
  const kernelAnswers = answers.includes(true)
  return { ok: true, detail: { kind: 'peer-examined', kernelAnswers, mirrorAlive, arbiter } }
}
