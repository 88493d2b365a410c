/**
 * What the fake world does with an effect: how long it takes, and what comes of it. The outcome is
 * computed at the end of that time, from the world as it is then.
 */
import type { Effect } from '../src/core/effect.ts'
import type { Outcome } from '../src/core/event.ts'
import { say } from '../src/messages/catalogue.ts'
import type { FakeMirror } from './fake-mirror.ts'
import { askFakeRegister, type FakeRegister } from './fake-register.ts'
import { canTalk, peerOf, type Faults, type Machine, type Server } from './machine.ts'

/** Faults of the fake itself, so that a test of the cluster can be seen to fail. */
export type WorldPlant = 'peer-looks-dead'

export interface Surroundings {
  readonly machines: Readonly<Record<Server, Machine>>
  readonly faults: Faults
  readonly mirror: FakeMirror
  readonly register: FakeRegister
  readonly plant: WorldPlant | null
  powerOff(server: Server): void
}

export interface Performance {
  readonly takesMs: number
  readonly outcome: () => Outcome
  /** A program that the daemon started: it goes on when the daemon dies. */
  readonly outlivesDaemon?: boolean
}

type Of<Kind extends Effect['kind']> = Extract<Effect, { kind: Kind }>
/** Effects of which something comes back, besides those that the cluster itself carries out. */
export type Performed = Exclude<
  Effect,
  { kind: 'tell' | 'answer-operator' | 'reset-server' | 'exit-daemon' }
>

const usualMs = 10
const resourceMs = 50
const examineMs = 200
const fenceMs = 300
const askMs = 30
/** A stop script that hangs is given up after this. */
const hangingStopMs = 1000
const done: Outcome = { ok: true }

export function performance(world: Surroundings, server: Server, effect: Performed): Performance {
  switch (effect.kind) {
    case 'write-record':
      return { takesMs: usualMs, outcome: () => writeRecord(world, server, effect) }
    case 'start-resource':
      return {
        takesMs: resourceMs,
        outcome: () => startResource(world, server, effect),
        outlivesDaemon: isScript(world, server, effect),
      }
    case 'stop-resource':
      return stopResource(world, server, effect)
    case 'observe-resource':
      return { takesMs: usualMs, outcome: () => observe(world, server, effect) }
    case 'run-monitor':
      return { takesMs: usualMs, outcome: () => runMonitor(world, server, effect.monitor) }
    case 'command-mirror':
      return { takesMs: usualMs, outcome: () => world.mirror.command(server, effect.command) }
    case 'start-mirrord':
      return {
        takesMs: world.faults.mirrordStartMs,
        outcome: () => startMirrord(world, server, effect.mirror),
      }
    case 'examine-peer':
      return { takesMs: examineMs, outcome: () => examine(world, server) }
    case 'ask-register':
      return { takesMs: askMs, outcome: () => ask(world, server, effect) }
    case 'exclude-peer':
      return { takesMs: fenceMs, outcome: () => fence(world, server) }
  }
}

function writeRecord(world: Surroundings, server: Server, effect: Of<'write-record'>): Outcome {
  if (world.faults.failing.has(`${server}/store`)) {
    return failed(say('effect-crashed', { effect: effect.kind, reason: 'no space left on device' }))
  }
  world.machines[server].record = effect.record
  return done
}

function startMirrord(world: Surroundings, server: Server, mirror: string): Outcome {
  const isUp = world.mirror.replicas[server]?.alive === true
  if (!isUp && world.faults.failing.has(`${server}/mirrord`)) {
    return failed(say('mirrord-not-started', { mirror, log: `${mirror}.log` }))
  }
  world.mirror.start(server)
  return done
}

/** A failed start leaves nothing behind here. */
function startResource(world: Surroundings, server: Server, effect: Of<'start-resource'>): Outcome {
  const { resource } = effect
  if (world.faults.failing.has(`${server}/${resource}/start`)) {
    return failed(say('resource-failed', { resource, reason: 'made to fail' }))
  }
  const promoted = isDisk(world, server, effect) ? activateDisk(world, server, effect) : done
  if (promoted.ok) world.machines[server].running.add(resource)
  return promoted
}

/** As src/resources/mirror-disk.ts: a disk that is active and mounted needs no promotion. */
function activateDisk(world: Surroundings, server: Server, effect: Of<'start-resource'>): Outcome {
  const { resource, promotion } = effect
  const isMounted = world.machines[server].running.has(resource)
  if (isPrimary(world, server) && isMounted) return done
  if (promotion !== null) return world.mirror.command(server, promotion)
  return failed(say('resource-failed', { resource, reason: 'no grounds for a promotion' }))
}

function stopResource(
  world: Surroundings,
  server: Server,
  effect: Of<'stop-resource'>,
): Performance {
  const { resource } = effect
  const outlivesDaemon = isScript(world, server, effect)
  if (world.faults.failing.has(`${server}/${resource}/stop`)) {
    const seconds = hangingStopMs / 1000
    const error = say('script-timed-out', { resource, path: 'stop', seconds })
    return { takesMs: hangingStopMs, outcome: () => failed(error), outlivesDaemon }
  }
  const outcome = (): Outcome => {
    world.machines[server].running.delete(resource)
    if (!isDisk(world, server, effect) || !isPrimary(world, server)) return done
    return world.mirror.command(server, { command: 'demote' })
  }
  return { takesMs: resourceMs, outcome, outlivesDaemon }
}

/** A script cannot be asked (src/resources/script.ts); everything else shows whether it runs. */
function observe(world: Surroundings, server: Server, effect: Of<'observe-resource'>): Outcome {
  const runs = world.machines[server].running.has(effect.resource)
  const running =
    isScript(world, server, effect) ||
    (runs && (!isDisk(world, server, effect) || isPrimary(world, server)))
  return { ok: true, detail: { kind: 'observed', running } }
}

function runMonitor(world: Surroundings, server: Server, monitor: string): Outcome {
  const { cut, clientUp, failing } = world.faults
  const isDead = monitor === 'public-lan' && (cut.has(`${server}/public`) || !clientUp)
  const isDown =
    monitor === 'page' &&
    (failing.has(`${server}/httpd/run`) || !world.machines[server].running.has('httpd'))
  if (isDead) return failed(say('link-silent', { link: 'public', targets: '192.168.4.100' }))
  return isDown ? failed(say('http-status', { url: 'http://192.168.4.15/', status: 503 })) : done
}

function examine(world: Surroundings, server: Server): Outcome {
  const { machines, faults, mirror, plant } = world
  const isReachable =
    machines[peerOf(server)].power && canTalk(faults) && plant !== 'peer-looks-dead'
  const isJoined = mirror.replicas[server]?.report.link.state === 'connected'
  const isAnswered = faults.clientUp && !faults.cut.has(`${server}/public`)
  const { arbiter } = machines[server].state?.settings ?? {}
  const wins = arbiter === 'none' || isAnswered
  return {
    ok: true,
    detail: {
      kind: 'peer-examined',
      kernelAnswers: isReachable,
      mirrorAlive: isReachable && isJoined,
      arbiter: arbiter !== 'ping' && arbiter !== 'none' ? 'unasked' : wins ? 'win' : 'lose',
    },
  }
}

/** A power device of its own network. `fence`: it does not answer; `SERVER1/fence`: not to this one. */
function fence({ faults, powerOff }: Surroundings, server: Server): Outcome {
  const peer = peerOf(server)
  if (faults.failing.has('fence') || faults.failing.has(`${server}/fence`)) {
    return failed(say('fence-agent-failed', { agent: 'fence_lab', peer, reason: 'no answer' }))
  }
  powerOff(peer)
  return done
}

function ask(world: Surroundings, server: Server, { claim }: Of<'ask-register'>): Outcome {
  return askFakeRegister(world.register, world.faults, server, claim)
}

function isPrimary(world: Surroundings, server: Server): boolean {
  const replica = world.mirror.replicas[server]
  return replica?.alive === true && replica.report.role === 'primary'
}

interface OfResource {
  readonly group: string
  readonly resource: string
}

function isScript(world: Surroundings, server: Server, effect: OfResource): boolean {
  return typeOf(world, server, effect) === 'script'
}

function isDisk(world: Surroundings, server: Server, effect: OfResource): boolean {
  return typeOf(world, server, effect) === 'mirror-disk'
}

function typeOf(world: Surroundings, server: Server, effect: OfResource): string | undefined {
  const groups = world.machines[server].state?.settings.groups
  const group = groups?.find((each) => each.name === effect.group)
  return group?.resources.find((each) => each.name === effect.resource)?.type
}

function failed(error: Extract<Outcome, { ok: false }>['error']): Outcome {
  return { ok: false, error }
}
