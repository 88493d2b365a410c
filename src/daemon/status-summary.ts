/**
 * The one sentence at the top: the worst thing now, and the next step. Where `next` is null the
 * catalogue's own advice for the sentence is the next step.
 */
import type { ClusterStatus } from '../api.ts'
import { say } from '../messages/catalogue.ts'

type Body = Omit<ClusterStatus, 'summary'>
type Summary = ClusterStatus['summary']

export function summarize(body: Body, self: string, peer: string): Summary {
  return (
    brokenMirror(body) ??
    brokenGroup(body) ??
    troubledServer(body, self, peer) ??
    recovering(body) ??
    brokenLink(body) ??
    movingGroup(body) ??
    suspendedGroup(body) ??
    weakJudgement(body) ??
    keptFree(body) ??
    well(body)
  )
}

/** All is well, but nobody could take over. */
function keptFree(body: Body): Summary | null {
  const server = body.servers.find((each) => each.state === 'standby')?.name
  if (server === undefined) return null
  return { health: 'yellow', why: say('server-kept-free-sentence', { server }), next: null }
}

function brokenMirror(body: Body): Summary | null {
  const mirror = body.mirrors.find((each) => each.health === 'red')
  if (mirror === undefined) return null
  return {
    health: 'red',
    why: mirror.why,
    next: mirror.state === 'frozen' ? say('next-wait') : null,
  }
}

function brokenGroup(body: Body): Summary | null {
  const group = body.groups.find((each) => each.health === 'red')
  if (group === undefined) return null
  const error = group.resources.find((each) => each.error !== null)?.error ?? null
  return { health: 'red', why: error ?? group.why, next: null }
}

function troubledServer(body: Body, self: string, peer: string): Summary | null {
  const own = body.servers.find((each) => each.name === self)
  const other = body.servers.find((each) => each.name === peer)
  if (own?.health === 'red')
    return {
      health: 'red',
      why: own.why,
      next: say('next-mend-network', { link: body.links.map((each) => each.name).join(', ') }),
    }
  const isUnplugged = body.links.every((each) => each.state === 'down')
  if (isUnplugged)
    return { health: 'red', why: say('lost-unplugged', { server: self }), next: null }
  if (own?.state === 'starting') {
    const group = body.groups.find((each) => each.state !== 'running')
    const inTouch = body.links.some((each) => each.state === 'up')
    const next = inTouch ? say('next-wait') : say('next-start-waiting', { peer })
    return { health: 'yellow', why: group?.why ?? own.why, next }
  }
  if (other?.health !== 'red') return null
  // First what is being done about it; why that server went is for afterwards.
  const starting = body.groups.find((each) => each.state === 'starting')
  if (starting !== undefined) {
    return { health: 'yellow', why: starting.why, next: say('next-wait') }
  }
  const mirror = body.mirrors.find((each) => each.state === 'alone')
  const why =
    mirror === undefined
      ? say('server-down-sentence', { server: peer })
      : say('replica-alone-sentence', { server: self, peer })
  const isForced = body.groups.some(({ forced }) => forced)
  const next = isForced ? say('next-after-force', { peer }) : say('next-start-peer', { peer })
  return { health: 'yellow', why, next }
}

function recovering(body: Body): Summary | null {
  const mirror = body.mirrors.find((each) => each.state === 'copying')
  if (mirror !== undefined) {
    const source =
      mirror.replicas.find((each) => each.health === 'green')?.server ?? body.reportedBy
    return {
      health: 'yellow',
      why: mirror.why,
      next: say('next-wait-copy', { mirror: mirror.name, server: source }),
    }
  }
  const other = body.mirrors.find((each) => each.health !== 'green')
  if (other === undefined) return null
  // What was parted by order does not meet by waiting.
  const isHeld = other.hold !== null
  const next = isHeld ? say('next-recover-mirror', { mirror: other.name }) : say('next-wait')
  return { health: 'yellow', why: other.why, next }
}

function brokenLink(body: Body): Summary | null {
  const link = body.links.find((each) => each.state === 'down')
  if (link === undefined) return null
  const { name } = link
  return {
    health: 'yellow',
    why: say('link-down-sentence', { link: name }),
    next: say('next-mend-network', { link: name }),
  }
}

function movingGroup(body: Body): Summary | null {
  const group = body.groups.find((each) => each.state !== 'running')
  if (group === undefined) return null
  return {
    health: 'yellow',
    why: group.why,
    next:
      group.state === 'stopped' ? say('next-start-group', { group: group.name }) : say('next-wait'),
  }
}

/** It runs, but nobody looks after it. */
function suspendedGroup(body: Body): Summary | null {
  const group = body.groups.find((each) => each.suspended)
  if (group === undefined) return null
  return { health: 'yellow', why: say('group-suspended', { group: group.name }), next: null }
}

/** All is well, but in trouble it might not be. */
function weakJudgement({ arbiter }: Body): Summary | null {
  return arbiter.health === 'green' ? null : { health: 'yellow', why: arbiter.why, next: null }
}

function well(body: Body): Summary {
  const [first] = body.groups
  const why =
    body.groups.length === 1 && first !== undefined
      ? say('all-well', { group: first.name, server: first.owner ?? '' })
      : say('all-well-many', { count: body.groups.length })
  return { health: 'green', why, next: null }
}
