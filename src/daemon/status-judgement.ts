/** What decides in trouble, for people: how much room the heartbeats leave, and how the arbiter is. */
import type { ClusterStatus } from '../api.ts'
import type { State } from '../core/state.ts'
import { thinFrom } from '../core/step.ts'
import { say } from '../messages/catalogue.ts'

export function heartbeatStatus({ silence, settings }: State): ClusterStatus['heartbeat'] {
  const { timeoutMs, peer } = settings
  const longestSilenceMs = Math.max(silence.longestMs, silence.beforeMs)
  const isThin = longestSilenceMs >= thinFrom * timeoutMs
  const args = { peer, longestMs: longestSilenceMs, timeoutMs }
  return {
    longestSilenceMs,
    timeoutMs,
    health: isThin ? 'yellow' : 'green',
    why: isThin ? say('heartbeat-thin', args) : say('heartbeat-margin', args),
  }
}

export function arbiterStatus(state: State): ClusterStatus['arbiter'] {
  const { settings, register, record } = state
  const { arbiter: method, self: server, peer } = settings
  switch (method) {
    case 'none':
      return { method, state: 'none', health: 'green', why: say('arbiter-is-none') }
    case 'ping':
    case 'fence':
      return { method, state: 'untried', health: 'green', why: say('arbiter-untried') }
    case 'witness':
    case 'etcd': {
      if (register.error !== null) {
        return { method, state: 'unreachable', health: 'yellow', why: register.error }
      }
      if (record.register?.agreed !== true) {
        const why = say('register-not-agreed', { server, peer, arbiter: method })
        return { method, state: 'not-agreed', health: 'yellow', why }
      }
      const why = say('arbiter-answers', { arbiter: method })
      return { method, state: 'answers', health: 'green', why }
    }
  }
}
