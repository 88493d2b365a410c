/** Every order of `orders.ts`, as a route that is written down in the audit. */
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { orderRoutes } from './orders.ts'
import { actionResult } from './shapes.ts'
import type { ApiWorld } from './world.ts'

const named = z.strictObject({ name: z.string().max(100) })

export function addOrders(app: FastifyInstance, world: ApiWorld): void {
  for (const { path, body, summary, orderOf } of orderRoutes) {
    const hasName = path.includes(':name')
    app.route({
      method: 'POST',
      url: path,
      schema: {
        summary,
        ...(hasName ? { params: named } : {}),
        body,
        response: { 200: actionResult, 409: actionResult },
      },
      config: { needs: 'operator' },
      handler: async (request, reply) => {
        const name = hasName ? (request.params as { name: string }).name : ''
        const order = orderOf(name, request.body as Record<string, string | undefined>)
        const result = await world.order(order)
        const words = Object.entries(request.body as Record<string, string>).flat()
        const what = [path.replace(':name', () => name), ...words].join(' ')
        world.audit(request.caller, what, result)
        return reply.code(result.accepted ? 200 : 409).send(result)
      },
    })
  }
}
