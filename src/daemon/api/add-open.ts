/** What answers without a login: that somebody is there, and who. */
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
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
}
