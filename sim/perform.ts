/**
 * What the fake world does with an effect: how long it takes, and what comes of it. The outcome is
 * computed at the end of that time, from the world as it is then.
 */
import type { Effect } from '../src/core/effect.ts'
import type { Outcome } from '../src/core/event.ts'
import type { ResourceSettings } from '../src/core/state.ts'
import { say } from '../src/messages/catalogue.ts'
import type { FakeMirror } from './fake-mirror.ts'
import { askFakeRegister, type FakeRegister } from './fake-register.ts'
import {
  canTalk,
  isOffPublicLan,
  peerOf,
  publicLink,
  type Faults,
  type Machine,
  type Server,
} from './machine.ts'

/** Faults of the fake itself, so that a test of the cluster can be seen to fail. */
export type WorldPlant = 'peer-looks-dead'

export interface Surroundings {
  readonly machines: Readonly<Record<Server, Machine>>
  readonly faults: Faults
  readonly mirrors: Readonly<Record<string, FakeMirror>>
  readonly register: FakeRegister
  readonly plant: WorldPlant | null
  powerOff(server: Server): void
}

export interface Performance {
  readonly takesMs: number
  /** A program that the daemon started: it goes on when the daemon dies. */
  readonly outlivesDaemon: boolean
  /** It hangs until its time is over. */
  readonly hangs: boolean
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

/** How long it takes; the outcome is that of the world at the end of it (`outcomeOf`). */
export function performance(world: Surroundings, server: Server, effect: Performed): Performance {
  const usual = { outlivesDaemon: false, hangs: false }
  switch (effect.kind) {
    case 'start-resource':
      return { ...usual, takesMs: resourceMs, outlivesDaemon: isScript(world, server, effect) }
    case 'stop-resource': {
      const outlivesDaemon = isScript(world, server, effect)
      const hangs = world.faults.failing.has(`${server}/${effect.resource}/stop`)
      return { takesMs: hangs ? hangingStopMs : resourceMs, outlivesDaemon, hangs }
    }
    case 'start-mirrord':
      return { ...usual, takesMs: world.faults.mirrordStartMs }
    case 'examine-peer':
      return { ...usual, takesMs: examineMs }
    case 'ask-register':
      return { ...usual, takesMs: askMs }
    case 'exclude-peer':
      return { ...usual, takesMs: fenceMs }
    case 'write-record':
    case 'observe-resource':
    case 'run-monitor':
    case 'command-mirror':
      return { ...usual, takesMs: usualMs }
  }
}

/** What comes of it, by the world as it is now. */
export function outcomeOf(
  world: Surroundings,
  server: Server,
  effect: Performed,
  { hangs }: Performance,
): Outcome {
  switch (effect.kind) {
    case 'write-record':
      return writeRecord(world, server, effect)
    case 'start-resource':
      return startResource(world, server, effect)
    case 'stop-resource':
      return hangs ? hanging(effect) : stopResource(world, server, effect)
    case 'observe-resource':
      return observe(world, server, effect)
    case 'run-monitor':
      return runMonitor(world, server, effect)
    case 'command-mirror':
      return mirrorOf(world, effect.mirror).command(server, effect.command)
    case 'start-mirrord':
      return startMirrord(world, server, effect.mirror)
    case 'examine-peer':
      return examine(world, server)
    case 'ask-register':
      return askFakeRegister(world.register, world.faults, server, effect.claim)
    case 'exclude-peer':
      return fence(world, server)
  }
}

function mirrorOf({ mirrors }: Surroundings, name: string): FakeMirror {
  const mirror = mirrors[name]
  if (mirror === undefined) throw new Error(`no mirror ${name}`)
  return mirror
}

/** The mirror disk that a resource is, if it is one. */
function diskOf(world: Surroundings, server: Server, effect: OfResource): FakeMirror | null {
  const name = resourceOf(world, server, effect)?.mirror
  return name === null || name === undefined ? null : mirrorOf(world, name)
}

function writeRecord(world: Surroundings, server: Server, effect: Of<'write-record'>): Outcome {
  if (world.faults.failing.has(`${server}/store`)) {
    return failed(say('effect-crashed', { effect: effect.kind, reason: 'no space left on device' }))
  }
  world.machines[server].record = effect.record
  return done
}

function startMirrord(world: Surroundings, server: Server, mirror: string): Outcome {
  const disk = mirrorOf(world, mirror)
  const isUp = disk.replicas[server]?.alive === true
  if (!isUp && world.faults.failing.has(`${server}/mirrord`)) {
    return failed(say('mirrord-not-started', { mirror, log: `${mirror}.log` }))
  }
  disk.start(server)
  return done
}

/** A failed start leaves nothing behind here. */
function startResource(world: Surroundings, server: Server, effect: Of<'start-resource'>): Outcome {
  const { resource } = effect
  if (world.faults.failing.has(`${server}/${resource}/start`)) {
    return failed(say('resource-failed', { resource, reason: 'made to fail' }))
  }
  const disk = diskOf(world, server, effect)
  const promoted = disk === null ? done : activateDisk(world, server, effect, disk)
  if (promoted.ok) world.machines[server].running.add(keyOf(effect))
  return promoted
}

/** As src/resources/mirror-disk.ts: a disk that is active and mounted needs no promotion. */
function activateDisk(
  world: Surroundings,
  server: Server,
  effect: Of<'start-resource'>,
  disk: FakeMirror,
): Outcome {
  const { resource, promotion } = effect
  const isMounted = world.machines[server].running.has(keyOf(effect))
  if (isPrimary(disk, server) && isMounted) return done
  if (promotion !== null) return disk.command(server, promotion)
  return failed(say('resource-failed', { resource, reason: 'no grounds for a promotion' }))
}

function hanging({ resource }: OfResource): Outcome {
  const seconds = hangingStopMs / 1000
  return failed(say('script-timed-out', { resource, path: 'stop', seconds }))
}

function stopResource(world: Surroundings, server: Server, effect: Of<'stop-resource'>): Outcome {
  world.machines[server].running.delete(keyOf(effect))
  const disk = diskOf(world, server, effect)
  if (disk === null || !isPrimary(disk, server)) return done
  return disk.command(server, { command: 'demote' })
}

/** A script cannot be asked (src/resources/script.ts); everything else shows whether it runs. */
function observe(world: Surroundings, server: Server, effect: Of<'observe-resource'>): Outcome {
  const runs = world.machines[server].running.has(keyOf(effect))
  const disk = diskOf(world, server, effect)
  const running =
    isScript(world, server, effect) || (runs && (disk === null || isPrimary(disk, server)))
  return { ok: true, detail: { kind: 'observed', running } }
}

function runMonitor(world: Surroundings, server: Server, effect: Of<'run-monitor'>): Outcome {
  const { faults, machines } = world
  const groups = machines[server].state?.settings.groups
  const group = groups?.find(({ name }) => name === effect.group)
  const monitor = group?.monitors.find(({ name }) => name === effect.monitor)
  if (monitor?.type === 'link') {
    const link = monitor.link ?? ''
    const isPublic = link === publicLink(faults)
    const isDead = faults.cut.has(`${server}/${link}`) || (isPublic && !faults.clientUp)
    return isDead ? failed(say('link-silent', { link, targets: '192.168.4.100' })) : done
  }
  const resource = monitor?.resource ?? ''
  const runs = machines[server].running.has(`${effect.group}/${resource}`)
  const isDown = faults.failing.has(`${server}/${resource}/run`) || !runs
  return isDown ? failed(say('http-status', { url: 'http://192.168.4.15/', status: 503 })) : done
}

function examine(world: Surroundings, server: Server): Outcome {
  const { machines, faults, mirrors, plant } = world
  const isReachable =
    machines[peerOf(server)].power && canTalk(faults) && plant !== 'peer-looks-dead'
  const isJoined = Object.values(mirrors).some(
    ({ replicas }) => replicas[server]?.report.link.state === 'connected',
  )
  const isAnswered = faults.clientUp && !isOffPublicLan(faults, server)
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

function isPrimary(disk: FakeMirror, server: Server): boolean {
  const replica = disk.replicas[server]
  return replica?.alive === true && replica.report.role === 'primary'
}

interface OfResource {
  readonly group: string
  readonly resource: string
}

function keyOf({ group, resource }: OfResource): string {
  return `${group}/${resource}`
}

function isScript(world: Surroundings, server: Server, effect: OfResource): boolean {
  return resourceOf(world, server, effect)?.type === 'script'
}

function resourceOf(
  world: Surroundings,
  server: Server,
  effect: OfResource,
): ResourceSettings | undefined {
  const groups = world.machines[server].state?.settings.groups
  const group = groups?.find((each) => each.name === effect.group)
  return group?.resources.find((each) => each.name === effect.resource)
}

function failed(error: Extract<Outcome, { ok: false }>['error']): Outcome {
  return { ok: false, error }
}
