/** The figures for Prometheus, at the path that it expects and beside the other routes. */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { FastifyInstance } from 'fastify'
import { sampleEveryMs } from '../history.ts'
import { metricsOf } from './metrics.ts'
import { plain } from './responses.ts'
import type { ApiWorld } from './world.ts'

/** `app`: the server itself; `api`: its routes under `/api/v1`. */
export function addMetrics(app: FastifyInstance, api: FastifyInstance, world: ApiWorld): void {
  const lag = watchLag(app)
  for (const at of [app, api]) {
    at.route({
      method: 'GET',
      url: '/metrics',
      schema: {
        summary: 'The figures for Prometheus, with a token of a viewer.',
        response: { 200: plain('text/plain', 'A line for each figure.') },
      },
      config: { needs: 'viewer' },
      handler: async (request, reply) => {
        // A second fence: without a caller there is no answer.
        void request.caller
        reply.type('text/plain; version=0.0.4; charset=utf-8')
        const sample = world.history(Date.now() - freshMs).at(-1) ?? null
        return metricsOf(world.status(), { lagSeconds: lag(), sample })
      },
    })
  }
}

/** What is older is not told as if it were so now. */
const freshMs = 3 * sampleEveryMs

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
