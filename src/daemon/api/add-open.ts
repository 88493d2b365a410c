/** What answers without a login: that somebody is there, and who; and, with one, the figures. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { metricsOf } from './metrics.ts'
import { discovery } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly version: string }

/** `certificate`: the present one, PEM; null over the unix socket. */
export function addOpen(
  app: FastifyInstance,
  world: ApiWorld,
  certificate: (() => string) | null,
): void {
  const lag = watchLag(app)
  app.route({
    method: 'GET',
    url: '/health',
    schema: {
      summary: 'The daemon answers.',
      security: [],
      response: { 200: z.object({ alive: z.literal(true) }) },
    },
    config: { needs: 'anybody' },
    handler: async () => ({ alive: true }),
  })
  app.route({
    method: 'GET',
    url: '/discovery',
    schema: {
      summary: 'Which cluster this is: all that is said without a login.',
      security: [],
      response: { 200: discovery },
    },
    config: { needs: 'anybody' },
    handler: async () => {
      const { superCluster, cluster, reportedBy } = world.status()
      const fingerprint =
        certificate === null ? '' : new X509Certificate(certificate()).fingerprint256
      return { product: 'kagami', version, superCluster, cluster, server: reportedBy, fingerprint }
    },
  })
  app.route({
    method: 'GET',
    url: '/metrics',
    schema: { summary: 'The figures for Prometheus, with a token of a viewer.' },
    config: { needs: 'viewer' },
    handler: async (_request, reply) => {
      reply.type('text/plain; version=0.0.4; charset=utf-8')
      return metricsOf(world.status(), lag())
    },
  })
}

const lagWindowMs = 10_000
const lagWindows = 6

/** How late the daemon's loop was, seconds: the worst of the last minute, whoever asks how often. */
function watchLag(app: FastifyInstance): () => number {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const windows: number[] = []
  const present = (): number => {
    const seconds = delay.percentile(99) / 1e9
    return Number.isFinite(seconds) ? seconds : 0
  }
  const timer = setInterval(() => {
    windows.push(present())
    if (windows.length > lagWindows) windows.shift()
    delay.reset()
  }, lagWindowMs)
  app.addHook('onClose', async () => {
    clearInterval(timer)
    delay.disable()
  })
  return () => Math.max(present(), ...windows)
}
